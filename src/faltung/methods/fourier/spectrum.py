"""The kernel's spectrum, in the order in which a tile's frequencies come out.

With z the taps folded like a row of samples, the correlation needs, at frequency (f, m) of a tile of `height` x `points`,

    S[f, m] = Σ_{u, c} w[u, c] · exp(+2πi·f·u/height) · exp(−iπ·c/(2·points) + 2πi·m·c/points) / (height·points)

computed in float64 and rounded once. Column frequencies are in the order f = k1 + R1·k2, k2 fastest; row frequencies in groups of as
many as a vector has lanes.
"""

import threading
from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.compiled import aligned, dtype_of
from faltung.methods.fourier.tile import Tile

Array = npt.NDArray[Any]
KEPT_BYTES, MOST_KEPT = 32 << 20, 64
_kept: "OrderedDict[tuple[Tile, tuple[int, ...], bytes], Array]" = OrderedDict()
_lock = threading.Lock()


def spectrum(tile: Tile, w: Array) -> Array:
    """Return the spectrum of taps in window order, from those kept if it is among them."""
    key = (tile, w.shape, w.tobytes())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = computed(tile, w)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT or (len(_kept) > 1 and sum(entry.nbytes for entry in _kept.values()) > KEPT_BYTES):
            _kept.popitem(last=False)
    return made


def computed(tile: Tile, w: Array) -> Array:
    """Return (column group, k1, k2, re and im, lane), for a third axis behind as many slices."""
    from scipy import fft  # imported when used

    if w.ndim == 3:
        return aligned(np.stack([computed(tile, taps) for taps in w]), dtype_of(tile))
    height, points = tile.height, tile.points
    c = np.arange(w.shape[1])
    weighted = w * np.exp(-0.5j * np.pi * c / points)
    folded = np.zeros((w.shape[0], points), np.complex128)
    folded[:, : min(points, len(c))] = weighted[:, :points]
    if len(c) > points:  # the weight at c is -i times that at c - points, as it must be where a row is folded
        folded[:, : len(c) - points] += weighted[:, points:]
    s = fft.ifft(folded, axis=1)  # 1 / points included
    s = fft.ifft(s, n=height, axis=0).astype(np.complex128)  # pads with rows of zeros
    r1, r2 = tile.down
    ordered = s.reshape(r2, r1, tile.across, tile.lanes).transpose(2, 1, 0, 3)
    return aligned(np.stack([ordered.real, ordered.imag], 3), dtype_of(tile))
