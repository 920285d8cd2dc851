"""The Pillow dialect against PIL.ImageFilter.Kernel."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from dialects.comparing import Tally, image, positive, round_trip, weights
from PIL import Image, ImageFilter

import faltung as ft

FUNCTION = "PIL.ImageFilter.Kernel"
IMAGES = [(9, 8), (5, 5), (3, 4), (2, 7), (4, 1), (1, 1)]
SIZES = [(3, 3), (5, 5)]


def pillow(x, k, scale=None, offset=0):
    return np.asarray(Image.fromarray(x).filter(ImageFilter.Kernel(k.shape[::-1], k.ravel().tolist(), scale, offset)))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "bool"])
def test_every_mode(dtype):
    tally = Tally(FUNCTION)
    for x_shape, k_shape, scale, offset in product(IMAGES, SIZES, (1, 2, 0.5, -4), (0, 7, 0.25, -3)):
        for k in (weights(k_shape), weights(k_shape, "int64", 9)):
            x = image(x_shape, dtype)
            tally.same(pillow(x, k, scale, offset), x, k, scale=scale, offset=offset)
    tally.enough(380)


@pytest.mark.parametrize("bands", [2, 3, 4])
def test_bands(bands):
    tally = Tally(FUNCTION)
    for x_shape, k_shape in product(IMAGES, SIZES):
        x, k = image((*x_shape, bands), "uint8"), weights(k_shape)
        tally.same(pillow(x, k, 1, 5), x, k, scale=1, offset=5)
    tally.enough(12)


def test_scale_is_the_sum():
    """Where the exact value is no tie the numbers are equal; in a tie, float32 weights may fall to either side."""
    tally = Tally(FUNCTION)
    for seed, k_shape in product(range(40), SIZES):
        x, k = image((9, 8), "uint8", seed), positive(k_shape, seed=seed)
        found, ours, total = pillow(x, k), ft.like(FUNCTION)(x, k), int(k.sum())
        exact = ft.correlate(x[::-1].astype(int), k.astype(int), mode="same")[::-1]  # only its ties count
        tie = np.array([Fraction(int(s), total) % 1 == Fraction(1, 2) for s in exact.flat]).reshape(exact.shape)
        if not tie.any():
            tally.same(found, x, k)
        assert np.array_equal(found[~tie], ours[~tie])
        assert np.abs(found.astype(int) - ours).max() <= 1
    tally.enough(20)


def test_first_row_weighs_the_row_below():
    x, k = np.zeros((5, 5), "uint8"), np.zeros((3, 3))
    x[2, 2], k[0, 2] = 9, 1
    assert np.argwhere(pillow(x, k, 1)).tolist() == np.argwhere(ft.like(FUNCTION, scale=1)(x, k)).tolist() == [[1, 1]]


def test_refusals():
    tally = Tally(FUNCTION)
    x = image((9, 9), "uint8")
    for k_shape in [(1, 1), (3, 5), (4, 4), (7, 7)]:
        tally.refused(x, weights(k_shape), "it must be 3 x 3 or 5 x 5")
        with pytest.raises(ValueError, match="bad kernel size"):
            pillow(x, weights(k_shape), 1)
    tally.refused(image((9, 9), "float32"), positive((3, 3)), "does not take float32")
    with pytest.raises(ValueError, match="wrong mode"):
        pillow(image((9, 9), "float32"), positive((3, 3)))
    tally.refused(x, np.zeros((3, 3)), "divides by a scale of 0")
    tally.refused(x, positive((3, 3)), "it must be a real number", offset="1")
    tally.refused(image((9, 9, 5), "uint8"), positive((3, 3)), "with bands it must be uint8")
    assert np.array_equal(pillow(x[:4], weights((7, 7))), ft.like(FUNCTION)(x[:4], weights((7, 7))))


def test_written():
    assert round_trip(FUNCTION, [{}, {"scale": 4}, {"scale": 1, "offset": 3}, {"scale": 0.5}, {"offset": 0.25}]) == 5
    call = ft.write(ft.read(FUNCTION, scale=4, offset=3), FUNCTION)
    x, k = image((9, 8), "uint8"), positive((5, 5))
    names = {"numpy": np, "PIL": __import__("PIL"), "x": x, "k": k}
    assert np.array_equal(eval(call.code, names), ft.like(FUNCTION, scale=4, offset=3)(x, k))
