"""What may go in, which dtype comes out, and one clear sentence for everything else."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import faltung as ft
from faltung.errors import PlanError, SpecError


@pytest.mark.parametrize(
    ("x", "k", "want"),
    [
        ("uint8", "uint8", "int64"), ("bool", "int8", "int64"), ("int64", "uint16", "int64"),
        ("float32", "int64", "float32"), ("float16", "int8", "float16"), ("float32", "float64", "float64"),
        ("uint8", "float32", "float32"), ("int16", "float64", "float64"), ("int32", "float32", "float64"),
        ("float32", "complex64", "complex64"), ("complex64", "float64", "complex128"), ("uint8", "complex64", "complex64"),
        ("longdouble", "float32", "longdouble"), ("clongdouble", "int8", "clongdouble"), ("object", "float64", "object"),
        ("float16", "float16", "float16"),
    ],
)  # fmt: skip
def test_result_dtype(x: str, k: str, want: str) -> None:
    assert ft.convolve(np.ones(5, x), np.ones(2, k)).dtype == np.dtype(want)


@pytest.mark.parametrize(
    ("x", "want"), [("float32", "float32"), ("float64", "float64"), ("uint8", "float32"), ("int32", "float64"), ("float16", "float16")]
)
def test_kernels_of_python_numbers_are_weak(x: str, want: str) -> None:
    assert ft.convolve(np.ones(5, x), [0.5, 0.25]).dtype == np.dtype(want)


def test_operands_are_taken_as_they_lie() -> None:
    base = np.arange(60.0).reshape(6, 10)
    k = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
    want = ft.correlate(base[::-1, ::2].copy(), k)
    assert np.array_equal(ft.correlate(base[::-1, ::2], k), want)
    assert np.array_equal(ft.correlate(base[::-1, ::2].astype(">f8"), k.astype(">f8")), want)
    assert np.array_equal(ft.correlate(np.asfortranarray(base[::-1, ::2]), np.asfortranarray(k)), want)
    frozen = base[::-1, ::2]
    frozen.setflags(write=False)
    before = base.copy()
    assert np.array_equal(ft.correlate(frozen, k), want)
    assert np.array_equal(base, before)


def test_objects_are_exact() -> None:
    x, k = np.array([Fraction(1, 3), 2, 10**30], dtype=object), np.array([1, Fraction(1, 7)], dtype=object)
    assert ft.convolve(x, k).tolist() == [Fraction(1, 3), 2 + Fraction(1, 21), 10**30 + Fraction(2, 7), Fraction(10**30, 7)]
    assert ft.convolve(np.array([Decimal("0.1"), 2], dtype=object), np.array([3], dtype=object)).tolist() == [Decimal("0.3"), 6]


@pytest.mark.parametrize(
    ("x", "k", "words"),
    [
        (np.ones((3, 3)), np.ones(3), ["(3, 3)", "(3,)", "axes=(0,)"]),
        (np.ones((5, 5, 3)), np.ones((3, 3)), ["axes=(0, 1)"]),
        (np.ones(3), np.ones((3, 3)), ["1 axes (3,)", "2 (3, 3)"]),
        (np.ones(0), np.ones(3), ["axis 0", "input is empty"]),
        (np.ones(3), np.ones(0), ["axis 0", "kernel is empty"]),
        (np.float64(3), np.ones(1), ["at least one axis"]),
        ([[1, 2], [3]], [1], ["input is not an array"]),
        (["a", "b"], [1], ["dtype <U1"]),
        (np.array([1, "a"], dtype=object), [1], ["str"]),
        (np.array([1, None], dtype=object), [1], ["NoneType"]),
        (np.array([Decimal(1), 2.5], dtype=object), [1], ["mixed types (Decimal, float)"]),
        (np.ma.masked_array([1.0, 2.0], [True, False]), [1], ["masked array", "missing='ignore'"]),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), [1], ["datetime64"]),
    ],
)  # fmt: skip
def test_refused_operands(x: object, k: object, words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        ft.convolve(x, k)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "valid"}, ["span 4", "exceeds 3 samples"]),
        ({"mode": "valid", "dilation": 3}, ["span 10 (4 taps, dilation 3)", "lower the dilation"]),
        ({"mode": "middle"}, ["unknown mode", "full"]),
        ({"boundary": "reflect"}, ["ambiguous", "numpy:reflect = whole_sample", "ndimage:reflect = half_sample"]),
        ({"boundary": "mirror"}, ["ndimage:mirror"]),
        ({"boundary": "nowhere"}, ["unknown boundary", "half_sample"]),
        ({"fill": 3}, ["constant"]),
        ({"stride": 0}, ["stride is 0"]),
        ({"stride": 1.5}, ["stride is 1.5"]),
        ({"dilation": (1, 2)}, ["dilation has 2 entries", "1 axes"]),
        ({"anchor": 1}, ["anchor", "same"]),
        ({"mode": "same", "anchor": 4}, ["anchor 4", "0 to 3"]),
        ({"axes": 1}, ["axis 1 does not exist"]),
        ({"axes": "a"}, ["whole number"]),
        ({"dtype": "datetime64[s]"}, ["dtype"]),
        ({"overflow": "ignore"}, ["raise, saturate, wrap"]),
        ({"conj": "both"}, ["none, input, kernel"]),
        ({"workers": 0}, ["workers is 0"]),
        ({"mask": [True, True, False]}, ["missing='ignore'"]),
    ],
)  # fmt: skip
def test_refused_arguments(arguments: dict[str, object], words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        ft.convolve(np.ones(3), np.ones(4), **arguments)
    for word in words:
        assert word in str(caught.value)


def test_refused_methods() -> None:
    with pytest.raises(PlanError, match="auto, direct, separable, fourier, shift"):
        ft.convolve(np.ones(3), np.ones(2), method="fast")
    with pytest.raises(PlanError, match="sums are exact"):
        ft.convolve([2**60, 2], [3], method="fourier")
    with pytest.raises(PlanError, match="too large to round"):
        ft.convolve(np.full(5000, 2**30), np.full(5000, 2), method="fourier")
    with pytest.raises(PlanError, match="memory allows 1"):
        ft.convolve(np.ones((64, 64)), np.ones((3, 3)), memory=1, boundary="edge", mode="same", method="shift")


@pytest.mark.parametrize("method", ["auto", "shift", "fourier"])
def test_out(method: str) -> None:
    x, k = np.arange(30.0).reshape(5, 6), np.arange(6.0).reshape(2, 3)
    want = ft.correlate(x, k, mode="valid", method=method)
    out = np.zeros((4, 4))
    assert ft.correlate(x, k, mode="valid", method=method, out=out) is out
    assert np.array_equal(out, want)
    strided = np.full((8, 12), -1.0)
    ft.correlate(x, k, mode="valid", method=method, out=strided[1::2, 2::3])
    assert np.array_equal(strided[1::2, 2::3], want)
    strided[1::2, 2::3] = -1
    assert (strided == -1).all()


@pytest.mark.parametrize(
    ("out", "word"),
    [
        (np.zeros((4, 3)), "shape (4, 3)"), (np.zeros((4, 4), "float32"), "dtype float32"), ([[0]], "list"),
        (np.zeros((4, 4), ">f8"), "dtype >f8"),
    ],
)  # fmt: skip
def test_refused_out(out: object, word: str) -> None:
    x, k = np.arange(30.0).reshape(5, 6), np.arange(6.0).reshape(2, 3)
    with pytest.raises(SpecError) as caught:
        ft.correlate(x, k, mode="valid", out=out)
    assert word in str(caught.value)
    assert not np.any(out)


def test_out_may_not_overlap() -> None:
    memory = np.arange(64.0)
    x, k = memory[:30].reshape(5, 6), np.arange(6.0).reshape(2, 3)
    before = memory.copy()
    with pytest.raises(SpecError, match="overlaps the input"):
        ft.correlate(x, k, mode="valid", out=memory[20:36].reshape(4, 4))
    with pytest.raises(SpecError, match="overlaps the kernel"):
        ft.correlate(np.ones((5, 6)), memory[:6].reshape(2, 3), mode="valid", out=memory[5:21].reshape(4, 4))
    frozen = np.zeros((4, 4))
    frozen.setflags(write=False)
    with pytest.raises(SpecError, match="read-only"):
        ft.correlate(x, k, mode="valid", out=frozen)
    assert np.array_equal(memory, before)
    ft.correlate(x, k, mode="valid", out=memory[30:46].reshape(4, 4))  # a neighbour in the same memory is no overlap
