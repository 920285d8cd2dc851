"""The forward's convention at one size: impulses in the kernel show which sample every output reads, and a Window is fitted to that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.layers.axes import Form, Sizes, full, own, shapes
from faltung.diagnose.layers.calling import Layer, Settings, ask_forward
from faltung.diagnose.layers.scene import relation
from faltung.errors import SpecError
from faltung.spec import Boundary, Problem, Spec, Window
from faltung.spec.window import core_size, dilated_size, reach

Array = np.ndarray[Any, Any]
Rows = dict[tuple[int, int], int | None]
STEPS = (1, 2, 3, 4)  # strides, dilations and spreads that are tried
LAWS: tuple[Boundary, ...] = ("zero", "edge", "half_sample", "whole_sample", "periodic")


class UnreadableError(Exception):
    """What was seen is no sum of products that a Spec says; the message says what was seen."""


def read_windows(layer: Layer, form: Form, sizes: Sizes, settings: Settings, bias: Any, dtype: str) -> tuple[Window, ...]:
    """Return the Window of every axis, or raise with what was seen instead."""
    w_shape = shapes(form, sizes)[1]
    x = np.arange(1, np.prod(_full_shape(form, sizes)) + 1).reshape(_full_shape(form, sizes))
    operands = {"x": own(x, form.input, "NC", form.spatial).astype(dtype), "w": np.zeros(w_shape, dtype)}
    operands |= {"b": np.zeros_like(bias)} if bias is not None else {}
    seen: dict[tuple[int, ...], Array] = {}

    def read(taps: tuple[int, ...]) -> Array:
        if taps not in seen:
            seen[taps] = _samples_read(layer, form, sizes, settings, operands, taps)
        return seen[taps]

    base = _base(sizes.taps, read)
    rows: list[Rows] = []
    for axis, k in enumerate(sizes.taps):
        found: Rows = {}
        for tap in range(k):
            found |= _along(read((*base[:axis], tap, *base[axis + 1 :])), axis, tap)
        rows.append(found)
    counts = next(iter(seen.values())).shape[:-1]
    return tuple(_window(rows[axis], n, k, counts[axis], axis) for axis, (n, k) in enumerate(zip(sizes.samples, sizes.taps, strict=True)))


def _base(sizes: tuple[int, ...], read: Callable[[tuple[int, ...]], Array]) -> tuple[int, ...]:
    """Return a tap that reads a sample somewhere, the middle one if it does: others may meet nothing but padding."""
    middle = tuple(k // 2 for k in sizes)
    others = (taps for taps in product(*(range(k) for k in sizes)) if taps != middle)
    return next((taps for taps in (middle, *others) if (read(taps) >= 0).any()), middle)


def _full_shape(form: Form, sizes: Sizes) -> tuple[int, ...]:
    return (sizes.batch, sizes.channels_in, *sizes.samples)


def _samples_read(
    layer: Layer, form: Form, sizes: Sizes, settings: Settings, operands: dict[str, Array], taps: tuple[int, ...]
) -> Array:  # fmt: skip
    """Return, for every output position, the index of the sample that it reads through one tap; −1 for nothing."""
    kernel = np.zeros(full(operands["w"], form.kernel, "OI", form.spatial).shape, operands["w"].dtype)
    kernel[(0, 0, *taps)] = 1
    answer = ask_forward(layer, {**operands, "w": own(kernel, form.kernel, "OI", form.spatial)}, settings)
    if answer.said:
        raise UnreadableError(answer.said)
    y = answer.values["y"]
    expected = {"N": sizes.batch, "C": sizes.channels_out}
    found = dict(zip(form.output, y.shape, strict=False))
    if y.ndim != len(form.output) or any(found[c] != expected[c] for c in "NC" if c in form.output):
        raise UnreadableError(f"the outputs have shape {y.shape}, which is not {form.output} with the batch and channels of the operands")
    grid = np.real(full(y, form.output, "NC", form.spatial)[0, 0])
    whole = np.rint(grid)
    count = int(np.prod(sizes.samples))
    if not y.size or not np.array_equal(whole, grid) or whole.min() < 0 or whole.max() > count:
        raise UnreadableError(f"through one tap of weight 1 the outputs are no samples: {np.array2string(grid.ravel()[:4])} …")
    flat = whole.astype(int) - 1
    index = np.stack(np.unravel_index(np.maximum(flat, 0), sizes.samples), axis=-1)
    return np.where((flat < 0)[..., None], -1, index)


def _along(read: Array, axis: int, tap: int) -> Rows:
    """Return which sample of one axis each output of that axis reads through a tap."""
    lines = np.moveaxis(read[..., axis], axis, 0).reshape(read.shape[axis], -1)
    found: Rows = {}
    for m, line in enumerate(lines):
        indices = set(line[line >= 0].tolist())
        if len(indices) > 1:
            raise UnreadableError(f"outputs {m} of axis {axis} do not all read the same sample of that axis: {sorted(indices)}")
        found[m, tap] = indices.pop() if indices else None
    return found


def _window(rows: Rows, n: int, k: int, m: int, axis: int) -> Window:
    inside = sorted(((abs(2 * o - m), o, tap, q) for (o, tap), q in rows.items() if q is not None), key=lambda entry: entry[:3])
    for spread, dilation, stride, reverse in product(STEPS, STEPS, STEPS, (False, True)):
        for _, o, tap, q in inside[:2]:  # in the middle, where no boundary is read
            t = k - 1 - tap if reverse else tap
            low = stride * o + dilation * t - spread * q
            core = Window(stride=stride, kernel_dilation=dilation, input_dilation=spread, pad_low=low, reversal=reverse)
            for window in _continued(core, rows, n, k, m):
                return replace(window, pad_high=pad_high(window, n, k, m))
    raise UnreadableError(f"no stride, dilation, pads and boundary explain which samples axis {axis} reads ({n} samples, {k} taps)")


def _continued(core: Window, rows: Rows, n: int, k: int, m: int) -> Iterator[Window]:
    """Yield the window with the boundaries under which it reads what was seen; nothing where there are none."""
    inside = relation(core, n, k, m)
    seen = np.zeros_like(inside)
    for (o, tap), q in rows.items():
        if q is not None:
            seen[o, tap, q] = 1
    if np.any(inside > seen):
        return
    for low, high in sorted(product(LAWS, LAWS), key=lambda pair: pair[0] != pair[1]):
        window = replace(core, boundary_low=low, boundary_high=high)
        if np.array_equal(relation(window, n, k, m), seen):
            yield window


def pad_high(window: Window, n: int, k: int, m: int) -> int:
    """Return the pad at the high end, which the number of outputs leaves open below one stride: that of the low end, or 0, or the least."""
    least = window.stride * (m - 1) + reach(window, k) + 1 - dilated_size(window, n) - window.pad_low
    return next((pad for pad in (window.pad_low, 0) if least <= pad < least + window.stride), least)


def in_words(windows: tuple[Window, ...], n: tuple[int, ...], k: tuple[int, ...], spec: Spec) -> Spec:
    """Return a Spec with a mode word that means the same at these sizes, where there is one, else `spec`."""
    bare = replace(spec, pads=((0, 0),), mode="full")
    tried = [replace(bare, mode="valid"), bare, replace(bare, mode="same", anchor=("high",)), replace(bare, mode="same", anchor=("low",))]
    tried += _transposes(windows, k, bare)
    for candidate in tried:
        try:
            found = Problem(spec=replace(candidate, layout=None, groups=type(spec.groups)()), input_shape=n, kernel_shape=k).windows
        except SpecError:
            continue
        if all(_same(a, b, *size) for a, b, *size in zip(windows, found, n, k, strict=True)):
            return candidate
    return spec


def _transposes(windows: tuple[Window, ...], k: tuple[int, ...], bare: Spec) -> list[Spec]:
    if max(w.input_dilation for w in windows) == 1 or not all(w.reversal and w.stride == 1 for w in windows):
        return []
    crops = tuple((reach(w, size) - w.pad_low, reach(w, size) - w.pad_high) for w, size in zip(windows, k, strict=True))
    steps = tuple(w.input_dilation for w in windows)
    base = replace(bare, operation="convolve_transpose", boundary=(("zero", "zero"),), stride=_one(steps), input_dilation=(1,))
    return [base, replace(base, mode="pads", pads=_one(crops))]


def _one(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    return entries[:1] if len(set(entries)) == 1 else entries


def _same(a: Window, b: Window, n: int, k: int) -> bool:
    m = core_size(a, n, k)
    return m == core_size(b, n, k) and np.array_equal(relation(a, n, k, m), relation(b, n, k, m))
