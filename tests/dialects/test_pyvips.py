"""The pyvips dialects against libvips."""

from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, positive, round_trip, weights
from peers import peer

import faltung as ft

pyvips = peer("pyvips")
UNSIGNED, SIGNED = ("uint8", "uint16", "uint32"), ("int8", "int16", "int32")


def vips(method, x, k, scale=1, offset=0, **words):
    mask = pyvips.Image.new_from_array(k.tolist(), scale=scale, offset=offset)
    return getattr(pyvips.Image.new_from_array(x), method)(mask, **words).numpy().reshape(x.shape)  # one pixel comes as a number


def test_float():
    tally = Tally("pyvips.Image.conv")
    for x_shape, k_shape in product(IMAGES, KERNELS):
        for dtype in ("uint8", "int16", "float64"):
            x, k = image(x_shape, dtype), weights(k_shape)
            tally.same(vips("conv", x, k), x, k)
    for dtype in (*UNSIGNED, *SIGNED, "float32", "float64"):
        x, k = image((6, 7, 3), dtype), weights((4, 3)) / 4
        tally.same(vips("conv", x, k, 8, 3), x, k, scale=8, offset=3)
    tally.enough(880)


def test_convf():
    tally = Tally("pyvips.Image.convf")
    for x_shape, k_shape in product(IMAGES, KERNELS[::2]):
        for dtype, scale, offset in (("uint8", 1, 0), ("int16", 8, 3), ("float64", 4, 0)):
            x, k = image(x_shape, dtype), weights(k_shape)
            tally.same(vips("convf", x, k, scale, offset), x, k, scale=scale, offset=offset)
    tally.enough(400)


@pytest.mark.parametrize("dtype", [*UNSIGNED, *SIGNED])
def test_integer(dtype):
    tally = Tally("pyvips.Image.conv", precision="integer")
    for x_shape, k_shape in product(IMAGES, KERNELS[::3]):
        x, k = image(x_shape, dtype), weights(k_shape)
        tally.same(vips("conv", x, k, 1, 2, precision="integer"), x, k, offset=2)
        if dtype in UNSIGNED:
            k = positive(k_shape)
            for scale in (2, 8, *([3] if dtype != "uint8" else [])):
                tally.same(vips("conv", x, k, scale, precision="integer"), x, k, scale=scale)
    convi = Tally("pyvips.Image.convi")
    for x_shape, k_shape in product(IMAGES, KERNELS[::4]):
        x, k = image(x_shape, dtype), weights(k_shape)
        convi.same(vips("convi", x, k, 1, 2), x, k, offset=2)
    convi.enough(70)
    tally.enough(300 if dtype in UNSIGNED else 100)


def test_integer_weights():
    """Rounded half to even, except on bytes, where they are approximated: refused."""
    tally = Tally("pyvips.Image.conv", precision="integer")
    x, k = image((6, 7), "uint16"), np.array([[0.5, 1.5, 2.5], [-0.5, -1.5, 0.4]])
    tally.same(vips("conv", x, k, precision="integer"), x, k)
    tally.refused(x.astype("uint8"), k, "approximates weights that are not whole")


def test_negative_sums_are_cut_towards_zero():
    """The known bug: -4 / 2 is -1, for (-4 + 1) / 2 is cut."""
    x, k = np.full((1, 1), -4, "int16"), np.ones((1, 1))
    assert vips("conv", x, k, 2, precision="integer").item() == -1
    assert ft.like("pyvips.Image.conv", precision="integer", scale=2)(x, k).item() == -2


@pytest.mark.parametrize("outlier", [np.nan, np.inf])
def test_nan_under_weights_of_zero(outlier):
    tally = Tally("pyvips.Image.conv")
    x = image((6, 7), "float64")
    x[2, 3] = outlier
    for k in (np.array([[0, 1, 2], [3, 0, 1], [1, 0, 2.0]]), np.pad([[2.0]], 1), np.array([[0, 1.0], [0, 0], [2, 0]])):
        found = vips("conv", x, k)
        tally.same(found, x, k)
        assert (~np.isfinite(found)).sum() == np.count_nonzero(k)
    tally.enough(3)


def test_refusals():
    tally = Tally("pyvips.Image.conv")
    x, k = image((6, 7), "uint8"), weights((3, 3))
    tally.refused(x, k, "has no precision 'approximate'", precision="approximate")
    tally.refused(x.astype("complex64"), k, "does not take complex64")
    tally.refused(x.astype("int64"), k, "does not take int64")
    tally.refused(x, k, "divides by scale", scale=0)
    tally.refused(x, k[0], "it must be real and have rows")
    with pytest.raises(ValueError, match="not supported"):
        vips("conv", x.astype("int64"), k)
    tally.refused(x, k, "whole numbers", scale=0.4, precision="integer")  # libvips divides by 0 and the process ends
    tally.refused(x, k, "a power of two", scale=3, precision="integer")
    tally.enough(7)


def test_written():
    cases = [{}, {"scale": 4, "offset": 3}, {"scale": 0.5}]
    for name in ("conv", "convf", "convi"):
        round_trip(f"pyvips.Image.{name}", cases[: 2 if name == "convi" else 3])
    call = ft.write(ft.read("pyvips.Image.conv", precision="integer", scale=4, x_dtype="uint8"), "pyvips.Image.conv")
    x, k = image((6, 7), "uint8"), positive((3, 2))
    assert np.array_equal(eval(call.code, {"pyvips": pyvips, "x": x, "k": k}), vips("conv", x, k, 4, precision="integer"))
