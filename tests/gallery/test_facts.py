"""What is computed from weights: reversal, factors, moments; each against an independent construction."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage

from faltung.gallery import kernel, kernels
from faltung.gallery.facts import factors_of, moment, reversal_of

# Every parameter that changes a symmetry or a parity, beside the defaults.
CASES = [
    *((name, {}) for name in kernels()),
    ("sobel-x", {"size": 7}),
    ("box", {"size": (2, 5)}),
    ("gaussian", {"size": 4, "sigma": 0.8}),
    ("gaussian", {"size": (1, 6), "sigma": (1.0, 2.0)}),
    ("binomial", {"size": (4, 1)}),
    ("motion-blur", {"length": 6, "angle": 33}),
    ("unsharp", {"amount": 0}),
    ("log", {"sigma": 1.7, "size": 8}),
    ("gabor", {"phase": 90, "angle": 25}),
    ("gabor", {"phase": 45}),
]


@pytest.mark.parametrize(("name", "given"), CASES)
def test_reversal_is_what_two_flips_show(name, given):
    k = kernel(name, **given)
    turned = k.weights[::-1, ::-1]
    assert np.array_equal(k.reversed_weights, turned)
    assert (k.reversal == "unchanged") == bool((turned == k.weights).all())
    assert (k.reversal == "negated") == bool((turned == -k.weights).all())
    word = {"unchanged": "one operation", "negated": "minus the correlation", "changed": "different answers"}[k.reversal]
    assert word in k.reversal_sentence


def test_the_reversal_of_the_named_kernels():
    kinds = {name: kernel(name).reversal for name in kernels()}
    negated = {"sobel-x", "sobel-y", "prewitt-x", "prewitt-y", "scharr-x", "scharr-y"}
    assert kinds == {name: "negated" if name in negated else "changed" if name == "emboss" else "unchanged" for name in kernels()}
    assert kernel("gabor", phase=90, angle=25).reversal == "negated"
    assert kernel("gabor", phase=45).reversal == "changed"


@pytest.mark.parametrize("operation", ["convolve", "correlate"])
@pytest.mark.parametrize("name", ["sobel-x", "emboss", "box", "laplacian-4"])
def test_reversal_predicts_both_operations(name, operation):
    k = kernel(name)
    table = k.integers
    x = np.arange(49).reshape(7, 7) ** 2 % 23
    convolved, correlated = ndimage.convolve(x, table, mode="constant"), ndimage.correlate(x, table, mode="constant")
    assert np.array_equal(convolved, ndimage.correlate(x, np.flip(table), mode="constant"))
    assert (k.reversal == "unchanged") == np.array_equal(convolved, correlated)
    assert (k.reversal == "negated") == np.array_equal(convolved, -correlated)


@pytest.mark.parametrize(("name", "given"), CASES)
def test_factors_rebuild_the_weights_and_are_absent_only_above_rank_one(name, given):
    k = kernel(name, **given)
    table = k.weights if k.integers is None else k.integers
    rank = np.linalg.matrix_rank(table.astype(float), tol=1e-12 * np.abs(table).max())
    assert (k.factors is not None) == (rank == 1)
    if k.factors is None:
        return
    column, row = k.factors
    if k.integers is None:
        np.testing.assert_allclose(np.outer(column, row), table, rtol=0, atol=8 * np.finfo(float).eps * np.abs(table).max())
    else:
        assert column.dtype.kind == row.dtype.kind == "i"
        assert np.array_equal(np.outer(column, row), table)


def test_integer_factors_are_exact_for_every_small_outer_product():
    values = [v for v in itertools.product(range(-2, 3), repeat=3) if any(v)]
    for column, row in itertools.product(values, repeat=2):
        table = np.outer(column, row)
        found = factors_of(table)
        assert found is not None
        assert np.array_equal(np.outer(*found), table)
        assert np.gcd.reduce(found[1]) == 1
    assert factors_of(np.zeros((2, 3), dtype=np.int64)) is None
    assert factors_of(np.array([[1, 2], [2, 5]])) is None


def test_the_factors_of_the_derivatives_keep_the_smoothing_positive():
    for name, column, row in (
        ("sobel-x", [1, 2, 1], [-1, 0, 1]),
        ("sobel-y", [-1, 0, 1], [1, 2, 1]),
        ("scharr-x", [3, 10, 3], [-1, 0, 1]),
        ("prewitt-y", [-1, 0, 1], [1, 1, 1]),
    ):
        assert [v.tolist() for v in kernel(name).factors] == [column, row]


@pytest.mark.parametrize("name", kernels())
def test_a_moment_is_the_correlation_with_a_monomial(name):
    w = kernel(name).weights
    for py, px in itertools.product(range(3), repeat=2):
        by_hand = sum(
            Fraction(w[i, j].item()) * (Fraction(2 * i - w.shape[0] + 1, 2) ** py) * (Fraction(2 * j - w.shape[1] + 1, 2) ** px)
            for i, j in np.ndindex(w.shape)
        )
        assert moment(w, py, px) == pytest.approx(float(by_hand), abs=1e-9)


def test_reversal_of_one_axis_alone_is_not_the_question():
    assert reversal_of(np.array([[1, 2], [2, 1]])) == "unchanged"  # neither flip alone leaves it, both together do
    assert reversal_of(np.array([[1, 2], [-2, -1]])) == "negated"
