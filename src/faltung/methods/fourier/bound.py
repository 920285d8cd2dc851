"""A Case bound to its tiles for many calls: tables are made once, the kernel's spectrum once for each kernel."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faltung.codegen.compile import Compiled
from faltung.methods.address import address
from faltung.methods.crew import work_through
from faltung.methods.fourier import memory
from faltung.methods.fourier.bands import BAND_FIELDS
from faltung.methods.fourier.choice import Cut, seconds
from faltung.methods.fourier.compiled import (
    bands_function,
    column_twiddles,
    items_function,
    phase_addresses,
    recorder,
    row_twiddles,
    slice_addresses,
    slices_function,
    walker_function,
)  # fmt: skip
from faltung.methods.fourier.gang import Phase, in_phases
from faltung.methods.fourier.halves import Piece
from faltung.methods.fourier.items import ITEM_FIELDS
from faltung.methods.fourier.parts import Kept, Part, Target, blocks_of, direct_row, finish, kept_axes, parts_of, target_of
from faltung.methods.fourier.phases import PHASE_FIELDS
from faltung.methods.fourier.plane import sides
from faltung.methods.fourier.shared import Phases
from faltung.methods.fourier.slices import SLICE_FIELDS, scratch_bytes
from faltung.methods.fourier.source import Source, source_of, tables
from faltung.methods.fourier.spectrum import spectrum
from faltung.methods.scratch import scratch
from faltung.methods.workers import LONGEST_CALL, share
from faltung.spec.case import Case

Array = npt.NDArray[Any]
SCRATCH_AT = 3
"""Which argument of a walker its scratch is."""
Record = Callable[[int, int, int], int]
Sums = Callable[..., bool]
"""Takes (x, w, out, workers, region), and returns whether every sum came out finite."""


class Again(NamedTuple):
    """What a call leaves for the next one whose arrays lie alike, with the same kernel.

    Between two large images all caches are empty, and each step in Python takes ten times as long as usual: a tenth of 15 x 15 on 2048 x
    2048. `entries` are the calls for arrays at address 0; `owners` keep alive what they point to.
    """

    lie: tuple[Any, ...]
    taps: bytes
    entries: Array
    most: int
    scratch_bytes: int
    owners: tuple[Any, ...]


class Tiled:
    """One Case, ready for calls ``tiled(x, w, out, workers, region)``; they return whether every sum came out finite."""

    __slots__ = ("_again", "_case", "_cut", "_every", "_fields", "_kept", "_names", "_parts", "_side_by_side", "_tables", "_walker")

    def __init__(self, case: Case, made: Cut) -> None:
        self._case, self._cut, self._tables = case, made, tables(case, made)
        self._kept = row_twiddles(made.tile), column_twiddles(made.tile)
        found, self._names, self._walker = code_of(made)
        self._every, self._side_by_side = kept_axes(case, None), all(window.stride == 1 for window in case.windows)
        self._parts: dict[int, list[Part]] = {}  # for each number of workers
        self._again: Again | None = None
        given = self._tables
        self._fields = found | {
            "row_map": given.row_map.ctypes.data, "column_map": given.column_map.ctypes.data, "depth_map": given.depth_map.ctypes.data,
            "row_twiddles": self._kept[0].ctypes.data, "column_twiddles": self._kept[1].ctypes.data,
            "samples": made.across.samples, "pad": made.across.pad, "out_rows": made.down.outputs, "out_columns": made.across.outputs,
            "step_rows": made.step_rows, "step_columns": made.step_columns, "depth": made.summed,
            "spectrum_bytes": made.tile.spectrum_bytes, "last_columns": last_columns(case, made),
        }  # fmt: skip

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1, region: tuple[slice, ...] | None = None) -> bool:
        """Write the sums, or those of a region, to `out`; False says that some of them may not be finite."""
        again = self._again
        if again is not None and region is None and again.lie == (x.strides, out.strides, workers) and again.taps == w.tobytes():
            return work_again(again, x, out, workers)
        case, made = self._case, self._cut
        kept = self._every if region is None else kept_axes(case, region)
        factors = spectrum(made, taps_of(case, made, w), workers)
        every = region is None and self._side_by_side
        if every and (blocks := blocks_of(case, made, workers)) is not None:
            return self._in_blocks(blocks, factors, x, out, workers)
        source = source_of(case, made, self._tables, x)
        record = recorder(self._fields | {"spectrum": factors.ctypes.data, "x_row": source.row, "x_slice": source.slice}, self._names)
        parts, direct = self._parts_of(workers, kept), every and out.strides[-1] == out.itemsize
        flags = np.zeros(len(parts), np.int64)
        if made.shared(case.batch, workers):
            self._shared(parts, kept, direct, source, record, out, flags, workers)
            return not flags.any()
        if direct and case.exact is None:
            self._by_crew(parts, source, record, x, w, out, flags, factors, workers)
            return not flags.any()
        size, first_flag = thread_bytes(made), flags.ctypes.data

        def work(i: int) -> None:
            part = parts[i]
            target = target_of(case, made, out, part, direct)
            place = record(source.fills + part.item * source.fills_item, target.row_bytes, target.slice_bytes)
            begin = source.address + part.item * source.item
            steps = (part.strip, part.first, part.last) if made.depth is None else (part.strip, part.first, part.last, part.low, part.high)
            self._walker.call(place, begin, target.address, scratch(size), first_flag + 8 * i, *steps)
            finish(case, made, out, part, target, kept)

        share(work, len(parts), workers)
        return not flags.any()

    def _by_crew(
        self, parts: list[Part], source: Source, record: Record, x: Array, w: Array, out: Array, flags: Array, factors: Array, workers: int
    ) -> None:
        """Work through parts whose outputs go straight into the result, without Python in between."""
        case, made = self._case, self._cut
        entries = first_entries(self._walker.address, parts, made)
        complete(entries, case, made, source, record, out, flags)
        most, size = max(int(LONGEST_CALL / 4 * len(parts) / (case.batch * seconds(made))), 1), thread_bytes(made)
        if self._tables.ends is None and x.strides[-1] == x.itemsize:
            alike = entries.copy()
            alike[:, 2:5] -= np.array((source.address, address(out), address(flags)))
            lie = x.strides, out.strides, workers
            self._again = Again(lie, w.tobytes(), alike, most, size, (record, factors, source.kept[1:]))
        owners = entries, source, record, out, flags, factors
        work_through(entries, owners, scratch_at=SCRATCH_AT, scratch_bytes=size, workers=workers, most=most)

    def _parts_of(self, workers: int, kept: tuple[Kept, ...]) -> list[Part]:
        if kept is not self._every:
            return parts_of(self._case, self._cut, workers, kept)
        if workers not in self._parts:
            self._parts[workers] = parts_of(self._case, self._cut, workers, kept)
        return self._parts[workers]

    def _in_blocks(self, blocks: list[range], factors: Array, x: Array, out: Array, workers: int) -> bool:
        """Work through a batch of small items, a block of them at a time."""
        case, made = self._case, self._cut
        flags, size = np.zeros(len(blocks), np.int64), thread_bytes(made)
        first_flag = flags.ctypes.data
        fields = self._fields | {
            "spectrum": factors.ctypes.data, "walker": walker_function(made.tile).address, "strips": made.strips, "steps": made.steps,
        }  # fmt: skip

        def work(i: int) -> None:
            there = out[blocks[i].start : blocks[i].stop]
            source = source_of(case, made, self._tables, x[blocks[i].start : blocks[i].stop])
            here = there if there.strides[-1] == there.itemsize else np.empty(there.shape, there.dtype)
            given = {"x_row": source.row, "x_item": source.item, "fills_item": source.fills_item, "out_item": here.strides[0]}
            record = recorder(fields | given, ITEM_FIELDS)  # it keeps what it gives the address of
            places = source.address, here.ctypes.data, scratch(size), first_flag + 8 * i
            items_function(made.tile).call(record(source.fills, direct_row(case, made, here), 0), *places, len(blocks[i]))
            if case.exact is not None:
                np.rint(here, out=here)
            if here is not there:
                there[...] = here

        share(work, len(blocks), workers)
        return not flags.any()

    def _shared(
        self, parts: list[Part], kept: tuple[Kept, ...], direct: bool, source: Source, record: Record, out: Array, flags: Array,
        workers: int,
    ) -> None:  # fmt: skip
        """Work through the parts one after another, each by all threads."""
        case, made = self._case, self._cut
        ring = memory.taken(made.tile.height * made.tile.row)
        phases: list[Phase] = []
        for i, part in enumerate(parts):
            begin, flag = source.address + part.item * source.item, flags.ctypes.data + 8 * i
            strip = Phases(tile=made.tile, ring=ring.ctypes.data, workers=workers, begin=begin, flag=flag, strip=part.strip)
            begun = i > 0 and parts[i - 1] == Part(part.item, part.strip, part.first - 1, part.last - 1)
            more = i + 1 < len(parts) and parts[i + 1] == Part(part.item, part.strip, part.first + 1, part.last + 1)
            target = target_of(case, made, out, part, direct)
            place = record(source.fills + part.item * source.fills_item, target.row_bytes, target.slice_bytes)
            phases += step(strip, made, part, place, target, begun=begun, more=more)
            if not direct or case.exact is not None or target.own is not None:
                phases.append((1, partial(finished, case, made, out, part, target, kept)))
        in_phases(phases, workers)
        memory.kept(ring)


def in_pieces(found: tuple[Piece, ...]) -> Sums:
    """Return what computes a kernel's pieces, and adds up their sums."""
    tiled = [Tiled(piece.case, piece.made) for piece in found]
    places: list[tuple[Any, ...]] = [(..., *piece.taps) for piece in found]

    def sums(x: Array, w: Array, out: Array, workers: int = 1, region: tuple[slice, ...] | None = None) -> bool:
        finite = tiled[0](x, w[places[0]], out, workers, region)
        piece = np.empty(out.shape, out.dtype)
        for one, place in zip(tiled[1:], places[1:], strict=True):
            finite &= one(x, w[place], piece, workers, region)
            out += piece
        return finite

    return sums if len(tiled) > 1 else tiled[0]


def step(strip: Phases, made: Cut, part: Part, record: int, target: Target, *, begun: bool, more: bool) -> list[Phase]:
    """Return the phases of one step of a strip; its rows are there already if the step before it is done just before."""
    top = part.first * made.step_rows
    rows = made.step_rows if more else min(made.step_rows, made.down.outputs - top)
    read = [] if begun else [strip.read(record, top, made.tile.height)]
    return [*read, strip.columns(record, top), strip.turn(record, target.address, top, rows, more=more)]


def work_again(again: Again, x: Array, out: Array, workers: int) -> bool:
    """Do for other arrays what was done before; return whether every sum came out finite."""
    entries, flags = again.entries.copy(), np.zeros(len(again.entries), np.int64)
    entries[:, 2:5] += np.array((address(x), address(out), address(flags)))
    owners = x, out, flags, again
    work_through(entries, owners, scratch_at=SCRATCH_AT, scratch_bytes=again.scratch_bytes, workers=workers, most=again.most)
    return not flags.any()


def first_entries(walker: int, parts: list[Part], made: Cut) -> Array:
    """Return a table of calls without its addresses: the walker, 0, the item twice, the part's number, and the walker's numbers."""
    numbers = [(walker, 0, part.item, part.item, i, part.strip, part.first, part.last, part.low, part.high) for i, part in enumerate(parts)]
    table = np.array(numbers, np.int64)
    return table if made.depth is not None else np.ascontiguousarray(table[:, :-2])


def complete(entries: Array, case: Case, made: Cut, source: Source, record: Record, out: Array, flags: Array) -> None:
    """Bring the addresses into a table of calls: of the record, of the item's samples and outputs, and of the part's flag."""
    rows = direct_row(case, made, out), out.strides[2]
    if source.fills_item and case.batch > 1:
        entries[:, 1] = [record(source.fills + i * source.fills_item, *rows) for i in entries[:, 2].tolist()]
    else:
        entries[:, 1] = record(source.fills, *rows)
    entries[:, 2:5] *= np.array((source.item, out.strides[0], flags.itemsize))
    entries[:, 2:5] += np.array((source.address, out.ctypes.data, flags.ctypes.data))


def finished(case: Case, made: Cut, out: Array, part: Part, target: Target, kept: tuple[Kept, ...], _: int) -> None:
    """Bring a part's outputs where they belong, as the piece of a phase."""
    finish(case, made, out, part, target, kept)


def code_of(made: Cut) -> tuple[dict[str, int], tuple[str, ...], Compiled]:
    """Return the addresses of a Cut's transforms, the fields of its records, and its walker."""
    if made.depth is not None:
        return slice_addresses(made.tile), SLICE_FIELDS, slices_function(made.tile)
    if made.parts > 1:
        return slice_addresses(made.tile), BAND_FIELDS, bands_function(made.tile)
    return phase_addresses(made.tile), PHASE_FIELDS, walker_function(made.tile)


def last_columns(case: Case, made: Cut) -> int:
    """Return where the outputs of the last row end."""
    if len(case.windows) > 1:
        return made.across.outputs
    return sides(case)[0].outputs - (made.down.outputs - 1) * made.step_columns


def thread_bytes(made: Cut) -> int:
    """Return the bytes of scratch which one thread needs."""
    return made.tile.places["end"] if made.depth is None and made.parts == 1 else scratch_bytes(made.tile, made.summed)


def taps_of(case: Case, made: Cut, w: Array) -> Array:
    """Return the taps in two axes: spread by their dilation, a signal's cut into rows, and rows into parts (then there is a third axis)."""
    taps: Array = w[0, 0]
    for axis, window in enumerate(case.windows):
        if window.kernel_dilation > 1:
            shape = list(taps.shape)
            shape[axis] = window.kernel_dilation * (shape[axis] - 1) + 1
            sparse: Array = np.zeros(shape, taps.dtype)
            sparse[(slice(None),) * axis + (slice(None, None, window.kernel_dilation),)] = taps
            taps = sparse
    if len(case.windows) > 1 and made.parts == 1:
        return taps
    rows = made.parts * made.step_rows if made.parts > 1 else made.down.taps
    cut = np.zeros((rows, made.across.taps), taps.dtype)
    cut.reshape(-1)[: taps.size] = taps.reshape(-1)
    return cut if made.parts == 1 else cut.reshape(made.parts, made.step_rows, made.across.taps)
