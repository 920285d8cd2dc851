"""Batch axes, kernels for each item, and parts of the result."""

from itertools import permutations, product

import numpy as np
import pytest

import faltung as ft
from faltung.errors import SpecError

METHODS = ["shift", "fourier", pytest.param("direct", marks=pytest.mark.compiled)]
RNG = np.random.default_rng(11)


def item_by_item(x: np.ndarray, k: np.ndarray, axes: tuple[int, ...], **arguments: object) -> np.ndarray:
    """The same by one call for each item of the batch axes."""
    batch = [a for a in range(x.ndim) if a not in axes]
    moved = x.transpose(*batch, *axes)
    kernels = k.transpose(*batch, *axes) if k.ndim == x.ndim else k
    lead = moved.shape[: len(batch)]
    if k.ndim == x.ndim:
        lead = np.broadcast_shapes(lead, kernels.shape[: len(batch)])
    out = []
    for index in np.ndindex(*lead):
        item = moved[tuple(0 if moved.shape[a] == 1 else i for a, i in enumerate(index))]
        kernel = kernels[tuple(0 if kernels.shape[a] == 1 else i for a, i in enumerate(index))] if k.ndim == x.ndim else kernels
        out.append(ft.convolve(item, kernel, **arguments))
    stacked = np.array(out).reshape(*lead, *out[0].shape)
    return stacked.transpose(np.argsort([*batch, *axes]))


@pytest.mark.parametrize("method", METHODS)
def test_axes(method: str) -> None:
    x = RNG.integers(-4, 5, (3, 4, 5, 2)).astype(float)
    for count in (1, 2, 3, 4):
        for axes in permutations(range(4), count):
            k = RNG.integers(-4, 5, (2, 3, 2, 1)[:count]).astype(float)
            want = item_by_item(x, k, axes, mode="same", boundary="periodic")
            got = ft.convolve(x, k, axes=axes, mode="same", boundary="periodic", method=method)
            assert got.shape == want.shape
            assert np.allclose(got, want, atol=1e-10), axes


@pytest.mark.parametrize("method", METHODS)
def test_a_kernel_for_each_item(method: str) -> None:
    for x_batch, k_batch in product([(1, 1), (3, 1), (1, 2), (3, 2)], repeat=2):
        x = RNG.integers(-4, 5, (x_batch[0], 5, x_batch[1], 6)).astype(float)
        k = RNG.integers(-4, 5, (k_batch[0], 2, k_batch[1], 3)).astype(float)
        want = item_by_item(x, k, (1, 3))
        got = ft.convolve(x, k, axes=(1, 3), method=method)
        assert got.shape == want.shape
        assert np.allclose(got, want, atol=1e-10)


def test_images() -> None:
    rgb = RNG.integers(0, 256, (7, 9, 3)).astype("uint8")
    got = ft.correlate(rgb, np.ones((3, 3), int), axes=(0, 1), mode="same", boundary="half_sample")
    for c in range(3):
        assert np.array_equal(got[..., c], ft.correlate(rgb[..., c], np.ones((3, 3), int), mode="same", boundary="half_sample"))
    assert ft.correlate(rgb[:, :, :0], np.ones((3, 3), int), axes=(0, 1)).shape == (9, 11, 0)
    with pytest.raises(SpecError, match="at most once"):
        ft.correlate(rgb, np.ones((3, 3), int), axes=(0, 0))
    with pytest.raises(SpecError, match="do not broadcast"):
        ft.correlate(rgb, np.ones((3, 3, 2), int), axes=(0, 1))
    with pytest.raises(SpecError, match="needs 2"):
        ft.correlate(rgb, np.ones(3, int), axes=(0, 1))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("arguments", [{}, {"mode": "same", "boundary": "half_sample", "stride": (2, 1)}, {"mode": "valid", "dilation": 2}])
def test_regions_have_the_bits_of_the_whole(method: str, arguments: dict[str, object]) -> None:
    x, k = RNG.standard_normal((19, 2, 23)), RNG.standard_normal((4, 3))
    whole = ft.convolve(x, k, axes=(0, 2), method=method, **arguments)
    for _ in range(30):
        parts = []
        for size in whole.shape:
            start = int(RNG.integers(0, size))
            parts.append(slice(start, int(RNG.integers(start + 1, size + 1)), int(RNG.integers(1, 4))))
        got = ft.convolve(x, k, axes=(0, 2), method=method, region=tuple(parts), **arguments)
        assert np.array_equal(got, whole[tuple(parts)])


def test_refused_regions() -> None:
    x, k = np.ones((5, 5)), np.ones((2, 2))
    backwards = slice(None, None, -1)
    for region, word in [
        ((slice(3, 3),), "selects nothing"),
        ((backwards,), "positive"),
        ((1,), "slices"),
        ((slice(0, 1),) * 3, "3 slices"),
    ]:
        with pytest.raises(SpecError, match=word):
            ft.convolve(x, k, region=region)


def test_plans() -> None:
    x, k = RNG.standard_normal((12, 13)), RNG.standard_normal((3, 4))
    plan = ft.plan(x, k, operation="correlate", mode="same", boundary="edge")
    kept = k.copy()
    k[:] = 0  # the plan has a copy of its own
    assert np.array_equal(plan(x), ft.correlate(x, kept, mode="same", boundary="edge"))
    other = RNG.standard_normal((3, 4))
    assert np.array_equal(plan.with_kernel(other)(x), ft.correlate(x, other, mode="same", boundary="edge"))
    out = np.empty_like(x)
    assert plan(x, out=out) is out
    with pytest.raises(SpecError, match=r"the plan is for float64 \(12, 13\)"):
        plan(x[1:])
    with pytest.raises(SpecError, match="takes no region"):
        ft.plan(x, k, region=(slice(0, 1),))
    text = str(plan)
    for word in ("float64[12,13] * float64[3,4] correlate same:high boundary=edge", plan.method, "predicted", "scratch", "at most"):
        assert word in text
    assert len(plan.others) == 3


def test_integer_plans_check_every_input() -> None:
    plan = ft.plan(np.zeros(3, "int64"), np.array([4, 1]))
    assert plan(np.array([1, 2, 3])).tolist() == [4, 9, 14, 3]
    with pytest.raises(OverflowError):
        plan(np.array([2**62, 0, 0]))


def test_run_takes_notation_and_problems() -> None:
    problem = ft.problem("correlate valid stride=2", (9,), (3,), "int64", "int64")
    assert ft.run(problem, np.arange(9), [1, 0, 0]).tolist() == [0, 2, 4, 6]
    with pytest.raises(SpecError, match="shapes"):
        ft.run(problem, np.arange(8), [1, 0, 0])
    g = np.array([1, 2, 3, 4])
    dx = ft.run(ft.adjoint(problem, "input"), g, [5, 7, 11])
    assert dx.tolist() == [5, 7, 21, 14, 37, 21, 53, 28, 44]
