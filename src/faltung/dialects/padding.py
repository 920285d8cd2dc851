"""A call on an input that `numpy.pad` continues, so that no output reads outside, and the slice that cuts the outputs out of its answer."""

from collections.abc import Iterator
from dataclasses import replace

from faltung.dialects.accepting import refusal_of
from faltung.dialects.amounts import NONE, Amount, is_number, is_zero, lower_half, text, upper_half
from faltung.dialects.record import Call, Dialect
from faltung.dialects.task import Sides, Task, dilation_of, rank_of, shape_name, sides, taps_of, with_channels, wrapped
from faltung.dialects.writing import SWAPS, write_with
from faltung.errors import SpecError
from faltung.spec import Spec
from faltung.spec.spec import Mode, at, split_anchor

PAD_WORDS = {
    "zero": "constant", "constant": "constant", "edge": "edge", "periodic": "wrap", "half_sample": "symmetric", "whole_sample": "reflect",
}  # fmt: skip


def padded(dialect: Dialect, task: Task) -> Call | None:
    """Return the call on the padded input, or on the input as it is where its full answer holds every output."""
    spec = task.spec
    if spec.operation == "convolve_transpose" or set(spec.input_dilation) != {1} or any(spec.fold):
        return None
    try:
        axes = sides(task)
    except SpecError:
        return None
    pad = _pad_text(task, axes)
    dilations = tuple(dilation_of(task, axis) for axis in range(len(axes)))
    for core, begins, needs_pad in _cores(spec, axes, dilations):
        if needs_pad and pad is None:
            continue
        x = pad if needs_pad and pad is not None else task.x
        call = write_with(dialect, core, wrapped(task, x), wrapped(task, task.kernel))
        fits = isinstance(call, Call) and refusal_of(dialect, dict(call.arguments), *_sizes(task, axes, needs_pad)) is None
        if isinstance(call, Call) and fits and (set(core.stride) == {1} or core.mode in ("valid", "pads")):
            notes = tuple(note for note in call.notes if note != SWAPS)
            swaps = spec.operands not in ("as_given", "exchanged") and task.x_sizes is None
            more = (SWAPS,) if swaps else ()
            return replace(call, answer=task.answer.replace("{}", call.answer + _slices(task, axes, core, begins)), notes=(*notes, *more))
    return None


def _sizes(task: Task, axes: tuple[Sides, ...], padded: bool) -> tuple[int | None, tuple[int, ...] | None, tuple[int, ...] | None]:
    """Return how many axes there are, and the sizes of the operands that the call is given; None where they are not known."""
    rank, taps = rank_of(task) if task.spec.layout is None else None, taps_of(task)
    if task.x_sizes is None or not padded:
        return rank, task.x_sizes, taps
    if not all(is_number(side.low) and is_number(side.high) for side in axes):
        return rank, None, taps
    sizes = zip(task.x_sizes, axes, strict=True)
    return rank, tuple(n + max(side.low.constant, 0) + max(side.high.constant, 0) for n, side in sizes), taps


def _cores(spec: Spec, axes: tuple[Sides, ...], dilations: tuple[int, ...]) -> Iterator[tuple[Spec, tuple[Amount, ...], bool]]:
    """Yield Specs that need no boundary, where in their answers the outputs begin, and whether the input must be padded for them."""
    none = replace(spec, boundary=(("zero", "zero"),), fill=((0, 0),), pads=((0, 0),), anchor=("high",), operands="as_given")
    zero = all(law == "zero" or (law == "constant" and fill == 0)
               for laws, fills in zip(spec.boundary, spec.fill * len(spec.boundary), strict=False)
               for law, fill in zip(laws, fills, strict=True))  # fmt: skip
    inside = spec.mode in ("full", "causal", "valid", "same_upper", "same_lower") or (
        spec.mode == "same" and not any(split_anchor(a)[1] and split_anchor(a)[0] != "tap" for a in spec.anchor)
    )
    inside = inside or all(is_number(s.low) and is_number(s.high) and is_number(s.reach)
                           and 0 <= s.low.constant <= s.reach.constant and s.high.constant <= s.reach.constant for s in axes)  # fmt: skip
    if zero and inside and set(spec.stride) == {1}:
        yield replace(none, mode="full"), tuple(side.reach - side.low for side in axes), False
    starts = tuple(Amount(max(-side.low.constant, 0)) if is_number(side.low) else NONE for side in axes)
    for mode in ("valid", "pads"):
        yield replace(none, mode=mode), starts, True
    if set(spec.stride) != {1}:
        return
    whole: tuple[Mode, ...] = ("full", "causal")
    for mode in whole:
        yield replace(none, mode=mode), tuple(s + side.reach for s, side in zip(starts, axes, strict=True)), True
    for anchor in ("high", "low"):
        half = [upper_half(d) if anchor == "high" else lower_half(d) for d in dilations]
        begins = tuple(
            s + (_halved(side.reach, anchor) if is_number(side.reach) else h) for s, side, h in zip(starts, axes, half, strict=True)
        )
        for law in ("zero", "edge", "half_sample", "whole_sample", "periodic"):
            yield replace(none, mode="same", anchor=(anchor,), boundary=((law, law),)), begins, True


def _halved(span: Amount, anchor: str) -> Amount:
    low = span.constant // 2
    return Amount(low if anchor == "low" else span.constant - low)


def _pad_text(task: Task, axes: tuple[Sides, ...]) -> str | None:
    """Return the input padded by `numpy.pad`; the input itself where nothing is read outside, None where numpy.pad has no such rule."""
    if all(is_number(side.low) and is_number(side.high) and max(side.low.constant, side.high.constant) <= 0 for side in axes):
        return task.x
    rules = {_pad_rule(task.spec, axis) for axis in range(max(len(axes), len(task.spec.boundary)))}
    if None in rules:
        return None
    if len(rules) == 1:
        return f"numpy.pad({task.x}, {_pad_widths(task, axes, None)}{rules.pop()})"
    if rank_of(task) is None or any("constant_values" in str(rule) for rule in rules):
        return None
    said = task.x
    for axis in range(len(axes)):
        said = f"numpy.pad({said}, {_pad_widths(task, axes, axis)}{_pad_rule(task.spec, axis)})"
    return said


def _pad_rule(spec: Spec, axis: int) -> str | None:
    (low, high), (fill_low, fill_high) = at(spec.boundary, axis), at(spec.fill, axis)
    if PAD_WORDS[low] != PAD_WORDS[high]:
        return None
    word = PAD_WORDS[low]
    if word != "constant":
        return f", mode={word!r}"
    values = fill_low if low == "constant" else 0, fill_high if high == "constant" else 0
    if values == (0, 0):
        return ""
    return f", constant_values={values[0]!r}" if values[0] == values[1] else None


def _pad_widths(task: Task, axes: tuple[Sides, ...], only: int | None) -> str:
    rank = rank_of(task)
    if rank is None:
        return f"[({text(axes[0].low, 'n', 'n')}, {text(axes[0].high, 'n', 'n')}) for n in {task.k}.shape]"
    pairs = []
    for axis in range(rank):
        side = at(axes, axis)
        numbers = [Amount(max(end.constant, 0)) if is_number(end) else end for end in (side.low, side.high)]
        low, high = (text(end, "", shape_name(task, "k", axis)) if only in (None, axis) else "0" for end in numbers)
        pairs.append(f"({low}, {high})")
    if task.spec.layout is not None:
        widths = dict(zip(task.spec.layout.spatial, pairs, strict=True))
        pairs = [widths.get(letter, "(0, 0)") for letter in task.spec.layout.input]
    return pairs[0] if len(pairs) == 1 else "(" + ", ".join(pairs) + ")"


def _slices(task: Task, axes: tuple[Sides, ...], core: Spec, begins: tuple[Amount, ...]) -> str:
    """Return the slice that cuts the outputs out of the answer of `core`, or nothing where that is all of it."""
    whole = core.mode in ("valid", "pads") and all(is_zero(begin) for begin in begins)
    crops = any(is_number(s.high) and s.high.constant < 0 for s in axes)
    if (whole and not crops) or (core.mode == "full" and _is_full(axes, begins)):
        return ""
    rank = rank_of(task)
    if rank is None:
        first, stop = text(begins[0], "m", "n"), text(begins[0] + axes[0].outputs, "m", "n")
        return f"[tuple(slice({first}, {stop}) for m, n in zip({task.x}.shape, {task.k}.shape))]"
    said = []
    for axis in range(rank):
        begin, outputs = at(begins, axis), at(axes, axis).outputs
        names = shape_name(task, "x", axis), shape_name(task, "k", axis)
        said.append(f"{text(begin, *names) if not is_zero(begin) else ''}:{text(begin + outputs, *names)}")
    return f"[{with_channels(task, said, task.spec.layout.output if task.spec.layout else '')}]"


def _is_full(axes: tuple[Sides, ...], begins: tuple[Amount, ...]) -> bool:
    return all(is_zero(b) and s.low == s.reach and s.high == s.reach for b, s in zip(begins, axes, strict=True))
