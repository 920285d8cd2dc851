"""Sentences of a report as a newcomer reads them: which library comes first, what is equal, why, and in whose words."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from diagnose.reports.case import cause, meets
from scipy import ndimage

import faltung as ft
from faltung.diagnose.explain.diagnose import leading
from faltung.diagnose.explain.explanation import Near
from faltung.diagnose.explain.plot import GAP, MARGIN, SIDE, Panel, _flat, _worst, plot
from faltung.diagnose.explain.ranking import facts_of
from faltung.diagnose.explain.words import phrase

BLOCKS = np.kron(np.random.default_rng(0).integers(0, 256, (4, 4)), np.ones((5, 5))).astype(np.uint8)
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
SHARP = cv2.filter2D(BLOCKS, -1, SHARPEN)


def test_of_equals_the_library_that_stands_first_in_the_atlas():
    found = ft.diagnose(BLOCKS, SHARPEN, SHARP)
    assert (found.ranking[0].deviations, found.ranking[0].nearest) == (0, "cv2.filter2D")
    assert found.answer.startswith("this is the same-size cross-correlation with whole_sample outside, saturated to uint8")
    assert found.calls[0] == "cv2.filter2D(x, cv2.CV_8U, k)"


def test_two_reasons_where_two_things_differ():
    found = ft.diagnose(BLOCKS, SHARPEN, SHARP)
    why = {str(each.first.spec): each.why for each in found.classes[1:]}
    hidden = "beyond every end, whole_sample and edge continue this input alike"
    turned = "the kernel is symmetric along the axes 0, 1 together, so reversing it there does not show"
    assert why["correlate same:high boundary=edge dtype=uint8 overflow=saturate"] == (hidden,)
    assert why["convolve same:high boundary=edge dtype=uint8 overflow=saturate"] == (hidden, turned)


def test_what_is_equal_here_has_one_name_and_the_line_is_python():
    found = ft.diagnose(BLOCKS, SHARPEN, SHARP, "scipy.ndimage.convolve")
    assert "`scipy.ndimage.convolve` is the same-size convolution with edge samples outside, wrapped to uint8" in found.answer
    assert np.array_equal(eval(found.line, {"cv2": cv2, "x": BLOCKS, "k": SHARPEN}), SHARP)
    assert "overflow: saturate, expected wrap" in str(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("convolve valid dtype=uint8 overflow=wrap", "the valid convolution, wrapped to uint8"),
        ("correlate valid reversal=true,false stride=2", "the valid correlation that reverses the kernel on axis 0 only, with stride 2"),
        ("correlate valid dtype=uint8 overflow=saturate", "the valid cross-correlation, saturated to uint8"),
    ],
)
def test_phrases(text, said):
    assert phrase(cause(text), facts_of(BLOCKS, SHARPEN, SHARP)) == said


def test_the_best_candidates_are_those_that_no_better_one_covers():
    masks = [np.zeros(20, bool) for _ in range(3)]
    masks[0][3:5] = masks[1][3:9] = masks[2][8:12] = True
    near = tuple(Near(explanation=cause("convolve"), wrong=mask) for mask in masks)
    assert leading(near) == (near[0], near[2])
    assert leading((Near(explanation=cause("convolve"), wrong=np.ones(20, bool)),)) == ()


def test_a_tolerance_is_that_of_the_rounding():
    x, k = np.random.default_rng(1).normal(size=(9, 8)), np.ones((3, 3))
    y = ndimage.correlate(x, k, mode="nearest")
    meant = cause("correlate same boundary=edge")
    assert meets(meant, x, k, y, y * (1 + 2.0**-52))
    assert not meets(meant, x, k, y, y + 1e-12)
    assert not meets(meant, x.astype(int), k.astype(int), np.array([3]), np.array([4]))


def test_every_panel_of_the_picture_shows_the_slice_that_is_wrong():
    y = np.zeros((3, 13, 13))
    y[0], y[2, 6, 6] = 1, 0.5  # the largest values stand in another slice than what is wrong
    failing = Panel(heading="fails", lines=(), values=np.where(np.arange(3)[:, None, None] == 2, y, 0))
    assert _worst(failing.values) == (2,)
    shown, place = _flat(y, _worst(failing.values))
    assert place == "[2, :, :]"
    assert np.array_equal(shown, y[2])
    assert _flat(y, None)[1] == "[0, :, :]"


def test_the_picture_has_room_for_the_answer_where_there_is_no_candidate():
    report = replace(ft.diagnose(BLOCKS, SHARPEN, SHARP), classes=(), near=())
    assert plot(report, BLOCKS, SHARPEN, SHARP).width == 2 * MARGIN + 2 * SIDE + GAP


@pytest.mark.filterwarnings("error")
@pytest.mark.slow
def test_an_infinity_in_the_result_is_data():
    x, y = np.arange(20.0).reshape(4, 5), np.array([[np.inf, 1], [2, 3]])
    assert not ft.diagnose(x, np.ones((2, 2)), y).fits
