"""A Case in the driver's terms: tables, and the record for arrays with given strides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.methods.separable.record import FIELDS
from faltung.methods.separable.sizes import Sizes
from faltung.spec.boundary import source
from faltung.spec.window import Number, Outside, Window, core_size, fill_value, position


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the record points to and no array changes."""

    sizes: Sizes
    halos: tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]
    lows: tuple[int, int]
    fills: np.ndarray[Any, Any]
    offsets: np.ndarray[Any, np.dtype[np.int64]]


def tables(sizes: Sizes) -> Tables:
    """Return the tables of a Case that has outputs."""
    case, fills = sizes.case, list[Number]()
    made = [halo(*axis, fills) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)]
    return Tables(
        sizes=sizes, halos=(np.array(made[0][0], np.int64), np.array(made[1][0], np.int64)), lows=(made[0][1], made[1][1]),
        fills=np.array(fills or [0], sizes.waiting_dtype), offsets=np.array(sizes.offsets, np.int64),
    )  # fmt: skip


def halo(window: Window, n: int, k: int, fills: list[Number]) -> tuple[list[int], int]:
    """Return the halo table of an axis, at least one entry, and how many of its entries lie before sample 0.

    A fill value is appended to `fills`; entry -1 - f stands for fills[f]. Phases read up to a stride beyond the last tap.
    """
    last = position(window, core_size(window, n, k) - 1, k - 1) + window.stride
    low = entries(window, range(-max(window.pad_low, 0), 0), n, "low", fills)
    high = entries(window, range(n, max(last, n) + 1), n, "high", fills)
    return [*low, *high], len(low)


def entries(window: Window, positions: range, n: int, end: Outside, fills: list[Number]) -> list[int]:
    """Return the entries of one end."""
    fills.append(float(fill_value(window, end).real))  # a real case has real fill values
    law = window.boundary_low if end == "low" else window.boundary_high
    found = (source(law, p, n) for p in positions)
    return [-len(fills) if q is None else q for q in found]


def record(given: Tables, x_strides: Sequence[int], out_strides: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the record for arrays with these strides: of the batch, down and across."""
    sizes, case = given.sizes, given.sizes.case
    (down, across), (taps_down, taps_across) = case.windows, case.kernel_sizes
    values = {
        "item_x": x_strides[0], "item_out": out_strides[0], "chunk": sizes.chunk, "stretch": sizes.stretch, "tall": sizes.tall,
        "taps_down": taps_down, "samples_down": case.input_sizes[0], "stride_down": down.stride, "dilation_down": down.kernel_dilation,
        "pad_down": down.pad_low, "halo_down": given.halos[0].ctypes.data, "low_down": given.lows[0],
        "x_down": x_strides[1], "out_down": out_strides[1],
        "taps_across": taps_across, "samples_across": case.input_sizes[1], "stride_across": 1 if sizes.boxed else across.stride,
        "sampled_across": across.stride, "pad_across": across.pad_low, "halo_across": given.halos[1].ctypes.data,
        "low_across": given.lows[1], "x_across": x_strides[2], "out_across": out_strides[2],
        "offsets": given.offsets.ctypes.data, "phase": sizes.phase, "phases": sizes.phases, "extra": sizes.extra,
        "fills": given.fills.ctypes.data, "ring": sizes.ring, "ring_row": sizes.ring_row,
        "line_row": sizes.line_row, **sizes.places,
    }  # fmt: skip
    return np.array([values[name] for name in FIELDS], np.int64)
