"""A Case bound to its tiles for many calls: tables are made once, the kernel's spectrum once for each kernel."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.compiled import addresses, column_twiddles, row_twiddles, slice_addresses, slices_function, walker_function
from faltung.methods.fourier.parts import finish, is_direct, parts_of, target_of
from faltung.methods.fourier.slices import SLICE_FIELDS, scratch_bytes
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
        given = self._tables
        self._fields = (addresses(made.tile) if made.depth is None else slice_addresses(made.tile)) | {
            "row_map": given.row_map.ctypes.data, "column_map": given.column_map.ctypes.data, "depth_map": given.depth_map.ctypes.data,
            "row_twiddles": self._kept[0].ctypes.data, "column_twiddles": self._kept[1].ctypes.data,
            "samples": made.across.samples, "pad": made.across.pad, "out_rows": made.down.outputs, "out_columns": made.across.outputs,
            "step_rows": made.step_rows, "step_columns": made.step_columns, "depth": made.depth.taps if made.depth else 1,
            "spectrum_bytes": made.tile.spectrum_bytes,
        }  # fmt: skip
        self._walker = (walker_function if made.depth is None else slices_function)(made.tile).call

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> bool:
        """Write the sums to `out`; False says that some of them may not be finite."""
        case, made = self._case, self._cut
        source = source_of(case, made, self._tables, x)
        factors = spectrum(made.tile, taps_of(case, made, w))
        fields = self._fields | {"spectrum": factors.ctypes.data, "x_row": source.row, "x_slice": source.slice}
        parts, simple = parts_of(case, made, workers), is_direct(case, out) and case.exact is None
        flags, size = np.zeros(len(parts), np.int64), thread_bytes(made)
        first_flag = flags.ctypes.data
        record = recorder(fields, FIELDS if made.depth is None else SLICE_FIELDS)

        def work(i: int) -> None:
            part = parts[i]
            target = target_of(case, made, out, part)
            place = record(source.fills + part.item * source.fills_item, target.row_bytes, target.slice_bytes)
            begin = source.address + part.item * source.item
            steps = (part.strip, part.first, part.last) if made.depth is None else (part.strip, part.first, part.last, part.low, part.high)
            self._walker(place, begin, target.address, scratch(size), first_flag + 8 * i, *steps)
            if not simple or target.own is not None:
                finish(case, made, out, part, target)

        share(work, len(parts), workers)
        return not flags.any()


def thread_bytes(made: Cut) -> int:
    """Return the bytes of scratch which one thread needs."""
    return made.tile.places["end"] if made.depth is None else scratch_bytes(made.tile, made.depth.taps)


def recorder(fields: dict[str, int], names: tuple[str, ...]) -> Callable[[int, int, int], int]:
    """Return a function that gives the address of the record for the three fields which differ between parts; it keeps the records."""
    records: dict[tuple[int, int, int], Array] = {}

    def record(fills: int, out_row: int, out_slice: int) -> int:
        key = fills, out_row, out_slice
        if (known := records.get(key)) is None:
            given = fields | {"fills": fills, "out_row": out_row, "out_slice": out_slice}
            known = records.setdefault(key, np.array([given[name] for name in names], np.int64))
        return int(known.ctypes.data)

    return record


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
    if len(case.windows) > 1:
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
