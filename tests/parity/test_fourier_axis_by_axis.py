"""Transforms of the whole, an axis after another, beside those of scipy.fft in one call."""

import numpy as np
import pytest
from scipy import fft

from faltung.methods.fourier.axis_by_axis import LARGEST_PIECE, forward, inverse

SHAPES = [
    ((2, 5), (2, 9)),
    ((1, 300, 500), (320, 512)),
    ((3, 7, 300, 90), (8, 320, 96)),
    ((1, 1, 2, LARGEST_PIECE // 2), (4, LARGEST_PIECE)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "longdouble"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES[:3], ids=str)
def test_as_in_one_call(shape, sizes, dtype):
    rng = np.random.default_rng(0)
    line = rng.standard_normal(shape).astype(dtype)
    is_real, axes, sizes = np.dtype(dtype).kind == "f", tuple(range(-len(sizes), 0)), list(sizes)
    given = line.copy()
    whole = (fft.rfftn if is_real else fft.fftn)(line, sizes, axes=axes)
    found = forward(line, sizes, 2, is_real=is_real)
    assert np.array_equal(line, given)
    assert found.dtype == whole.dtype
    most = float(np.abs(whole).max()) * np.finfo(dtype).eps * 8
    assert np.abs(found - whole).max() <= most
    assert np.array_equal(forward(line, sizes, 1, is_real=is_real), found)
    back, again = inverse(found.copy(), sizes, 1, is_real=is_real), inverse(found, sizes, 3, is_real=is_real)
    assert np.array_equal(back, again)
    assert back.dtype == line.dtype
    places = (*(slice(n) for n in shape),)
    assert np.abs(back[places] - line).max() <= float(np.abs(line).max()) * np.finfo(dtype).eps * 8


def test_long_axes_are_cut_across():
    shape, sizes = SHAPES[3]
    line = np.random.default_rng(1).standard_normal(shape).astype("float32")
    whole = fft.rfftn(line, list(sizes), axes=(-2, -1))
    assert np.abs(forward(line, list(sizes), 2, is_real=True) - whole).max() <= 1e-5 * np.abs(whole).max()
