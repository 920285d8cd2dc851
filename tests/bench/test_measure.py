"""What `faltung measure` keeps, and what the planner makes of it."""

import json
import warnings

import numpy as np
import pytest
from peers import compiles

import faltung as ft
from faltung.bench import measure as room
from faltung.bench.measure import Measurement, Timed
from faltung.engine import measured

LINE = "float64[40,40] * float64[5,5] correlate same:high"


def times(**by_method):
    return tuple(Timed(problem=LINE, method=m, predicted=1.0, measured=t) for m, ts in by_method.items() for t in ts)


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "measured.json"
    monkeypatch.setenv("FALTUNG_MEASURED", str(path))
    measured.factors.cache_clear()
    yield path
    measured.factors.cache_clear()


def test_the_factor_is_the_median_of_the_cases():
    assert Measurement(timed=times(shift=[1.0, 2.0, 9.0])).factors == {"shift": pytest.approx(2.0)}


def test_what_is_kept_is_used(file):
    room.keep(Measurement(timed=times(shift=[3.0], direct=[0.5])))
    assert measured.factors() == {"shift": 3.0, "direct": 0.5}
    assert [path.name for path in file.parent.iterdir()] == ["measured.json"]
    assert room.kept()["factors"] == {"shift": 3.0, "direct": 0.5}
    assert room.forget() == str(file)
    assert room.kept() is None
    assert room.forget() is None


def test_the_planner_multiplies_by_the_factor(file):
    from faltung.engine.planner import choose

    case = ft.plan((40, 40), np.ones((5, 5))).route.case
    before = choose(case, "shift").cost.seconds
    room.keep(Measurement(timed=times(shift=[4.0])))
    measured.factors.cache_clear()
    assert choose(case, "shift").cost.seconds == pytest.approx(4 * before)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"faltung": "v0"}, "schema"),
        ({"factors": {"shift": 1000}}, "between"),
        ({"factors": {"shift": "1"}}, "between"),
        ({"factors": {"shift": float("nan")}}, "between"),
        ({"processor": "another"}, "processor 'another'"),
        ({"version": "0"}, "version '0'"),
    ],
    ids=str,
)
def test_a_measurement_from_elsewhere_is_not_used_and_said(file, change, said):
    path = room.keep(Measurement(timed=times(shift=[2.0])))
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.warns(RuntimeWarning, match="is not used") as told:
        assert measured.factors() == {}
    assert said in str(told[0].message)
    assert path in str(told[0].message)


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000], ids=["empty", "broken", "a list", "deep"])
def test_a_file_that_is_none_is_not_used_and_said(file, text):
    file.parent.mkdir()
    file.write_text(text)
    with pytest.warns(RuntimeWarning, match="is not used"):
        assert measured.factors() == {}


def test_no_file_and_no_wish_for_one_are_silent(file, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measured.factors() == {}
        monkeypatch.setenv("FALTUNG_MEASURED", "off")
        measured.factors.cache_clear()
        assert measured.factors() == {}
    with pytest.raises(ValueError, match="FALTUNG_MEASURED is off"):
        room.keep(Measurement(timed=times(shift=[2.0])))


def test_every_method_is_timed(monkeypatch):
    monkeypatch.setattr(room, "PROBLEMS", (LINE,))
    seen = []
    found = room.measure(progress=seen.append, turns=1)
    assert seen == [LINE]
    assert {each.method for each in found.timed} == ({"direct", "separable", "fourier", "shift"} if compiles() else {"fourier", "shift"})
    assert all(each.predicted > 0 and each.measured > 0 for each in found.timed)
