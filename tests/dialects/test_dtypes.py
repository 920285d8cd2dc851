"""Dtypes that the dialects promise are those of the real results; the promotion is NumPy's for every pair."""

import warnings
from itertools import product

import numpy as np
import pytest
from proof import counting
from scipy import ndimage, signal

from faltung.dialects import read
from faltung.dialects.promotion import complex_partner, promoted
from faltung.errors import DialectError
from faltung.spec.numbers import DTYPES

NAMES = {"numpy": np, "scipy.signal": signal, "scipy.ndimage": ndimage}
FUNCTIONS = [
    "numpy.convolve", "numpy.correlate", "scipy.signal.convolve", "scipy.signal.correlate", "scipy.signal.convolve2d",
    "scipy.signal.correlate2d", "scipy.signal.fftconvolve", "scipy.signal.oaconvolve", "scipy.ndimage.convolve", "scipy.ndimage.correlate",
    "scipy.ndimage.convolve1d", "scipy.ndimage.correlate1d",
]  # fmt: skip


def test_promotion():
    for a, b in product(DTYPES, DTYPES):
        assert np.dtype(promoted(a, b)) == np.result_type(np.dtype(a), np.dtype(b)), (a, b)
    for a in DTYPES:
        assert np.dtype(complex_partner(a)) == np.promote_types(a, "complex64")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_pair_of_dtypes(function):
    home, _, name = function.rpartition(".")
    shape = (2, 2) if name.endswith("2d") else (2,)
    for a, b in product(DTYPES, DTYPES):
        x, k = np.ones(shape).astype(a), np.ones(shape).astype(b)
        try:
            with warnings.catch_warnings(action="ignore"):
                found = getattr(NAMES[home], name)(x, k)
        except (ValueError, RuntimeError, TypeError):
            found = None
        try:
            spec = read(function, x_dtype=a, k_dtype=b)
        except DialectError:
            assert found is None, (a, b)
            counting.refused(function)
            continue
        assert found is not None, (a, b)
        assert np.dtype(spec.dtype) == found.dtype, (a, b, spec.dtype)
        assert (spec.product == "or_and") == (a == b == "bool" and home != "scipy.ndimage" and "fft" not in name and "oa" not in name)
