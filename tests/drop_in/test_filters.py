"""lfilter without recursion, upfirdn and choose_conv_method do what SciPy's do: sizes, dtypes, axes, states, modes, errors."""

from itertools import product

import numpy as np
import pytest
from drop_in.agreement import assert_agree, numbers
from scipy import signal

import faltung as ft
from faltung.drop_in import scipy_signal as ours
from faltung.spec.numbers import DTYPES

UP_MODES = ("constant", "wrap", "edge", "symmetric", "reflect", "antisymmetric", "antireflect", "smooth", "line")


def agree(name, *args, **kwargs):
    assert_agree(getattr(ours, name), getattr(signal, name), *args, **kwargs)


def pairs_agree(*args, **kwargs):
    """Compare both results of lfilter with a state."""
    one, other = ours.lfilter(*args, **kwargs), signal.lfilter(*args, **kwargs)
    for a, b in zip(one, other, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_array_equal(a, b)


def test_lfilter_of_every_size():
    for n, k in product(range(1, 8), range(1, 6)):
        x, b = numbers(n, "complex128"), numbers(k, "complex128", 1)
        agree("lfilter", b, 1.0, x)
        agree("lfilter", b, [2.0], x)
        pairs_agree(b, 1.0, x, zi=numbers(k - 1, "complex128", 2))


@pytest.mark.parametrize(("x_dtype", "b_dtype"), list(product(DTYPES, DTYPES)))
def test_lfilter_of_every_pair_of_dtypes(x_dtype, b_dtype):
    for a in (np.ones(1, b_dtype), 1, 1.0, np.float32(1)):
        agree("lfilter", numbers(3, b_dtype), a, numbers(6, x_dtype, 1), same_message=False)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_lfilter_along_an_axis_with_a_state(axis):
    x, b = numbers((4, 5, 6), "float64"), numbers(4, "float64", 1)
    shape = list(x.shape)
    shape[axis] = 3
    agree("lfilter", b, 1.0, x, axis)
    for state in (tuple(shape), tuple(3 if a == axis % 3 else 1 for a in range(3))):
        pairs_agree(b, 1.0, x, axis, numbers(state, "float64", 2))
        pairs_agree(b, 1.0, x.astype("float32"), axis, zi=numbers(state, "complex64", 2))


@pytest.mark.parametrize(
    "args",
    [
        ([[1, 2]], 1.0, [1.0]), ([], 1.0, [1.0]), ([1], [], [1.0]), ([1], [[1]], [1.0]), ([1, 2], 1.0, 3.0), ([1, 2], 1, [1, 2]),
        ([1, 2], 1.0, []), ([1, 2], 1.0, np.zeros((2, 0))), ([1, 2], 1.0, np.zeros((0, 2))), ([1, 2], ["a"], [1.0]),
        ([1, 2], 1.0, [1.0], 1), ([1, 2], 1.0, [1.0], -2), ([1, 2], 1.0, [1.0], 1, [1]), ([1, 2, 3], 1.0, [1.0], 0, [1]),
        ([1, 2, 3], 1.0, [1.0], 0, 5), ([1, 2, 3], 1.0, np.ones((3, 4)), -1, np.ones((2, 2))), ([1], 1.0, np.ones(3), 0, [1]),
        ([0, 2], 0.0, [1.0, 2.0]),
    ],
    ids=str,
)  # fmt: skip
def test_lfilter_refuses_and_warns_as_there(args):
    agree("lfilter", *args)


def test_recursions_are_refused_with_a_sentence():
    with pytest.raises(NotImplementedError, match="only where a is one number; this one has 2 coefficients: a recursion"):
        ours.lfilter([1.0], [1.0, 0.5], [1.0, 2.0])


def test_lfilter_changes_no_argument():
    b, x, zi = np.array([2.0, 4.0]), np.arange(4.0), np.array([1.0])
    ours.lfilter(b, 2.0, x, zi=zi)
    assert (b.tolist(), x.tolist(), zi.tolist()) == ([2, 4], [0, 1, 2, 3], [1])


@pytest.mark.parametrize("mode", UP_MODES)
def test_upfirdn_of_every_size_rate_and_mode(mode):
    for n, k, up, down in product((1, 2, 3, 5), (1, 2, 3, 7, 20), (1, 2, 3), (1, 2, 5)):
        if n == 1 and mode in ("reflect", "antireflect", "smooth", "line"):
            continue  # SciPy ends the process, reads what stands behind the sample, or divides 0 by 0
        x, h = numbers(n, "float64"), numbers(k, "float64", 1)
        agree("upfirdn", h, x, up, down, mode=mode, cval=3, tolerance=1e-12 if mode == "line" else None)


def test_upfirdn_of_one_sample_is_continued_by_it():
    for mode in ("reflect", "antireflect", "smooth"):
        np.testing.assert_array_equal(ours.upfirdn([1.0, 2, 3], [5.0], mode=mode), ours.upfirdn([1.0, 2, 3], [5.0], mode="edge"))


@pytest.mark.parametrize(("x_dtype", "h_dtype"), list(product(DTYPES, DTYPES)))
def test_upfirdn_of_every_pair_of_dtypes(x_dtype, h_dtype):
    for mode in ("constant", "antireflect"):
        agree("upfirdn", numbers(4, h_dtype), numbers(6, x_dtype, 1), 2, 3, mode=mode)


@pytest.mark.parametrize("mode", UP_MODES)
@pytest.mark.parametrize("axis", [0, 1, -1, -3])
def test_upfirdn_along_an_axis(axis, mode):
    agree("upfirdn", numbers(5, "float64"), numbers((4, 5, 6), "complex64", 1), 3, 2, axis, mode, tolerance=1e-6)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (([[1]], [1]), {}), (([], [1]), {}), (([1], [1], 0, 1), {}), (([1], [1], 1, 0), {}), (([1, 2], 3.0), {}),
        (([1, 2], [1.0], 1, 1, 1), {}), (([1, 2], [1.0]), {"mode": "foo"}), (([1, 2], [1.0]), {"cval": 1j}),
        (([1, 2], [1.0]), {"cval": "a"}), (([1, 2], ["a"]), {}), (([1, 2], []), {}), (([1, 2, 3], [], 2), {}),
        (([1, 2], np.zeros((0, 3)), 1, 1, 1), {}), (([1, 2], np.zeros((3, 0))), {}), (([1, 2], [1.0, 2.0], 1.9, 2.2), {}),
        (([1, 2], [1.0, 2.0]), {"mode": "Constant", "cval": 3}), (([1, 2], [1, 2j]), {"cval": 1j}), (([1, 2], [1.0]), {"mode": 3}),
    ],
    ids=str,
)  # fmt: skip
def test_upfirdn_refuses_as_there(args, kwargs):
    agree("upfirdn", *args, **kwargs)


def test_choose_conv_method():
    names = {}
    for n, k in ((8, 6), (100_000, 10_000)):
        x, w = numbers(n, "float64"), numbers(k, "float64", 1)
        names[n], times = ours.choose_conv_method(x, w, "full", measure=True)
        assert times.keys() == {"fft", "direct"}
        assert names[n] == min(times, key=times.get)
        assert ours.choose_conv_method(x, w) == {"fourier": "fft"}.get(ft.plan(x, w).method, "direct")
    assert ours.choose_conv_method(numbers(100_000, "float64"), numbers(10_000, "float64")) == "fft"
    for x, k in (([2**51], [2**51]), ([True], [True]), ([], [1.0]), (1.0, 1.0), ([1.0], [[1.0]]), (np.ones(9, "longdouble"), [1.0])):
        assert ours.choose_conv_method(x, k) == "direct"
    assert ours.choose_conv_method(np.ones((3, 5)), np.ones((5, 3)), "valid") == "direct"  # convolve would refuse
    with pytest.raises(ValueError, match="Acceptable mode flags are 'valid', 'same', or 'full', not mode=circular"):
        ours.choose_conv_method([1.0], [1.0], "circular")
