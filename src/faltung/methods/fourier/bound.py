"""A Case bound to its tiles for many calls: tables are made once, the kernel's spectrum once for each kernel."""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.compiled import addresses, column_twiddles, row_twiddles, walker_function
from faltung.methods.fourier.parts import finish, is_direct, parts_of, target_of
from faltung.methods.fourier.source import source_of, tables
from faltung.methods.fourier.spectrum import spectrum
from faltung.methods.fourier.tile import LINE
from faltung.methods.fourier.walker import FIELDS
from faltung.methods.workers import share
from faltung.spec.case import Case

Array = npt.NDArray[Any]
_scratch = threading.local()


class Tiled:
    """One Case, ready for calls ``tiled(x, w, out, workers)``; they return whether every sum came out finite."""

    __slots__ = ("_case", "_cut", "_fields", "_kept", "_tables", "_walker")

    def __init__(self, case: Case, made: Cut) -> None:
        self._case, self._cut, self._tables = case, made, tables(case, made)
        self._kept = row_twiddles(made.tile), column_twiddles(made.tile)
        self._fields = addresses(made.tile) | {
            "row_map": self._tables.row_map.ctypes.data, "column_map": self._tables.column_map.ctypes.data,
            "row_twiddles": self._kept[0].ctypes.data, "column_twiddles": self._kept[1].ctypes.data,
            "samples": made.across.samples, "pad": made.across.pad, "out_rows": made.down.outputs, "out_columns": made.across.outputs,
            "step_rows": made.step_rows, "step_columns": made.step_columns,
        }  # fmt: skip
        self._walker = walker_function(made.tile).call

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> bool:
        """Write the sums to `out`; False says that some of them may not be finite."""
        case, made = self._case, self._cut
        source = source_of(case, made, self._tables, x)
        factors = spectrum(made.tile, taps_of(case, made, w))
        fields = self._fields | {"spectrum": factors.ctypes.data, "x_row": source.row}
        parts, simple = parts_of(case, made, workers), is_direct(case, out) and case.exact is None
        flags, size = np.zeros(len(parts), np.int64), made.tile.places["end"]
        first_flag = flags.ctypes.data

        def work(i: int) -> None:
            part = parts[i]
            target = target_of(case, made, out, part)
            varying = {"fills": source.fills + part.item * source.fills_item, "out_row": target.row_bytes}
            record = np.array([*map((fields | varying).__getitem__, FIELDS)], np.int64)
            begin = source.address + part.item * source.item
            self._walker(record.ctypes.data, begin, target.address, scratch(size), first_flag + 8 * i, part.strip, part.first, part.last)
            if not simple or target.own is not None:
                finish(case, made, out, part, target)

        share(work, len(parts), workers)
        return not flags.any()


def taps_of(case: Case, made: Cut, w: Array) -> Array:
    """Return the taps in two axes: spread by their dilation, a signal's cut into rows."""
    taps: Array = w[0, 0]
    for axis, window in enumerate(case.windows):
        if window.kernel_dilation > 1:
            shape = list(taps.shape)
            shape[axis] = window.kernel_dilation * (shape[axis] - 1) + 1
            sparse: Array = np.zeros(shape, taps.dtype)
            sparse[(slice(None),) * axis + (slice(None, None, window.kernel_dilation),)] = taps
            taps = sparse
    if len(case.windows) == 2:
        return taps
    cut = np.zeros((made.down.taps, made.across.taps), taps.dtype)
    cut.reshape(-1)[: taps.size] = taps
    return cut


def scratch(size: int) -> int:
    """Return the address of this thread's scratch of at least `size` bytes, aligned to a cache line."""
    if getattr(_scratch, "size", -1) < size:
        _scratch.kept = np.zeros(size + LINE, np.uint8)
        _scratch.address = -(-_scratch.kept.ctypes.data // LINE) * LINE
        _scratch.size = size
    address: int = _scratch.address
    return address
