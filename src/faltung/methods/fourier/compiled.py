"""A tile's code and constant tables in memory."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.compile import Compiled, compile_function, dialect
from faltung.methods.fourier.bands import emit_bands
from faltung.methods.fourier.columns import emit_columns
from faltung.methods.fourier.crew import emit_crew
from faltung.methods.fourier.items import emit_items
from faltung.methods.fourier.long_rows import emit_long_forward, emit_long_inverse
from faltung.methods.fourier.phases import emit_phases
from faltung.methods.fourier.rows import emit_forward, emit_inverse
from faltung.methods.fourier.slices import emit_forward_columns, emit_inverse_columns, emit_slices
from faltung.methods.fourier.tile import LINE, Tile
from faltung.methods.fourier.walker import emit_walker

Array = npt.NDArray[Any]


def aligned(values: Array, dtype: str) -> Array:
    """Return a contiguous copy that begins at a cache line."""
    out: Array = aligned_bytes(values.size * np.dtype(dtype).itemsize).view(dtype).reshape(values.shape)
    out[...] = values
    return out


def aligned_bytes(size: int) -> Array:
    """Return memory that begins at a cache line; nothing is written to it."""
    raw = np.empty(size + LINE, np.uint8)
    skip = -raw.ctypes.data % LINE
    return raw[skip : skip + size]


def row_key(tile: Tile) -> Tile:
    """Return the tile whose row transforms this one shares."""
    return Tile(tile.element, tile.lanes, tile.is_complex, (1, 1), tile.across, (1, tile.outer[1]))


def column_key(tile: Tile) -> Tile:
    """Return the real tile whose column transforms this one shares."""
    return replace(tile, is_complex=False)


@cache
def forward_function(tile: Tile) -> Compiled:
    """Return the forward row transform; `tile` is a `row_key`."""
    return compile_function([(emit_forward if tile.outer[1] == 1 else emit_long_forward)(tile, dialect())])


@cache
def inverse_function(tile: Tile) -> Compiled:
    """Return the inverse row transform; `tile` is a `row_key`."""
    return compile_function([(emit_inverse if tile.outer[1] == 1 else emit_long_inverse)(tile, dialect())])


@cache
def columns_function(tile: Tile) -> Compiled:
    """Return the column transforms; `tile` is real."""
    return compile_function([emit_columns(tile, dialect())])


@cache
def walker_function(tile: Tile) -> Compiled:
    """Return the walker."""
    return compile_function([emit_walker(tile, dialect())])


@cache
def items_function(tile: Tile) -> Compiled:
    """Return the loop over items."""
    return compile_function([emit_items(tile, dialect())])


@cache
def crew_function(numbers: int) -> Compiled:
    """Return the loop over parts, for walkers that take so many numbers."""
    return compile_function([emit_crew(numbers, dialect())])


@cache
def phases_function(tile: Tile) -> Compiled:
    """Return the phases of a shared tile."""
    return compile_function([emit_phases(tile, dialect())])


@cache
def slices_function(tile: Tile) -> Compiled:
    """Return the walker through slices."""
    return compile_function([emit_slices(tile, dialect())])


@cache
def bands_function(tile: Tile) -> Compiled:
    """Return the walker through bands."""
    return compile_function([emit_bands(tile, dialect())])


@cache
def slice_columns(tile: Tile) -> tuple[int, int]:
    """Return the addresses of the column transforms of slices, forward and inverse; `tile` is real."""
    both = (compile_function([emit(tile, dialect())]) for emit in (emit_forward_columns, emit_inverse_columns))
    forward, inverse = (compiled.address for compiled in both)
    return forward, inverse


def row_addresses(tile: Tile) -> dict[str, int]:
    """Return the addresses of the row transforms, which tiles share."""
    return {"forward": forward_function(row_key(tile)).address, "inverse": inverse_function(row_key(tile)).address}


def slice_addresses(tile: Tile) -> dict[str, int]:
    """Return the addresses of the transforms of slices."""
    forward, inverse = slice_columns(column_key(tile))
    return row_addresses(tile) | {"columns": forward, "inverse_columns": inverse}


def phase_addresses(tile: Tile) -> dict[str, int]:
    """Return the addresses of the transforms of `walker` and `phases`; columns are shared between real and complex tiles."""
    columns = columns_function(column_key(tile)).address
    return row_addresses(tile) | {"columns": columns, "forward_columns": slice_columns(column_key(tile))[0]}


@cache
def row_twiddles(tile: Tile) -> Array:
    """Return exp(−2πi·lane·k/short + iπ·lane/(2·points)) as (k, re and im, lane): the fold's weight of a lane is in it.

    Of a long row the fold's weights stand with the outer twiddles, behind: exp(−2πi·n·k/points + iπ·n/(2·points)), n < short, k < S.
    """
    outer, short = tile.outer[1], tile.lanes * tile.across
    k, lane = np.ogrid[: tile.across, : tile.lanes]
    w = np.exp(-2j * np.pi * lane * k / short + (1j * np.pi * lane / (2 * tile.points) if outer == 1 else 0))
    if outer > 1:
        k, n = np.ogrid[:outer, :short]
        w = np.concatenate([w, np.exp(-2j * np.pi * n * k / tile.points + 1j * np.pi * n / (2 * tile.points)).reshape(-1, tile.lanes)])
    return aligned(np.stack([w.real, w.imag], 1), dtype_of(tile))


@cache
def column_twiddles(tile: Tile) -> Array:
    """Return exp(−2πi·j·k/short) as (k, j, re and im), k < R1, j < R2; behind, exp(−2πi·i·k/height) as (i, k, re and im), k < S."""
    k, j = np.ogrid[: tile.down[0], : tile.down[1]]
    w = np.exp(-2j * np.pi * j * k / tile.inner_height).reshape(-1)
    if tile.outer[0] > 1:
        i, k = np.ogrid[: tile.inner_height, : tile.outer[0]]
        w = np.concatenate([w, np.exp(-2j * np.pi * i * k / tile.height).reshape(-1)])
    return aligned(np.stack([w.real, w.imag], -1), dtype_of(tile))


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


def dtype_of(tile: Tile) -> str:
    """Return the dtype of the tile's real numbers."""
    return {"float": "float32", "double": "float64"}[tile.element]
