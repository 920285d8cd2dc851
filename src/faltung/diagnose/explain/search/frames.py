"""What else may stand where laws at the ends explain nothing: a frame, a short transform, a result that was moved, padded or cropped."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change
from faltung.diagnose.explain.hypothesis import Hypothesis, insides, leaving, outputs_at, places_of, right_at, with_lines
from faltung.diagnose.explain.search.borders import PLAIN, end_places, sided
from faltung.diagnose.explain.search.finish import Facts, Finish
from faltung.diagnose.explain.search.points import Line, values_at
from faltung.spec.layout import Layout

Array = np.ndarray[Any, Any]
MOST_ROLLED = 256
"""Outputs of an axis up to which every roll is tried."""
Found = tuple[Hypothesis, dict[str, Any]]


def otherwise(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """Yield hypotheses that keep the inside of `h`, with further fields of the Spec; the first kind that explains anything ends it."""
    for kind in (_framed, _renormalised, _short, _rolled, _padded):
        found = list(kind(h, finish, facts))
        yield from found
        if found and kind is not _rolled:  # where few outputs tell, what was rolled and what was padded may fit alike
            return


def _framed(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """The input, or a number, where the window leaves the input; perhaps cropped, padded or rolled afterwards."""
    if h.arrangement.axes is not None or "layout" in h.arrangement.fields or h.arrangement.x.shape[:2] != h.arrangement.y.shape[:2]:
        return  # frames of items and channels are no Spec that can be computed
    if any(line.period or line.stride > 1 or line.spread > 1 for line in h.lines):
        return
    for choice in product(*(_cuts(h, axis) for axis in range(len(h.lines)))):
        own = _placed(h, choice)
        if own is not None:
            yield from ((_moved(own[0], h, choice), {"frame": frame}) for frame in _frames(*own))


def _frames(h: Hypothesis, x: Array, y: Array) -> list[Any]:
    """Return the frames that explain a part of a result, where windows leave the input; x is the same part of the input."""
    gone = np.zeros(y.shape[2:], bool)
    for axis in range(len(h.lines)):
        low, high = (np.flip(each) if h.flips[axis] else each for each in leaving(h, axis))
        gone |= (low | high).reshape([-1 if a == axis else 1 for a in range(gone.ndim)])
    outer = y[:, :, gone]
    if not outer.size:
        return []
    found: list[Any] = ["copied"] if np.array_equal(outer, x[:, :, gone], equal_nan=outer.dtype.kind in "fc") else []
    if outer.dtype.kind != "c" and (np.all(outer == outer.flat[0]) or np.isnan(outer).all()):
        found.append(outer.flat[0].item())
    return found


def _cuts(h: Hypothesis, axis: int) -> list[tuple[str, int, int, int]]:
    """Return (what was done, pad, low, high): the pads of results as large as the input, and by how much each end was cropped since."""
    line, size = h.lines[axis], h.sizes[axis]
    reach = line.dilation * (size.k - 1)
    words = dict.fromkeys((reach // 2, reach - reach // 2))
    if size.n == size.m:
        return [("", line.pad, 0, 0), *(("roll", pad, line.pad - pad, 0) for pad in words if pad != line.pad)]
    ends = [(pad, pad - line.pad, size.n - size.m - pad + line.pad) for pad in words]
    return [("cut", *each) for each in ends if min(each[1:]) >= 0 or max(each[1:]) <= 0]


def _placed(h: Hypothesis, choice: tuple[tuple[str, int, int, int], ...]) -> tuple[Hypothesis, Array, Array] | None:
    """Return the hypothesis of what is left of a result as large as the input, with the input and the result there."""
    x, y = h.arrangement.x, h.arrangement.y
    lines = []
    for axis, (line, (kind, pad, low, high)) in enumerate(zip(h.lines, choice, strict=True)):
        if kind == "roll":
            y = np.roll(y, -low, 2 + axis)
        own = [slice(None)] * x.ndim
        if low >= 0 and high >= 0 and kind == "cut":
            own[2 + axis] = slice(low, x.shape[2 + axis] - high)
            x = np.flip(np.flip(x, 2 + axis)[tuple(own)], 2 + axis) if h.flips[axis] else x[tuple(own)]
        elif kind == "cut":
            own[2 + axis] = slice(-low, y.shape[2 + axis] + high)
            outer = np.delete(y, np.r_[-low : y.shape[2 + axis] + high], 2 + axis)
            if outer.size and not (outer == 0).all():
                return None
            y = y[tuple(own)]
        lines.append(replace(line, pad=pad - max(low, 0) if kind == "cut" else pad))
    x = np.flip(x, tuple(2 + a for a, flip in enumerate(h.flips) if flip))
    return replace(h, arrangement=replace(h.arrangement, y=y), lines=tuple(lines)), x, y


def _moved(own: Hypothesis, h: Hypothesis, choice: tuple[tuple[str, int, int, int], ...]) -> Hypothesis:
    """Return the hypothesis of a result as large as the input, and of what was done to it."""
    kinds = {kind for kind, _, _, _ in choice if kind}
    if not kinds:
        return h
    axes, rank = result_axes(h), _result_rank(h, h.arrangement.y.ndim)
    whole = _resized(h, [(pad, size.n, 0, 0) for (_, pad, _, _), size in zip(choice, h.sizes, strict=True)])
    lines = tuple(replace(line, pad=pad) for line, (_, pad, _, _) in zip(h.lines, choice, strict=True))
    if kinds == {"roll"}:
        steps = [(-low if flip else low, a) for (_, _, low, _), a, flip in zip(choice, axes, h.flips, strict=True) if low]
        change = Change(place="result", name="roll", values=(tuple(s for s, _ in steps), tuple(a for _, a in steps)))
        return replace(h, arrangement=whole, lines=lines, more=(*h.more, change))
    sides = ((high, low) if flip else (low, high) for (_, _, low, high), flip in zip(choice, h.flips, strict=True))
    cuts = dict(zip(axes, sides, strict=True))
    every = [cuts.get(a, (0, 0)) for a in range(rank)]
    changes = []
    if any(low > 0 or high > 0 for low, high in every):
        changes.append(Change(place="result", name="crop", values=(tuple((max(low, 0), max(high, 0)) for low, high in every),)))
    if any(low < 0 or high < 0 for low, high in every):
        changes.append(Change(place="result", name="pad", values=(tuple((max(-low, 0), max(-high, 0)) for low, high in every), 0)))
    return replace(h, arrangement=whole, lines=lines, more=(*h.more, *changes))


def _renormalised(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """Sums over the samples that exist, divided by the share of the weights that met one."""
    if not facts.total or finish != Finish() or not right_at_renormalised(h, facts):
        return
    yield h, {"missing": "renormalise"}


def right_at_renormalised(h: Hypothesis, facts: Facts) -> bool:
    """Return whether outputs all over are renormalised ones."""
    places = places_of(h, [np.arange(size.m) for size in h.sizes], 64)
    x = h.arrangement.x
    present = np.isfinite(x) if x.dtype.kind in "fc" else np.ones(x.shape, bool)
    filled, here = replace(h.arrangement, x=np.where(present, x, 0)), replace(h.arrangement, x=present.astype(np.float64))
    v, met = (values_at(each, h.w, h.lines, places) for each in (filled, here))
    y = outputs_at(h, places)
    with np.errstate(all="ignore"):
        return bool((np.isnan(y) | (np.abs(v * (facts.total / met) - y) <= 1e3 * facts.near + 1e-6 * np.abs(y))).all())


def _short(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """A transform with fewer points than the full result: the input, padded with too few zeros, is repeated."""
    if "layout" in h.arrangement.fields or h.arrangement.axes is not None:
        return
    inside = insides(h)
    lines: list[Line] = []
    for axis, (line, size) in enumerate(zip(h.lines, h.sizes, strict=True)):
        low, high = leaving(h, axis)
        reach = line.dilation * (size.k - 1)
        if not (low | high).any():
            lines.append(line)
            continue
        places = np.concatenate([end_places(h, axis, end, inside) for end in (0, 1)])
        for period in range(size.n, size.n + 2 * reach + 2):
            own = tuple(replace(line, period=period) if a == axis else each for a, each in enumerate(h.lines))
            if len(places) and right_at(with_lines(h, own), finish, facts, places).all():
                lines.append(replace(line, period=period))
                break
        else:
            return
    if any(line.period for line in lines):
        lines = [line if line.period else replace(line, period=size.n) for line, size in zip(lines, h.sizes, strict=True)]
        yield with_lines(h, tuple(lines)), {}


def _words(h: Hypothesis, axis: int) -> list[tuple[int, int]]:
    """Return (pad, outputs) of valid, same and full on an axis."""
    line, size = h.lines[axis], h.sizes[axis]
    reach, length = line.dilation * (size.k - 1), line.spread * (size.n - 1) + 1
    found = []
    for low, high in ((0, 0), (reach - reach // 2, reach // 2), (reach // 2, reach - reach // 2), (reach, reach), (reach, 0)):
        room = length + low + high - reach - 1
        if room >= 0 and (low, room // line.stride + 1) not in found:
            found.append((low, room // line.stride + 1))
    return found


def result_axes(h: Hypothesis) -> tuple[int, ...]:
    """Return which axes of the result slide."""
    layout = h.arrangement.fields.get("layout")
    if isinstance(layout, Layout):
        return tuple(layout.output.index(letter) for letter in layout.spatial)
    return h.arrangement.axes or tuple(range(len(h.lines)))


def _rolled(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """The result rolled: output o is output o − r of a word, or of any other shift, modulo the size."""
    options = []
    for axis, (line, size) in enumerate(zip(h.lines, h.sizes, strict=True)):
        pads = [pad for pad, m in _words(h, axis) if m == size.m and (line.pad - pad) % line.stride == 0]
        options.append([(pad, (line.pad - pad) // line.stride) for pad in pads])
    found = list(_rolled_by(h, options, finish, facts))
    yield from found or _rolled_by(h, [_rolls(h, axis, finish, facts) for axis in range(len(h.lines))], finish, facts)


def _rolls(h: Hypothesis, axis: int, finish: Finish, facts: Facts) -> list[tuple[int, int]]:
    """Return (pad, roll) of one axis for every roll after which some law explains the outputs at its ends; the others stay inside."""
    line, size = h.lines[axis], h.sizes[axis]
    inside = insides(h)
    if size.m > MOST_ROLLED or any(not len(each) for a, each in enumerate(inside) if a != axis):
        return []
    places = places_of(h, [np.arange(size.m) if a == axis else each[:2] for a, each in enumerate(inside)], 4 * size.m)
    found = []
    for roll in sorted(range(1 - size.m, size.m), key=lambda r: (abs(r), r)):
        back = replace(h.arrangement, y=np.roll(h.arrangement.y, -roll, 2 + axis))
        own = replace(h, arrangement=back)
        for side in PLAIN:
            moved = replace(line, pad=line.pad - line.stride * roll, low=side, high=side)
            lines = tuple(moved if a == axis else each for a, each in enumerate(h.lines))
            if right_at(with_lines(own, lines), finish, facts, places).all():
                found.append((line.pad - line.stride * roll, roll))
                break
        if len(found) >= 3:
            break
    return found


def _rolled_by(h: Hypothesis, options: list[list[tuple[int, int]]], finish: Finish, facts: Facts) -> Iterator[Found]:
    axes = result_axes(h)
    y = h.arrangement.y
    for choice in product(*options):
        rolls = tuple(r for _, r in choice)
        if not any(rolls):
            continue
        back = replace(h.arrangement, y=np.roll(y, tuple(-r for r in rolls), tuple(range(2, y.ndim))))
        lines = tuple(replace(line, pad=pad) for line, (pad, _) in zip(h.lines, choice, strict=True))
        moved = tuple((-r if flip else r, a) for r, a, flip in zip(rolls, axes, h.flips, strict=True) if r)
        change = Change(place="result", name="roll", values=(tuple(r for r, _ in moved), tuple(a for _, a in moved)))
        yield from _as_moved(replace(h, arrangement=back, lines=lines), change, finish, facts)


def _padded(h: Hypothesis, finish: Finish, facts: Facts) -> Iterator[Found]:
    """The result of a word within a frame of one number, or moved by a few places with zeros behind it."""
    options = []
    for axis, (line, size) in enumerate(zip(h.lines, h.sizes, strict=True)):
        own = []
        for pad, m in _words(h, axis):
            low, rest = divmod(line.pad - pad, line.stride)
            if not rest and low < size.m and size.m - low - m > -size.m:
                own.append((pad, m, low, size.m - low - m))
        options.append(own)
    y = h.arrangement.y
    stripped = tuple(_stripped(h, axis) for axis in range(len(h.lines)))
    if any(low or high for _, _, low, high in stripped):
        options = [own if option in own else [*own, option] for own, option in zip(options, stripped, strict=True)]
    for choice in product(*options):
        sides = tuple((low, high) for _, _, low, high in choice)
        if not any(low > 0 or high > 0 for low, high in sides):
            continue
        kept: tuple[Any, ...] = tuple(slice(max(low, 0), y.shape[2 + a] - max(high, 0)) for a, (low, high) in enumerate(sides))
        outer = np.ones(y.shape, bool)
        outer[..., *kept] = False
        values = y[outer]
        if not len(values) or not ((values == values[0]).all() or np.isnan(values).all()):
            continue
        yield from _within(h, choice, kept, _number(values[0]), finish, facts)


def _number(value: Any) -> Any:
    """Return a NumPy scalar as a Python number, whole where it is."""
    number = value.item()
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _stripped(h: Hypothesis, axis: int) -> tuple[int, int, int, int]:
    """Return (pad, outputs, low, high) of what is left of an axis without its outer slices of one number, that of the first corner."""
    y, line = np.moveaxis(h.arrangement.y, 2 + axis, 0), h.lines[axis]
    differing = np.flatnonzero((y.reshape(len(y), -1) != y.flat[0]).any(axis=1))
    if not len(differing):
        return line.pad, len(y), 0, 0
    low, high = int(differing[0]), len(y) - 1 - int(differing[-1])
    return line.pad - line.stride * low, len(y) - low - high, low, high


def _within(h: Hypothesis, choice: Any, kept: tuple[Any, ...], value: Any, finish: Finish, facts: Facts) -> Iterator[Found]:
    """Yield the part that is left in words: padded, or, where the word has more outputs than that, shifted."""
    lines = []
    for line, (pad, _, low, _) in zip(h.lines, choice, strict=True):
        lines.append(replace(line, pad=pad + line.stride * min(low, 0)))
    inner = replace(h, arrangement=replace(h.arrangement, y=h.arrangement.y[..., *kept]), lines=tuple(lines))
    if any(side == 0 for side in inner.arrangement.y.shape):
        return
    rank, axes = h.arrangement.y.ndim, result_axes(h)
    if any(low < 0 or high < 0 for _, _, low, high in choice):
        if value != 0 or any(low + high for _, _, low, high in choice):
            return
        steps = dict(zip(axes, (-low if flip else low for (_, _, low, _), flip in zip(choice, h.flips, strict=True)), strict=True))
        change = Change(place="result", name="shift", values=(tuple(steps.get(a, 0) for a in range(_result_rank(h, rank))),))
        for found, more in _as_moved(inner, change, finish, facts):
            whole = tuple(replace(line, pad=pad) for line, (pad, _, _, _) in zip(found.lines, choice, strict=True))
            yield replace(found, arrangement=_resized(found, choice), lines=whole), more
        return
    sides = ((high, low) if flip else (low, high) for (_, _, low, high), flip in zip(choice, h.flips, strict=True))
    pads = dict(zip(axes, sides, strict=True))
    values = (tuple(pads.get(a, (0, 0)) for a in range(_result_rank(h, rank))), value)
    yield from _as_moved(inner, Change(place="result", name="pad", values=values), finish, facts)


def _resized(h: Hypothesis, choice: Any) -> Any:
    """Return the arrangement with a result of the word's size: its shape alone is asked for from here on."""
    shape = (*h.arrangement.y.shape[:2], *(m for _, m, _, _ in choice))
    return replace(h.arrangement, y=np.broadcast_to(h.arrangement.y.dtype.type(0), shape))


def _result_rank(h: Hypothesis, rank: int) -> int:
    if isinstance(h.arrangement.fields.get("layout"), Layout):
        return rank
    return max(len(h.lines), h.arrangement.rank if h.arrangement.axes is None else len(h.arrangement.axes) + _items(h))


def _items(h: Hypothesis) -> int:
    assert h.arrangement.axes is not None
    return max(max(h.arrangement.axes) + 1 - len(h.arrangement.axes), 1)


def _as_moved(h: Hypothesis, change: Change, finish: Finish, facts: Facts) -> Iterator[Found]:
    more = replace(h, more=(*h.more, change))
    for lines in sided(more, finish, facts):
        yield with_lines(more, lines), {}


def best_law(h: Hypothesis, finish: Finish, facts: Facts) -> tuple[float, Hypothesis]:
    """Return the hypothesis with the one law for all ends that explains the most outputs, and their share."""
    places = places_of(h, [np.arange(size.m) for size in h.sizes], 200)
    best, found = -1.0, h
    for side in PLAIN:
        own = with_lines(h, tuple(replace(line, low=side, high=side) for line in h.lines))
        share = float(np.mean(right_at(own, finish, facts, places)))
        if share > best:
            best, found = share, own
    return best, found
