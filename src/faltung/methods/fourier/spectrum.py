"""The kernel's spectrum, in the order in which a tile's frequencies come out.

With z the taps folded like a row of samples, the correlation needs, at frequency (f, m) of a tile of `height` x `points`,

    S[f, m] = Σ_{u, c} w[u, c] · exp(+2πi·f·u/height) · exp(−iπ·c/(2·points) + 2πi·m·c/points) / (height·points)

or rather its conjugate, which is the transform of the conjugate taps. Column frequencies are in the order f = k0 + S·(k1 + R1·k2), k2
fastest; row frequencies as the row transforms leave them, in groups of as many as a vector has lanes.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier import memory
from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.compiled import aligned, column_twiddles, dtype_of, phase_addresses, recorder, row_twiddles
from faltung.methods.fourier.gang import Phase, in_phases
from faltung.methods.fourier.phases import PHASE_FIELDS
from faltung.methods.fourier.shared import Phases
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.walker import AHEAD
from faltung.methods.scratch import aligned_bytes

Array = npt.NDArray[Any]
KEPT_BYTES, MOST_KEPT = 32 << 20, 64
LOOKED_AT = 64
"""Taps by which a kernel is looked up; then all are compared. To hash every tap takes five times as long as to compare them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kernel's bytes and its spectrum."""

    taps: bytes
    factors: Array


Key = tuple[Tile, tuple[int, ...], bytes]
_kept: "OrderedDict[Key, Kept]" = OrderedDict()
_lock = threading.Lock()


def spectrum(made: Cut, w: Array, workers: int) -> Array:
    """Return the spectrum of taps in window order, from those kept if it is among them."""
    flat = np.ascontiguousarray(w).reshape(-1)
    key = (made.tile, w.shape, flat[:: max(flat.size // LOOKED_AT, 1)].tobytes())
    taps = flat.tobytes()
    with _lock:
        known = _kept.get(key)
        if known is not None:
            _kept.move_to_end(key)
    if known is not None and taps == known.taps:
        return known.factors
    found = computed(made.tile, w)[None] if made.rounds_once else compiled_spectrum(made.tile, w.reshape(-1, *w.shape[-2:]), workers)
    with _lock:
        _kept[key] = Kept(taps, found)
        while len(_kept) > MOST_KEPT or (len(_kept) > 1 and sum(entry.factors.nbytes for entry in _kept.values()) > KEPT_BYTES):
            _kept.popitem(last=False)
    return found


def computed(tile: Tile, w: Array) -> Array:
    """Return (column group, k0, k1, k2, re and im, lane), transformed in float64 and rounded once.

    By NumPy, for to import `scipy.fft` takes 0.2 s, which is three quarters of a first call.
    """
    height, points = tile.height, tile.points
    c = np.arange(w.shape[1])
    weighted = w * np.exp(-0.5j * np.pi * c / points)
    folded = np.zeros((w.shape[0], points), np.complex128)
    folded[:, : min(points, len(c))] = weighted[:, :points]
    if len(c) > points:  # the weight at c is -i times that at c - points, as it must be where a row is folded
        folded[:, : len(c) - points] += weighted[:, points:]
    s = np.fft.ifft(folded, axis=1)  # 1 / points included
    s = np.fft.ifft(s, n=height, axis=0)  # pads with rows of zeros
    (r1, r2), (down, across) = tile.down, tile.outer
    short = tile.lanes * tile.across
    split = s.reshape(r2, r1, down, short, across).transpose(4, 3, 2, 1, 0)  # (row k1, row k2, column k0, k1, k2)
    ordered = split.reshape(tile.groups, tile.lanes, down, r1, r2).transpose(0, 2, 3, 4, 1)
    return aligned(np.stack([ordered.real, -ordered.imag], 4), dtype_of(tile))


def compiled_spectrum(tile: Tile, w: Array, workers: int) -> Array:
    """Return the spectra of taps (part, row, column) by the tile's own transforms, in its own precision."""
    count, rows, columns = w.shape
    taps = np.zeros((count, rows, tile.width), w.dtype)
    np.multiply(w.conj(), 1 / (tile.height * tile.points), out=taps[:, :, :columns])
    row_map = np.full(tile.height + (AHEAD + 1) * tile.together, -1, np.int64)
    row_map[:rows] = np.arange(rows)
    twiddles, out = (row_twiddles(tile), column_twiddles(tile)), aligned_bytes(count * tile.spectrum_bytes)
    fields = dict.fromkeys(PHASE_FIELDS, 0) | phase_addresses(tile) | {
        "row_map": row_map.ctypes.data, "row_twiddles": twiddles[0].ctypes.data, "column_twiddles": twiddles[1].ctypes.data,
        "x_row": taps.strides[1], "samples": tile.width,
    }  # fmt: skip
    nothing = np.zeros(tile.width, w.dtype)
    records, ring = recorder(fields, PHASE_FIELDS), memory.taken(tile.height * tile.row)
    record = records(nothing.ctypes.data, 0, 0)
    work: list[Phase] = []
    for i in range(count):
        phases = Phases(tile=tile, ring=ring.ctypes.data, workers=workers, begin=taps[i].ctypes.data)
        work += [phases.read(record, 0, tile.height), phases.spectrum(record, out[i * tile.spectrum_bytes :].ctypes.data)]
    in_phases(work, workers)
    memory.kept(ring)
    return out
