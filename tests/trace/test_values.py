"""Every number of a trace is the reference's and the engine's: exactly, every size, boundary, stride and dilation."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import faltung as ft
from faltung.reference import reference
from faltung.spec import BOUNDARIES, Spec
from faltung.spec.arguments import make_spec
from faltung.trace import Walk

MODES = ("full", "same:high", "same:low", "valid", "causal", "same_upper", "same_lower", "pads=2:3", "pads=-1:2")


def walked(walk: Walk) -> np.ndarray:
    out = np.empty(walk.problem.output_shape, dtype=object)
    for steps in walk:
        out[steps.at] = steps.total
    return out


def check(x, k, spec):
    try:
        walk = ft.trace(x, k, None, spec=spec)
    except ft.SpecError:
        with pytest.raises(ft.SpecError, match="does not fit"):
            ft.run(spec, x, k)
        return 0
    totals = walked(walk)
    assert (totals == reference(walk.problem, x, k)).all()
    assert (totals == ft.run(spec, x, k)).all()
    for steps in walk:
        check_terms(steps, x, k)
    return len(walk)


def check_terms(steps, x, k):
    """Each term says which sample and tap it is, and these are what the arrays hold."""
    running = 0
    assert [term.tap for term in steps.terms] == list(np.ndindex(*steps.problem.kernel_sizes))
    for term in steps.terms:
        assert term.weight == k[term.kernel_index]
        sample = term.sample
        if sample.source == "nothing":
            assert term.product is None
            continue
        assert sample.value == (x[sample.index] if sample.index is not None else sample.value)
        assert (sample.source == "boundary") == bool(sample.outside)
        running += term.weight * sample.value
        assert (term.product, term.running) == (term.weight * sample.value, running)
    assert steps.total == running


@pytest.mark.parametrize("n", range(1, 6))
def test_one_axis_every_pair_of_boundaries(n):
    x, found = np.arange(1, n + 1) ** 2, 0
    for k, (low, high) in product(range(1, 5), product(BOUNDARIES, repeat=2)):
        fill = ",".join(f"{3 if low == 'constant' else 0}:{7 if high == 'constant' else 0}" for _ in "x")
        found += check(x, np.arange(2, k + 2), f"convolve pads=4:3 boundary={low}:{high} fill={fill} stride=2 dilation=2")
        found += check(x, np.arange(2, k + 2), f"correlate full boundary={low}:{high} fill={fill}")
    assert found > 100


@pytest.mark.parametrize("mode", MODES)
def test_one_axis_every_mode_stride_and_dilation(mode):
    found = 0
    for n, k, stride, dilation, spread in product(range(1, 5), range(1, 5), (1, 3), (1, 2), (1, 2)):
        x, kernel = np.arange(1, n + 1) ** 2, np.arange(2, k + 2)
        settings = f"boundary=whole_sample stride={stride} dilation={dilation} input_dilation={spread}"
        found += check(x, kernel, f"convolve {mode} {settings}")
        found += check(x, kernel, f"correlate {mode} {settings}")
    assert found > 100


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_two_axes(boundary):
    fill = " fill=5:6,7:8" if boundary == "constant" else ""
    for n, k in product(product(range(1, 4), repeat=2), product(range(1, 4), repeat=2)):
        x, kernel = np.arange(1, n[0] * n[1] + 1).reshape(n) ** 2, np.arange(2, k[0] * k[1] + 2).reshape(k)
        check(x, kernel, f"convolve full boundary={boundary}{fill} stride=1,2 dilation=2,1")
        check(x, kernel, f"correlate same:low boundary={boundary}{fill}")


def test_two_axes_with_different_boundaries():
    x, k = np.arange(1, 7).reshape(2, 3), np.arange(2, 14).reshape(3, 4)
    for first, second in product(BOUNDARIES, repeat=2):
        fill = ",".join("5:6" if law == "constant" else "0:0" for law in (first, second))
        check(x, k, f"convolve full boundary={first},{second} fill={fill}")


def test_three_axes():
    x, k = np.arange(1, 25).reshape(2, 3, 4), np.arange(2, 14).reshape(2, 3, 2)
    check(x, k, "convolve same:high boundary=edge,periodic,half_sample stride=1,2,1")


@pytest.mark.parametrize(
    "notation",
    [
        "convolve_transpose",
        "convolve_transpose pads=1:1 stride=2",
        "convolve_transpose same_upper stride=3",
        "correlate full output_reversal=true",
        "correlate full reversal=true,false",
        "convolve full permute=1,0",
        "convolve full permute=1,0 reversal=true,false boundary=edge",
    ],
)
def test_other_cores(notation):
    check(np.arange(1, 13).reshape(3, 4), np.arange(2, 8).reshape(2, 3), notation)


def test_classic_case():
    x, k = [[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]]
    assert ft.trace(x, k, mode="valid").result == 14
    assert ft.trace(x, k, operation="convolve", mode="valid").result == 10
    assert [term.product for term in ft.trace(x, k, mode="valid").terms] == [0, 0, 0, 0, 3, 6, 2, 3, 0]


def test_fractions_and_large_integers_are_exact():
    x, k = np.array([Fraction(1, 3), Fraction(2, 7)]), np.array([Fraction(1, 9), 2])
    assert ft.trace(x, k, mode="valid").total == Fraction(1, 27) + Fraction(4, 7)
    assert ft.trace([2**40, 1], [2**40, 1], mode="valid").total == 2**80 + 1


def test_complex_is_conjugated_as_the_convention_says():
    x, k = np.array([1 + 2j, 3, 4j]), np.array([1j, 2 - 1j])
    for conj in ("none", "input", "kernel"):
        for operation in ("convolve", "correlate"):
            walk = ft.trace(x, k, None, operation=operation, conj=conj)
            assert (walked(walk) == ft.run(f"{operation} full conj={conj}", x, k)).all()
    assert [term.weight for term in ft.trace(x, k).terms] == [-1j, 2 + 1j]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "complex64", "complex128"])
def test_floats_have_the_bits_of_shift(dtype):
    random = np.random.default_rng(3)
    x, k = random.standard_normal((5, 6)).astype(dtype), random.standard_normal((3, 2)).astype(dtype)
    walk = ft.trace(x, k, None, mode="same", boundary="edge")
    expected = ft.correlate(x, k, mode="same", boundary="edge", method="shift")
    assert expected.dtype == walk.output.dtype
    assert all(np.array_equal(np.asarray(steps.result, dtype=expected.dtype), expected[steps.at]) for steps in walk)


@pytest.mark.parametrize(
    "notation",
    [
        "correlate same:high dtype=uint8 overflow=saturate",
        "correlate same:high dtype=uint8 overflow=wrap",
        "correlate same:high scale=1/7 dtype=uint8 rounding=half_up",
        "correlate same:high scale=1/sum",
        "correlate same:high offset=128 dtype=int16",
        "correlate same:high dtype=float32",
    ],
)
def test_what_follows_the_sum_is_the_engines(notation):
    x, k = np.arange(20, dtype=np.uint8).reshape(4, 5) * 7, np.array([[1, 2, 0], [0, 3, 0], [0, 4, 1]])
    expected = ft.run(notation, x, k)
    assert all(steps.result == expected[steps.at] for steps in ft.trace(x, k, None, spec=notation))


def test_what_does_not_fit_is_shown():
    steps = ft.trace([200, 100], [1, 1], mode="valid", dtype="uint8")
    assert (steps.total, steps.result) == (300, None)
    assert "does not fit uint8 (0 to 255)" in str(steps)


def test_operands_are_not_changed():
    x, k = np.arange(6.0), np.arange(3.0)
    before = x.copy(), k.copy()
    str(ft.trace(x[::-1], k[::-1]))
    assert (x == before[0]).all()
    assert (k == before[1]).all()


def test_loose_arguments_are_those_of_correlate():
    walk = ft.trace([1, 2, 3], [1, 2], None, mode="same", boundary="constant", fill=5, anchor="low", stride=2, dilation=1, dtype=np.int32)
    assert walk.problem.spec == make_spec("correlate", mode="same", boundary="constant", fill=5, anchor="low", stride=2, dtype="int32")
    assert isinstance(walk.problem.spec, Spec)
