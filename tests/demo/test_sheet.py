"""What the contact sheet shows: every kernel, what the engine computes, labels that fit."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import ImageDraw
from scipy import ndimage

from faltung.demo import sheet
from faltung.demo.card import card
from faltung.demo.tiles import TILE, tile, tiles
from faltung.gallery import kernel, kernels


@pytest.fixture(scope="module")
def shown():
    return tiles(card(TILE, TILE))


def test_every_kernel_has_a_tile(shown):
    assert [entry.name for entry in shown] == ["the test card", *kernels()]
    for entry in shown[1:]:
        assert entry.words == ("correlation", "convolution")
        assert (entry.pictures[1] is None) == (kernel(entry.name).reversal == "unchanged")
        assert all(picture.shape == (TILE, TILE, 3) for picture in entry.pictures if picture is not None)


@pytest.mark.parametrize("name", kernels())
def test_the_pictures_are_those_of_scipy(name, shown):
    entry, weights = shown[1 + kernels().index(name)], kernel(name).weights
    picture = card(TILE, TILE).astype(float)
    white = float(entry.facts.split("+")[1]) if "white" in entry.facts else None
    for result, function in zip(entry.pictures, (ndimage.correlate, ndimage.convolve), strict=True):
        if result is None:
            continue
        expected = function(picture, weights[:, :, None], mode="reflect")
        levels = expected if white is None else 127.5 * (1 + expected / white)
        assert np.abs(result - np.clip(levels, 0, 255)).max() <= 0.5 + 1e-6


def test_signed_results_stand_around_mid_grey():
    flat = np.full((20, 20, 3), 90, dtype=np.uint8)
    assert set(np.unique(tile(kernel("sobel-x"), flat).pictures[0])) <= {127, 128}
    assert set(np.unique(tile(kernel("gaussian"), flat).pictures[0])) == {90}
    assert "white" not in tile(kernel("sharpen"), flat).facts


def test_no_text_is_cut_off_or_runs_into_another_thing(shown, monkeypatch):
    boxes = []

    def recorded(self, at, text, **words):
        boxes.append(SimpleNamespace(text=text, box=self.textbbox(at, text, font=words["font"], anchor=words.get("anchor"))))

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", recorded)
    drawn = np.asarray(sheet.draw())
    boxes = [entry for entry in boxes if entry.text]
    texts = [entry.text for entry in boxes]
    assert set(kernels()) <= set(texts)
    assert texts.count("the same") == sum(entry.pictures[-1] is None for entry in shown)
    for entry in boxes:
        left, top, right, bottom = (round(edge) for edge in entry.box)
        assert sheet.MARGIN - 1 <= left < right <= drawn.shape[1] - sheet.MARGIN + 1, entry.text
        assert sheet.MARGIN - 1 <= top < bottom <= drawn.shape[0] - 1, entry.text
        below = drawn[top:bottom, left:right]
        background = sheet.PANEL if entry.text == "the same" else sheet.PAPER
        assert (below == background).all(), entry.text  # nothing but paper: texts were not drawn, everything else was
    for i, a in enumerate(boxes):
        assert not any(_meet(a.box, b.box) for b in boxes[:i]), a.text


def _meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_labels_use_only_what_the_font_has(shown, monkeypatch):
    seen = []
    monkeypatch.setattr(ImageDraw.ImageDraw, "text", lambda self, at, text, **words: seen.append(text))
    sheet.draw()
    assert all(text.isascii() for text in seen)  # Pillow's own font draws a box for what it lacks
