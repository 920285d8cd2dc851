"""What tiles are expected to take on one thread.

Measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors, 1 MB of L2), llvmlite 0.50, with a real-time
priority: float32, 2048 x 2048, kernels of 9 x 9 to 255 x 255, 95 pairs of kernel and tile, fitted with a mean error of 3 % and a
largest of 14 %. In seconds for each complex number of float32; time goes with bytes.
"""

from faltung.methods.fourier.tile import Tile

CALL = 40e-6
ROW = {4: (0.88e-9, 0.97e-9), 8: (0.81e-9, 0.91e-9), 16: (0.80e-9, 0.87e-9)}
"""Forward and inverse, with reading and writing the image, for each radix."""
COLUMN = {
    (4, 4): 0.43e-9, (8, 4): 0.52e-9, (8, 8): 0.65e-9, (12, 8): 0.72e-9, (16, 8): 0.78e-9, (12, 16): 0.95e-9, (16, 16): 1.07e-9,
    (24, 16): 1.22e-9, (32, 16): 1.37e-9,
}  # fmt: skip
"""Forward, product and inverse, for each pair of radices."""


def image_seconds(tile: Tile, forward_rows: int, inverse_rows: int, steps: int) -> float:
    """Return the expected time of that many row transforms and steps of columns."""
    forward, inverse = ROW[tile.across]
    each = forward_rows * forward + inverse_rows * inverse + steps * tile.height * COLUMN[tile.down]
    return CALL + each * tile.points * tile.itemsize / 4
