"""The FFmpeg dialect against ffmpeg: every kernel it takes, planes of 8 and 16 bits; many kernels a process."""

import subprocess

import numpy as np
import pytest
from dialects.comparing import Tally, image, positive, round_trip, weights
from peers import program

import faltung as ft

pytestmark = pytest.mark.heavy
FUNCTION = "ffmpeg.convolution"
SIZES = [(9, 8), (5, 6), (3, 4), (2, 2), (1, 7), (1, 1)]
FORMATS = {"uint8": "gray", "uint16": "gray16le"}


def ffmpeg(x, *filters):
    """Return a plane's answers to filters (kernel, options), from one process; None where ffmpeg refuses."""
    h, w = x.shape
    chains = []
    for number, (k, words) in enumerate(filters):
        options = ":".join([f"0m='{' '.join(f'{weight:g}' for weight in k.ravel())}'", *(f"0{a}={b}" for a, b in words.items())])
        chains.append(f"[i{number}]convolution={options}[o{number}]")
    ends = [" ".join(f"[{letter}{number}]" for number in range(len(filters))) for letter in "io"]
    stack = f"vstack=inputs={len(filters)}" if len(filters) > 1 else "null"
    graph = ";".join([f"[0]split={len(filters)}{ends[0]}", *chains, f"{ends[1]}{stack}[out]"])
    raw = ["-f", "rawvideo", "-pix_fmt", FORMATS[x.dtype.name]]
    command = [program("ffmpeg"), "-v", "error", *raw, "-s", f"{w}x{h}", "-i", "-", "-filter_complex", graph, "-map", "[out]", *raw, "-"]
    done = subprocess.run(command, input=x.tobytes(), capture_output=True, timeout=60)
    return np.frombuffer(done.stdout, x.dtype).reshape(-1, h, w) if done.returncode == 0 else None


def plane(shape, dtype):
    return image(shape, dtype) * (1 if dtype == "uint8" else 257)


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("size", [3, 5, 7])
def test_square(size, dtype):
    tally = Tally(FUNCTION)
    for shape in SIZES:
        x, kernels = plane(shape, dtype), [positive((size, size), seed=seed) for seed in range(8)]
        for k, found in zip(kernels, ffmpeg(x, *((k, {}) for k in kernels)), strict=True):
            tally.same_but_ties(found, x, k)
            tally.same_but_ties(found, x, k, rdiv=3, bugs=True)
    tally.enough(96)


@pytest.mark.parametrize("mode", ["row", "column"])
def test_lines(mode):
    tally = Tally(FUNCTION, mode=mode, bias=7)
    for shape in SIZES:
        x = plane(shape, "uint8")
        kernels = [positive((1, size) if mode == "row" else (size, 1)) for size in (1, 3, 5, 7, 11, 49)]
        for k, found in zip(kernels, ffmpeg(x, *((k, {"mode": mode, "bias": 7}) for k in kernels)), strict=True):
            tally.same_but_ties(found, x, k)
    tally.enough(36)


def test_sums_of_zero_are_not_divided():
    tally = Tally(FUNCTION, rdiv=1)
    x, k, half = plane((9, 8), "uint8"), weights((3, 3)) / 1, positive((5, 5))
    k[1, 1] -= k.sum()
    difference, whole = ffmpeg(x, (k, {"bias": 100}), (half + 0.75, {}))
    tally.same(difference, x, k, bias=100)
    tally.same_but_ties(whole, x, half, rdiv=0)  # 1.75 is read as 1
    tally.refused(x, k, "does not divide", rdiv=0)


def test_rdiv_is_ignored():
    """The known bug of 5.1.9."""
    x, k = plane((5, 6), "uint8"), np.pad([[2.0]], 1)
    assert np.array_equal(ffmpeg(x, (k, {"rdiv": 1}))[0], x)
    assert np.array_equal(ft.like(FUNCTION, rdiv=1, bugs=True)(x, k), x)
    assert np.array_equal(ft.like(FUNCTION, rdiv=1)(x, k), np.minimum(2 * x.astype(int), 255))


def test_refusals():
    tally = Tally(FUNCTION)
    x = image((5, 6), "uint8")
    for k_shape, mode in [((2, 2), "square"), ((3, 5), "square"), ((1, 2), "row")]:
        assert ffmpeg(x, (np.ones(k_shape), {"mode": mode})) is None
        tally.refused(x, np.ones(k_shape), "has a kernel of shape", mode=mode)
    tally.refused(x, np.ones((9, 9)), "has a kernel of shape")  # ffmpeg takes the first 49 weights
    tally.refused(x, np.ones((1, 3)), "has no mode", mode="line")
    tally.refused(x.astype("float32"), np.ones((3, 3)), "does not take float32")


def test_written():
    assert round_trip(FUNCTION, [{}, {"rdiv": 1}, {"rdiv": 0.5, "bias": 3}]) == 3
    assert "0rdiv=0.5:0bias=3" in ft.write(ft.read(FUNCTION, rdiv=0.5, bias=3), FUNCTION).code
