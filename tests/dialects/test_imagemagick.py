"""The ImageMagick dialects against convert: many kernels a process."""

import os
import subprocess
from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, positive, round_trip, weights
from peers import program

import faltung as ft

pytestmark = pytest.mark.heavy
MORPHOLOGY, CONVOLVE = "imagemagick.morphology", "imagemagick.convolve"
OUTSIDE = ("edge", "mirror", "tile", "black", "white")


def kernel(k, origin=""):
    return f"{k.shape[1]}x{k.shape[0]}{origin}:{','.join(f'{weight:g}' for weight in k.ravel())}"


def convert(x, *commands):
    """Return one answer for each list of options, from one process."""
    bits = 8 * x.dtype.itemsize
    head = b"P5 %d %d %d\n" % (x.shape[1], x.shape[0], 2**bits - 1)
    options = [word for command in commands for word in ("(", "-clone", "0", *command, ")")]
    line = [program("convert-im6.q16"), "pgm:-", *options, "-delete", "0", "-depth", str(bits), "-endian", "MSB", "gray:-"]
    data = head + x.astype(x.dtype.newbyteorder(">")).tobytes()
    environment = {**os.environ, "MAGICK_THREAD_LIMIT": "1"}  # its threads wait for each other longer than tiny images take
    done = subprocess.run(line, input=data, env=environment, capture_output=True, timeout=120)
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, x.dtype.newbyteorder(">")).astype(x.dtype).reshape(-1, *x.shape)


def words(outside):
    return ["-virtual-pixel", outside]


@pytest.mark.parametrize("method", ["Convolve", "Correlate"])
@pytest.mark.parametrize("outside", OUTSIDE)
def test_morphology(method, outside):
    tally = Tally(MORPHOLOGY, method=method, virtual_pixel=outside)
    for x_shape in IMAGES:
        x, kernels = image(x_shape, "uint16") * 9, [weights(shape) for shape in KERNELS]
        for k, found in zip(kernels, convert(x, *([*words(outside), "-morphology", method, kernel(k)] for k in kernels)), strict=True):
            tally.same(found, x, k)
    tally.enough(294)


@pytest.mark.parametrize("method", ["Convolve", "Correlate"])
def test_origin(method):
    tally = Tally(MORPHOLOGY, method=method)
    x = image((5, 6), "uint16")
    for k_shape in [(1, 4), (3, 2), (5, 5)]:
        k, origins = positive(k_shape), list(product(range(k_shape[1]), range(k_shape[0])))
        commands = [["-morphology", method, kernel(k, "+{}+{}".format(*origin))] for origin in origins]
        for origin, found in zip(origins, convert(x, *commands), strict=True):
            tally.same(found, x, k, origin=origin, k_shape=k_shape)
    tally.enough(35)


def test_scale_and_bytes():
    tally = Tally(MORPHOLOGY, scale="!")
    ours = Tally(MORPHOLOGY)
    kernels = [positive(shape) for shape in KERNELS]
    x = image((7, 9), "uint16") * 200
    commands = (["-define", "convolve:scale=!", "-morphology", "Convolve", kernel(k)] for k in kernels)
    for k, found in zip(kernels, convert(x, *commands), strict=True):
        tally.same_but_ties(found, x, k)
    x = image((7, 9), "uint8")
    for k, found in zip(kernels, convert(x, *(["-morphology", "Convolve", kernel(k / 16)] for k in kernels)), strict=True):
        ours.same(found, x, k / 16)
    tally.enough(49)
    ours.enough(49)


@pytest.mark.parametrize("outside", OUTSIDE)
def test_convolve(outside):
    tally = Tally(CONVOLVE, virtual_pixel=outside)
    for x_shape in IMAGES:
        x, kernels = image(x_shape, "uint16") * 200, [positive(shape) for shape in KERNELS]
        for k, found in zip(kernels, convert(x, *([*words(outside), "-convolve", kernel(k)] for k in kernels)), strict=True):
            tally.same_but_ties(found, x, k)
    tally.enough(294)


def test_refusals():
    tally = Tally(MORPHOLOGY)
    x, k = image((5, 6), "uint16"), positive((3, 3))
    tally.refused(x, k, "has no method 'Dilate'", method="Dilate")
    tally.refused(x, k, "has no virtual_pixel 'random'", virtual_pixel="random")
    tally.refused(x.astype("float32"), k, "does not take float32")
    tally.refused(x, k, "it must be (X, Y)", origin=-1)
    tally.refused(x, k, "is not a tap", origin=(3, 0), method="Correlate")
    tally.refused(x, k, "give k_shape", origin=(1, 0))
    tally.refused(x, k - k, "a Spec says that as scale=1", scale="!")
    tally.refused(x, k[0], "it must be real")


def test_written():
    cases = [{"method": m, "scale": s, "virtual_pixel": v} for m in ("Convolve", "Correlate") for s in (None, "!") for v in OUTSIDE]
    assert round_trip(MORPHOLOGY, [*cases, {"method": "Correlate", "origin": (1, 0)}]) == 21
    assert round_trip(CONVOLVE, [{"virtual_pixel": outside} for outside in OUTSIDE]) == 5
    call = ft.write(ft.read(CONVOLVE, virtual_pixel="tile"), CONVOLVE)
    assert call.code == "convert x -virtual-pixel tile -convolve 'k' out.png"
