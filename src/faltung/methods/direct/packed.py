"""Whole weights as the sums in 32 bits take them: in groups of taps, behind what the sums start at (see `dots`)."""

from typing import Any

import numpy as np

from faltung.methods.direct.shapes import Dots


def packed(w: np.ndarray[Any, np.dtype[np.int64]], dots: Dots) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return the start of the sums, and the weights in whole groups, one group to a number."""
    short = -w.shape[-1] % dots.group
    lines = w.reshape(-1, w.shape[-1])
    filled = np.concatenate([lines, np.zeros((len(lines), short), lines.dtype)], axis=1) if short else lines
    start = int(-dots.moved * lines.sum())
    head = np.array([(start + 2**31) % 2**32 - 2**31, 0], np.int32)
    return np.concatenate([head, filled.astype(np.int8 if dots.group == 4 else np.int16).reshape(-1).view(np.int32)])
