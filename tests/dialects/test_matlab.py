"""MATLAB, Mathematica and Julia cannot be run here: their dialects are held against published numbers and worked examples."""

import numpy as np
import pytest

import faltung as ft
from faltung.dialects import DIALECTS
from faltung.errors import DialectError

MAGIC = [[17, 24, 1, 8, 15], [23, 5, 7, 14, 16], [4, 6, 13, 20, 22], [10, 12, 19, 21, 3], [11, 18, 25, 2, 9]]
# function, arguments, input, kernel, answer, where it is published
PUBLISHED = [
    ("matlab.conv", {}, [1, 0, 1], [2, 7], [2, 7, 2, 7], "conv: polynomial multiplication"),
    ("matlab.conv", {}, [1, 1, 1], [1, 1, 0, 0, 0, 1, 1], [1, 2, 2, 1, 0, 1, 2, 2, 1], "conv: vector convolution"),
    ("matlab.conv", {"shape": "same"}, [-1, 2, 3, -2, 0, 1, 2], [2, 4, -1, 1], [15, 5, -9, 7, 6, 7, -1], "conv: central part"),
    ("matlab.filter2", {"shape": "valid"}, MAGIC, [[1, 0], [0, 0]],
     [[17, 24, 1, 8], [23, 5, 7, 14], [4, 6, 13, 20], [10, 12, 19, 21]], "MATLAB Answers: filter2 and conv2"),
    ("matlab.filter2", {"shape": "valid"}, MAGIC, [[0, 0], [0, 1]],
     [[5, 7, 14, 16], [6, 13, 20, 22], [12, 19, 21, 3], [18, 25, 2, 9]], "MATLAB Answers: filter2 and conv2"),
    ("matlab.xcorr2", {}, np.ones((2, 3), int), [[1, 2], [3, 4], [5, 6]],
     [[6, 11, 11, 5], [10, 18, 18, 8], [6, 10, 10, 4], [2, 3, 3, 1]], "xcorr2: output matrix size"),
    ("octave.conv2", {"shape": "same"}, [[1, 2, 3, 4, 5]] * 2, [[1, 2]], [[4, 7, 10, 13, 10]] * 2, "Octave bug 34893"),
    ("octave.convn", {"shape": "same"}, [[[1, 2]]], [[[1, 2]]], [[[4, 4]]], "Octave bug 39314"),
    ("julia.DSP.conv", {}, [1, 2, 1, 2], [1, 2, 3], [1, 4, 8, 10, 7, 6], "DSP.jl, test/dsp.jl"),
    ("julia.DSP.conv", {}, [[1, 2, 1], [2, 3, 1], [1, 2, 1]], [[3, 2], [0, 1]],
     [[3, 8, 7, 2], [6, 14, 11, 3], [3, 10, 10, 3], [0, 1, 2, 1]], "DSP.jl, test/dsp.jl"),
    ("julia.DSP.conv", {}, [314159265], [314159265], [98696043785340225], "DSP.jl issue 410"),
    ("julia.DSP.xcorr", {}, [1, 2, 3], [4, 5], [5, 14, 23, 12], "DSP.jl, xcorr"),
    ("julia.DSP.xcorr", {}, [1, 2], [3, 4, 5], [5, 14, 11, 6], "DSP.jl, xcorr"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "x", "k", "answer", "where"), PUBLISHED, ids=lambda v: v if isinstance(v, str) else "")
def test_published_numbers(function, arguments, x, k, answer, where):
    np.testing.assert_array_equal(ft.like(function, **arguments)(x, k), answer, where)


def list_convolve(k, x, low, high, padding):
    """Return ListConvolve by its formula, indices from 1: the first output has k[low]·x[1] in it, the last k[high]·x[-1]."""
    size, taps = len(x), len(k)
    low, high = (i if i > 0 else taps + 1 + i for i in (low, high))

    def sample(i):
        inside = 1 <= i <= size
        return x[(i - 1) % size] if inside or padding is None else padding

    return [sum(k[r - 1] * sample(s - r) for r in range(1, taps + 1)) for s in range(low + 1, size + high + 1)]


@pytest.mark.parametrize("padding", [None, 0, 7])
@pytest.mark.parametrize("taps", [1, 2, 3, 4])
def test_overhangs(taps, padding):
    """Every pair of elements, by the formula of the documentation; a correlation with the kernel reversed is the same."""
    x, k = [3, -1, 4, 1, -5], [2, 7, -1, 8][:taps]
    compared = 0
    for low in (*range(1, taps + 1), *range(-taps, 0)):
        for high in (*range(1, taps + 1), *range(-taps, 0)):
            wanted = list_convolve(k, x, low, high, padding)
            arguments = {"overhang": (low, high), "padding": padding}
            if not wanted:
                continue
            assert ft.like("mathematica.ListConvolve", **arguments)(x, k).tolist() == wanted, arguments
            mirrored = {"overhang": (-low, -high), "padding": padding}
            assert ft.like("mathematica.ListCorrelate", **mirrored)(x, k[::-1]).tolist() == wanted, mirrored
            compared += 1
    assert compared == (2 * taps) ** 2


def test_nnlib_reverses_and_pads_each_side():
    x = np.arange(20).reshape(4, 5, 1, 1)
    k = np.array([[1, 10], [100, 1000], [3, 5]]).reshape(3, 2, 1, 1)
    answer = ft.like("julia.NNlib.conv", pad=(1, 0, 0, 1))(x, k)
    np.testing.assert_array_equal(answer[:, :, 0, 0], ft.convolve(x[:, :, 0, 0], k[:, :, 0, 0], mode=((1, 0), (0, 1))))
    flipped = ft.like("julia.NNlib.conv", flipped=True)(x, k)
    np.testing.assert_array_equal(flipped[:, :, 0, 0], ft.correlate(x[:, :, 0, 0], k[:, :, 0, 0], mode="valid"))


LINES = [
    ("convolve full", "matlab.conv", "conv(x, k)"),
    ("convolve same:low", "matlab.conv2", "conv2(x, k, 'same')"),
    ("correlate same:low boundary=edge", "matlab.imfilter", "imfilter(x, k, 'replicate')"),
    ("convolve same:low boundary=constant fill=7:7", "matlab.imfilter", "imfilter(x, k, 'conv', 7)"),
    ("correlate full", "julia.DSP.xcorr", "DSP.xcorr(x, k)"),
    ("correlate same:low conj=none boundary=half_sample", "julia.ImageFiltering.imfilter", 'ImageFiltering.imfilter(x, k, "symmetric")'),
    ("correlate valid conj=none", "mathematica.ListConvolve", "ListConvolve[Reverse[k, Range[ArrayDepth[k]]], x]"),
    ("convolve causal boundary=periodic", "mathematica.ListConvolve", "ListConvolve[k, x, {1, 1}]"),
    ("correlate same:0 conj=none boundary=periodic", "mathematica.ListCorrelate", "ListCorrelate[k, x, {1, 1}]"),
]


@pytest.mark.parametrize(("text", "function", "line"), LINES)
def test_lines(text, function, line):
    assert ft.write(ft.parse(text), function).code == line


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("mathematica.ListConvolve", {"overhang": 0}, "must be a whole number other than 0"),
        ("mathematica.ListConvolve", {"padding": [1, 2]}, "only a number"),
        ("mathematica.ListConvolve", {"overhang": (2, 3)}, "give k_shape"),
        ("mathematica.ListConvolve", {"overhang": (2, 3), "k_shape": (2,)}, "does not have"),
        ("julia.ImageFiltering.imfilter", {"k_shape": (3, 2)}, "even size is not established"),
        ("julia.ImageFiltering.imfilter", {"x_dtype": "complex128"}, "conjugates complex kernels is not established"),
        ("julia.ImageFiltering.imfilter", {"border": "zero"}, "has no border 'zero'; it has 'a number, for Fill', 'replicate'"),
        ("julia.DSP.xcorr", {"padmode": "longest"}, "has no padmode 'longest'"),
        ("matlab.conv2", {"shape": "central"}, "has no shape 'central'; it has 'full', 'same', 'valid'"),
    ],
)
def test_what_they_do_not_have(function, arguments, message):
    with pytest.raises(DialectError, match=message):
        ft.read(function, **arguments)


def test_what_cannot_be_run_says_how_it_is_known():
    for name, dialect in DIALECTS.items():
        if name.startswith(("matlab.", "mathematica.", "julia.")):
            assert dialect.evidence in ("documentation", "source")
            assert dialect.reference
