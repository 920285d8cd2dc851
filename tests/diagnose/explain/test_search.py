"""The search finds what was done, says it in the fewest words, and returns nothing that does not reproduce the result."""

import time
from typing import Any

import numpy as np
import pytest

import faltung as ft
from faltung.diagnose.explain.explanation import Change, Search
from faltung.diagnose.explain.judge import judge
from faltung.diagnose.explain.precision import bfloat16, tf32
from faltung.diagnose.explain.search import search

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(7)
X = RNG.integers(-9, 10, (12, 14))
K = RNG.integers(-9, 10, (3, 4))


def lines(found: Search) -> list[str]:
    """Return the explanations without changes, as notation."""
    return [str(e.spec) for e in found.found if not e.changes]


def told(found: Search) -> list[tuple[str, tuple[Change, ...]]]:
    """Return every explanation."""
    return [(str(e.spec), e.changes) for e in found.found]


SPECS = [
    "convolve same:low", "correlate same:high", "correlate", "convolve valid", "correlate same:high boundary=edge",
    "correlate same:low boundary=whole_sample", "correlate causal boundary=periodic", "correlate same:high boundary=constant fill=7",
    "convolve same:high boundary=constant:edge fill=5:0", "convolve same:high stride=2", "correlate same_upper stride=2,3",
    "correlate valid dilation=2", "correlate dilation=2,1", "convolve same:high permute=1,0",
    "correlate same:high boundary=edge reversal=true,false permute=1,0", "convolve_transpose stride=2",
    "convolve_transpose pads=1:0 stride=2", "correlate scale=0.25", "correlate same:high offset=3",
    "correlate same:high scale=1/sum offset=0.5", "correlate same:high dtype=uint8 overflow=saturate",
    "correlate same:high boundary=edge dtype=uint8 overflow=wrap", "convolve same:high dtype=int8 overflow=wrap",
    "correlate same:high output_reversal=true", "correlate same:high operands=exchanged", "correlate operands=exchanged",
    "correlate same:high frame=copied", "correlate same:high frame=0", "correlate same:high+1,low stride=1", "correlate pads=-1:0,-1:-2",
]  # fmt: skip


@pytest.mark.parametrize("line", SPECS)
def test_a_convention_is_found(line: str) -> None:
    spec = ft.parse(line)
    y = ft.run(spec, X, K)
    found = search(X, K, y)
    assert str(spec) in lines(found) or any(_same_on_other_numbers(spec, e.spec) for e in found.found if not e.changes)


def _same_on_other_numbers(a: Any, b: Any) -> bool:
    rng = np.random.default_rng(1)
    x, k = rng.integers(-9, 10, X.shape), rng.integers(-9, 10, K.shape)
    return np.array_equal(ft.run(a, x, k), ft.run(b, x, k))


def _layout(line: str, x: Array, k: Array) -> Array:
    return ft.run(ft.parse(line), x, k)


@pytest.mark.parametrize(
    ("line", "x_shape", "k_shape"),
    [
        ("correlate same:high layout=NCHW,OIHW->NCHW", (2, 4, 9, 8), (6, 4, 3, 2)),
        ("correlate valid stride=2 layout=NCHW,OIHW->NCHW groups=2", (2, 4, 9, 8), (6, 2, 3, 2)),
        ("correlate valid layout=NCHW,OIHW->NCHW groups=4", (2, 4, 9, 8), (4, 1, 3, 2)),
        ("convolve same:high layout=NHWC,HWIO->NHWC", (2, 9, 8, 4), (3, 2, 4, 5)),
        ("correlate same:high layout=NHWC,HWOI->NHWC", (2, 9, 8, 4), (3, 3, 4, 4)),
        ("correlate valid layout=NHWC,HWIO->NHWC groups=4:C:I:C", (2, 9, 8, 4), (3, 3, 4, 2)),
        ("convolve_transpose stride=2 layout=NCHW,IOHW->NCHW", (2, 4, 5, 6), (4, 3, 3, 2)),
        ("correlate valid layout=NCHW,OIWH->NCHW", (2, 4, 9, 8), (6, 4, 2, 3)),
        ("correlate causal layout=NWC,WIO->NWC", (2, 9, 4), (3, 4, 5)),
    ],
)
def test_a_layout_is_found(line: str, x_shape: tuple[int, ...], k_shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    x, k = rng.integers(-9, 10, x_shape), rng.integers(-9, 10, k_shape)
    assert line in lines(search(x, k, _layout(line, x, k)))


def test_one_image_without_a_batch_and_channels_in_another_order() -> None:
    rng = np.random.default_rng(3)
    x, k = rng.integers(-9, 10, (3, 9, 8)), rng.integers(-9, 10, (5, 3, 3, 3))
    line = "correlate valid layout=NCHW,OIHW->NCHW"
    for order in ((0, 1, 2), (2, 1, 0)):
        y = _layout(line, x[None, list(order)], k)[0]
        expected = [(line, ["newaxis", "squeeze"] if order == (0, 1, 2) else ["take", "newaxis", "squeeze"])]
        assert [(spec, [c.name for c in changes]) for spec, changes in told(search(x, k, y))] == expected


def test_a_plane_kernel_over_colours() -> None:
    rng = np.random.default_rng(3)
    x, k = rng.integers(0, 99, (9, 8, 3)), rng.integers(-9, 10, (3, 4))
    y = ft.correlate(x, k, axes=(0, 1), mode="same", boundary="edge")
    assert [(str(e.spec), e.axes, e.changes) for e in search(x, k, y).found] == [("correlate same:high boundary=edge", (0, 1), ())]
    bgr = search(x, k, y[..., ::-1]).found
    assert [c.values for c in bgr[0].changes] == [(2, (2, 1, 0))]


CHANGED = {
    "input transposed": (lambda x, k: ft.correlate(x.T, k, mode="same"), ("input", "transpose", ((1, 0),))),
    "result transposed": (lambda x, k: ft.correlate(x, k, mode="same").T, ("result", "transpose", ((1, 0),))),
    "rolled": (lambda x, k: np.roll(ft.correlate(x, k, mode="same"), (1, 2), (0, 1)), ("result", "roll", ((1, 2), (0, 1)))),
    "shifted": (lambda x, k: np.pad(ft.correlate(x, k, mode="same"), ((1, 0), (0, 0)))[:-1], ("result", "shift", ((1, 0),))),
    "shifted back": (lambda x, k: np.pad(ft.correlate(x, k, mode="same"), ((0, 0), (0, 1)))[:, 1:], ("result", "shift", ((0, -1),))),
    "padded": (lambda x, k: np.pad(ft.correlate(x, k, mode="same"), 1), ("result", "pad", (((1, 1), (1, 1)), 0))),
    "padded by 9": (
        lambda x, k: np.pad(ft.correlate(x, k, mode="same"), 2, constant_values=9), ("result", "pad", (((2, 2), (2, 2)), 9)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_found(name: str) -> None:
    make, change = CHANGED[name]
    place, kind, values = change
    found = told(search(X, K, make(X, K)))
    assert ("correlate same:high", (Change(place=place, name=kind, values=values),)) in found  # type: ignore[arg-type]


UNSEEN = [
    "correlate operands=exchanged boundary=edge:half_sample,periodic:edge",
    "convolve operands=exchanged boundary=constant fill=29",
    "correlate dilation=5 boundary=constant fill=9",
]


@pytest.mark.parametrize("line", UNSEEN)
def test_pairs_of_deviations_with_nothing_inside(line: str) -> None:
    spec = ft.parse(line)
    found = search(X, K, ft.run(spec, X, K))
    assert any(_same_on_other_numbers(spec, each.spec) for each in found.found if not each.changes)


def _by(line: str) -> Array:
    return ft.run(ft.parse(line), X, K)


MOVED = {
    "a frame, rolled": (lambda line: np.roll(_by(line), 1, 0), "correlate same:high frame=7", "roll"),
    "a frame, padded": (lambda line: np.pad(_by(line), ((1, 2), (0, 1))), "convolve same:low frame=7", "pad"),
    "a frame, cropped": (lambda line: _by(line)[1:, :-1], "convolve same:low frame=copied", "crop"),
    "unusual pads, rolled": (lambda line: np.roll(_by(line), (2, 2), (0, 1)), "convolve pads=1:3,1:4", "roll"),
}


@pytest.mark.parametrize("name", MOVED)
def test_results_that_were_moved(name: str) -> None:
    make, line, change = MOVED[name]
    assert (line, [change]) in [(spec, [c.name for c in changes]) for spec, changes in told(search(X, K, make(line)))]


@pytest.mark.parametrize(
    ("place", "values"), [("kernel", ("int64", "truncate")), ("input", ("int64", "truncate")), ("input", ("uint8", "wrap"))]
)
def test_an_operand_that_was_converted(place: Any, values: tuple[str, str]) -> None:
    rng = np.random.default_rng(3)
    x, k = rng.random((12, 14)) * 600, rng.standard_normal((3, 4)) * 3
    lost = {"kernel": (x, k.astype("int64")), "input": (x.astype("int64"), k)}[place]
    data = lost[0].astype("uint8") if values[0] == "uint8" else lost[0]
    y = sum(np.asarray(lost[1][i, j] * data[i : i + 10, j : j + 11].astype("float64")) for i in range(3) for j in range(4))
    assert ("correlate valid", (Change(place=place, name="astype", values=values),)) in told(search(x, k, y))


def test_noise_takes_a_search_of_six_seconds_of_all_threads_at_most() -> None:
    rng = np.random.default_rng(3)
    for shape, taps in (((14, 15), (4, 3)), ((64, 64), (5, 4))):
        start = time.process_time()
        assert not search(rng.standard_normal(shape), rng.standard_normal(taps), rng.standard_normal(shape)).found
        assert time.process_time() - start < 6  # of all threads together, on a machine that others use too


def test_circular_transforms() -> None:
    x, k = X.astype(float), K.astype(float)

    def through(sizes: tuple[int, int]) -> Array:
        return np.fft.ifft2(np.fft.fft2(x, sizes) * np.fft.fft2(k, sizes)).real

    assert lines(search(x, k, through(x.shape))) == ["convolve causal boundary=periodic"]
    short = search(x, k, through((13, 15)))
    assert [(c.name, c.values) for c in short.found[0].changes] == [("pad", (((0, 1), (0, 1)),))]
    shifted = search(x, k, np.fft.fftshift(through(x.shape)))
    assert shifted.found
    assert all("periodic" in str(e.spec) for e in shifted.found)


@pytest.mark.parametrize(("name", "rule"), [("tf32", tf32), ("bfloat16", bfloat16)])
def test_arithmetic_with_fewer_bits(name: str, rule: Any) -> None:
    rng = np.random.default_rng(3)
    x, k = rng.random((20, 22)).astype("f4"), rng.random((3, 4)).astype("f4")
    y = ft.correlate(rule(x), rule(k), mode="same", boundary="edge")
    assert ("correlate same:high boundary=edge", (Change(place="both", name=name),)) in told(search(x, k, y))


@pytest.mark.parametrize("missing", ["propagate", "ignore", "renormalise"])
def test_missing_samples(missing: str) -> None:
    rng = np.random.default_rng(3)
    x, k = rng.random((20, 22)), rng.random((3, 4))
    x[5, 6] = np.nan
    spec = ft.parse("correlate same:high" + (f" missing={missing}" if missing != "propagate" else ""))
    assert str(spec) in lines(search(x, k, ft.run(spec, x, k)))


def test_a_single_number() -> None:
    x, k = np.array([[0, 0, 0], [1, 1, 2], [1, 3, 0]]), np.array([[4, 1, 1], [0, 3, 3], [2, 1, 2]])
    for y, first in ((10, "convolve valid"), (14, "correlate valid")):
        assert told(search(x, k, np.array(y)))[0] == (first, (Change(place="result", name="pick", values=((0, 0),)),))
        assert first in lines(search(x, k, np.array([[y]])))
    y = ft.correlate(X, K, mode="same")
    places = [(spec, changes[0].values) for spec, changes in told(search(X, K, y[4, 5]))]
    assert ("correlate same:high", ((4, 5),)) in places


def test_symmetric_kernels_leave_the_reversal_open() -> None:
    k = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    assert lines(search(X, k, ft.convolve(X, k, mode="same"))) == ["convolve same:high", "correlate same:high"]


def test_constant_images_and_images_that_do_not_reach_the_ends() -> None:
    flat = np.full((8, 9), 3)
    assert "convolve valid" in lines(search(flat, K, ft.convolve(flat, K, mode="valid")))
    inner = np.pad(RNG.integers(1, 9, (6, 7)), 4)
    found = lines(search(inner, K, ft.correlate(inner, K, mode="same")))
    assert {f"correlate same:high{law}" for law in ("", " boundary=edge", " boundary=periodic")} <= set(found)


def test_complex_operands_and_their_conjugates() -> None:
    rng = np.random.default_rng(3)
    z, w = (rng.integers(-9, 10, shape) + 1j * rng.integers(-9, 10, shape) for shape in ((8, 9), (3, 2)))
    for line in ("correlate", "correlate conj=none", "convolve same:high conj=input", "convolve valid"):
        assert lines(search(z, w, ft.run(ft.parse(line), z, w))) == [line]


def test_kernels_larger_than_the_input() -> None:
    rng = np.random.default_rng(3)
    x, k = rng.integers(0, 99, 4), rng.integers(-30, 40, 7)
    for line in ("correlate same:high", "correlate boundary=edge", "convolve"):
        assert line in lines(search(x, k, ft.run(ft.parse(line), x, k)))


def test_nothing_is_guessed_and_the_nearest_is_named() -> None:
    y = ft.correlate(X, K, mode="same")
    y[3, 4] += 1
    y[7, 2] -= 2
    found = search(X, K, y)
    assert not found.found
    assert str(found.near[0].explanation.spec) == "correlate same:high"
    assert np.argwhere(found.near[0].wrong).tolist() == [[3, 4], [7, 2]]


def test_noise_of_floats_is_no_mismatch_and_a_real_difference_is() -> None:
    rng = np.random.default_rng(3)
    x, k = rng.random((30, 31)).astype("f4"), rng.random((5, 4)).astype("f4")
    y = ft.convolve(x, k, mode="same")
    through = np.fft.irfft2(np.fft.rfft2(x, (40, 40)) * np.fft.rfft2(k, (40, 40))).astype("f4")[2:32, 1:32]
    found = search(x, k, through)
    assert lines(found) == ["convolve same:high"]
    assert found.found[0].rounding_only
    y[9, 9] *= np.float32(1.0001)
    assert judge(found.found[0], x, k, y).wrong.sum() == 1
    assert not search(x, k, y).found


def test_stages_count_what_they_looked_at() -> None:
    stages = search(X, K, ft.correlate(X, K)).stages
    assert [stage.name for stage in stages] == ["rounds", "shapes", "samples", "borders", "fully"]
    assert stages[1].looked_at in (8, 16, 24)  # eight kernels, each with the steps that this size allows
    assert stages[-1].left == 1


def test_the_search_is_deterministic() -> None:
    y = ft.correlate(X, K, mode="same", boundary="edge")
    assert search(X, K, y) == search(X, K, y)


@pytest.mark.slow
def test_large_images_take_less_than_three_seconds() -> None:
    rng = np.random.default_rng(3)
    x, k = rng.random((2048, 2048), np.float32), rng.random((15, 15), np.float32)
    y = ft.correlate(x, k, mode="same", boundary="edge")
    start = time.process_time()
    assert lines(search(x, k, y)) == ["correlate same:high boundary=edge"]
    assert time.process_time() - start < 6  # of all threads together
