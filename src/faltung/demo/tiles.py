"""What the contact sheet shows of one kernel: both results as pictures, the weights as a picture, and a line of facts."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from faltung import api
from faltung.gallery import Kernel, kernel, kernels

Array: TypeAlias = np.ndarray[Any, Any]

TILE = 160  # samples of the card a side: four patches of 38 and their margins
WEIGHTS = 36  # samples of the longer side of the drawn weights, at most
# Signed results are scaled so that this percentage lies within black and white: single impulses do not darken all the rest.
WITHIN = 97.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """One place on the sheet: a name, facts, the weights drawn, and under each word a picture, or None where it is the one before."""

    name: str
    facts: str
    weights: Array | None
    words: tuple[str, ...]
    pictures: tuple[Array | None, ...]


def tiles(picture: Array) -> tuple[Tile, ...]:
    """Return a tile of the picture itself, then one for each kernel of the gallery, computed."""
    rows, columns = picture.shape[:2]
    itself = Tile(name="the test card", facts=f"{rows} x {columns}, 8 bit", weights=None, words=("input",), pictures=(picture,))
    return (itself, *(tile(kernel(name), picture) for name in kernels()))


def tile(k: Kernel, picture: Array) -> Tile:
    """Return the tile of one kernel.

    Examples
    --------
    >>> flat = np.full((8, 8, 3), 100, dtype=np.uint8)
    >>> shown = tile(kernel("sharpen"), flat)
    >>> shown.facts, shown.pictures[0].max(), shown.pictures[1]
    ('3 x 3, sum 1', np.uint8(100), None)
    """
    samples = picture.astype(np.float64)
    results = [
        operation(samples, k.weights, mode="same", boundary="half_sample", axes=(0, 1)) for operation in (api.correlate, api.convolve)
    ]
    total = float(k.total)
    signed = abs(total - 1) > 1e-6  # rounded weights sum to 1 only nearly
    white = _two_digits(float(np.percentile(np.abs(np.stack(results)), WITHIN))) if signed else 255.0
    pictures = [_brightness(127.5 + 127.5 * result / white if signed else result) for result in results]
    facts = f"{' x '.join(map(str, k.weights.shape))}, sum {total if abs(total) > 1e-9 else 0:.3g}"
    return Tile(
        name=k.name,
        facts=f"{facts}, white is +{white:g}" if signed else facts,
        weights=_drawn(k.weights),
        words=("correlation", "convolution"),
        pictures=(pictures[0], None if k.reversal == "unchanged" else pictures[1]),
    )


def _two_digits(value: float) -> float:
    """Return the value with two significant digits, so that the number on the sheet is the one that was used; 1 for 0."""
    return float(f"{value:.2g}") or 1.0


def _brightness(levels: Array) -> Array:
    return np.asarray(np.clip(np.rint(levels), 0, 255), dtype=np.uint8)


def _drawn(weights: Array) -> Array:
    """Return the weights around mid-grey, each a square of as many samples as fit."""
    side = max(1, WEIGHTS // max(weights.shape))
    levels = _brightness(127.5 + 127.5 * weights / np.abs(weights).max())
    return np.repeat(np.kron(levels, np.ones((side, side), np.uint8))[:, :, None], 3, axis=2)
