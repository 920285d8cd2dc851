"""A tile's code and constant tables in memory."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.compile import Compiled, compile_function, dialect
from faltung.methods.fourier.columns import emit_columns
from faltung.methods.fourier.rows import emit_forward, emit_inverse
from faltung.methods.fourier.slices import emit_forward_columns, emit_inverse_columns, emit_slices
from faltung.methods.fourier.tile import LINE, Tile
from faltung.methods.fourier.walker import emit_walker

Array = npt.NDArray[Any]


def aligned(values: Array, dtype: str) -> Array:
    """Return a contiguous copy that begins at a cache line."""
    size = values.size * np.dtype(dtype).itemsize
    raw = np.empty(size + LINE, np.uint8)
    skip = -raw.ctypes.data % LINE
    out = raw[skip : skip + size].view(dtype).reshape(values.shape)
    out[...] = values
    return out


def row_key(tile: Tile) -> Tile:
    """Return the tile whose row transforms this one shares."""
    return Tile(tile.element, tile.lanes, tile.is_complex, (1, 1), tile.across)


@cache
def forward_function(tile: Tile) -> Compiled:
    """Return the forward row transform; `tile` is a `row_key`."""
    return compile_function([emit_forward(tile, dialect())])


@cache
def inverse_function(tile: Tile) -> Compiled:
    """Return the inverse row transform; `tile` is a `row_key`."""
    return compile_function([emit_inverse(tile, dialect())])


@cache
def columns_function(tile: Tile) -> Compiled:
    """Return the column transforms; `tile` is real."""
    return compile_function([emit_columns(tile, dialect())])


@cache
def walker_function(tile: Tile) -> Compiled:
    """Return the walker."""
    return compile_function([emit_walker(tile, dialect())])


@cache
def slices_function(tile: Tile) -> Compiled:
    """Return the walker through slices."""
    return compile_function([emit_slices(tile, dialect())])


@cache
def slice_columns(tile: Tile) -> tuple[int, int]:
    """Return the addresses of the column transforms of slices, forward and inverse; `tile` is real."""
    both = (compile_function([emit(tile, dialect())]) for emit in (emit_forward_columns, emit_inverse_columns))
    forward, inverse = (compiled.address for compiled in both)
    return forward, inverse


def slice_addresses(tile: Tile) -> dict[str, int]:
    """Return the addresses of the transforms of slices."""
    forward, inverse = slice_columns(Tile(tile.element, tile.lanes, False, tile.down, tile.across))
    rows = {"forward": forward_function(row_key(tile)).address, "inverse": inverse_function(row_key(tile)).address}
    return rows | {"columns": forward, "inverse_columns": inverse}


def addresses(tile: Tile) -> dict[str, int]:
    """Return the addresses of the transforms; those of the rows are shared between tiles, and columns between real and complex."""
    columns = Tile(tile.element, tile.lanes, False, tile.down, tile.across)
    return {
        "forward": forward_function(row_key(tile)).address,
        "inverse": inverse_function(row_key(tile)).address,
        "columns": columns_function(columns).address,
    }


@cache
def row_twiddles(tile: Tile) -> Array:
    """Return exp(−2πi·lane·k/points + iπ·lane/(2·points)) as (k, re and im, lane): the fold's weight of a lane is in it."""
    k, lane = np.ogrid[: tile.across, : tile.lanes]
    w = np.exp(-2j * np.pi * lane * k / tile.points + 1j * np.pi * lane / (2 * tile.points))
    return aligned(np.stack([w.real, w.imag], 1), dtype_of(tile))


@cache
def column_twiddles(tile: Tile) -> Array:
    """Return exp(−2πi·j·k/height) as (k, j, re and im), k < R1, j < R2."""
    k, j = np.ogrid[: tile.down[0], : tile.down[1]]
    w = np.exp(-2j * np.pi * j * k / tile.height)
    return aligned(np.stack([w.real, w.imag], -1), dtype_of(tile))


def dtype_of(tile: Tile) -> str:
    """Return the dtype of the tile's real numbers."""
    return {"float": "float32", "double": "float64"}[tile.element]
