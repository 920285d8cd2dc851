"""A Case bound to its tiles for many calls: tables are made once, the kernel's spectrum once for each kernel."""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.extend import spread
from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.compiled import addresses, aligned, column_twiddles, row_twiddles, walker_function
from faltung.methods.fourier.parts import direct_row, finish, is_direct, parts_of, target_of
from faltung.methods.fourier.plane import positions_map
from faltung.methods.fourier.spectrum import spectrum
from faltung.methods.fourier.tile import LINE
from faltung.methods.fourier.walker import AHEAD, FIELDS
from faltung.methods.workers import share
from faltung.spec.case import Case
from faltung.spec.window import Number

Array = npt.NDArray[Any]
_scratch = threading.local()


class Tiled:
    """One Case, ready for calls ``tiled(x, w, out, workers)``; they return whether every sum came out finite."""

    __slots__ = ("_case", "_cut", "_fields", "_kept", "_walker")

    def __init__(self, case: Case, made: Cut) -> None:
        self._case, self._cut = case, made
        self._kept = tables(case, made)
        self._fields = addresses(made.tile) | {name: table.ctypes.data for name, table in self._kept.items()} | {
            "samples": made.across.samples, "pad": made.across.pad, "out_rows": made.down.outputs, "out_columns": made.across.outputs,
            "step_rows": made.step_rows, "step_columns": made.step_columns,
        }  # fmt: skip
        self._walker = walker_function(made.tile).call

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> bool:
        """Write the sums to `out`; False says that some of them may not be finite."""
        case, made = self._case, self._cut
        rows = image_rows(case, made, x)
        factors = spectrum(made.tile, taps_of(case, made, w))
        fields = self._fields | {"spectrum": factors.ctypes.data, "x_row": rows.strides[1]}
        parts, simple = parts_of(case, made, workers), is_direct(case, out) and case.exact is None
        flags = np.zeros(len(parts), np.int64)
        first_flag, first_row, item = flags.ctypes.data, rows.ctypes.data, rows.strides[0]
        straight = self._record(fields, direct_row(case, made, out))
        size = made.tile.places["end"]

        def work(i: int) -> None:
            part = parts[i]
            target = target_of(case, made, out, part)
            record = straight if target.own is None else self._record(fields, target.row_bytes)
            source = first_row + part.item * item
            self._walker(record.ctypes.data, source, target.address, scratch(size), first_flag + 8 * i, part.strip, part.first, part.last)
            if not simple or target.own is not None:
                finish(case, made, out, part, target)

        share(work, len(parts), workers)
        return not flags.any()

    def _record(self, fields: dict[str, int], out_row: int) -> Array:
        return np.array([(fields | {"out_row": out_row})[name] for name in FIELDS], np.int64)


def tables(case: Case, made: Cut) -> dict[str, Array]:
    """Return the tables to which the record points."""
    tile = made.tile
    numbers: list[Number] = [0]
    # rows are read a whole tile beyond the last step, and looked at a little further; nothing there is used
    rows = positions_map(made.down, made.steps * made.step_rows + tile.height + (AHEAD + 1) * tile.together, numbers)
    columns = positions_map(made.across, made.strips * made.step_columns + tile.width, numbers)
    lines = np.repeat(np.array(numbers).astype(case.dtype)[:, None], tile.width, axis=1)
    return {
        "row_map": np.array(rows, np.int64), "column_map": np.array(columns, np.int64), "fills": aligned(lines, case.dtype),
        "row_twiddles": row_twiddles(tile), "column_twiddles": column_twiddles(tile),
    }  # fmt: skip


def image_rows(case: Case, made: Cut, x: Array) -> Array:
    """Return (item, row, sample) with samples side by side: x itself wherever it can be; a signal's rows overlap."""
    if len(case.windows) == 2:
        return x[:, 0] if x.strides[-1] == x.itemsize else np.ascontiguousarray(x[:, 0])
    rows, step, width = made.down.samples, made.step_columns, made.tile.width
    line = spread(case, x)[:, 0]
    padded = np.zeros((case.batch, (rows - 1) * step + width), x.dtype)
    padded[:, : line.shape[1]] = line[:, : padded.shape[1]]
    item, size = padded.strides
    overlapping: Array = np.lib.stride_tricks.as_strided(padded, (case.batch, rows, width), (item, step * size, size), writeable=False)
    return overlapping


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
