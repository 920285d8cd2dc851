"""The picture of the residuals: what is right is pale, what is wrong is coloured where it is wrong."""

import numpy as np
import pytest
from diagnose.explain.plain_search import plain_search
from scipy import ndimage

import faltung as ft
from faltung.diagnose.explain import diagnose as module
from faltung.diagnose.explain.plot import ABOVE, GAP, HEAD, MARGIN, NONE, SIDE, plot

RNG = np.random.default_rng(5)
X, K = RNG.integers(-9, 10, (13, 13)).astype(float), RNG.integers(-9, 10, (3, 4)).astype(float)


@pytest.fixture(autouse=True)
def _short_list(monkeypatch):
    monkeypatch.setattr(module, "search", plain_search)


def panel(image, number):
    """Return the pixels of a panel; 13 x 13 samples are drawn as squares of 20."""
    left, top = MARGIN + number * (SIDE + GAP), MARGIN + HEAD
    return np.asarray(image)[top : top + SIDE, left : left + SIDE]


def test_a_single_wrong_sample_is_a_square_in_an_empty_panel():
    y = ndimage.convolve(X, K)
    y[3, 4] += 5
    report = ft.diagnose(X, K, y)
    image = plot(report, X, K, y)
    pixels = panel(image, 1)
    assert (pixels[3 * 20 : 4 * 20, 4 * 20 : 5 * 20] == ABOVE).all()
    rest = pixels.copy()
    rest[3 * 20 : 4 * 20, 4 * 20 : 5 * 20] = NONE
    assert (rest == NONE).all()


def test_what_fits_is_pale_and_what_was_expected_is_not():
    y = ndimage.convolve(X, K)
    report = ft.diagnose(X, K, y, "scipy.ndimage.convolve(x, k, mode='wrap')")
    image = plot(report, X, K, y)
    assert image.width == 2 * MARGIN + 3 * (SIDE + GAP) - GAP
    assert (panel(image, 1) == NONE).all()
    expected = panel(image, 2)
    coloured = (expected != NONE).any(-1).reshape(13, 20, 13, 20).any((1, 3))
    assert coloured.any()
    assert not coloured[2:-2, 2:-2].any()  # the interior is the same under both laws


def test_one_axis_three_axes_complex_and_large():
    for x, k in ((X[0], K[0]), (np.stack([X] * 3), K[None]), (X * (1 + 1j), K), (X[:, :5], K)):
        y = ft.convolve(x, k, mode="same")
        image = plot(ft.diagnose(x, k, y), x, k, y)
        assert image.mode == "RGB"
        assert image.height > SIDE + HEAD


def test_a_wrong_sample_of_a_large_result_is_not_lost():
    x = RNG.integers(0, 9, (300, 270)).astype(float)
    y = ft.convolve(x, K, mode="same")
    y[200, 100] += 50
    pixels = panel(plot(ft.diagnose(x, K, y), x, K, y), 1)
    assert (pixels == ABOVE).all(-1).any()
