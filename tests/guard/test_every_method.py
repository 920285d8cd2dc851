"""Through the public door: nothing outside of input, kernel and output is touched, whatever method, boundary and size."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release

import faltung as ft

BOUNDARIES = ("zero", "constant", "edge", "periodic", "half_sample", "whole_sample")
SIZES = [((n,), (k,)) for n in (1, 2, 3, 5, 7, 17, 33, 65) for k in (1, 2, 3, 5, 8)] + [
    ((n, m), (k, j)) for n, m in ((1, 9), (3, 5), (7, 33), (9, 67)) for k, j in ((1, 2), (3, 3), (4, 7))
]


@pytest.mark.parametrize("method", ["shift", "fourier", pytest.param("direct", marks=pytest.mark.compiled)])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_nothing_outside_is_touched(method: str, boundary: str) -> None:
    rng = np.random.default_rng(2)
    for (x_shape, k_shape), end, dtype in product(SIZES, ("low", "high"), ("float32", "float64")):
        for arguments in ({"mode": "same"}, {"mode": "full", "stride": 2, "dilation": 2}):
            values = rng.integers(-3, 4, x_shape).astype(dtype), rng.integers(-3, 4, k_shape).astype(dtype)
            given = {"boundary": boundary, "fill": 2 if boundary == "constant" else 0, **arguments}
            want = ft.correlate(*values, method="shift", **given)
            x, k, out = flush(values[0], end), flush(values[1], end), flush(np.zeros_like(want), end)
            ft.correlate(x, k, method=method, out=out, **given)
            assert np.allclose(out, want, atol=1e-3)
            assert np.array_equal(x, values[0])
            assert np.array_equal(k, values[1])
            release(x, k, out)
