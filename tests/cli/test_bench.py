"""``faltung bench`` and ``faltung measure``."""

import pytest
from cli.runner import run

from faltung.bench import measure
from faltung.bench.machine import machine, versions

SMALL = "float64[20,24] * float64[4,3] correlate same:high"


def test_table():
    said = run("bench", SMALL, "--peer", "scipy.ndimage", "--turns", "1", "--workers", "1")
    assert said.status == 0
    assert f"racing {SMALL}" in said.err
    assert "| faltung " in said.text
    assert "| scipy.ndimage.correlate " in said.text
    assert "scipy.ndimage.convolve has no anchor=high" in said.text


def test_json_of_two_problems():
    said = run("bench", SMALL, "float64[50] * float64[7] convolve", "--peer", "numpy", "--turns", "1", "--methods", "--json")
    assert said.data["kind"] == "bench"
    assert [race["problem"] for race in said.data["races"]] == [SMALL, "float64[50] * float64[7] convolve"]
    assert {entry["name"] for entry in said.data["races"][1]["entries"]} >= {"faltung", "numpy.convolve", "numpy.correlate"}


@pytest.mark.parametrize("problem", ["correlate same:high", "float64[3] * float64[5] convolve valid", "nonsense"])
def test_refused_in_one_sentence(problem):
    said = run("bench", problem, "--turns", "1")
    assert said.status == 2
    assert said.text == ""
    assert len(said.err.strip().splitlines()) == 1


def test_measure_keeps_shows_and_forgets(monkeypatch, tmp_path):
    path = tmp_path / "m.json"
    monkeypatch.setenv("FALTUNG_MEASURED", str(path))
    monkeypatch.setattr(measure, "PROBLEMS", (SMALL,))
    assert "nothing has been measured" in run("measure", "--show").err
    said = run("measure")
    assert said.status == 0
    assert str(path) in said.err
    assert "factors: " in said.text
    assert run("measure", "--show").text == said.text
    assert run("measure", "--show", "--json").data["factors"].keys() >= {"shift", "fourier"}
    path.write_text("{")
    assert (run("measure", "--show").status, path.exists()) == (2, True)
    assert run("measure", "--reset").status == 0
    assert not path.exists()


def test_measure_has_no_place_to_write_where_it_is_off(monkeypatch):
    monkeypatch.setenv("FALTUNG_MEASURED", "off")
    monkeypatch.setattr(measure, "PROBLEMS", (SMALL,))
    said = run("measure")
    assert said.status == 2
    assert "FALTUNG_MEASURED is off" in said.err


def test_show_and_reset_are_two_things():
    assert run("measure", "--show", "--reset").status == 2


def test_versions_of_those_who_take_part():
    said = run("bench", SMALL, "--peer", "scipy.ndimage", "--turns", "1", "--workers", "1").text
    assert "scipy 1" in said
    assert "torch" not in said
    assert "opencv-python-headless" in machine(("cv2.filter2D",))
    assert "opencv-python-headless" in machine(("cv",))
    assert "numba" not in machine(("cv2",))
    assert set(versions()) <= {part.split()[0] for part in machine().split(", ") if " " in part} | {"python"}
