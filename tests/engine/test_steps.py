"""Integers, and the steps behind the sums: rounding, range, scale, offset, frame, missing samples, infinities."""

from fractions import Fraction

import numpy as np
import pytest

import faltung as ft
from faltung.errors import SpecError


def test_integer_sums_are_exact_beyond_64_bits() -> None:
    x, k = np.full(3, 2**62, "int64"), np.array([2, -2, 1])
    with pytest.raises(OverflowError, match=r"output \(0,\) is 9223372036854775808, but int64 holds"):
        ft.convolve(x, k)
    assert ft.convolve(x, k, dtype=object).tolist() == [2**63, 0, 2**62, -(2**62), 2**62]
    assert ft.convolve(x, k, overflow="saturate").tolist() == [2**63 - 1, 0, 2**62, -(2**62), 2**62]
    assert ft.convolve(x, k, overflow="wrap").tolist() == [-(2**63), 0, 2**62, -(2**62), 2**62]
    assert ft.convolve(x, np.array([2, -2]), mode="valid").tolist() == [0, 0]  # only real outputs count, not intermediate sums
    top = np.array([2**64 - 1], "uint64")
    assert ft.convolve(top, [1], dtype="uint64").tolist() == [2**64 - 1]


@pytest.mark.parametrize("method", ["auto", "shift", "fourier"])
@pytest.mark.parametrize(("top", "taps"), [(255, 3), (2**20, 5), (2**24, 7), (2**31 - 1, 3)])
def test_integers_held_in_floats_are_exact(method: str, top: int, taps: int) -> None:
    """Where the sums stay below 2^24 or 2^53, float32 or float64 computes them: the answer must not show it."""
    rng = np.random.default_rng(4)
    x, k = rng.integers(-top, top + 1, (40, 50)), rng.integers(-9, 10, (taps, taps + 1))
    x[0, 0], k[0, 0] = top, 9
    want = ft.convolve(x.astype(object), k.astype(object))
    got = ft.convolve(x, k, method=method)
    assert got.dtype == np.int64
    assert np.array_equal(got, want)


def test_ranges() -> None:
    x = np.array([100, 200, 250], "uint8")
    with pytest.raises(OverflowError, match=r"output \(1,\) is 300, but uint8 holds 0 to 255 \(2 of 4 outputs do not fit\)"):
        ft.convolve(x, [1, 1], dtype="uint8")
    assert ft.convolve(x, [1, 1], dtype="uint8", overflow="saturate").tolist() == [100, 255, 255, 250]
    assert ft.convolve(x, [1, 1], dtype="uint8", overflow="wrap").tolist() == [100, 44, 194, 250]
    assert ft.convolve(x, [-1], dtype="uint8", overflow="saturate").tolist() == [0, 0, 0]
    assert ft.convolve(x, [-1], dtype="int8", overflow="wrap").tolist() == [-100, 56, 6]
    assert ft.convolve(x, [1.0], dtype="int8", overflow="saturate").tolist() == [100, 127, 127]
    huge = np.array([1e30, -1e30, np.nan, np.inf])
    assert ft.convolve(huge, [1.0], dtype="int64", overflow="saturate").tolist() == [2**63 - 1024, -(2**63), 0, 2**63 - 1024]
    with pytest.raises(OverflowError, match=r"[34] of 4"):
        ft.convolve(huge, [1.0], dtype="int64")
    with pytest.raises(OverflowError, match=r"output \(1,\) is -2"):
        ft.convolve(np.array([1, -2]), [1], dtype="uint64")


@pytest.mark.parametrize(
    ("rounding", "want"),
    [
        ("half_even", [0, 2, 2, 0, -2, -2]), ("half_away", [1, 2, 3, -1, -2, -3]), ("half_up", [1, 2, 3, 0, -1, -2]),
        ("floor", [0, 1, 2, -1, -2, -3]), ("truncate", [0, 1, 2, 0, -1, -2]),
    ],
)  # fmt: skip
def test_rounding(rounding: str, want: list[int]) -> None:
    x = np.array([1, 3, 5, -1, -3, -5])
    assert ft.convolve(x, [0.5], dtype="int16", rounding=rounding).tolist() == want
    exact = np.array([Fraction(int(v), 2) for v in x], dtype=object)
    assert ft.convolve(exact, np.array([1], dtype=object), dtype="int16", rounding=rounding).tolist() == want


def test_scale_and_offset() -> None:
    x = np.array([10, 20, 31], "uint8")
    assert ft.run("correlate scale=1/2 offset=1 dtype=uint8 overflow=saturate", x, [1]).tolist() == [6, 11, 16]
    assert ft.run("correlate valid scale=1/sum", x, [1, 1, 2]).tolist() == [23.0]
    assert ft.run("correlate valid scale=1/abs_sum", x.astype("int64"), [1, 0, -1]).tolist() == [-10.5]
    with pytest.raises(SpecError, match="sum is 0"):
        ft.run("correlate valid scale=1/sum", x, [1, -1])


def test_frame() -> None:
    x = np.arange(1, 21).reshape(4, 5)
    inside = ft.correlate(x, np.ones((3, 3), int), mode="valid")
    copied = ft.run("correlate same:high frame=copied", x, np.ones((3, 3), int))
    assert np.array_equal(copied[1:-1, 1:-1], inside)
    mask = np.ones(x.shape, bool)
    mask[1:-1, 1:-1] = False
    assert np.array_equal(copied[mask], x[mask])
    assert (ft.run("correlate same:high frame=-7", x, np.ones((3, 3), int))[mask] == -7).all()


@pytest.mark.parametrize("frame", ["copied", "-7"])
def test_the_frame_of_each_image_of_a_batch(frame: str) -> None:
    rng = np.random.default_rng(0)
    x, k = rng.integers(-9, 10, (3, 6, 5)), rng.integers(-9, 10, (3, 2))
    spec = ft.parse(f"correlate same:high frame={frame}")
    alone = np.stack([ft.run(spec, image, k) for image in x])
    assert np.array_equal(ft.run(spec, x, k, axes=(1, 2)), alone)
    back = np.ascontiguousarray(x.transpose(1, 2, 0))
    assert np.array_equal(ft.run(spec, back, k[:, :, None], axes=(0, 1)), alone.transpose(1, 2, 0))


@pytest.mark.parametrize("frame", ["copied", "-7"])
def test_the_frame_of_each_channel(frame: str) -> None:
    rng = np.random.default_rng(0)
    x, k = rng.integers(-9, 10, (2, 3, 6, 5)), rng.integers(-9, 10, (3, 1, 3, 2))
    alone = np.stack([[ft.run(f"correlate same:high frame={frame}", x[n, c], k[c, 0]) for c in range(3)] for n in range(2)])
    assert np.array_equal(ft.run(f"correlate same:high layout=NCHW,OIHW->NCHW groups=3 frame={frame}", x, k), alone)
    turned = ft.run(f"correlate same:high layout=NCHW,OIHW->WNHC groups=3 frame={frame}", x, k)
    assert np.array_equal(turned, alone.transpose(3, 0, 2, 1))


def test_a_frame_needs_the_size_of_the_input() -> None:
    x = np.ones((2, 3, 6, 5))
    assert ft.run("correlate same:high layout=NCHW,OIHW->NCHW frame=1", x, np.ones((4, 3, 3, 2))).shape == (2, 4, 6, 5)
    with pytest.raises(SpecError, match="as large as the input"):
        ft.run("correlate same:high layout=NCHW,OIHW->NCHW frame=copied", x, np.ones((4, 3, 3, 2)))
    with pytest.raises(SpecError, match="as large as the input"):
        ft.run("correlate valid frame=1", x[0, 0], np.ones((3, 2)))


def test_booleans() -> None:
    x, k = np.array([True, False, False, True]), np.array([True, True])
    assert ft.convolve(x, k).tolist() == [1, 1, 0, 1, 1]
    got = ft.run("convolve product=or_and", x, k)
    assert got.dtype == bool
    assert got.tolist() == [True, True, False, True, True]
    with pytest.raises(SpecError, match="for booleans"):
        ft.run("convolve product=or_and", x.astype(float), k)


@pytest.mark.parametrize("method", ["shift", "fourier", pytest.param("direct", marks=pytest.mark.compiled)])
@pytest.mark.parametrize("boundary", ["zero", "periodic", "half_sample", "edge"])
def test_samples_that_are_not_finite_stay_in_their_windows(method: str, boundary: str) -> None:
    rng = np.random.default_rng(5)
    x, k = rng.integers(-5, 6, (12, 17)).astype(float), rng.integers(-3, 4, (3, 4)).astype(float)
    k[1, 1], k[0, 2] = 0, 2
    clean = ft.convolve(x, k, mode="same", boundary=boundary, method="shift")
    x[0, 3], x[7, 7], x[11, 0] = np.nan, np.inf, -np.inf
    want = ft.convolve(x, k, mode="same", boundary=boundary, method="shift")
    got = ft.convolve(x, k, mode="same", boundary=boundary, method=method)
    touched = ft.convolve(~np.isfinite(x), np.ones(k.shape, int), mode="same", boundary=boundary) > 0
    assert np.isnan(got[touched]).any()
    assert np.array_equal(np.isnan(got), np.isnan(want))
    assert np.array_equal(got[touched], want[touched], equal_nan=True)  # every tap counts: 0 times infinity is NaN
    assert np.allclose(got[~touched], clean[~touched], atol=1e-11)


def test_weights_that_are_not_finite() -> None:
    x, k = np.arange(1.0, 6.0), np.array([1.0, np.inf, 0.0])
    assert np.isnan(ft.correlate(np.append(x, np.inf), k, mode="valid")[-1])  # 0 times infinity
    assert ft.correlate(x, k, mode="valid").tolist() == [np.inf] * 3
    assert ft.plan(np.ones(4096), np.full(2048, np.nan)).method != "fourier"


def test_missing_samples() -> None:
    x = np.array([1.0, np.nan, 3.0, 5.0])
    assert ft.correlate(x, [1.0, 1.0, 1.0], mode="same", boundary="edge", missing="ignore").tolist() == [2.0, 4.0, 8.0, 13.0]
    got = ft.correlate(x, [1.0, 1.0, 1.0], mode="same", boundary="edge", missing="renormalise")
    assert got.tolist() == [3.0, 6.0, 12.0, 13.0]
    mask = np.array([True, True, False, True])
    got = ft.correlate([1.0, 2.0, 99.0, 5.0], [1.0, 2.0], mode="valid", missing="ignore", mask=mask)
    assert got.tolist() == [5.0, 2.0, 10.0]
    with pytest.raises(SpecError, match="bool and of the input's shape"):
        ft.correlate([1.0, 2.0], [1.0], missing="ignore", mask=[True])
    everything = ft.correlate(np.full(3, np.nan), [1.0, 1.0], mode="valid", missing="renormalise")
    assert np.isnan(everything).all()
