"""Results of one to five outputs: a factor or an offset is told where something speaks for it, and never made up."""

from typing import Any

import numpy as np
import pytest

import faltung as ft
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.few import few, invented
from faltung.spec import parse

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(5)
X, K = RNG.integers(-9, 10, (3, 4)), RNG.integers(-9, 10, (3, 4))
ONE = int((X * K).sum())


def lines(report: Any) -> list[str]:
    return [str(each.spec) for each in report.explanations]


@pytest.mark.parametrize(
    ("factor", "said"), [(0.5, "scale=0.5"), (-1, "scale=-1"), (1 / 12, f"scale={1 / 12}"), (1 / K.sum(), "scale=1/sum")]
)
def test_one_number_times_a_factor_that_people_write(factor: float, said: str) -> None:
    report = ft.diagnose(X, K, ONE * factor)
    assert lines(report)[0] == f"correlate valid {said}"
    assert report.ranking[0].deviations >= 1


def test_one_number_with_any_offset_is_not_explained_and_the_note_says_why() -> None:
    report = ft.diagnose(X, K, ONE + 7)
    assert not report.fits
    assert "y is one number, which every convention makes with an offset or a factor" in report.notes[0]
    assert "the valid cross-correlation plus 7" in report.notes[0]


def test_a_symmetric_kernel_with_a_factor_leaves_equals() -> None:
    k = np.array([[1, 2, 2, 1], [3, 5, 5, 3], [1, 2, 2, 1]])
    report = ft.diagnose(X, k, float((X * k).sum()) * 0.5)
    assert {"correlate valid scale=0.5", "convolve valid scale=0.5"} <= set(lines(report))
    assert len(report.classes) > 1
    assert any("symmetric" in why or "reversing" in why for why in report.classes[1].why)


@pytest.mark.parametrize(("make", "said"), [(lambda y: y * 0.3, "scale=0.3"), (lambda y: y + 3, "offset=3")])
def test_two_and_three_outputs_that_share_a_number(make: Any, said: str) -> None:
    x, k = RNG.integers(-9, 10, 6), RNG.integers(-9, 10, 4)
    assert lines(ft.diagnose(x, k, make(np.convolve(x, k, "valid"))))[0] == f"convolve valid {said}"
    x = RNG.integers(-9, 10, (4, 4))
    both = np.array([[(x[:3] * K).sum()], [(x[1:] * K).sum()]])
    assert f"correlate valid {said}" in lines(ft.diagnose(x, K, make(both)))


def test_what_has_as_many_numbers_as_there_are_outputs_is_made_up() -> None:
    padded = Change(place="result", name="pad", values=(((1, 0),), -31))
    laws = parse("convolve same:low boundary=constant fill=-14:-110 stride=3")
    assert invented(Explanation(spec=laws, changes=(padded,)), np.zeros(3))
    assert not invented(Explanation(spec=laws, changes=(padded,)), np.zeros(4))
    assert not invented(Explanation(spec=parse("convolve valid")), np.zeros(1))
    assert [few(np.arange(n)) for n in (5, 6)] == [True, False]
