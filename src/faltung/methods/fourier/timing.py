"""What tiles are expected to take on one thread.

Measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors, 1 MB of L2), float32, 2048 x 2048, with a
real-time priority. In seconds for each complex number of float32 that is transformed, unless it says otherwise.
"""

from faltung.methods.fourier.tile import Tile

CALL = 30e-6
FORWARD = 1.0e-9
INVERSE = 1.1e-9
COLUMN_LEVEL = 0.17e-9  # for each factor of two in the height
BEYOND_CACHE = 1.25
CACHE = 700 * 1024
"""Bytes of ring and spectrum that stay in the second-level cache beside the rows that come and go."""


def image_seconds(tile: Tile, forward_rows: int, inverse_rows: int, steps: int) -> float:
    """Return the expected time of that many row transforms and steps of columns."""
    points = tile.points * tile.itemsize / 4  # time goes with bytes
    levels = (tile.height - 1).bit_length()
    slower = BEYOND_CACHE if tile.height * (tile.row + tile.across * tile.pair) > CACHE else 1.0
    rows = (forward_rows * FORWARD + inverse_rows * INVERSE) * points
    return CALL + (rows + steps * tile.height * points * COLUMN_LEVEL * levels) * slower
