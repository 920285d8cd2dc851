"""`faltung atlas`: the tables, one function, JSON and Markdown."""

import re

import pytest
from cli.runner import run

from faltung.cli.atlas import show_atlas
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
    assert data["run by"].startswith("SciPy ")
    assert data["comparisons"] > data["of these"]["even kernel"] > 1000


def test_one_that_cannot_be_run():
    data = run("atlas", "cupyx.scipy.ndimage.convolve", "--json").data
    assert (data["evidence"], data["reversed"]) == ("source", "yes")


COLUMNS = {
    "--boundaries": 7, "--even": 2, "--layouts": 3, "--dtypes": 2, "--references": 3, "--bugs": 2, "--libraries": 4, "--proof": 12,
    "--figures": 2,
}  # fmt: skip


@pytest.mark.parametrize(("option", "columns"), COLUMNS.items())
def test_views(option, columns):
    lines = table(run("atlas", option).text)
    assert len(lines) > 10
    assert {len(line) for line in lines} == {columns}


def test_two_views_as_json():
    data = run("atlas", "--even", "--boundaries", "numpy", "--json").data
    assert [found["title"][:5] for found in data["tables"]] == ["An ev", "Words"]
    first = data["tables"][0]["rows"][0]
    assert (first["call"], first["answer"]) == ("numpy.convolve(x, k, mode='same')", "0 0 0 1 2 3 4 0 0")
    assert first["comparisons"]["answer"] > 100


def test_markdown():
    lines = run("atlas", "numpy", "--markdown").text.splitlines()
    assert lines[0] == "## What each function does"
    assert re.fullmatch(r"\| `numpy.convolve` \| yes \| none \| high \| zero \| NumPy [\d.]+ \([\d,]+\) \|", lines[4])


def test_an_unknown_name_is_refused_with_the_nearest():
    assert "the atlas has no 'cv2.filtr2D'; nearest: cv2.filter2D" in run("atlas", "cv2.filtr2D").refusal


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("option", [(), ("--layouts",), ("--proof", "cv2"), ("--dtypes", "scipy"), ("--libraries",)])
def test_tables_fit_into_a_terminal(monkeypatch, capsys, width, option):
    """Nothing is cut off, and no line is longer than the terminal."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    names = [value for value in option if not value.startswith("--")]
    show_atlas(names[0] if names else None, tuple(value[2:] for value in option if value.startswith("--")), False, False)
    said = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(len(line) for line in said.splitlines()) <= width
    assert "\x1b" not in said


def test_the_main_table_in_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "140")
    show_atlas(None, (), False, False)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    place = lines.index("scipy.ndimage")
    assert lines[place + 1].split()[:5] == ["convolve", "yes", "none", "low", "half_sample"]
    assert {name.rpartition(".")[2][:20] for name in DIALECTS} <= {line.split()[0] for line in lines if line.startswith("  ")}


def test_how_many_functions_there_are_and_how_many_have_a_dialect():
    refusal = run("atlas", "cv2.filtr2D").refusal
    listed = run("atlas").text.count("\n") - 1
    assert f"lists all {listed}: {len(DIALECTS)} that can be called by name here" in refusal
    assert f"and {listed - len(DIALECTS)} that are only described" in refusal
