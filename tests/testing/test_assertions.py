"""The public assertions pass what is right and name what is wrong."""

import numpy as np
import pytest
from hypothesis import given
from scipy import ndimage, signal

import faltung as ft
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.testing import assert_adjoint, assert_convention, assert_exact
from faltung.testing.conventions import grid
from faltung.testing.strategies import problems, specs


@pytest.mark.parametrize(
    ("function", "spec", "ndim"),
    [
        (np.convolve, "convolve", 1),
        (ndimage.correlate, "correlate same:high boundary=half_sample", 2),
        (ndimage.convolve, ft.read("scipy.ndimage.convolve"), 3),
        (signal.fftconvolve, "convolve", 2),  # to rounding
        (lambda x, k: signal.correlate(x, k, "valid"), "correlate valid operands=dominant_first", 2),
    ],
)
def test_right_functions_pass(function, spec, ndim):
    assert_convention(function, spec, ndim=ndim)


def test_dtypes_of_operands_and_result():
    assert_convention(ndimage.correlate, ft.read("scipy.ndimage.correlate", x_dtype="uint8", k_dtype="uint8"), dtypes=("uint8", "uint8"))
    assert_convention(np.correlate, "correlate valid operands=longer_first", ndim=1, dtypes=("complex128", "complex64"))
    with pytest.raises(AssertionError, match="has dtype float64, expected float32"):
        assert_convention(ndimage.correlate, "correlate same:high boundary=half_sample dtype=float32")


@pytest.mark.parametrize(
    ("function", "spec", "said"),
    [
        (ndimage.convolve, "correlate same:low boundary=half_sample", "reversal (axis 0): true | false"),
        (ndimage.correlate, "correlate same:low boundary=half_sample", "mode: same:high | same:low"),
        (ndimage.correlate, "correlate same:high boundary=whole_sample", "boundary (axis 0, low end): half_sample | whole_sample"),
        (lambda x, k: ndimage.correlate(x, k.T), "correlate same:high boundary=half_sample", "permute: (1, 0) | None"),
        (lambda x, k: 1 / 0, "convolve", "it raised ZeroDivisionError: division by zero"),
        (lambda x, k: x, "convolve", "has shape (6, 6), expected (9, 9)"),
        (lambda x, k: ndimage.correlate(x, k) ** 2, "correlate same:high boundary=half_sample", "no multiples of the weights"),
        (lambda x, k: np.full(x.shape, "a"), "convolve same:high", "expected"),
    ],
)
def test_wrong_functions_are_named(function, spec, said):
    with pytest.raises(AssertionError) as caught:
        assert_convention(function, spec)
    assert said in str(caught.value)
    assert "at x (" in str(caught.value)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(SpecError, match="has sizes"):
        assert_convention(np.convolve, "float64[4] * float64[2] convolve")
    with pytest.raises(SpecError, match="refuses all 1 pairs"):
        assert_convention(np.convolve, "convolve valid", shapes=[((2,), (5,))])


def test_the_grid_has_even_kernels_that_are_not_square_and_kernels_as_long_as_the_input():
    for ndim in (1, 2, 3):
        pairs = grid(ndim)
        assert any(all(n % 2 == 0 for n in k) for _, k in pairs)
        assert any(n == m for x, k in pairs for n, m in zip(x, k, strict=True))
        assert ndim == 1 or any(len(set(k)) == ndim for _, k in pairs)


def test_exact():
    assert_exact([1.0, np.nan], [1.0, np.nan])
    assert_exact(np.zeros(2, "int8"), np.zeros(2), dtype=False)
    for found, expected, said in (
        ([1, 2], [1, 2, 3], r"has shape \(2,\), expected \(3,\)"),
        ([1, 2], [1.0, 2.0], "has dtype int64, expected float64"),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], r"at \(1, 1\) is 5, expected 4 \(1 of 4 values differ\)"),
        ([np.nan], [1.0], "is nan, expected 1.0"),
    ):
        with pytest.raises(AssertionError, match=said):
            assert_exact(found, expected)


@pytest.mark.parametrize("dtype", ["float64", "complex128", "int64"])
def test_adjoint_of_every_mode(dtype):
    w = np.array([[1, 2, 4], [8, 16, 32]])
    for notation in ("correlate same:high boundary=half_sample", "convolve stride=2", "correlate valid dilation=2"):
        forward = ft.problem(notation, (7, 8), w.shape, dtype, "int64")
        back = ft.adjoint(forward)
        assert_adjoint(lambda x, p=forward: ft.run(p, x, w), lambda g, p=back: ft.run(p, g, w), (7, 8), dtype=dtype)


def test_what_is_no_adjoint_is_named():
    with pytest.raises(AssertionError, match=r"⟨forward\(x\), g⟩ = .*, but ⟨x, adjoint\(g\)⟩ = "):
        assert_adjoint(lambda x: ft.convolve(x, [1, 2]), lambda g: ft.convolve(g, [1, 2], mode="valid"), (5,))
    with pytest.raises(AssertionError, match=r"adjoint\(g\) has shape \(7,\); the input of forward has \(5,\)"):
        assert_adjoint(lambda x: ft.convolve(x, [1, 2]), lambda g: ft.convolve(g, [1, 2]), (5,))


@given(specs(ndim=2))
def test_drawn_specs_can_be_written_and_read(spec):
    assert isinstance(spec, Spec)
    assert ft.parse(str(spec)) == spec


@given(problems(ndim=1, most=6, taps=3))
def test_drawn_problems_can_be_run(problem):
    assert isinstance(problem, Problem)
    x, k = np.ones(problem.input_shape), np.ones(problem.kernel_shape)
    assert ft.run(problem, x, k).shape == problem.output_shape
