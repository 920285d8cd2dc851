"""`separable` on integer samples: the column pass first, bytes by whole weights; the definition exactly on integers, else the bound."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import expected, random_window
from parity.narrow_cases import SAMPLES, limits, ranged
from parity.test_direct_bits import strided
from parity.test_separable import same

from faltung.methods import separable
from faltung.methods.bounds import error_bound
from faltung.methods.separable.bound import Bound
from faltung.methods.separable.factor import column_first, factors
from faltung.methods.separable.quanta import quanta
from faltung.methods.separable.sizes import Sizes
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Case, Stored

pytestmark = pytest.mark.compiled
KERNELS = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (4, 5), (5, 2), (6, 3), (7, 11), (8, 4), (9, 9)]


def a_case(windows, sizes, kernel, samples="uint8", results="int64", dtype="float32", batch=1, exact=2.0**24, **stored):
    return Case(
        windows=tuple(windows), input_sizes=tuple(sizes), kernel_sizes=tuple(kernel), dtype=dtype, batch=batch, exact=exact,
        stored=Stored(samples=samples, results=results, **stored),
    )  # fmt: skip


def line(rng, size, kind):
    """Return whole weights: mirrored, or not, or with a zero in the middle."""
    u = rng.integers(-4, 5, size)
    if kind == "plain":
        return u
    u = np.where(np.arange(size) < size // 2, u, u[::-1])
    u[size // 2] = 0 if kind == "hollow" and size % 2 else u[size // 2]
    return u


def drawn(rng, case, kind="mirrored"):
    """Return samples of the whole range (16 bits: a part of it), and weights that are a column times a row."""
    low, high = np.clip(limits(case.stored.samples), -900, 900)
    x = rng.integers(low, high + 1, (case.batch, 1, *case.input_sizes)).astype(case.stored.samples)
    w = np.outer(line(rng, case.kernel_sizes[0], kind), line(rng, case.kernel_sizes[1], "plain"))
    return x, w.astype(case.dtype)[None, None]


def run(case, x, w, workers=1, like=None):
    out = np.full((case.batch, 1, *case.output_sizes), 77, case.stored.results) if like is None else like
    Bound(case)(x, w, out, workers)
    return out


def check(case, rng, kind="mirrored", workers=1):
    x, w = drawn(rng, case, kind)
    want = ranged(expected(replace(case, dtype="float64"), x, w), case.stored.results, case.stored.overflow or "saturate")
    assert np.array_equal(run(case, x, w, workers), want), (case, kind)


@pytest.mark.parametrize("boundaries", list(zip(BOUNDARIES, BOUNDARIES[1:] + BOUNDARIES[:1], strict=True)), ids=":".join)
@pytest.mark.parametrize("kind", ["mirrored", "plain"])
def test_every_boundary(boundaries, kind):
    rng = np.random.default_rng(1)
    for sizes, kernel in product([(1, 1), (2, 5), (5, 4), (9, 70)], KERNELS):
        for steps in ({}, {"stride": (2, 1)}, {"stride": (1, 3), "dilation": (2, 1)}, {"dilation": (1, 2)}):
            windows = [replace(w, fill_low=abs(w.fill_low), fill_high=abs(w.fill_high)) for w in same(kernel, *boundaries, **steps)]
            case = a_case(windows, sizes, kernel)
            assert Sizes(case).upright
            check(case, rng, kind)


@pytest.mark.parametrize("samples", [*SAMPLES, "int32", "int64"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sampled(samples, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 2000)
    rng = np.random.default_rng(2)
    for i in range(25):
        sizes, kernel = rng.integers(1, 60, 2).tolist(), rng.integers(1, 12, 2).tolist()
        windows = [random_window(rng, n, k) for n, k in zip(sizes, kernel, strict=True)]
        case = a_case(windows, sizes, kernel, samples, ("int64", "float32")[i % 2], dtype, batch=int(rng.integers(1, 4)))
        if separable.why_not(case) is None:
            check(case, rng, ("mirrored", "plain", "hollow")[i % 3], workers=int(rng.integers(1, 4)))


@pytest.mark.parametrize("columns", [15, 63, 64, 65, 127, 128, 129, 191, 193, 257, 600])
def test_sizes_around_every_tile(columns):
    rng = np.random.default_rng(3)
    for rows, kernel, results in product((1, 3, 4, 5, 8, 11), ((3, 3), (4, 17), (9, 2), (21, 1)), ("uint8", "int16", "int64")):
        check(a_case(same(kernel, "half_sample"), (rows, columns), kernel, results=results, overflow="saturate"), rng)


def test_fill_values_that_are_no_samples_go_the_other_way():
    rng = np.random.default_rng(4)
    for fill in (-1, 256, 2**20):
        windows = [replace(window, fill_low=fill, fill_high=fill) for window in same((3, 5), "constant")]
        case = a_case(windows, (20, 90), (3, 5))
        assert not Sizes(case).upright
        check(case, rng)


def float_weights(rng, kernel):
    """Return positive and negative weights of a mirrored column and any row."""
    u, v = (rng.standard_normal(k) for k in kernel)
    return np.outer(u + u[::-1], v).astype("float32")


@pytest.mark.parametrize("samples", ["uint8", "int8"])
@pytest.mark.parametrize("kernel", [(2, 2), (3, 3), (4, 3), (5, 9), (15, 15), (31, 6), (63, 63)])
def test_floats_stay_within_the_bound(samples, kernel):
    """With samples at the ends of their range, where the errors of whole weights are largest."""
    rng = np.random.default_rng(5)
    case, taken = a_case(same(kernel, "edge"), (40, 90), kernel, samples, "float32", exact=None), 0
    rounds = 12 if kernel[0] < 60 else 3
    for _ in range(rounds):
        w = float_weights(rng, kernel)
        x = rng.choice(limits(samples), (1, 1, 40, 90)).astype(samples)
        found = column_first(factors(w, exact=False))
        taken += quanta(found.u, found.v, exact=False) is not None
        wide = np.pad(x[0, 0].astype(np.longdouble), [(window.pad_low, window.pad_high) for window in case.windows], mode="edge")
        views = np.lib.stride_tricks.sliding_window_view(wide, kernel)
        want = sum(views[..., i, j] * np.longdouble(w[i, j]) for i, j in np.ndindex(*w.shape))
        bound = error_bound(case, "separable") * np.abs(w.astype(np.longdouble)).sum() * np.abs(x.astype(int)).max()
        assert np.abs(run(case, x, w[None, None])[0, 0] - want).max() <= bound
    assert 2 * taken >= rounds or not Sizes(case).foldable


def test_whole_multiples_have_no_more_error_than_a_chain():
    rng = np.random.default_rng(6)
    tried = 0
    for size in (2, 3, 4, 5, 8, 15, 40, 63):
        for _ in range(20):
            u = rng.standard_normal(size).astype("float32")
            u, v = u + u[::-1], np.array([1.0], "float32")
            found = quanta(u, v, exact=False)
            if found is None:
                continue
            digits = found.packed.astype(np.int64)
            half = (digits[:, 0] + (digits[:, 1] << 15 if found.digits == 2 else 0)).ravel()[: -(-size // 2)]
            whole = np.concatenate([half, half[: size // 2][::-1]])
            whole[size // 2] *= 1 + size % 2
            assert np.abs(whole).sum() * 255 < 2**31
            error = np.abs(whole * found.v[0].astype(np.float64) - u).sum()
            assert error <= max(size - 1, 1) * 2.0**-24 * np.abs(u.astype(np.float64)).sum()
            tried += 1
    assert tried > 80


def test_integers_have_exact_multiples_or_none():
    for u, exact in (([1, 2, 1], True), ([1, 3, 1], True), ([1, 2, 3], False), ([1, 2**23, 1], False), ([3, 1, 1, 3], True)):
        assert (quanta(np.array(u, "float32"), np.ones(2, "float32"), exact=True) is not None) is exact


@pytest.mark.parametrize("kernel", [(3, 3), (15, 8), (2, 31)])
@pytest.mark.parametrize("mirrored", [True, False])
def test_bits_do_not_depend_on_threads_bands_chunks_or_views(kernel, mirrored, monkeypatch):
    rng = np.random.default_rng(7)
    case = a_case(same(kernel, "half_sample"), (70, 700), kernel, "uint8", "float32", exact=None)
    x = rng.integers(0, 256, (1, 1, 70, 700)).astype("uint8")
    w = float_weights(rng, kernel) if mirrored else np.outer(*(rng.standard_normal(k) for k in kernel)).astype("float32")
    w = w[None, None]
    plain = run(case, x, w)
    for step, layout in product((1, 2, -1, -3), "CF"):
        view, target = strided(x, step, layout), strided(np.zeros_like(plain), step, layout)
        assert np.array_equal(plain, run(case, view, w))
        assert np.array_equal(plain, run(case, view, w, like=target))
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 0)
    monkeypatch.setattr("faltung.methods.separable.bound.SHORTEST_BAND", 1)
    for workers, ring_bytes in product((1, 2, 3, 7), (1, 10_000, 30_000)):
        monkeypatch.setattr("faltung.methods.separable.sizes.RING_BYTES", ring_bytes)
        assert np.array_equal(plain, run(case, x, w, workers))


@pytest.mark.parametrize("factor", [1.0, 0.25])
def test_bytes_are_the_sums_rounded_half_to_even_and_clipped(factor):
    """Ties, sums beyond 2^31, and sums that are no number, are finished as whole arrays are."""
    rng = np.random.default_rng(8)
    windows, scaled = same((3, 3), "edge"), {"factor": factor, "single": True} if factor != 1 else {}
    case = a_case(windows, (40, 200), (3, 3), results="uint8", rounding="half_even", overflow="saturate", exact=None, **scaled)
    x = rng.integers(0, 256, (1, 1, 40, 200)).astype("uint8")
    for column, row in product(([1, 2, 1], [-1, 2, -1], [0, 1e30, 0], [-1e9, 3, -1e9]), ([0.25, 0.125, 0.5], [1e6, 0, -1e6])):
        w = np.outer(column, row).astype("float32")[None, None]
        sums = run(replace(case, stored=Stored(samples="uint8", results="float32")), x, w)
        with np.errstate(all="ignore"):
            want = np.nan_to_num(np.clip(np.rint(sums * np.float32(factor)), 0, 255), nan=0).astype("uint8")
        assert np.array_equal(run(case, x, w), want)


def test_large_weights_do_not_overflow_between_the_passes():
    case = a_case(same((3, 3), "edge"), (9, 20), (3, 3), "int16", "float32", exact=None)
    x = np.full((1, 1, 9, 20), -(2**15), "int16")
    w = np.outer([2.0**110, 0, 2.0**110], [0.5, 1.5, 0]).astype("float32")[None, None]
    assert np.array_equal(run(case, x, w), np.full(x.shape, -(2.0**127), "float32"))
