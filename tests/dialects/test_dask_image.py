"""The dialects of dask-image against dask_image.ndfilters, in one chunk and in several."""

from itertools import product

import numpy as np
import pytest
from dialects.comparing import KERNELS, Tally, image, round_trip, weights
from peers import peer

import faltung as ft

da, ndfilters = peer("dask.array"), peer("dask_image.ndfilters")
MODES = [{"mode": mode} for mode in ("reflect", "mirror", "nearest", "wrap", "constant")]
MODES += [{"mode": "constant", "cval": 7}]


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_every_size(name, mode):
    tally = Tally(f"dask_image.ndfilters.{name}", **mode)
    for x_shape, k_shape in product([(9, 8), (4, 7)], KERNELS[::3]):
        x, k = image(x_shape, "float64"), weights(k_shape)
        for origin in (0, tuple(-(size // 2) for size in k_shape), tuple((size - 1) // 2 for size in k_shape)):
            try:
                found = getattr(ndfilters, name)(da.from_array(x, chunks=(9, 4)), k, origin=origin, **mode)
            except ValueError:
                tally.refused(x, k, "overlaps chunks by", origin=origin)
                continue
            tally.same(found.compute(scheduler="sync"), x, k, origin=origin)
    tally.enough(102)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_dtypes(name):
    tally = Tally(f"dask_image.ndfilters.{name}")
    for dtype, k_dtype in product(("uint8", "int16", "int64", "float32", "float64", "complex128"), ("float64", "complex128")):
        x, k = image((5, 6), dtype), weights((2, 3), k_dtype) / 2
        tally.same(getattr(ndfilters, name)(da.from_array(x, chunks=3), k).compute(scheduler="sync"), x, k)
    tally.refused(image((5, 6), "float16"), k, "does not take float16")
    tally.refused(x, k, "has no mode 'edge'", mode="edge")
    tally.refused(x, k, "has no argument 'output'", output="float64")
    tally.enough(15)


def test_grid_wrap_wraps_every_chunk():
    """The known bug; in one chunk it cannot be seen."""
    x, k = image((9, 8), "float64"), weights((3, 3))
    ours = ft.like("dask_image.ndfilters.correlate", mode="grid-wrap")(x, k)
    in_chunks = [ndfilters.correlate(da.from_array(x, chunks=c), k, mode="grid-wrap").compute(scheduler="sync") for c in (9, 4)]
    assert np.array_equal(ours, in_chunks[0])
    assert not np.array_equal(ours, in_chunks[1])


def test_written():
    for name in ("convolve", "correlate"):
        assert round_trip(f"dask_image.ndfilters.{name}", [*MODES, {"origin": -1}, {"origin": (0, 1)}]) == 8
