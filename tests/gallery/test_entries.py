"""Entries as records: texts and their numbers, text form, NumPy protocol, and every refusal."""

import copy
import pickle
import re

import numpy as np
import pytest

from faltung.errors import SpecError
from faltung.gallery import defaults, kernel, kernels
from faltung.gallery.facts import moment
from faltung.gallery.text import vector_text

TEXTS = ("formula", "latex", "why", "uses", "deep_learning")
REQUIRED = ("identity", "sobel-x", "sobel-y", "prewitt-x", "scharr-y", "box", "gaussian", "sharpen", "laplacian-4", "laplacian-8", "emboss")


def test_the_gallery_holds_what_was_asked_for():
    assert {*REQUIRED, "binomial", "unsharp", "motion-blur", "log", "dog"} <= {*kernels()}
    assert len(set(kernels())) == len(kernels())
    for name in kernels():
        assert kernel(name).name == name


@pytest.mark.parametrize("name", kernels())
def test_every_text_says_something_in_whole_sentences(name):
    k = kernel(name)
    for field in TEXTS:
        text = getattr(k, field)
        assert len(text) >= 10
        assert text == text.strip()
        assert "  " not in text or field == "formula"
    for field in ("why", "uses", "deep_learning"):
        assert getattr(k, field).endswith(".")
    assert 2 <= len(re.findall(r"\.(?:\s|$)", k.why)) <= 7
    for opening, closing in ("()", "[]", "{}"):
        assert k.latex.count(opening) == k.latex.count(closing)
    assert k.latex.count(r"\begin") == k.latex.count(r"\end")
    assert k.latex.count(r"\left") == k.latex.count(r"\right")


@pytest.mark.parametrize("name", kernels())
def test_numbers_in_the_texts_are_those_of_the_weights(name):
    k = kernel(name)
    if k.integers is not None and k.factors is not None:
        column, row = k.factors
        assert f"{vector_text(column)}^T {vector_text(row)}" in k.formula
    elif k.integers is not None:
        assert "; ".join(" ".join(map(str, r)) for r in k.integers.tolist()) in k.formula
    if k.scale != 1:
        assert str(k.scale) in k.formula
    for slope in re.findall(r"response = (\d+) df/d[xy] ", k.formula):
        px = int(name.endswith("x"))
        assert moment(k.weights, 1 - px, px) == int(slope)
        assert f"the response is {slope}, so divide by {slope}" in k.why
    if said := re.search(r"weights sum to (-?\d+)", k.why):
        assert k.total == int(said[1])


def test_numbers_follow_the_parameters():
    assert "1/25" in kernel("box", size=5).why
    assert "variance 1 and 1/4" in kernel("binomial", size=(5, 2)).why
    assert "gain is 1 + 0.3 (1 - G)" in kernel("unsharp", amount=0.3).why
    assert f"{2.5 * 2**0.5:.4g}" in kernel("log", sigma=2.5).why
    assert f"response is {moment(kernel('sobel-x', size=5).weights, 0, 1):g}" in kernel("sobel-x", size=5).why
    assert "gain is 9" in kernel("sharpen").why


@pytest.mark.parametrize("name", kernels())
def test_the_text_form_shows_weights_and_facts(name):
    k = kernel(name)
    shown = str(k)
    assert "weights for correlation" in shown.splitlines()[0]
    for label in ("formula", "sum", "separable", "reversal", "why", "uses", "deep learning"):
        assert re.search(rf"^{label} ", shown, flags=re.MULTILINE)
    table = shown.split("\n\n")[1].splitlines()[0 if k.scale == 1 else 1 :]
    assert len(table) == k.weights.shape[0]
    assert len({len(row) for row in table}) == 1  # aligned
    if k.integers is not None:
        assert [[int(v) for v in row.split()] for row in table] == k.integers.tolist()


def test_a_large_kernel_prints_its_corners():
    shown = str(kernel("gaussian", sigma=20)).split("\n\n")[1].splitlines()
    assert len(shown) == 7
    assert all(len(row.split()) == 7 for row in shown)


@pytest.mark.parametrize("name", kernels())
def test_repr_and_parameters_give_the_kernel_again(name):
    k = kernel(name)
    again = eval(repr(k), {"kernel": kernel})
    assert again == k == kernel(name, **dict(k.parameters))
    assert hash(again) == hash(k)
    assert np.array_equal(again.weights, k.weights)
    assert {key for key, _ in k.parameters} == {*defaults(name)}
    for twin in (pickle.loads(pickle.dumps(k)), copy.deepcopy(k)):
        assert twin == k
        assert np.array_equal(twin.weights, k.weights)


def test_kernels_differ_by_their_parameters():
    assert kernel("box") == kernel("box", size=(3, 3)) != kernel("box", size=5)
    assert kernel("sobel-x") != kernel("sobel-y")


def test_a_kernel_is_taken_as_an_array():
    k = kernel("sobel-x")
    assert np.asarray(k).dtype == np.int64
    assert np.array_equal(k, k.weights)
    assert np.asarray(k, dtype=np.float32).dtype == np.float32
    own = np.array(k)
    own[0, 0] = 7
    assert k.weights[0, 0] == -1
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(k)[0, 0] = 7
    with pytest.raises(AttributeError):
        k.name = "other"
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        assert np.shares_memory(np.asarray(k, copy=False), k.weights)
        with pytest.raises(ValueError, match="float32 needs copy"):
            np.asarray(k, dtype=np.float32, copy=False)


REFUSALS = [
    ("sobel", {}, r"nearest: sobel-[xy]"),
    ("Sobel_X", {}, "nearest: sobel-x"),
    ("zzz", {}, r"no kernel is named 'zzz'; the gallery's \d+ names are identity, sobel-x"),
    (7, {}, "no kernel is named 7"),
    ("sharpen", {"size": 3}, "sharpen has no parameter 'size'; it takes none"),
    ("gaussian", {"sgima": 1}, "no parameter 'sgima'; its parameters are sigma=1.0, size=None"),
    ("box", {"size": 0}, "size 0 lies outside 1 to"),
    ("box", {"size": -3}, "size -3 lies outside"),
    ("box", {"size": 3.0}, "size 3.0 is no integer"),
    ("box", {"size": True}, "size True is no integer"),
    ("box", {"size": "3"}, "size '3' is no integer"),
    ("box", {"size": (3, 3, 3)}, r"has 3 entries; give one integer or a pair"),
    ("box", {"size": 5000}, "5000 x 5000 exceeds 1048576 weights"),
    ("identity", {"size": 4}, "4 x 4 has no centre sample"),
    ("unsharp", {"size": (3, 4)}, "3 x 4 has no centre sample"),
    ("unsharp", {"amount": -1}, "amount -1 must be at least 0"),
    ("sobel-x", {"size": 4}, "size 4 has no centre sample"),
    ("sobel-y", {"size": 33}, "size 33 lies outside 3 to 31"),
    ("gaussian", {"sigma": 0}, "sigma 0 must be greater than 0"),
    ("gaussian", {"sigma": float("nan")}, "sigma nan is no finite real number"),
    ("gaussian", {"sigma": float("inf")}, "sigma inf is no finite"),
    ("gaussian", {"sigma": "1"}, "sigma '1' is no finite"),
    ("gaussian", {"sigma": 1j}, "no finite real number"),
    ("gaussian", {"sigma": 10**400}, "no finite real number"),
    ("gaussian", {"sigma": (1, 2, 3)}, "has 3 entries"),
    ("gaussian", {"sigma": 1e5}, "600001 x 600001 exceeds 1048576 weights.*smaller sigma"),
    ("gaussian", {"sigma": 1e300}, r"three times 1e\+300 samples"),
    ("gaussian", {"sigma": 1.7e308}, "three times"),
    ("dog", {"sigma": 1e6, "ratio": 1e308}, "three times inf"),
    ("binomial", {"size": 40}, r"sum to 2\*\*78, beyond 2\*\*62; use gaussian with sigma=\(3.12, 3.12\)"),
    ("motion-blur", {"length": 0}, "length 0 lies outside 1 to"),
    ("motion-blur", {"length": 4000, "angle": 45}, "exceeds 1048576 weights"),
    ("motion-blur", {"angle": float("inf")}, "angle inf is no finite"),
    ("log", {"sigma": 0.2}, "sigma 0.2 must be at least 0.5"),
    ("log", {"size": 1}, "1 x 1 holds 1 weight"),
    ("dog", {"ratio": 1}, "ratio 1 must be greater than 1"),
    ("dog", {"sigma": 1e7, "size": 5}, r"exceeds 1e\+06"),
    ("gabor", {"wavelength": 1}, "wavelength 1 must be at least 2"),
    ("gabor", {"aspect": 0}, "aspect 0 must be greater than 0"),
    ("gabor", {"aspect": 1e-320}, "three times inf"),
]


@pytest.mark.parametrize(("name", "given", "message"), REFUSALS)
def test_refusals_carry_numbers_rule_and_remedy(name, given, message):
    with pytest.raises(SpecError, match=message):
        kernel(name, **given)


def test_the_largest_exact_kernels_do_not_overflow():
    binomial, sobel = kernel("binomial", size=32), kernel("sobel-x", size=31)
    assert sum(int(v) for v in binomial.integers.flat) == 2**62
    assert kernel("binomial", size=(1, 63)).total == 1
    assert sum(abs(int(v)) for v in sobel.weights.flat) < 2**63
    assert sum(int(v) for v in sobel.weights.flat) == 0
