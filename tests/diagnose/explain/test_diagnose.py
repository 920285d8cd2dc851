"""`faltung.diagnose` from end to end: the answer, what was expected, what differs, the line to type, and what is refused."""

import warnings

import numpy as np
import pytest
from diagnose.explain.plain_search import plain_search
from scipy import ndimage, signal

import faltung as ft
from faltung.diagnose.explain import diagnose as module
from faltung.diagnose.explain.precision import tf32
from faltung.errors import DialectError, SpecError

RNG = np.random.default_rng(5)
X, K = RNG.integers(-9, 10, (12, 9)).astype(float), RNG.integers(-9, 10, (3, 4)).astype(float)
TWO = [[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]]


@pytest.fixture
def _short_list(monkeypatch):
    monkeypatch.setattr(module, "search", plain_search)


# The whole way, with the real search


def test_ten_where_the_hand_calculation_says_fourteen():
    report = ft.diagnose(*TWO, 10, expected=14)
    assert report.answer == (
        "this is the valid convolution; the expected 14 is the valid cross-correlation; use `k[::-1, ::-1]` or `scipy.signal.correlate2d`"
    )
    assert report.fits
    assert report.as_expected is False
    assert str(report.best.spec) == "convolve valid"
    assert report.line == "scipy.signal.convolve2d(x, k[::-1, ::-1], mode='valid')"
    x, k = map(np.array, TWO)
    assert eval(report.line, {"scipy": __import__("scipy.signal"), "x": x, "k": k}).item() == 14
    assert {each.field for each in report.differences} == {"reversal"}


def test_every_explanation_reproduces_the_result():
    for y in (ndimage.convolve(X, K), signal.correlate2d(X, K, "same"), signal.convolve2d(X, K)):
        report = ft.diagnose(X, K, y)
        assert report.fits
        for each in report.explanations:
            np.testing.assert_array_equal(module.answer(each, X, K), y)


def test_a_number_at_any_place():
    y = signal.correlate2d(X, K, "valid")
    report = ft.diagnose(X, K, y[2, 3])
    assert report.fits
    assert any(str(each.spec) == "correlate valid" and each.changes[0].values == ((2, 3),) for each in report.explanations)
    for each in report.explanations:
        assert module.answer(each, X, K) == y[2, 3]


# With the short list


@pytest.mark.usefixtures("_short_list")
@pytest.mark.parametrize(
    "expected", ["scipy.signal.convolve2d(img, taps, 'same')", "convolve same:high", ft.Spec(operation="convolve", mode="same")]
)
def test_another_convention_was_expected(expected):
    report = ft.diagnose(X, K, ndimage.convolve(X, K), expected)
    assert report.as_expected is False
    assert str(report.best.spec) == "convolve same:low boundary=half_sample"
    assert {each.field for each in report.differences} == {"mode", "boundary"}
    assert report.ranking[0].nearest == "expected"
    assert report.ranking[0].deviations == 2


@pytest.mark.usefixtures("_short_list")
@pytest.mark.parametrize(
    ("expected", "function"),
    [
        ("scipy.signal.convolve2d(img, taps, 'same')", "scipy.signal.convolve2d"),
        ("scipy.ndimage.correlate(img, taps)", "scipy.ndimage.convolve(img, taps)"),
        ("scipy.ndimage.convolve(img, taps, mode='wrap')", "scipy.ndimage.convolve"),
    ],
)
def test_the_line_is_in_the_expected_library_and_gives_y(expected, function):
    y = ndimage.convolve(X, K)
    report = ft.diagnose(X, K, y, expected)
    assert function in report.line
    assert "img" in report.line
    assert report.answer.endswith("gives y")
    names = {"scipy": __import__("scipy"), "numpy": np, "img": X, "taps": K}
    np.testing.assert_array_equal(eval(report.line, names), y)


@pytest.mark.usefixtures("_short_list")
def test_the_line_against_expected_numbers_gives_the_numbers():
    y, expected = signal.convolve2d(X, K, "same"), signal.correlate2d(X, K, "same")
    report = ft.diagnose(X, K, y, expected)
    names = {"scipy": __import__("scipy"), "numpy": np, "x": X, "k": K}
    np.testing.assert_array_equal(eval(report.line, names), expected)
    assert report.answer.endswith("use `scipy.signal.correlate2d(x, k, mode='same')`")  # its centre is another: k[::-1, ::-1] would not do


@pytest.mark.usefixtures("_short_list")
@pytest.mark.parametrize("expected", ["scipy.ndimage.convolve", "convolve same:low boundary=half_sample", "array"])
def test_as_expected(expected):
    y = ndimage.convolve(X, K)
    report = ft.diagnose(X, K, y, y.copy() if expected == "array" else expected)
    assert report.as_expected is True
    assert report.differences == ()
    assert report.line == ""
    assert report.answer.startswith("as expected: the same-size convolution")


@pytest.mark.usefixtures("_short_list")
def test_float_noise_is_no_mismatch():
    x, k = RNG.normal(size=(20, 9)).astype(np.float32), RNG.normal(size=(3, 4)).astype(np.float32)
    y = signal.fftconvolve(x, k, "same")
    for expected in ("scipy.signal.convolve2d(x, k, 'same')", signal.convolve2d(x, k, "same")):
        report = ft.diagnose(x, k, y, expected)
        assert report.as_expected is True
        assert report.answer.startswith("the same operation, rounding only: ")


@pytest.mark.usefixtures("_short_list")
def test_tf32_is_named():
    x, k = RNG.normal(size=(20, 9)).astype(np.float32), RNG.normal(size=(3, 4)).astype(np.float32)
    y = signal.correlate2d(tf32(x), tf32(k), "same")
    report = ft.diagnose(x, k, y, "scipy.signal.correlate2d(x, k, 'same')")
    assert report.as_expected is True
    assert report.answer.startswith("the same operation, rounding only of TF32")
    other = ft.diagnose(x, k, y, "scipy.signal.convolve2d(x, k, 'same')")
    assert other.as_expected is False


@pytest.mark.usefixtures("_short_list")
def test_a_wrong_sample_is_found_and_nothing_is_guessed():
    y = ndimage.convolve(X, K)
    y[3, 4] += 1
    report = ft.diagnose(X, K, y)
    assert not report.fits
    assert report.best is None
    assert report.explanations == ()
    assert report.classes == ()
    assert report.answer.startswith("nothing fits")
    assert report.answer.endswith("right but for 1 of 108 outputs: (3, 4)")
    assert report.near[0].by == f"y is {y[3, 4]:.6g} there instead of {y[3, 4] - 1:.6g}"
    assert report.near[0].share == 1 / 108


@pytest.mark.usefixtures("_short_list")
def test_noise_has_no_nearest_candidate():
    report = ft.diagnose(X, K, RNG.normal(size=X.shape))
    assert report.near == ()
    assert report.answer.startswith("nothing fits")
    assert "nearest" not in report.answer


@pytest.mark.usefixtures("_short_list")
def test_a_border_of_another_law_is_found():
    y = ndimage.convolve(X, K)
    y[0] = signal.convolve2d(X, K, "same")[0]
    report = ft.diagnose(X, K, y)
    assert report.near[0].where == "interior right, wrong on the low border of axis 0 (1 deep, all 9 outputs there)"


@pytest.mark.usefixtures("_short_list")
def test_numbers_that_fit_nothing_are_compared_all_the_same():
    y = ndimage.convolve(X, K)
    expected = y.copy()
    expected[5, 5] += 2
    report = ft.diagnose(X, K, y, expected)
    assert report.fits
    assert report.as_expected is False
    assert "fits no convention" in report.answer
    assert any("right but for 1 of 108 outputs: (5, 5)" in note for note in report.notes)


@pytest.mark.usefixtures("_short_list")
def test_a_call_that_refuses_these_operands():
    report = ft.diagnose(X[0], K[0], np.convolve(X[0], K[0]), "scipy.signal.convolve2d")
    assert report.as_expected is False
    assert any("refuses these operands" in note for note in report.notes)


# What is refused


@pytest.mark.parametrize(
    ("x", "k", "y", "said"),
    [
        ([], [1], [1], "x is empty: its shape is \\(0,\\)"),
        ([1, 2], np.zeros((0, 3)), [1], "k is empty"),
        (3, [1], [1], "x is a single number"),
        ([1, 2], 5, [1], "k is a single number"),
        ([[1, 2], [3]], [1], [1], "x is no array"),
        (np.array([1, None]), [1], [1], "dtype object; give numbers"),
        (np.array(["a"]), [1], [1], "give numbers"),
        ("[1, 2]", [1], [1], "x is text"),
        ([np.nan, np.nan], [1.0], [1.0], "x holds nothing but NaN"),
        ([1.0], [np.nan], [1.0], "k holds nothing but NaN"),
        (np.ma.masked_equal([1, 2], 2), [1], [1], "masked samples"),
        ([1, 2, 3], np.ones((1, 1, 1, 1)), [1], "x has 1 axes \\(3,\\), k 4"),
        (np.broadcast_to(np.float32(1), (5000, 5000)), [[1]], [1], "25,000,000 samples; up to 16,777,216"),
    ],
)
def test_operands_that_are_no_operands(x, k, y, said):
    with pytest.raises(SpecError, match=said):
        ft.diagnose(x, k, y)


def test_hostile_text_is_not_evaluated(tmp_path):
    target = tmp_path / "made"
    for text in (f"open({str(target)!r}, 'w')", "(" * 5000, "np.convolve(x, k, mode=__import__('os'))", "x" * 5000):
        with pytest.raises((DialectError, SpecError)):
            ft.diagnose([1, 2], [1], [1, 2], text)
    assert not target.exists()


@pytest.mark.usefixtures("_short_list")
def test_operands_stay_as_they_are():
    x, k, y = X.copy(), K.copy(), ndimage.convolve(X, K)
    for array in (x, k, y):
        array.setflags(write=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = ft.diagnose(x.astype(">f8"), np.asfortranarray(k), y, y)
    assert report.as_expected
