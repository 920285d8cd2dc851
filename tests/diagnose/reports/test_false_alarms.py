"""What is no difference: the same operation by other libraries, in another precision, by another method."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from diagnose.reports.by_hand import correlated, integers, tf32
from scipy import ndimage, signal

import faltung as ft

X, K = integers(60, 12, 11).astype(float), integers(61, 3, 5).astype(float)
RANDOM = np.random.default_rng(62)
NOISY, SMOOTH = RANDOM.standard_normal((12, 11)), RANDOM.standard_normal((5, 3))
LONG = RANDOM.standard_normal(200)
HALVES = NOISY.astype(np.float16).astype(float), SMOOTH.astype(np.float16).astype(float)
SINGLE, WEIGHTS = NOISY.astype(np.float32), SMOOTH.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Alike:
    x: np.ndarray
    k: np.ndarray
    y: np.ndarray
    expected: str


ALIKE = {
    "ndimage by convolve2d": Alike(x=X, k=K, y=ndimage.convolve(X, K, mode="constant"), expected="scipy.signal.convolve2d(x, k, 'same')"),
    "ndimage by filter2D": Alike(x=X, k=K, y=ndimage.correlate(X, K, mode="mirror"), expected="cv2.filter2D(x, -1, k)"),
    "filter2D by ndimage": Alike(x=X, k=K, y=cv2.filter2D(X, -1, K), expected="scipy.ndimage.correlate(x, k, mode='mirror')"),
    "reversed by hand": Alike(x=X, k=K, y=ndimage.correlate(X, K[::-1, ::-1]), expected="scipy.ndimage.convolve(x, k)"),
    "transform": Alike(x=NOISY, k=SMOOTH, y=signal.fftconvolve(NOISY, SMOOTH), expected="scipy.signal.convolve2d(x, k)"),
    "another order": Alike(x=NOISY, k=SMOOTH, y=correlated(NOISY[::-1, ::-1], SMOOTH)[::-1, ::-1], expected="convolve valid"),
    "float32 of float64": Alike(x=SINGLE, k=WEIGHTS, y=correlated(NOISY, SMOOTH), expected="scipy.signal.correlate2d(x, k, 'valid')"),
    "float32": Alike(
        x=SINGLE, k=WEIGHTS, y=signal.correlate2d(SINGLE.astype(float), WEIGHTS.astype(float), "valid").astype(np.float32),
        expected="scipy.signal.correlate2d(x, k, 'valid')",
    ),
    "stored as float32": Alike(
        x=NOISY, k=SMOOTH, y=signal.correlate2d(NOISY, SMOOTH, "valid").astype(np.float32),
        expected="scipy.signal.correlate2d(x, k, 'valid')",
    ),
    "float16": Alike(
        x=SINGLE, k=WEIGHTS, y=correlated(*HALVES).astype(np.float16),
        expected="scipy.signal.correlate2d(x, k, 'valid')",
    ),
    "TF32": Alike(
        x=SINGLE, k=WEIGHTS, y=correlated(tf32(SINGLE).astype(float), tf32(WEIGHTS).astype(float)).astype(np.float32),
        expected="scipy.signal.correlate2d(x, k, 'valid')",
    ),
    "one axis": Alike(x=LONG, k=LONG[:31], y=signal.oaconvolve(LONG, LONG[:31]), expected="numpy.convolve(x, k)"),
}  # fmt: skip
# Whole numbers, and what is bit for bit the right answer in the dtype it is stored in.
EXACT = ("stored as float32", "ndimage by convolve2d", "ndimage by filter2D", "filter2D by ndimage", "reversed by hand")


@pytest.mark.parametrize("name", ALIKE)
def test_same_operation(name):
    case = ALIKE[name]
    found = ft.diagnose(case.x, case.k, case.y, case.expected)
    assert found.as_expected is True, found
    assert found.differences == ()
    assert found.line == ""
    if name not in EXACT:
        assert "rounding" in str(found), found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["another order", "TF32"])
def test_and_one_sample_that_is_off_is_seen(name):
    case = ALIKE[name]
    y = case.y.copy()
    y.flat[y.size // 2] += 0.25 * np.abs(y).max()
    assert ft.diagnose(case.x, case.k, y, case.expected).as_expected is False
