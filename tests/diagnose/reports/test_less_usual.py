"""Less usual causes, each rebuilt by hand: reversed and strided integers, frames of any width, biases, spread NaN, short transforms."""

from typing import Any

import numpy as np
import pytest
from diagnose.reports.by_hand import convolved, correlated, grouped, integers, layer

import faltung as ft
from faltung.diagnose.explain.explanation import Change
from faltung.diagnose.explain.predict import predict

Array = np.ndarray[Any, Any]


def told(report: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
    return [(str(each.spec), [(change.name, change.values) for change in each.changes]) for each in report.explanations]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("axis", [0, 1])
def test_small_integers_reversed_on_one_axis_with_steps_that_differ(seed: int, axis: int) -> None:
    x, k = integers(seed, 12, 14), integers(100 + seed, 3, 4)
    y = np.flip(convolved(x, k)[::3, ::2], axis)
    flags = ("true,false", "false,true")[axis]
    assert (f"convolve valid stride=3,2 output_reversal={flags}", []) in told(ft.diagnose(x, k, y))


def test_small_integers_of_an_input_reversed_on_one_axis() -> None:
    x, k = integers(3, 12, 14), integers(103, 3, 4)
    y = convolved(x[::-1], k)[::3, ::2]
    best = ft.diagnose(x, k, y).best
    assert best is not None
    assert np.array_equal(predict(best, x, k), y)
    other, kernel = integers(7, 12, 14), integers(8, 3, 4)
    assert np.array_equal(predict(best, other, kernel), convolved(other[::-1], kernel)[::3, ::2])


def _agrees(best: Any, seed: int, make: Any, *shapes: tuple[int, ...]) -> bool:
    """Return whether an explanation says what `make` does on other numbers of these shapes."""
    x, k = (integers(seed + place, *shape) for place, shape in enumerate(shapes))
    return best is not None and np.array_equal(predict(best, x, k), make(x, k))


def _strided_and_rolled(x: Array, k: Array) -> Array:
    return np.roll(correlated(np.pad(x, ((3, 3), (2, 2))), k, 3), (2, 1), (0, 1))


def _exchanged_and_padded(x: Array, k: Array) -> Array:
    return np.pad(convolved(np.pad(x, 3), k)[4:8, 4:8], ((0, 1), (2, 1)))


@pytest.mark.parametrize("seed", [40, 50, 60])
@pytest.mark.parametrize("make", [_strided_and_rolled, _exchanged_and_padded])
def test_few_outputs_with_windows_inside_after_two_deviations(make: Any, seed: int) -> None:
    shapes = ((9, 11), (4, 3)) if make is _strided_and_rolled else ((10, 9), (4, 4))
    x, k = integers(seed, *shapes[0]), integers(seed + 1, *shapes[1])
    report = ft.diagnose(x, k, make(x, k))
    assert any(_agrees(each, 70, make, *shapes) for each in report.explanations)


SAME = {"constant": "", "edge": " boundary=edge"}


@pytest.mark.parametrize("law", SAME)
@pytest.mark.parametrize("widths", [((2, 2), (3, 3)), ((1, 1), (0, 0)), ((0, 1), (1, 1)), ((3, 2), (1, 4))])
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_a_frame_that_is_wider_or_narrower_than_the_kernel_reaches(law: Any, widths: Any, dtype: str) -> None:
    x, k = integers(1, 14, 17).astype(dtype), integers(2, 3, 4).astype(dtype)
    whole = correlated(np.pad(x, ((1, 1), (2, 1)), mode=law), k)
    (top, bottom), (left, right) = widths
    y = x.copy()
    y[top : 14 - bottom, left : 17 - right] = whole[top : 14 - bottom, left : 17 - right]
    found = told(ft.diagnose(x, k, y))
    seen = "constant" if widths == ((2, 2), (3, 3)) else law  # there nothing outside is read
    assert ("correlate same:high" + SAME[seen], [("frame", (widths, "copied"))]) in found


def test_a_wide_frame_of_a_number_is_said_in_words() -> None:
    x, k = integers(1, 14, 17), integers(2, 3, 4)
    y = np.full(x.shape, 7)
    y[3:-2, 3:-4] = correlated(np.pad(x, ((1, 1), (2, 1))), k)[3:-2, 3:-4]
    report = ft.diagnose(x, k, y)
    assert told(report)[0] == ("correlate same:high", [("frame", (((3, 2), (3, 4)), 7))])
    assert "where the result is 7 at its ends, 3:2, 3:4 wide" in report.answer


B = np.array([5, -3, 0, 12])


def _batched() -> tuple[Array, Array, Array]:
    x, w = integers(1, 2, 3, 9, 8), integers(2, 4, 3, 3, 2)
    return x, w, layer(x, w, 1, 1, 2) + B[None, :, None, None]


def _reversed_float() -> tuple[Array, Array, Array]:
    x, w = integers(1, 2, 3, 9, 8).astype(np.float32), integers(2, 4, 3, 3, 2) * np.float32(0.1)
    return x, w, (layer(x, w[:, :, ::-1, ::-1]) + B[None, :, None, None]).astype(np.float32)


def _grouped() -> tuple[Array, Array, Array]:
    x, w = integers(5, 2, 4, 9, 8), integers(6, 4, 2, 3, 2)
    return x, w, grouped(x, w, 2) + B[None, :, None, None]


def _channels_last() -> tuple[Array, Array, Array]:
    x, w = integers(1, 2, 3, 9, 8), integers(2, 4, 3, 3, 2)
    return np.moveaxis(x, 1, 3), w.transpose(2, 3, 1, 0), np.moveaxis(layer(x, w), 1, 3) + B


def _one_image() -> tuple[Array, Array, Array]:
    x, w, y = _batched()
    return x[0], w, y[0]


LAYERS = {
    "steps": (_batched, "correlate pads=1:1 stride=2 layout=NCHW,OIHW->NCHW", 1),
    "reversed": (_reversed_float, "convolve valid layout=NCHW,OIHW->NCHW", 1),
    "groups": (_grouped, "correlate valid layout=NCHW,OIHW->NCHW groups=2", 1),
    "channels last": (_channels_last, "correlate valid layout=NHWC,HWIO->NHWC", 3),
    "one image": (_one_image, "correlate pads=1:1 stride=2 layout=NCHW,OIHW->NCHW", 0),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_bias_for_each_channel(name: str) -> None:
    make, line, axis = LAYERS[name]
    x, w, y = make()
    report = ft.diagnose(x, w, y)
    bias = Change(place="result", name="bias", values=(axis, (5, -3, 0, 12), y.ndim), cost=2)
    assert report.best is not None
    assert (str(report.best.spec), report.best.changes[-1]) == (line, bias)
    assert f"the result is given a bias for each of the 4 entries of axis {axis}" in report.answer


def _noise(*shape: int) -> Array:
    return np.random.default_rng(3).standard_normal(shape)


def _through(x: Array, k: Array) -> Array:
    """Return the same-size result of a product of spectra."""
    sizes = [n + m - 1 for n, m in zip(x.shape, k.shape, strict=True)]
    axes = tuple(range(x.ndim))
    whole = np.fft.irfftn(np.fft.rfftn(x, sizes, axes) * np.fft.rfftn(k, sizes, axes), sizes, axes)
    return whole[tuple(slice((m - 1) // 2, (m - 1) // 2 + n) for n, m in zip(x.shape, k.shape, strict=True))]


def test_one_nan_that_a_transform_has_spread_over_everything() -> None:
    x, k = _noise(12, 14), _noise(3, 4)
    x[5, 6] = np.nan
    with np.errstate(invalid="ignore"):
        report = ft.diagnose(x, k, _through(x, k))
    assert not report.fits
    said = "y is NaN everywhere, though only 12 of its 168 outputs read the NaN at (5, 6) of the input: a method by Fourier transforms"
    assert report.answer.startswith(said)


@pytest.mark.parametrize("place", [20, 90])
def test_nan_over_a_tile_and_the_finite_rest(place: int) -> None:
    x, k = _noise(200), _noise(6)
    x[place] = np.inf
    y = np.convolve(np.where(np.isfinite(x), x, 0), k)[2:202]
    first = 0 if place < 64 else 64
    y[first : first + 64] = np.nan
    report = ft.diagnose(x, k, y)
    said = f"64 of 200 outputs are NaN or infinite, though at most 6 read the infinity at {place}"
    assert report.fits
    if not first:
        assert any(said in note for note in report.notes)
        assert told(report) == [("convolve same:high", [("frame", (((64, 0),), pytest.approx(np.nan, nan_ok=True)))])]
    else:
        assert said in report.answer
        assert "of the finite rest, y[128:200]: this is the padded convolution" in report.answer


def test_nan_where_the_kernel_reads_one_is_no_tile() -> None:
    x, k = _noise(12, 14), _noise(3, 4)
    x[5, 6] = np.nan
    report = ft.diagnose(x, k, convolved(x, k))
    assert report.answer.startswith("this is the valid convolution")
    assert not any("tiles" in note for note in report.notes)


@pytest.mark.parametrize(
    ("k", "said"),
    [
        ([[1.0, -1, 0]], "the taps sum to 0, by which a normalising call divides"),
        ([[1.0, 2]], "an overflow, a division by 0 or unset memory"),
        ([[1.0, np.nan]], "so is every sum with this kernel, the NaN at (0, 1) of the kernel being no number"),
    ],
)
def test_nan_everywhere_without_one_in_the_input(k: Any, said: str) -> None:
    report = ft.diagnose(_noise(5, 6), k, np.full((5, 6), np.nan))
    assert not report.fits
    assert said in report.answer
    assert "everywhere" in str(report)


SHORT = {(9, 11): ((0, 3), (0, 4)), (12, 11): ((0, 0), (0, 4))}


@pytest.mark.parametrize("points", SHORT)
def test_a_transform_of_fewer_points_than_samples(points: tuple[int, int]) -> None:
    x, k = _noise(12, 15), _noise(3, 4)
    y = np.fft.ifft2(np.fft.fft2(x, points) * np.fft.fft2(k, points)).real
    report = ft.diagnose(x, k, y)
    assert told(report) == [("convolve causal boundary=periodic", [("crop", (SHORT[points],))])]
    assert "as a transform of fewer points than samples does" in report.answer


def test_a_transform_too_short_on_one_axis_and_padded_on_the_other() -> None:
    x, k = _noise(12, 15), _noise(3, 4)
    y = np.fft.ifft2(np.fft.fft2(x, (9, 17)) * np.fft.fft2(k, (9, 17))).real
    changes = [("pad", (((0, 0), (0, 2)),)), ("crop", (((0, 3), (0, 0)),))]
    assert told(ft.diagnose(x, k, y)) == [("convolve causal boundary=periodic", changes)]


def test_a_batch_divided_into_groups() -> None:
    x, w = integers(1, 6, 3, 9, 8), integers(2, 4, 3, 3, 2)
    y = np.concatenate([layer(x[3 * j : 3 * j + 3], w[2 * j : 2 * j + 2]) for j in range(2)], 1)
    report = ft.diagnose(x, w, y)
    assert told(report) == [("correlate valid layout=NCHW,OIHW->NCHW groups=2:N:O:C", [])]
    assert "2 groups of the batch" in report.answer


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("shapes", [((13,), (4,)), ((7, 11), (2, 3))])
def test_a_transform_back_that_is_not_told_its_odd_length(shapes: tuple[tuple[int, ...], ...], reverse: bool) -> None:
    x, k = (integers(200 + place, *shape) for place, shape in enumerate(shapes))
    axes, points = tuple(range(x.ndim)), x.shape
    spectrum = np.fft.rfftn(k, points, axes)
    y = np.fft.irfftn(np.fft.rfftn(x) * (spectrum.conj() if reverse else spectrum), axes=axes)
    assert y.shape[-1] == x.shape[-1] - 1
    report = ft.diagnose(x, k, y)
    operation, extent = ("correlate", "pads:" + ",".join(f"0:{n - 1}" for n in k.shape)) if reverse else ("convolve", "causal")
    assert any(spec.split()[0] == operation and names == [("irfft", ())] for spec, names in told(report)), told(report)
    assert "odd length" in str(report)
    assert report.best is not None
    assert (report.best.spec.operation, extent.split(":")[0]) == (operation, report.best.spec.mode)


def test_a_full_length_that_is_odd_and_not_told() -> None:
    x, k = integers(210, 8, 6), integers(211, 3, 4)
    y = np.fft.irfft2(np.fft.rfft2(x, (10, 9)) * np.fft.rfft2(k, (10, 9)))
    assert y.shape == (10, 8)
    assert told(ft.diagnose(x, k, y))[0] == ("convolve", [("irfft", ())])
