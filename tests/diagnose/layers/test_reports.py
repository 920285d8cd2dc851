"""The report as text and as JSON, and the form for pytest."""

import json

import numpy as np
import pytest

import faltung as ft
from faltung.diagnose.layers.report import as_dict, from_dict


def forward(x, w):
    return np.correlate(x, w, "valid")


def right(g, x, w):
    return np.convolve(g, w, "full"), np.correlate(x, g, "valid")


def wrong(g, x, w):
    return np.convolve(g, w, "full"), np.correlate(x, g, "valid")[::-1]


def nan(g, x, w):
    return np.convolve(g, w, "full") * np.nan, np.correlate(x, g, "valid")


def test_the_first_line_is_the_verdict():
    assert str(ft.check_layer(forward, right)).splitlines()[0] == "forward: correct: dx, dw are exact in all 4 cases"
    lines = str(ft.check_layer(forward, wrong, layout="W,W->W")).splitlines()
    assert lines[0] == "forward: dw is wrong: the result is reversed (operands exchanged, or a reversal too many)"
    assert lines[1:3] == ["  convention  correlate valid conj=none", "  layout      W,W->W"]
    assert lines[3].startswith("  compared    dx, dw in 4 cases, ")
    text = "\n".join(lines)
    told = (
        "right       dw = ft.run(",
        "np.einsum",
        "in NumPy    padded = x",
        "in SciPy    padded = x",
        "dw = scipy.signal.correlate(padded, g, ",
    )
    for part in ("change", *told, "smallest    case that fails (dw)", "found", "expected"):
        assert part in text


def test_the_smallest_case_is_shown_and_fails():
    report = ft.check_layer(forward, wrong)
    operands = report.failure.operands
    assert {name: array.shape for name, array in operands.items()} == {"x": (4,), "w": (2,), "g": (3,)}
    assert (wrong(**operands)[1] == report.failure.found).all()
    assert (right(**operands)[1] == report.failure.expected).all()


@pytest.mark.parametrize("backward", [right, wrong, nan])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_json_says_the_same(backward, dtype):
    report = ft.check_layer(forward, backward, dtype=dtype, layout="W,W->W")
    content = json.loads(report.to_json(), parse_constant=pytest.fail)
    assert (content["faltung"], content["kind"], content["correct"]) == ("v1", "layer", report.correct)
    assert content["verdict"] in str(report).splitlines()[0]
    again = from_dict(content)
    assert json.dumps(as_dict(again)) == json.dumps(as_dict(report))
    assert str(again) == str(report)


def test_assert_layer():
    assert ft.testing.assert_layer(forward, right, layout="W,W->W").cases == 4
    with pytest.raises(AssertionError, match="dw is wrong: the result is reversed"):
        ft.testing.assert_layer(forward, wrong)
    with pytest.raises(AssertionError, match="not decided"):
        ft.testing.assert_layer(lambda x, w: np.maximum(forward(x, w), 0), right, layout="W,W->W")


def layer(x, w):
    return ft.run("correlate valid layout=NCHW,OIHW->NCHW", x, w)


def first_image(g, x, w):
    dx = ft.run("convolve full layout=NCHW,IOHW->NCHW", g, w)
    return dx, ft.run("correlate valid layout=CNHW,IOHW->CNHW", x[:1], g[:1])


def test_arrays_that_fill_the_screen_are_told_by_their_shape():
    report = ft.check_layer(layer, first_image)
    assert [mistake.what for mistake in report.mistakes] == ["only the first image of the batch counts"]
    text = str(report)
    assert "of shape (2, 2, 7, 7): `.failure` and --json have the numbers" in text
    assert len(text.splitlines()) < 40
    assert report.failure.operands["x"].shape == (2, 2, 7, 7)


def test_what_has_no_name_beside_what_has_one_is_said_of_other_cases():
    def two_ways(g, x, w):
        dx, _ = first_image(g, x, w)
        dw = ft.run("correlate valid layout=CNHW,IOHW->CNHW", x, g)
        return (2 * dx if x.shape[2] != 6 else dx + x), dw

    (first, second) = ft.check_layer(layer, two_ways).mistakes
    assert first.names
    assert second.what == "in other cases it is not the adjoint, and no mistake of the table gives these numbers"
    assert not second.right
