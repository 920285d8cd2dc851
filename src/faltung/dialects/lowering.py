"""Saying a Spec in a library that lacks a part of it: another spelling, a moved centre, a slice, zeros in the kernel, a padded input.

They are tried in this order: nothing; another spelling of the same outputs; the stride as a slice, the dilation as zeros in the kernel,
the offset as a sum; the centre as an argument computed from the kernel's size; and last the input padded by ``numpy.pad``.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from faltung.dialects.accepting import refusal, refusal_of, transposed_refusal
from faltung.dialects.amounts import NONE, Amount, lower_half, text, upper_half
from faltung.dialects.padding import padded
from faltung.dialects.phrases import contiguous
from faltung.dialects.record import Call, Dialect, Refusal, Typed, read_with
from faltung.dialects.task import Sides, Task, dilation_of, per_axis, rank_of, sides, taps_of, with_channels, wrapped
from faltung.dialects.writing import SWAPS, write_with
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.spec.spec import Anchor, Mode, at, split_anchor

# Their lines are commands or markup, which no pad and no slice can stand around.
NO_STEPS = ("ffmpeg", "imagemagick", "svg", "librsvg", "gegl", "web_audio")

# What a line in them does otherwise, whatever the Spec.
REMARKS = {
    "ffmpeg": "FFmpeg 5.1.9 ignores rdiv and always divides by the sum of the weights",
    "librsvg": "librsvg 2.54.7 transposes the kernel",
    "gegl": "sums are of linear light, not of the bytes of an image",
}


def lowered(dialect: Dialect, task: Task) -> Call | Refusal:
    """Return the line of a task in a library, with what is to be remarked of all its lines, or the Refusal of its plain `write`."""
    outside = task.wrap if dialect.says is None else "{}"  # around what NumPy does to the operands; `says` writes in the library's words
    said = _lowered(dialect, task if outside == "{}" else replace(task, wrap="{}"))
    remark = REMARKS.get(dialect.function.partition(".")[0])
    if isinstance(said, Call) and outside != "{}":
        said = replace(said, input=outside.replace("{}", said.input), kernel=outside.replace("{}", contiguous(said.kernel)))
    return replace(said, notes=(*said.notes, remark)) if isinstance(said, Call) and remark is not None else said


def _lowered(dialect: Dialect, task: Task) -> Call | Refusal:
    rank = rank_of(task)
    if rank is not None and dialect.axes not in (None, rank):
        return Refusal(function=dialect.function, reason=f"{dialect.function} slides over {dialect.axes} axes, not over {rank}")
    plain = write_with(dialect, task.spec, wrapped(task, task.x), wrapped(task, task.kernel))
    why = refusal(dialect, task.spec, rank, task.x_sizes, taps_of(task)) if task.spec.layout is None else None
    if why is not None:
        return Refusal(function=dialect.function, reason=why)
    if dialect.language != "python" or dialect.function.partition(".")[0] in NO_STEPS:
        return _spelled(dialect, task) or _unless_refused(dialect, plain, task)
    for reduced in _reductions(task):
        found = _spelled(dialect, reduced) or _centred(dialect, reduced)
        if found is not None:
            return found
    for reduced in _reductions(task):
        found = padded(dialect, reduced)
        if found is not None:
            return found
    return _unless_refused(dialect, plain, task)


def _unless_refused(dialect: Dialect, plain: Call | Refusal, task: Task) -> Call | Refusal:
    """Return the line, or why the library refuses operands of these sizes with its arguments."""
    why = _refusal(dialect, plain, task) if isinstance(plain, Call) else None
    return plain if why is None else Refusal(function=dialect.function, reason=why)


def _refusal(dialect: Dialect, call: Call, task: Task) -> str | None:
    if task.spec.operation == "convolve_transpose" and dialect.says is not None:
        return transposed_refusal(dialect, task.spec, dict(call.arguments), task.x_sizes, task.k_sizes)
    if task.spec.layout is not None:
        return None
    return refusal_of(dialect, dict(call.arguments), rank_of(task), task.x_sizes, taps_of(task))


def _reductions(task: Task) -> Iterator[Task]:
    """Yield the task, then with stride, dilation and offset said outside of the call."""
    spec = task.spec
    yield task
    if set(spec.input_dilation) != {1}:
        dense = _without_input_dilation(task)
        yield from _reductions(dense) if dense is not None else ()
        return
    if spec.mode in ("same_upper", "same_lower") and set(spec.stride) != {1} and task.x_sizes is None:
        return
    offset = f" + {spec.offset!r}" if spec.offset != 0 else ""
    summed = replace(task, spec=replace(spec, offset=0), answer=task.answer.replace("{}", "(" + "{}" + offset + ")")) if offset else task
    if offset:
        yield summed
    strided = _without_stride(summed)
    if strided is not None:
        yield strided
    wide = _without_dilation(summed)
    if wide is not None:
        yield wide
        both = _without_stride(wide)
        if both is not None:
            yield both


def _without_input_dilation(task: Task) -> Task | None:
    """Put zeros between the samples, where zeros stand outside too."""
    spec, rank = task.spec, rank_of(task)
    zero = all(law == "zero" for pair in spec.boundary for law in pair)
    if not zero or spec.operation == "convolve_transpose" or spec.layout is not None or rank is None:
        return None
    steps = per_axis(spec.input_dilation, task)
    sizes = None if task.x_sizes is None else tuple(step * (n - 1) + 1 for step, n in zip(steps, task.x_sizes, strict=True))
    return replace(task, spec=replace(spec, input_dilation=(1,)), x=_spread_out(task.x, steps), x_sizes=sizes)


def _spread_out(operand: str, steps: tuple[int, ...]) -> str:
    """Return an operand with zeros between its entries: a Kronecker product with a one and zeros, without the zeros at the end."""
    zeros = ", False" * (steps[0] - 1)  # of booleans, so that the operand's dtype stays
    unit = f"[True{zeros}]" if len(steps) == 1 else f"numpy.eye(1, {prod(steps)}, dtype=bool).reshape({', '.join(map(str, steps))})"
    ends = ", ".join(f":{1 - step}" if step > 1 else ":" for step in steps)
    return f"numpy.kron({operand}, {unit})[{ends}]"


def _without_stride(task: Task) -> Task | None:
    spec = task.spec
    if set(spec.stride) == {1} or spec.operation == "convolve_transpose":
        return None
    if spec.mode in ("same_upper", "same_lower"):
        pads = tuple((side.low.constant, side.high.constant) for side in sides(task))
        spec = replace(spec, mode="pads", pads=pads, anchor=("high",))
    entries = [f"::{step}" if step > 1 else ":" for step in per_axis(spec.stride, task)]
    steps = with_channels(task, entries, spec.layout.output if spec.layout else "")
    if len(set(spec.stride)) == 1 and rank_of(task) is None:
        steps = f"(slice(None, None, {spec.stride[0]}),) * {task.x}.ndim"
    return replace(task, spec=replace(spec, stride=(1,)), answer=task.answer.replace("{}", "{}" + f"[{steps}]"))


def _without_dilation(task: Task) -> Task | None:
    """Put zeros between the taps."""
    spec, rank = task.spec, rank_of(task)
    if set(spec.dilation) == {1} or spec.operation == "convolve_transpose" or spec.layout is not None or rank is None:
        return None
    steps = per_axis(spec.dilation, task)
    anchor = tuple(_times(a, step) for a, step in zip(per_axis(spec.anchor, task), steps, strict=True))
    inner = replace(spec, dilation=(1,), anchor=anchor if spec.mode == "same" else ("high",))
    return replace(task, spec=inner, kernel=_spread_out(task.kernel, steps), spread=steps)


def _times(anchor: Anchor, step: int) -> Anchor:
    """Return an anchor in taps of which `step` stand where one stood."""
    base, taps = split_anchor(anchor)
    return taps * step if base == "tap" else f"{base}{taps * step:+d}" if taps else base


def _spelled(dialect: Dialect, task: Task) -> Call | None:
    """Return the call if one spelling of the Spec can be said, with the operands in the order in which they stand."""
    for spec in spellings(task):
        call = write_with(dialect, spec, wrapped(task, task.x), wrapped(task, task.kernel))
        if isinstance(call, Call) and not _exchanges(dialect, call, spec, task) and _refusal(dialect, call, task) is None:
            return replace(call, answer=task.answer.replace("{}", call.answer), notes=_kept_notes(call, task))
    return None


def _kept_notes(call: Call, task: Task) -> tuple[str, ...]:
    return call.notes if task.x_sizes is None else tuple(note for note in call.notes if note != SWAPS)


def _exchanges(dialect: Dialect, call: Call, spec: Spec, task: Task) -> bool:
    """Return whether the library would exchange operands of these sizes, and the exchange would show."""
    if task.x_sizes is None or task.k_sizes is None or spec.mode == "full" or dialect.says is not None:
        return False
    meant = read_with(dialect, {name: value for name, value in call.arguments if not isinstance(value, Typed)})
    try:
        return Problem(spec=meant, input_shape=task.x_sizes, kernel_shape=taps_of(task) or ()).exchanged
    except SpecError:
        return True


def spellings(task: Task) -> Iterator[Spec]:
    """Yield the Spec, and Specs with the same outputs in other words; more of them where the sizes are known."""
    spec = task.spec
    yield spec
    if spec.operation == "convolve_transpose":
        return
    if spec.mode == "valid":
        yield replace(spec, mode="pads", pads=((0, 0),))
    if spec.mode == "same" and set(spec.anchor) <= {"low", "high"} and set(spec.stride) == {1} and len(set(spec.anchor)) == 1:
        yield replace(spec, mode="same_upper" if spec.anchor[0] == "low" else "same_lower", anchor=("high",))
    if task.x_sizes is None or task.k_sizes is None:
        return
    axes = sides(task)
    if all(side.low + side.high == side.reach for side in axes) and spec.mode not in ("same_upper", "same_lower"):
        yield from _anchored(spec, axes, task)
    plain = replace(spec, anchor=("high",), pads=((0, 0),))
    words: tuple[tuple[Mode, int, int], ...] = (("valid", 0, 0), ("full", 1, 1), ("causal", 1, 0))
    for mode, low, high in words:
        if all((side.low, side.high) == (side.reach * low, side.reach * high) for side in axes):
            yield replace(plain, mode=mode)
    yield replace(plain, mode="pads", pads=tuple((side.low.constant, side.high.constant) for side in axes))


def _anchored(spec: Spec, axes: tuple[Sides, ...], task: Task) -> Iterator[Spec]:
    """Yield `same` with every way to say its centres."""
    lows = [side.low.constant for side in axes]
    steps = per_axis(spec.dilation, task)
    reaches = [side.reach.constant for side in axes]
    bases = {"high": [span - span // 2 for span in reaches], "low": [span // 2 for span in reaches]}
    plain = replace(spec, mode="same", pads=((0, 0),))
    for base, starts in bases.items():
        moves = [divmod(low - start, step) for low, start, step in zip(lows, starts, steps, strict=True)]
        if not any(rest for _, rest in moves):
            anchors = tuple(base if move == 0 else f"{base}{move:+d}" for move, _ in moves)
            yield replace(plain, anchor=anchors if len(set(anchors)) > 1 else anchors[:1])
    if all(low % step == 0 and 0 <= low <= span for low, step, span in zip(lows, steps, reaches, strict=True)):
        yield replace(plain, anchor=tuple(low // step for low, step in zip(lows, steps, strict=True)))


# Functions with an argument that moves the centre: its name, the centre at 0, its sign, and whether the axes come in reverse order.
CENTRES: dict[str, tuple[str, str, int, bool]] = {
    **{f"{home}.correlate": ("origin", "high", 1, False) for home in ("scipy.ndimage", "dask_image.ndfilters")},
    **{f"{home}.convolve": ("origin", "low", -1, False) for home in ("scipy.ndimage", "dask_image.ndfilters")},
    "scipy.ndimage.correlate1d": ("origin", "high", 1, False),
    "scipy.ndimage.convolve1d": ("origin", "low", -1, False),
    "cv2.filter2D": ("anchor", "tap", 1, True),
}


def _centred(dialect: Dialect, task: Task) -> Call | None:
    """Return the call with its centre as an expression in the kernel's size."""
    if dialect.function not in CENTRES or task.spec.mode != "same" or task.k_sizes is not None or dilation_of(task, 0) != 1:
        return None
    name, base, sign, backwards = CENTRES[dialect.function]
    call = write_with(
        dialect, replace(task.spec, anchor=("high",) if base == "tap" else (base,)), wrapped(task, task.x), wrapped(task, task.kernel)
    )
    if not isinstance(call, Call):
        return None
    start = {"low": lower_half(1), "high": upper_half(1), "tap": NONE}[base]
    moves = [(side.low - start) * sign for side in sides(task)]
    rank = rank_of(task) if dialect.axes is None else dialect.axes
    value = _list_of(moves, rank, task.k, backwards, single=dialect.axes == 1)
    arguments = (*((n, v) for n, v in call.arguments if n != name), (name, Typed(value)))
    call = replace(call, arguments=arguments, answer=task.answer.replace("{}", call.answer))
    return call if dialect.types is None else replace(call, line=dialect.types(call))


def _list_of(amounts: list[Amount], rank: int | None, k: str, backwards: bool, single: bool) -> str:
    if rank is None:
        return f"[{text(amounts[0], 'n', 'n')} for n in {k}.shape]"
    entries = [text(at(tuple(amounts), axis), "", f"{k}.shape[{axis}]") for axis in range(rank)]
    return entries[0] if single else "(" + ", ".join(entries[::-1] if backwards else entries) + ("," if rank == 1 else "") + ")"
