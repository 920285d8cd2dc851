"""What was expected: a Spec, notation, a call's text, or numbers."""

import numpy as np
import pytest
from scipy import ndimage, signal

from faltung.diagnose.explain.expected import read_expected
from faltung.diagnose.explain.ranking import facts_of
from faltung.errors import DialectError, SpecError
from faltung.spec import parse

RNG = np.random.default_rng(1)
X, K = RNG.integers(-9, 10, (6, 7)).astype(float), RNG.integers(-9, 10, (3, 4)).astype(float)


def expected(what, x=X, k=K, y=None):
    y = np.zeros(x.shape) if y is None else y
    return read_expected(what, x, k, y, facts_of(x, k, y))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("scipy.signal.convolve2d", lambda: signal.convolve2d(X, K)),
        ("scipy.signal.convolve2d(x, k, 'same', boundary='symm')", lambda: signal.convolve2d(X, K, "same", boundary="symm")),
        ("scipy.signal.convolve2d(x, k[::-1, ::-1], 'same')", lambda: signal.convolve2d(X, K[::-1, ::-1], "same")),
        ("scipy.signal.correlate2d(x, k[:, ::-1], mode='valid')", lambda: signal.correlate2d(X, K[:, ::-1], "valid")),
        ("scipy.signal.correlate2d(k, x)", lambda: signal.correlate2d(K, X)),
        ("scipy.signal.correlate2d(k, x, 'valid')", lambda: signal.correlate2d(K, X, "valid")),
        ("scipy.signal.convolve2d(k, x, 'same')", lambda: signal.convolve2d(K, X, "same")),
        ("ndimage.correlate(img, weights, mode='wrap')", lambda: ndimage.correlate(X, K, mode="wrap")),
    ],
)
def test_calls_give_what_the_library_gives_and_their_spec_says_it(text, values):
    found = expected(text)
    np.testing.assert_array_equal(found.values, values())
    from faltung.engine import compute

    np.testing.assert_array_equal(compute(found.spec, X, K), values())


def test_names_of_the_operands_are_kept():
    found = expected("cv2.filter2D(img, -1, taps[::-1, ::-1])")
    assert (found.function, found.x, found.k) == ("cv2.filter2D", "img", "taps")


def test_a_reversed_kernel_turns_the_operation_round():
    assert str(expected("scipy.signal.convolve2d(x, k[::-1, ::-1])").spec).startswith("correlate conj=none")
    assert expected("scipy.signal.convolve2d(x, k[::-1])").spec.reversal == (False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scipy.signal.convolve2d(x, k[1:])", "only reversals"),
        ("scipy.signal.convolve2d(x, k.T)", "not understood"),
        ("scipy.signal.convolve2d(x[::-1], k)", "reverse the input before"),
        ("scipy.signal.convolve2d(x, __import__('os').system('true'))", "kernel is"),
        ("no.such.function(x, k)", "no.such.function"),
        ("convolve sideways", "sideways"),
        ("", "call"),
    ],
)
def test_other_text_is_refused_with_a_sentence(text, said):
    with pytest.raises((SpecError, DialectError), match=said.replace(".", r"\.")):
        expected(text)


def test_a_library_that_refuses_the_operands_is_no_error():
    found = expected("scipy.signal.convolve2d", x=X[0], k=K[0])
    assert found.values is None
    assert "2 axes" in found.refusal


def test_layers_are_read_for_one_image_and_channel():
    found = expected("torch.nn.functional.conv2d(x, k, padding=1)")
    assert found.spec.layout is None
    np.testing.assert_array_equal(found.values, signal.correlate2d(np.pad(X, 1), K, "valid"))


def test_specs_and_notation():
    text = "correlate same:low boundary=edge"
    for what in (text, parse(text), parse(f"float64[6,7] * float64[3,4] {text}"), f"float64[6,7] * float64[3,4] {text}"):
        if isinstance(what, str) and what.startswith("float64"):
            continue  # a problem's text begins with its sizes: not a convention alone
        np.testing.assert_array_equal(expected(what).values, ndimage.correlate(X, K, mode="nearest", origin=(0, -1)))


def test_numbers():
    assert expected(14, y=np.array([[10]])).text == "the expected 14"
    assert expected(14, y=np.array([[10]])).values.shape == (1, 1)
    assert expected(np.ones((6, 7))).text == "the expected array"
    for what in ([], None, object(), [[1, 2], [3]], np.array(["a"])):
        with pytest.raises(SpecError, match=r"expected"):
            expected(what)
