"""The dialect of scikit-image against skimage.filters.correlate_sparse."""

from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, round_trip, weights
from peers import peer

filters = peer("skimage.filters")
FUNCTION = "skimage.filters.correlate_sparse"
MODES = ("reflect", "constant", "nearest", "mirror", "wrap", "edge", "symmetric")


@pytest.mark.parametrize("mode", MODES)
def test_every_size(mode):
    tally = Tally(FUNCTION, mode=mode)
    for x_shape, k_shape in product([*IMAGES, (6, 2), (3, 4)], KERNELS):
        x, k = image(x_shape, "float64"), weights(k_shape)
        if any(size % 2 == 0 for size in k_shape):
            tally.refused(x, k, "its sizes must be odd")
            continue
        tally.same(filters.correlate_sparse(x, k, mode=mode), x, k)
    for k_shape in ((3,), (5,), (3, 1, 5)):
        x, k = image((4, 5, 6)[-len(k_shape) :], "float64"), weights(k_shape)
        tally.same(filters.correlate_sparse(x, k, mode=mode), x, k)
    with pytest.raises(ValueError, match="must not be even"):
        filters.correlate_sparse(x[0], np.ones((3, 2)), mode=mode)
    tally.enough(390)


def test_valid():
    tally = Tally(FUNCTION, mode="valid")
    for x_shape, k_shape in product([(7, 9), (8, 7)], KERNELS):
        x, k = image(x_shape, "int32"), weights(k_shape, "int64")
        tally.same(filters.correlate_sparse(x, k, mode="valid"), x, k)
    tally.enough(98)


def test_dtypes():
    tally = Tally(FUNCTION)
    for dtype in ("bool", "uint8", "int8", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"):
        x, k = image((6, 7), dtype), weights((3, 5))
        if dtype.startswith("complex"):
            tally.refused(x, k, "does not take")
            with pytest.raises(ValueError, match="complex"):
                filters.correlate_sparse(x, k)
        else:
            tally.same(filters.correlate_sparse(x, k), x, k)
    k[0, 1] = k[1, 1] = 0
    for outlier in (np.nan, np.inf):
        x = image((6, 7), "float64")
        x[2, 3] = outlier
        tally.same(filters.correlate_sparse(x, k), x, k)
    tally.refused(x, k, "has no mode 'linear_ramp'", mode="linear_ramp")
    tally.enough(14)


def test_nan_under_weights_of_zero():
    tally = Tally(FUNCTION)
    x, k = image((6, 7), "float64"), np.array([[1.0, 0, 2], [0, 0, 0], [0, 3, 0]])
    x[2, 3] = np.nan
    tally.same(filters.correlate_sparse(x, k), x, k)
    assert np.isnan(filters.correlate_sparse(x, k)).sum() == 3


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_imaginary_parts_of_weights_are_dropped(dtype):
    tally = Tally(FUNCTION)
    x, k = image((6, 7), dtype), weights((3, 5)) + 1j * weights((3, 5), seed=5)
    with pytest.warns(np.exceptions.ComplexWarning):
        found = filters.correlate_sparse(x, k)
    tally.same(found, x, k)
    assert np.abs(k.imag).max() > 0


def test_written():
    assert round_trip(FUNCTION, [{"mode": mode} for mode in MODES]) == 7
