"""The ends of short rows, which are summed across the rows of a block, give the reference's sums and the bits of every other way."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, integers, make_case

from faltung.methods import direct
from faltung.methods.direct.layout import tables, turned_ends
from faltung.methods.direct.lines import pieces
from faltung.methods.direct.sizes import Sizes
from faltung.methods.direct.tiles import choose
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
SHAPES = [
    ((5, 20, 60), (3, 3, 3), 1), ((4, 19, 71), (2, 4, 5), 1), ((90,), (15,), 37), ((6, 17, 90), (5, 5, 5), 1), ((40, 131), (3, 4), 2),
    ((12, 64), (1, 9), 1), ((33, 70), (7, 7), 1), ((3, 4, 5, 40), (2, 1, 3, 2), 1),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _compiled_for_its_shape(monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 0)


@pytest.fixture
def through_scratch(monkeypatch):
    """Return what sends the ends of rows through scratch."""
    return lambda: monkeypatch.setattr("faltung.methods.direct.layout.LANE_ROWS", ())


@pytest.fixture(params=[1 << 60, 0], ids=["in_place", "staged"])
def _staged(request, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.layout.STAGED_FROM", request.param)


def padded(sizes, kernel, dtype="float32", low="half_sample", high="half_sample", batch=1, pads=None):
    pads = pads or [(k // 2, k - 1 - k // 2) for k in kernel]
    windows = [
        Window(pad_low=a, pad_high=b, boundary_low=low, boundary_high=high, fill_low=3 + i, fill_high=-2 - i)
        for i, (a, b) in enumerate(pads)
    ]
    return make_case(windows, sizes, kernel, dtype, batch=batch)


def across_rows(case, strides=None):
    """Return how many outputs the low and the high end of a row have if they are summed across rows, else None."""
    (axes,) = pieces(case)
    strip = choose(axes, unroll=True)
    lines = [line.samples for line in axes.every], [line.outputs for line in axes.every]
    x_strides, out_strides = ([axes.itemsize * int(np.prod(size[i + 1 :])) for i in range(len(size))] for size in lines)
    found = turned_ends(tables(axes), Sizes(axes, strip), 1 << 20, strides or x_strides, out_strides).head
    return (found["end_low"], found["end_high"]) if found else None


def result(case, x, w, workers=2, like=None):
    out = np.full((case.batch, 1, *case.output_sizes), np.nan, case.dtype) if like is None else like
    direct.Bound(case)(x, w, out, workers)
    return out


def operands(case, rng, kind=integers):
    return kind(rng, (case.batch, 1, *case.input_sizes), case.dtype), kind(rng, (1, 1, *case.kernel_sizes), case.dtype)


def normal(rng, shape, dtype):
    return rng.standard_normal(shape).astype(dtype)


def test_where_ends_are_summed_across_rows():
    assert across_rows(padded((192, 192, 192), (3, 3, 3))) == (1, 1)
    assert across_rows(padded((256,), (15,), batch=1000)) == (7, 7)
    assert across_rows(padded((64, 200), (5, 4), "float64", "constant", "periodic")) == (2, 1)
    assert across_rows(padded((64, 200), (3, 3), pads=[(0, 0), (2, -1)])) == (2, 0)
    assert across_rows(padded((64, 512), (3, 3))) is None
    assert across_rows(padded((64, 200), (3, 3), "complex64")) is None
    assert across_rows(padded((64, 200), (3, 3)), strides=[1600, 8]) is None
    assert across_rows(padded((64, 200), (3, 3), pads=[(1, 1), (0, 0)])) is None
    assert across_rows(padded((64, 200), (3, 3), pads=[(1, 1), (60, 1)])) is None


@pytest.mark.usefixtures("_staged")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundaries", list(product(BOUNDARIES, BOUNDARIES)), ids=":".join)
def test_sums_are_exact(boundaries, dtype):
    rng = np.random.default_rng(0)
    for sizes, kernel, batch in SHAPES:
        case = padded(sizes, kernel, dtype, *boundaries, batch=batch)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w), expected(case, x, w)), (sizes, kernel)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("pads", [(0, 2), (2, 0), (4, 4), (-3, 5), (5, -3), (7, 1), (0, 9), (30, 30), (1, 33)])
def test_pads(pads, boundary):
    rng = np.random.default_rng(1)
    for sizes, kernel in (((21, 70), (3, 3)), ((9, 64), (1, 5)), ((3, 8, 50), (2, 2, 5)), ((16, 90), (3, 8))):
        case = padded(sizes, kernel, low=boundary, high=boundary, pads=[*[(1, 1)] * (len(sizes) - 1), pads])
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w), expected(case, x, w)), (sizes, kernel)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", [33, 40, 47, 64, 65, 100, 511])
def test_every_number_of_rows(width, dtype):
    rng = np.random.default_rng(2)
    for rows, dilation in product([*range(3, 21), 33, 40], (1, 2)):
        window = Window(kernel_dilation=dilation, pad_low=2, pad_high=2, boundary_low="whole_sample", boundary_high="edge")
        case = make_case([Window(pad_low=1, pad_high=1), window], (rows, width), (3, 3), dtype)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w), expected(case, x, w)), rows


@pytest.mark.usefixtures("_staged")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("sizes", "kernel", "batch"), SHAPES)
def test_the_bits_are_those_of_ends_through_scratch(sizes, kernel, batch, dtype, through_scratch):
    rng = np.random.default_rng(3)
    case = padded(sizes, kernel, dtype, "periodic", "constant", batch=batch)
    x, w = operands(case, rng, normal)
    found = [result(case, x, w, workers) for workers in (1, 2)]
    assert across_rows(case)
    through_scratch()
    assert not across_rows(case)
    assert all(np.array_equal(out, result(case, x, w)) for out in found)


def test_what_lies_beside_a_row_is_not_seen():
    case = padded((40, 100), (3, 3), low="edge", high="constant")
    rng = np.random.default_rng(4)
    big = np.full((1, 1, 44, 107), np.nan, np.float32)
    x, w = big[:, :, 2:42, 3:103], normal(rng, (1, 1, 3, 3), np.float32)
    x[...] = normal(rng, x.shape, np.float32)
    assert np.array_equal(result(case, x, w), result(case, x.copy(), w))
    x[0, 0, 20, 0] = np.inf
    seen = ~np.isfinite(result(case, x, w)[0, 0])
    assert seen.any()
    assert not seen[:19].any()
    assert not seen[22:].any()
    assert not seen[:, 2:].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_in_any_order(dtype, through_scratch):
    rng = np.random.default_rng(5)
    case = padded((6, 19, 61), (3, 3, 3), dtype, "whole_sample", "constant")
    x, w = operands(case, rng, normal)
    views = [np.ascontiguousarray(x[:, :, ::-1])[:, :, ::-1], np.ascontiguousarray(x[:, :, :, ::-1])[:, :, :, ::-1]]
    views += [np.ascontiguousarray(x.swapaxes(2, 3)).swapaxes(2, 3), np.concatenate([x, x], axis=4)[..., :61]]
    views += [np.repeat(x, 3, axis=3)[:, :, :, 1::3]]
    found = [result(case, view, w) for view in [*views, np.broadcast_to(x[:, :, :, 3:4], x.shape)]]
    through_scratch()
    assert all(np.array_equal(out, result(case, x, w)) for out in found[:-1])
    assert np.array_equal(found[-1], result(case, np.repeat(x[:, :, :, 3:4], 19, axis=3), w))


@pytest.mark.usefixtures("_staged")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_nothing_outside_of_the_arrays_is_read_or_written(boundary, dtype):
    rng = np.random.default_rng(6)
    for sizes, kernel, batch in SHAPES:
        case = padded(sizes, kernel, dtype, boundary, boundary, batch=batch)
        x, w = operands(case, rng)
        wanted = expected(case, x, w)
        for end in ("low", "high"):
            placed = flush(x, end), flush(w, end), flush(np.zeros_like(wanted, dtype), end)
            assert np.array_equal(result(case, *placed[:2], like=placed[2]), wanted)
            release(*placed)
