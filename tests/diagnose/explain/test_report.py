"""The report as text and as JSON: the answer first, 110 columns, one schema."""

import json

import numpy as np
import pytest
from diagnose.explain.plain_search import plain_search
from scipy import ndimage, signal

import faltung as ft
from faltung.diagnose.explain import diagnose as module
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.line import line_in, lines, sibling
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.ranking import facts_of
from faltung.diagnose.explain.report import WIDTH
from faltung.diagnose.explain.words import phrase
from faltung.spec import parse

RNG = np.random.default_rng(5)
X, K = RNG.integers(-9, 10, (12, 9)).astype(float), RNG.integers(-9, 10, (3, 4)).astype(float)


@pytest.fixture(autouse=True)
def _short_list(monkeypatch):
    monkeypatch.setattr(module, "search", plain_search)


def reports():
    """Yield reports of every kind."""
    y = ndimage.convolve(X, K)
    broken = y.copy()
    broken[3, 4] += 1
    yield ft.diagnose(X, K, y)
    yield ft.diagnose(X, K, y, y)
    yield ft.diagnose(X, K, y, "scipy.signal.convolve2d(x, k, mode='same', boundary='wrap')")
    yield ft.diagnose(X, K, broken)
    yield ft.diagnose(X, K, broken, y)
    yield ft.diagnose(np.full((9, 8), 3.0), K, ndimage.convolve(np.full((9, 8), 3.0), K), "correlate valid")
    yield ft.diagnose((X * (1 + 2j)).astype(np.complex64), K, signal.convolve2d((X * (1 + 2j)).astype(np.complex64), K))


def test_text_fits_and_begins_with_the_answer():
    for report in reports():
        text = str(report).splitlines()
        assert max(map(len, text)) <= WIDTH
        assert report.answer.startswith(text[0].rstrip("-")[:60])
        assert not any(line != line.rstrip() for line in text)


def test_json_is_one_schema():
    keys = None
    for report in reports():
        said = json.loads(report.to_json())
        assert (said["faltung"], said["kind"]) == ("v1", "diagnosis")
        assert keys in (None, set(said))
        keys = set(said)
        assert said["answer"] == report.answer
        assert len(said["explanations"]) == len(report.explanations)
        assert sorted(member for each in said["classes"] for member in each["members"]) == list(range(len(report.explanations)))
        for each in said["explanations"]:
            assert str(ft.parse(each["spec"])) == each["spec"]


def test_text_of_a_report():
    report = ft.diagnose(X, K, ndimage.convolve(X, K), "scipy.signal.convolve2d(x, k, 'same')")
    text = str(report)
    for part in (
        "y is        convolve same:low boundary=half_sample",
        "2 deviations from what was expected",
        "calls       scipy.ndimage.convolve(x, k)",
        "mode: same:low, expected same:high: axis 1: the output moves by",
        "searched    1 of ",
    ):
        assert part in text


# Words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("convolve valid", "the valid convolution"),
        ("correlate same:high boundary=whole_sample", "the same-size cross-correlation with centre high, whole_sample outside"),
        ("convolve", "the full convolution with zeros outside"),
        ("correlate pads=1:2,0:0", "the padded cross-correlation with pads 1:2,0:0, zeros outside"),
        ("convolve valid stride=2,1 dilation=3", "the valid convolution with stride 2,1, dilation 3"),
        ("convolve valid reversal=true,false", "the valid correlation that reverses the kernel on axis 0 only"),
        ("convolve_transpose stride=2", "the transposed convolution with stride 2"),
        ("correlate valid scale=0.5 offset=3", "the valid cross-correlation with everything times 0.5, 3 added"),
        ("convolve same:low boundary=edge:zero,periodic",
         "the same-size convolution with centre low, edge samples below and zeros above outside axis 0, periodic outside axis 1"),
    ],
)  # fmt: skip
def test_phrases(text, said):
    assert phrase(Explanation(spec=parse(text)), facts_of(X, K, X)) == said


def test_phrases_of_changes():
    changes = (Change(place="kernel", name="transpose", values=((1, 0),)), Change(place="result", name="crop", values=(((1, 0), (0, 0)),)))
    said = phrase(Explanation(spec=parse("convolve valid"), changes=changes), facts_of(X, K, X))
    assert said == "the valid convolution, where the kernel is transposed and the result is cropped by 1:0, 0:0"


# Lines


NAMES = {"numpy": np, "np": np, "scipy": __import__("scipy"), "x": X, "k": K}
TEXTS = [
    "convolve", "correlate", "convolve valid", "correlate same:low boundary=periodic", "convolve same:high boundary=half_sample",
    "correlate same:high boundary=constant fill=7", "convolve valid reversal=true,false", "correlate same:low+1 boundary=edge",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_calls_do_exactly_this(text):
    explanation = Explanation(spec=parse(text))
    found = [line.code for line in lines(explanation, facts_of(X, K, X), 99) if line.code.startswith("scipy.")]
    assert found
    for code in found:
        np.testing.assert_array_equal(eval(code, NAMES), predict(explanation, X, K), err_msg=code)


@pytest.mark.parametrize("text", [text for text in TEXTS if "+1" not in text])
@pytest.mark.parametrize("function", ["scipy.signal.convolve2d", "scipy.signal.correlate2d", "scipy.ndimage.correlate"])
def test_a_function_says_it_with_pads_written_out(text, function):
    explanation = Explanation(spec=parse(text))
    line = line_in(explanation, function, facts_of(X, K, X))
    if line is not None:
        np.testing.assert_array_equal(eval(line.code, NAMES), predict(explanation, X, K))
    assert line is not None or function == "scipy.ndimage.correlate"


def test_changes_stand_around_the_call():
    changes = (Change(place="kernel", name="transpose", values=((1, 0),)), Change(place="result", name="crop", values=(((1, 0), (0, 0)),)))
    explanation = Explanation(spec=parse("convolve valid"), changes=changes)
    line = line_in(explanation, "scipy.signal.convolve2d", facts_of(X, K, X))
    assert line.code == "scipy.signal.convolve2d(x, k.T, mode='valid')[1:, :]"
    np.testing.assert_array_equal(eval(line.code, NAMES), predict(explanation, X, K))


def test_integers_that_would_wrap_are_no_call():
    x = np.full((5, 5), 200, np.uint8)
    explanation = Explanation(spec=parse("correlate same:high boundary=half_sample dtype=uint8 overflow=saturate"))
    found = [line.function for line in lines(explanation, facts_of(x, x[:3, :3], x), 99)]
    assert "cv2.filter2D" in found
    assert not any(name.startswith(("scipy", "numpy")) for name in found)


def test_calls_take_these_dtypes():
    explanation = Explanation(spec=parse("correlate valid"))
    for dtype in ("float32", "float64"):
        x, k = X.astype(dtype), K.astype(dtype)
        found = [line.function for line in lines(explanation, facts_of(x, k, x), 99)]
        assert ("cv2.matchTemplate" in found) == (dtype == "float32")


def test_calls_of_a_strided_layer_have_its_pads():
    x, k = np.zeros((2, 3, 9, 8), np.float32), np.zeros((4, 3, 3, 3), np.float32)
    explanation = Explanation(spec=parse("correlate same:high stride=2 layout=NCHW,OIHW->NCHW"))
    assert lines(explanation, facts_of(x, k, x))[0].code == "torch.nn.functional.conv2d(x, k, stride=2, padding=1)"


def test_a_sibling_takes_the_operands_as_they_are():
    explanation = Explanation(spec=parse("correlate valid"))
    assert sibling(explanation, "scipy.signal.convolve2d", facts_of(X, K, X)).code == "scipy.signal.correlate2d(x, k, mode='valid')"
    assert sibling(Explanation(spec=parse("convolve valid reversal=true,false")), "scipy.signal.convolve2d", facts_of(X, K, X)) is None
