"""When nothing fits: where the best candidates fail, sample by sample, and what the stages of the search counted."""

import json

import numpy as np
import pytest
from scipy import ndimage, signal

import faltung as ft
from faltung.diagnose.explain import diagnose as module
from faltung.diagnose.explain.explanation import Search, Stage
from faltung.diagnose.explain.localise import Sample, samples, where
from faltung.diagnose.explain.nearest_calls import patches
from faltung.diagnose.explain.report import Report
from faltung.diagnose.explain.stages import candidates, searched, stage_text, unfinished

RNG = np.random.default_rng(11)
X, K = RNG.integers(-9, 10, (17, 14)), RNG.integers(-9, 10, (4, 3))
Y = signal.convolve2d(X, K, "same")
COLOUR, WEIGHTS = RNG.integers(-9, 10, (1, 2, 6, 5)), RNG.integers(-9, 10, (5, 2, 2, 3))


def spoiled(*places: tuple[object, ...]) -> np.ndarray:
    y = Y.copy()
    for place in places:
        y[place] += RNG.integers(10, 99, y[place].shape)
    return y


def near(y: np.ndarray, x: np.ndarray = X, k: np.ndarray = K) -> Report:
    report = ft.diagnose(x, k, y)
    assert not report.fits, report
    return report


@pytest.mark.slow
def test_sparse_samples_are_told_with_their_indices_and_values():
    y = spoiled((3, 4), (10, 2), (16, 13))
    report = near(y)
    found = report.near[0]
    assert str(found.explanation.spec) == "convolve same:high"
    assert found.where == "right but for 3 of 238 outputs: (3, 4), (10, 2), (16, 13)"
    assert found.by == f"y is {y[3, 4]}, {y[10, 2]}, {y[16, 13]} there instead of {Y[3, 4]}, {Y[10, 2]}, {Y[16, 13]}"
    assert found.samples == tuple(Sample(index=i, found=y[i], predicted=Y[i]) for i in [(3, 4), (10, 2), (16, 13)])
    told = json.loads(report.to_json())["near"][0]["samples"]
    assert told[1] == {"at": [10, 2], "is": y[10, 2], "predicted": Y[10, 2]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((slice(None), 13), "interior right, wrong on the high border of axis 1 (1 deep, all 17 outputs there)"),
        ((slice(0, 2), slice(None)), "interior right, wrong on the low border of axis 0 (2 deep, all 28 outputs there)"),
        ((slice(5, 12), slice(4, 9)), "right but for the patch 5 to 11, 4 to 8 (by axis): all 35 outputs there"),
    ],
)
def test_one_border_or_a_patch(place, said):
    found = near(spoiled(place)).near
    assert found[0].where == said
    assert len(found[0].samples) == 8
    assert all(Y[each.index] == each.predicted != each.found for each in found[0].samples)


@pytest.mark.slow
def test_one_channel():
    y = ft.run("correlate valid layout=NCHW,OIHW->NCHW", COLOUR, WEIGHTS)
    y[:, 3] = RNG.integers(-99, 99, y[:, 3].shape)
    report = near(y, COLOUR, WEIGHTS)
    assert report.near[0].where == "right but for entry 3 of axis 1 (of 5): one channel is another"


@pytest.mark.slow
def test_a_candidate_that_is_wrong_wherever_a_better_one_is_says_nothing_more():
    report = near(spoiled((slice(5, 12), slice(4, 9))))
    assert [str(each.explanation.spec) for each in report.near] == ["convolve same:high"]


@pytest.mark.slow
def test_numbers_that_do_not_belong_together_are_called_so():
    report = near(RNG.integers(-99, 99, Y.shape))
    assert report.near == ()
    assert "no candidate is right at 50% of the outputs" in str(report)
    assert "faltung identify" in str(report)


def test_candidates_are_counted_and_not_rounds():
    stages = (
        Stage(name="rounds", looked_at=21, left=0), Stage(name="shapes", looked_at=1048, left=1048),
        Stage(name="samples", looked_at=1048, left=2558), Stage(name="calls of libraries", looked_at=33, left=0),
    )  # fmt: skip
    assert candidates(stages) == 1048 + 33
    assert searched(stages) == (
        "21 of 21 rounds of hypotheses; 1,048 variants of kernel, steps and layout go with the shapes; "
        "a few samples leave 2,558 placements; 0 of 33 calls of libraries make it"
    )
    assert unfinished(stages) == ""
    assert "after 14 of 21 rounds" in unfinished((Stage(name="rounds", looked_at=21, left=7),))
    y = spoiled((3, 4))
    small = ft.diagnose(X[:6, :5], K, y[:6, :5])
    assert f"none of {candidates(small.stages):,} candidates" in small.answer
    assert candidates(small.stages) > 100
    assert json.loads(small.to_json())["stages"][1]["text"] == stage_text(small.stages[1])


def test_singular_and_plural():
    assert stage_text(Stage(name="fully", looked_at=1, left=1)) == "1 of 1 explanation meets every output"
    assert stage_text(Stage(name="fully", looked_at=6, left=6)) == "6 of 6 explanations meet every output"
    assert stage_text(Stage(name="samples", looked_at=8, left=1)) == "a few samples leave 1 placement"


def test_interior_and_borders_are_counted_apart():
    wrong = np.zeros((20, 17), bool)
    wrong[0] = wrong[:, -1] = True
    wrong[5:12, 5:12] = True
    wrong[14, 3] = True
    assert where(wrong, (1, 1)) == "wrong at 86 of 340 outputs (25%): 50 of 270 in the interior, 36 of 70 on the borders"
    assert where(np.random.default_rng(0).random((20, 17)) < 0.4, (1, 1)).endswith("all over the result")


def test_of_many_wrong_samples_the_largest_are_told():
    y = np.arange(100.0)
    predicted = y + np.where(np.arange(100) % 10 == 7, np.arange(100), 0)
    assert [each.index for each in samples(predicted, y, predicted != y)] == [(i,) for i in (27, 37, 47, 57, 67, 77, 87, 97)]


@pytest.mark.slow
def test_a_library_that_wraps_by_itself_is_near():
    y = ndimage.correlate(X, K, mode="wrap")
    y[8:] = ndimage.correlate(X[8:], K, mode="wrap")
    assert near(y).near


def test_a_large_result_that_nothing_explains_has_its_nearest_calls(monkeypatch):
    x, k = RNG.normal(size=(290, 260)), RNG.normal(size=(4, 3))
    y = ndimage.correlate(x, k)
    y[200:210, 30] += 1
    nothing = Search(found=(), near=(), stages=(Stage(name="rounds", looked_at=26, left=12),))
    monkeypatch.setattr(module, "search", lambda *_: nothing)
    report = ft.diagnose(x, k, y)
    assert not report.fits
    first = report.near[0]
    assert str(first.explanation.spec).startswith("correlate same:high boundary=half_sample")
    assert first.where == "right but for the patch 200 to 209, 30 to 30 (by axis): all 10 outputs there"
    assert "after 14 of 26 rounds" in report.notes[0]


def test_patches_reach_every_end():
    taken = np.zeros((290, 7, 61), bool)
    for region in patches(taken.shape):
        assert taken[region].size
        taken[region] = True
    assert taken[0].any()
    assert taken[-1, :, -1].all()
    assert taken[100:200].any()
    assert 0 < taken.mean() < 0.6
