"""Images: 2048 x 2048 float32 with the output given, every boundary, beside OpenCV's filter2D and what else filters images."""

import numpy as np
import scipy.ndimage
import scipy.signal
from timing import Candidates, best, shown, table, threads_used

import faltung as ft

SIZE = 2048
# OpenCV's words for the boundaries it has in filter2D; its own default stands in where it has none.
CV2 = {"zero": 0, "edge": 1, "half_sample": 2, "whole_sample": 4, "periodic": 4}


def against_opencv(sizes: tuple[int, ...], turns: int) -> str:
    """Return the table of ratios: for each kernel size, the slowest and the fastest boundary."""
    import cv2

    cv2.setNumThreads(2)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((SIZE, SIZE)).astype("float32")
    ours, theirs = np.empty_like(x), np.empty_like(x)
    rows = []
    for size in sizes:
        k = rng.standard_normal((size, size)).astype("float32")
        candidates: Candidates = {"copy": lambda: np.copyto(ours, x)}
        for boundary, word in CV2.items():
            given = {"mode": "same", "boundary": boundary, "out": ours, "workers": 2}
            candidates[f"faltung {boundary}"] = lambda k=k, given=given: ft.correlate(x, k, **given)
            candidates[f"cv2 {boundary}"] = lambda k=k, word=word: cv2.filter2D(x, -1, k, dst=theirs, borderType=word)
        found = best(candidates, turns)
        used = threads_used(candidates["faltung zero"]), threads_used(candidates["cv2 zero"])
        rows.append(_row(size, ft.plan(x, k, mode="same").method, found, used))
    return table(_HEAD, rows)


_HEAD = [
    "kernel", "method", "fastest boundary", "slowest boundary", "cv2.filter2D", "least ratio", "best ratio",
    "GFLOP/s", "threads", "copy, 1 thread",
]  # fmt: skip


def _row(size: int, method: str, found: dict[str, float], used: tuple[float, float]) -> list[str]:
    ours, theirs = {b: found[f"faltung {b}"] for b in CV2}, {b: found[f"cv2 {b}"] for b in CV2}
    ratios = {b: theirs[b] / ours[b] for b in CV2}
    fastest, least = min(ours.values()), min(ratios, key=ratios.__getitem__)
    rate = 2 * size**2 * SIZE**2 / fastest / 1e9
    return [
        f"{size} x {size}", method, shown(fastest), shown(max(ours.values())), shown(min(theirs.values())),
        f"{ratios[least]:.2f} ({least})", f"{max(ratios.values()):.2f}",
        f"{rate:.0f}", f"{used[0]:.1f}, {used[1]:.1f}", shown(found["copy"]),
    ]  # fmt: skip


def against_scipy(sizes: tuple[int, ...]) -> str:
    """Return times beside SciPy's functions, each allocating its output."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1024, 1024)).astype("float32")
    rows = []
    for size in sizes:
        k = rng.standard_normal((size, size)).astype("float32")
        candidates: Candidates = {
            "faltung": lambda k=k: ft.convolve(x, k, mode="same", boundary="half_sample"),
            "scipy.ndimage.convolve": lambda k=k: scipy.ndimage.convolve(x, k),
            "scipy.signal.oaconvolve (zero)": lambda k=k: scipy.signal.oaconvolve(x, k, mode="same"),
            "scipy.signal.fftconvolve (zero)": lambda k=k: scipy.signal.fftconvolve(x, k, mode="same"),
        }
        if size <= 15:
            candidates["scipy.signal.convolve2d"] = lambda k=k: scipy.signal.convolve2d(x, k, mode="same", boundary="symm")
        found = best(candidates, 2)
        rows.append([f"{size} x {size}", *(shown(found[name]) if name in found else "-" for name in _SCIPY)])
    return table(["kernel", *_SCIPY], rows)


_SCIPY = (
    "faltung", "scipy.ndimage.convolve", "scipy.signal.convolve2d", "scipy.signal.oaconvolve (zero)", "scipy.signal.fftconvolve (zero)",
)  # fmt: skip
