"""A tile's code and constant tables in memory."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.builder import Builder, Dialect
from faltung.codegen.compile import Compiled, compiled, dialect
from faltung.methods.fourier.bands import emit_bands
from faltung.methods.fourier.columns import emit_columns
from faltung.methods.fourier.items import emit_items
from faltung.methods.fourier.long_rows import emit_long_forward, emit_long_inverse
from faltung.methods.fourier.phases import emit_phases
from faltung.methods.fourier.rows import emit_forward, emit_inverse
from faltung.methods.fourier.slices import emit_forward_columns, emit_inverse_columns, emit_slices
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.walker import emit_walker
from faltung.methods.scratch import aligned_bytes

Array = npt.NDArray[Any]


def aligned(values: Array, dtype: str) -> Array:
    """Return a contiguous copy that begins at a cache line."""
    out: Array = aligned_bytes(values.size * np.dtype(dtype).itemsize).view(dtype).reshape(values.shape)
    out[...] = values
    return out


def row_key(tile: Tile) -> Tile:
    """Return the tile whose row transforms this one shares."""
    return Tile(tile.element, tile.lanes, tile.is_complex, (1, 1), tile.across, (1, tile.outer[1]))


def column_key(tile: Tile) -> Tile:
    """Return the real tile whose column transforms this one shares."""
    return replace(tile, is_complex=False)


@cache
def forward_function(tile: Tile) -> Compiled:
    """Return the forward row transform; `tile` is a `row_key`."""
    return _written("forward", emit_forward if tile.outer[1] == 1 else emit_long_forward, tile)


@cache
def inverse_function(tile: Tile) -> Compiled:
    """Return the inverse row transform; `tile` is a `row_key`."""
    return _written("inverse", emit_inverse if tile.outer[1] == 1 else emit_long_inverse, tile)


@cache
def columns_function(tile: Tile) -> Compiled:
    """Return the column transforms; `tile` is real."""
    return _written("columns", emit_columns, tile)


@cache
def walker_function(tile: Tile) -> Compiled:
    """Return the walker."""
    return _written("walker", emit_walker, tile)


@cache
def items_function(tile: Tile) -> Compiled:
    """Return the loop over items."""
    return _written("items", emit_items, tile)


@cache
def phases_function(tile: Tile) -> Compiled:
    """Return the phases of a shared tile."""
    return _written("phases", emit_phases, tile)


@cache
def slices_function(tile: Tile) -> Compiled:
    """Return the walker through slices."""
    return _written("slices", emit_slices, tile)


@cache
def bands_function(tile: Tile) -> Compiled:
    """Return the walker through bands."""
    return _written("bands", emit_bands, tile)


@cache
def slice_columns(tile: Tile) -> tuple[int, int]:
    """Return the addresses of the column transforms of slices, forward and inverse; `tile` is real."""
    forward, inverse = (_written(emit.__name__, emit, tile) for emit in (emit_forward_columns, emit_inverse_columns))
    return forward.address, inverse.address


def _written(name: str, emit: Callable[[Tile, Dialect], Builder], tile: Tile) -> Compiled:
    """Return what an emitter writes for a tile; it writes nothing where that was compiled before."""
    return compiled(f"fourier {name} {tile}", lambda: [emit(tile, dialect())])


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
