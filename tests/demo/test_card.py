"""The test card: the same bytes everywhere, every patch present, no symmetry that would hide a flip."""

import numpy as np
import pytest
from PIL import Image

from faltung.demo import card as module
from faltung.demo.card import LETTER, PATCHES, card, grey_card
from faltung.errors import SpecError

SIZES = [(48, 48), (49, 63), (64, 96), (101, 57), (256, 256), (120, 500)]


def _patch(picture, function):
    rows, columns = len(PATCHES), len(PATCHES[0])
    [(i, j)] = [(i, j) for i, row in enumerate(PATCHES) for j, entry in enumerate(row) if entry is function]
    return picture[module._span(picture.shape[0], rows, i), module._span(picture.shape[1], columns, j)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_shape_dtype_and_repeatability(height, width):
    picture = card(height, width)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, card(height, width))
    assert picture.min() == 0
    assert picture.max() == 255


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_no_flip_or_turn_leaves_it_unchanged(height, width):
    for picture in (card(height, width), _patch(card(height, width), module.letter)):
        for axes in (0, 1, (0, 1)):
            assert not np.array_equal(picture, np.flip(picture, axes))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_patches_hold_what_they_are_for(height, width):
    picture = card(height, width)
    impulse = _patch(picture, module.impulse)[:, :, 0]
    assert np.count_nonzero(impulse) == 1
    assert impulse.max() == 255
    right, down = (_patch(picture, f)[:, :, 0].astype(int) for f in (module.ramp_right, module.ramp_down))
    assert np.all(np.diff(right, axis=1) > 0)
    assert not np.any(np.diff(right, axis=0))
    assert np.all(np.diff(down, axis=0) > 0)
    assert not np.any(np.diff(down, axis=1))
    steps = np.diff(_patch(picture, module.steps)[:, :, 0].astype(int), axis=0)
    assert {*np.unique(steps)} == {-steps.max(), 0, steps.max()}
    checkers = _patch(picture, module.checkers)[:, :, 0]
    half = checkers[:, : checkers.shape[1] // 2].astype(int)
    assert np.all(np.abs(np.diff(half, axis=0)) == 255)
    assert np.all(np.abs(np.diff(half, axis=1)) == 255)
    assert {(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255)} <= {
        tuple(c) for c in _patch(picture, module.colours).reshape(-1, 3).tolist()
    }


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_letter_can_be_read_back(height, width):
    patch = _patch(card(height, width), module.letter)[:, :, 0]
    i, j = np.nonzero(patch < 128)
    drawn = patch[i.min() : i.max() + 1, j.min() : j.max() + 1] < 128
    scale = drawn.shape[0] // len(LETTER)
    assert ["".join("#" if mark else "." for mark in row) for row in drawn[::scale, ::scale]] == list(LETTER)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_grey_card_is_pillows_luma_to_one_step(height, width):
    grey = grey_card(height, width)
    assert grey.shape == (height, width)
    assert grey.dtype == np.uint8
    assert np.abs(grey.astype(int) - np.asarray(Image.fromarray(card(height, width)).convert("L"), dtype=int)).max() <= 1


def test_too_small_a_card_is_refused_with_its_numbers():
    with pytest.raises(SpecError, match="47 x 64: below 48"):
        card(47, 64)
