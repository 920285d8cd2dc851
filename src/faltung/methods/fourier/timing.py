"""What tiles are expected to take on one thread.

Measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors, 1 MB of L2), llvmlite 0.50, with a real-time
priority: float32, 2048 x 2048, kernels of 9 x 9 to 255 x 255, 209 pairs of kernel and tile, fitted with a mean error of 3 % and a
largest of 13 %. In seconds for each complex number of float32; time goes with bytes.
"""

from math import inf

from faltung.methods.fourier.tile import Tile

CALL = 40e-6
ROW = {4: (0.92e-9, 1.02e-9), 8: (0.85e-9, 0.96e-9), 16: (0.86e-9, 0.91e-9)}
"""Forward and inverse, with reading and writing the image, for each radix."""
COLUMN = {
    (4, 4): 0.40e-9, (8, 4): 0.47e-9, (8, 8): 0.61e-9, (12, 8): 0.64e-9, (16, 8): 0.74e-9, (12, 16): 0.96e-9, (16, 16): 1.02e-9,
    (24, 16): 1.23e-9, (32, 16): 1.30e-9,
}  # fmt: skip
"""Forward, product and inverse, for each pair of radices."""

LONG_ROW = 16
OUTER_ROW = {2: 0.3e-9, 3: 0.3e-9, 4: 0.3e-9, 6: 0.35e-9, 8: 0.4e-9, 12: 0.45e-9, 16: 0.5e-9}
"""Outer radices of rows whose short parts have radix 16, and what they add to a row's time, forward or inverse."""
TALL_COLUMN = (16, 16)
OUTER_COLUMN = {3: 0.7e-9, 4: 0.7e-9, 6: 0.8e-9, 8: 0.9e-9, 12: 1.1e-9, 16: 1.3e-9}
"""Outer radices of columns whose short parts have this pair, and what they add."""
LARGE = ((3 << 20, 1.0), (5 << 20, 1.05), (9 << 20, 1.25), (16 << 20, 1.4), (24 << 20, 1.5), (48 << 20, 1.7), (inf, 2.0))
"""How much longer everything takes for rings of up to so many bytes (2048 x 2048 and 4096 x 4096 float32, within a fifth)."""
GATHERED = 1.25
"""What slices take beyond what images do: their tiles are small, and more of them reach beyond an edge (192^3 float32)."""
PRODUCT = ((900 * 1024, 0.1e-9), (8 << 20, 0.2e-9), (inf, 0.45e-9))
"""A product added to a sum, for up to so many bytes of spectra of slices and kernel: in the second-level cache, the third, and beyond."""


def image_seconds(tile: Tile, forward_rows: int, inverse_rows: int, steps: int) -> float:
    """Return the expected time of that many row transforms and steps of columns."""
    forward, inverse = row_seconds(tile)
    each = forward_rows * forward + inverse_rows * inverse + steps * tile.height * column_seconds(tile)
    return CALL + each * tile.points * tile.itemsize / 4


def slice_seconds(tile: Tile, read: int, written: int, step_rows: int, depth: int) -> float:
    """Return the expected time of tiles of slices or bands: those that are transformed, and those that are sums of `depth` products."""
    forward, inverse = row_seconds(tile)
    column = column_seconds(tile) / 2
    product = next(seconds for most, seconds in PRODUCT if 2 * depth * tile.spectrum_bytes <= most)
    each = read * tile.height * (forward + column) + written * (step_rows * inverse + tile.height * (column + depth * product))
    return CALL + each * tile.points * tile.itemsize / 4


def row_seconds(tile: Tile) -> tuple[float, float]:
    """Return the time of a complex number of float32 in the row transforms, forward and inverse."""
    forward, inverse = ROW[tile.across]
    outer, large = OUTER_ROW.get(tile.outer[1], 0.0), factor(tile)
    return (forward + outer) * large, (inverse + outer) * large


def column_seconds(tile: Tile) -> float:
    """Return the same for the columns, forward, product and inverse."""
    return (COLUMN[tile.down] + OUTER_COLUMN.get(tile.outer[0], 0.0)) * factor(tile)


def factor(tile: Tile) -> float:
    """Return how much longer everything takes because the ring is large."""
    return next(times for most, times in LARGE if tile.height * tile.row <= most)
