"""The OpenCV dialects against cv2: sizes 1 to 7, borders, anchors, depths, channels, rounding."""

from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, positive, round_trip, weights
from peers import peer

import faltung as ft

cv2 = peer("cv2")
BORDERS = (cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101)
DTYPES = ("uint8", "int8", "uint16", "int16", "int32", "float16", "float32", "float64", "bool")
DEPTHS = (-1, 0, 1, 2, 3, 4, 5, 6)
REFUSES = ("does not take", "answer for")


@pytest.mark.parametrize("border", BORDERS)
def test_filter2d(border):
    tally = Tally("cv2.filter2D", borderType=border)
    for x_shape, k_shape in product(IMAGES, KERNELS):
        x, k = image(x_shape, "float64"), weights(k_shape)
        tally.same(cv2.filter2D(x, -1, k, borderType=border), x, k)
    for k_shape in KERNELS[::3]:
        x, k = image((5, 6, 3), "uint8"), weights(k_shape)
        for anchor in product(range(k_shape[1]), range(k_shape[0])):
            tally.same(cv2.filter2D(x, -1, k, anchor=anchor, borderType=border), x, k, anchor=anchor)
    tally.enough(450)


def test_filter2d_depths():
    tally = Tally("cv2.filter2D")
    for dtype, depth, k_shape in product(DTYPES, DEPTHS, [(1, 1), (3, 3), (2, 5), (7, 4)]):
        x, k = image((6, 7), dtype), weights(k_shape) / 4
        try:
            found = cv2.filter2D(x, depth, k, delta=0.25)
        except cv2.error:
            with pytest.raises(ft.DialectError, match=r"does not take|has no .* answer for"):
                ft.like("cv2.filter2D", ddepth=depth)(x, k)
            continue
        tally.same(found, x, k, ddepth=depth, delta=0.25)
    x = np.array([[1, 2, 3, 4, 5]], "uint8")
    tally.same(np.array([[0, 1, 2, 2, 2]], "uint8"), x, np.array([[0.5]]))
    for k_dtype in DTYPES:
        k = np.array([[1, 0, 1], [1, 1, 0]], k_dtype)
        tally.same(cv2.filter2D(x, -1, k), x, k)
    tally.enough(60)


def test_filter2d_by_transform():
    """Kernels of 130 weights and more; whole numbers stay whole once rounded."""
    tally = Tally("cv2.filter2D")
    x, k = image((40, 37), "uint8"), weights((13, 12))
    tally.same(cv2.filter2D(x, -1, k), x, k)
    tally.same(cv2.filter2D(x, cv2.CV_16S, k), x, k, ddepth=cv2.CV_16S)
    x = image((40, 37), "float32")
    tally.same(cv2.filter2D(x, -1, k), x, k, bound=100 * np.abs(k).sum() * 2e-6)
    tally.enough(3)


@pytest.mark.parametrize("border", BORDERS)
def test_sep_filter2d(border):
    tally = Tally("cv2.sepFilter2D", borderType=border)
    for x_shape, (n, m) in product(IMAGES, KERNELS):
        x, row, column = image(x_shape, "float64"), weights((n,)), weights((m,), seed=5)
        tally.same(cv2.sepFilter2D(x, -1, row, column, borderType=border), x, row, kernelY=column)
        x = image((*x_shape, 3), "uint8")
        found = cv2.sepFilter2D(x, cv2.CV_16S, row, column, anchor=(n - 1, 0), delta=3, borderType=border)
        tally.same(found, x, row, kernelY=column, ddepth=cv2.CV_16S, anchor=(n - 1, 0), delta=3)
    tally.enough(580)


def test_sep_filter2d_depths():
    tally = Tally("cv2.sepFilter2D")
    for dtype, depth in product(DTYPES, DEPTHS):
        x, k, column = image((6, 7), dtype), weights((3,)) / 2, weights((4,))
        try:
            found = cv2.sepFilter2D(x, depth, k, column)
        except cv2.error:
            with pytest.raises(ft.DialectError, match=r"does not take|has no .* answer for"):
                ft.like("cv2.sepFilter2D", ddepth=depth, kernelY=column)(x, k)
            continue
        tally.same(found, x, k, ddepth=depth, kernelY=column)
    smooth = np.array([1.0, 2.0, 1.0]) / 4
    tally.refused(image((6, 7), "uint8"), smooth, "which a Spec does not say", kernelY=smooth)
    tally.refused(image((6, 7), "uint8"), smooth, "has two kernels")
    tally.enough(20)


@pytest.mark.parametrize("border", BORDERS)
def test_boxes(border):
    tally = Tally("cv2.boxFilter", borderType=border)
    blur = Tally("cv2.blur", borderType=border)
    for x_shape, k_shape in product(IMAGES, KERNELS[::3]):
        size, k = k_shape[::-1], np.ones(k_shape)
        for dtype, depth in (("uint8", -1), ("uint8", 3), ("int16", 4), ("float64", -1)):
            x = image(x_shape, dtype)
            found = cv2.boxFilter(x, depth, size, normalize=False, borderType=border)
            tally.same(found, x, k, ddepth=depth, normalize=False)
        x = image((*x_shape, 4), "uint8")
        blur.same(cv2.blur(x, size, borderType=border), x, k, bugs=True)
        if k.size not in (2, 4, 8, 16):
            blur.same(cv2.blur(x, size, borderType=border), x, k)
        x = image(x_shape, "float64")
        blur.same(cv2.blur(x, size, anchor=(0, 0), borderType=border), x, k, anchor=(0, 0), bound=1e-12)
    tally.enough(400)
    blur.enough(280)


def test_box_rounding():
    """Bytes: half up to 256 weights, half to even beyond; ties exist for even numbers of weights. Powers of two are too high."""
    tally = Tally("cv2.boxFilter", bugs=True)
    x = np.array([[1, 2, 4, 7, 12]], "uint8")
    assert cv2.blur(x, (2, 1), borderType=cv2.BORDER_CONSTANT).tolist() == [[1, 2, 4, 6, 10]]  # 0.5, 1.5, 3, 5.5, 9.5
    assert cv2.blur(np.full((2, 17), 255, "uint8"), (1, 2))[0].tolist() == [255] * 16 + [0]  # white turns black, 256 in a byte
    assert ft.like("cv2.blur", borderType=0)(x, np.ones((1, 2))).tolist() == [[1, 2, 3, 6, 10]]
    for k_shape in [(2, 2), (1, 2), (4, 4), (2, 3), (16, 16), (16, 18), (2, 200)]:
        x = image((9, 40), "uint8") % 3
        for depth in (-1, 3, 2):
            tally.same(cv2.boxFilter(x, depth, k_shape[::-1]), x, np.ones(k_shape), ddepth=depth)
    for dtype, depth in product(DTYPES, DEPTHS):
        x, k = image((6, 7), dtype), np.ones((3, 3))
        try:
            found = cv2.boxFilter(x, depth, (3, 3))
        except cv2.error:
            with pytest.raises(ft.DialectError, match=r"does not take|has no .* answer for"):
                ft.like("cv2.boxFilter", ddepth=depth)(x, k)
            continue
        tally.same(found, x, k, ddepth=depth, bound=1e-4 if found.dtype.kind == "f" else 0)
    tally.refused(x, np.array([[1, 2]]), "has no weights")
    tally.enough(45)


def test_match_template():
    tally = Tally("cv2.matchTemplate")
    for x_shape, k_shape, dtype in product([(7, 9), (4, 5), (1, 4), (3, 1)], KERNELS, ("uint8", "float32")):
        for channels in ((), (3,)):
            x, k = image((*x_shape, *channels), dtype), image((*k_shape, *channels), dtype, 7)
            try:
                found = cv2.matchTemplate(x, k, cv2.TM_CCORR)
            except cv2.error:
                tally.refused(x, k, "inside the other")
                continue
            tally.same(found, x, k, bound=max(1e-6 * np.abs(x).max() * np.abs(k.astype(float)).sum(), 1e-9))
    for dtype in DTYPES:
        x = image((5, 5), dtype)
        try:
            cv2.matchTemplate(x, x[:2, :2], cv2.TM_CCORR)
        except cv2.error:
            tally.refused(x, x[:2, :2], "does not take")
    tally.enough(700)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("outlier", [np.nan, np.inf])
def test_nan_under_weights_of_zero(dtype, outlier):
    """filter2D leaves such weights out; sepFilter2D does not."""
    x = image((6, 7), dtype)
    x[2, 3] = outlier
    tally = Tally("cv2.filter2D")
    for k in (np.array([[0, 1, 2], [3, 0, 1], [1, 0, 2.0]]), np.pad([[2.0]], 1), np.array([[0, 1.0], [0, 0], [2, 0]])):
        found = cv2.filter2D(x, -1, k)
        tally.same(found, x, k)
        assert (~np.isfinite(found)).sum() == np.count_nonzero(k)
    row, column = np.array([1, 0.0, 2]), np.array([1.0, 0, 0])
    found = cv2.sepFilter2D(x, -1, row, column)
    Tally("cv2.sepFilter2D").same(found, x, row, kernelY=column)
    assert (~np.isfinite(found)).sum() == 9


def test_a_nan_stays_in_running_sums_and_spreads_in_transforms():
    """The known bugs: should this fail, OpenCV has mended them."""
    x = np.zeros((9, 9))
    x[4, 4] = np.nan
    assert np.isnan(cv2.blur(x, (3, 3), borderType=cv2.BORDER_CONSTANT)).sum() == 18
    assert np.isnan(ft.like("cv2.blur", borderType=0)(x, np.ones((3, 3)))).sum() == 9
    k = np.ones((12, 12))
    k[::2] = 0
    assert np.isnan(cv2.filter2D(x, -1, k)).sum() == 81
    assert np.isnan(ft.like("cv2.filter2D")(x, k)).sum() < 81


def test_refusals():
    tally = Tally("cv2.filter2D")
    x, k = image((5, 6), "uint8"), weights((3, 2))
    tally.refused(x, k, "has no borderType 3", borderType=cv2.BORDER_WRAP)
    tally.refused(x, k, "has no borderType 5", borderType=cv2.BORDER_TRANSPARENT)
    tally.refused(x, k, "anchor 2 is not a tap", anchor=(2, 0))
    tally.refused(x, k, "it must be (x, y)", anchor=3)
    tally.refused(x, k, "has no ddepth 77", ddepth=77)
    tally.refused(x, k[0], "it must have two axes")
    tally.refused(x[0], k, "it must have rows, columns")
    for word in ({"borderType": cv2.BORDER_WRAP}, {"anchor": (2, 0)}):
        with pytest.raises(cv2.error):
            cv2.filter2D(x, -1, k, **word)
    tally = Tally("cv2.matchTemplate")
    tally.refused(x, x, "has no method 5", method=cv2.TM_CCOEFF_NORMED)
    tally.refused(x, x, "multiply it yourself", mask=x)


def test_written():
    places = [{"borderType": border, "anchor": anchor} for border in BORDERS for anchor in ((-1, -1), (0, 1), (2, -1))]
    depths = [{"ddepth": depth} for depth in (5, 6, 0)]
    assert round_trip("cv2.filter2D", [*places, *depths, {"delta": 7}]) == 16
    assert round_trip("cv2.matchTemplate", [{}]) == 1
    x, k = image((6, 7), "uint8"), positive((3, 2))
    spec = ft.read("cv2.filter2D", ddepth=3, borderType=cv2.BORDER_REFLECT, anchor=(0, 2))
    call = ft.write(spec, "cv2.filter2D")
    assert call.code == "cv2.filter2D(x, cv2.CV_16S, k, anchor=(0, 2), borderType=cv2.BORDER_REFLECT)"
    np.testing.assert_array_equal(eval(call.code), ft.like("cv2.filter2D", ddepth=3, borderType=2, anchor=(0, 2))(x, k))
    call = ft.write(ft.parse("correlate valid conj=none"), "cv2.matchTemplate")
    assert call.code == "cv2.matchTemplate(x, k, cv2.TM_CCORR)"
