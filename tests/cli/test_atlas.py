"""`faltung atlas`: the tables, one function, JSON and Markdown."""

import pytest
from cli.runner import run

from faltung.dialects import DIALECTS
from faltung.dialects.rows import ROWS


def table(text):
    return [line.split("\t") for line in text.rstrip("\n").split("\n")]


def test_every_function_has_a_row():
    said = run("atlas")
    lines = table(said.text)
    assert (said.status, said.err) == (0, "")
    assert lines[0] == ["function", "reversed", "conjugated", "centre for same", "outside, by default", "known by"]
    assert [line[0] for line in lines[1:]] == [*DIALECTS, *(row.function for row in ROWS)]


def test_a_library():
    names = [line[0] for line in table(run("atlas", "scipy.signal").text)[1:]]
    assert names == [name for name in DIALECTS if name.startswith("scipy.signal.")]
    assert table(run("atlas", "signal").text)[1:] == table(run("atlas", "scipy.signal").text)[1:]


@pytest.mark.parametrize("name", ["cv2.filter2D", "filter2D", "cv.filter2D"])
def test_one_function(name):
    lines = run("atlas", name).text.splitlines()
    assert lines[0].split() == ["function", "cv2.filter2D"]
    assert any("whole_sample" in line for line in lines)
    assert any(line.strip().endswith("-> 0 0 0 4 3 2 1 0 0") for line in lines)


def test_one_function_as_json():
    data = run("atlas", "scipy.ndimage.convolve", "--json").data
    assert (data["kind"], data["reversed"], data["centre"], data["outside"]) == ("atlas-entry", "yes", "low", "half_sample")
    assert "edge: mode='nearest'" in data["words"]


def test_one_that_cannot_be_run():
    data = run("atlas", "cupyx.scipy.ndimage.convolve", "--json").data
    assert (data["evidence"], data["reversed"]) == ("source", "yes")


COLUMNS = {"--boundaries": 7, "--even": 2, "--layouts": 3, "--dtypes": 2, "--references": 3}


@pytest.mark.parametrize(("option", "columns"), COLUMNS.items())
def test_views(option, columns):
    lines = table(run("atlas", option).text)
    assert len(lines) > 10
    assert {len(line) for line in lines} == {columns}


def test_two_views_as_json():
    data = run("atlas", "--even", "--boundaries", "numpy", "--json").data
    assert [found["title"][:5] for found in data["tables"]] == ["An ev", "Words"]
    assert data["tables"][0]["rows"][0] == {"call": "numpy.convolve(x, k, mode='same')", "answer": "0 0 0 1 2 3 4 0 0"}


def test_markdown():
    lines = run("atlas", "numpy", "--markdown").text.splitlines()
    assert lines[0] == "## What each function does"
    assert lines[4] == "| numpy.convolve | yes | none | high | zero | its tests run it |"


def test_an_unknown_name_is_refused_with_the_nearest():
    assert "the atlas has no 'cv2.filtr2D'; near are cv2.filter2D" in run("atlas", "cv2.filtr2D").refusal
