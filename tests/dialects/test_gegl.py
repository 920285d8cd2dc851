"""The GEGL dialect against gegl: few processes, for each takes half a second; images of several tiles tell many windows apart."""

import subprocess

import numpy as np
import pytest
from dialects.comparing import Tally, image, positive, round_trip, weights
from peers import program
from PIL import Image

import faltung as ft

pytestmark = pytest.mark.heavy
FUNCTION = "gegl.convolution_matrix"
BORDERS = ("clamp", "loop", "black", "white")


def gegl(folder, x, k, **words):
    Image.fromarray(x).save(folder / "x.png")
    matrix = [f"{letter}{row + 1}={k[row, column]:g}" for column, letter in enumerate("abcde") for row in range(5)]
    options = [f"{name}={str(value).lower()}" for name, value in words.items()]
    command = [program("gegl"), "x.png", "-o", "y.png", "--", "gegl:convolution-matrix", *matrix, *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    pixels = np.asarray(Image.open(folder / "y.png"))
    return pixels[..., :3] if x.ndim == 3 else pixels[..., 0]


def check(tally, found, x, k, **words):
    """Compare up to 1 of 255, where GEGL's own conversion of light stands between."""
    ours = ft.like(FUNCTION, **words)(x, k)
    assert (ours.shape, ours.dtype) == (found.shape, found.dtype)
    off = np.abs(ours.astype(int) - found)
    assert off.max() <= 1, words
    tally.counted(x, k, **words)


@pytest.mark.parametrize("border", BORDERS)
def test_borders(tmp_path, border):
    tally = Tally(FUNCTION)
    for shape in [(9, 11), (4, 6, 3), (2, 3)]:
        x, k = image(shape, "uint8"), positive((5, 5))
        k[0, 0] = 60  # a corner weighs most, so that no flip or shift stays within the bound
        check(tally, gegl(tmp_path, x, k, border=border), x, k, border=border)
    tally.enough(3)


def test_divisor_and_offset(tmp_path):
    tally = Tally(FUNCTION)
    x, k = image((9, 11), "uint8"), weights((5, 5))
    for words in ({"normalize": False, "divisor": 10.0, "offset": 0.25}, {"normalize": False}):
        check(tally, gegl(tmp_path, x, k, **words), x, k, **words)
    k[2, 2] -= k.sum()
    check(tally, gegl(tmp_path, x, k), x, k, normalize=False, offset=0.5)  # what normalize means for a sum of 0
    k[2, 2] -= 7
    check(tally, gegl(tmp_path, x, k), x, k, normalize=False, offset=1.0, divisor=7.0)  # and for a negative one
    tally.refused(x, k, "adds 1/2, or 1")
    tally.enough(5)


def test_refusals():
    tally = Tally(FUNCTION)
    x = image((9, 11), "uint8")
    tally.refused(x, positive((3, 3)), "put zeros around a smaller one")
    tally.refused(x.astype("uint16"), positive((5, 5)), "does not take uint16")
    tally.refused(x, positive((5, 5)), "has no border 'mirror'", border="mirror")


def test_written():
    cases = [{"border": border} for border in BORDERS] + [{"normalize": False, "divisor": 4.0, "offset": 0.5}]
    assert round_trip(FUNCTION, cases) == 5
