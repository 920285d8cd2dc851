"""What a translation has to say, and the pads, sizes and centres of each axis, as integers or as expressions in sizes not known yet."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from faltung.dialects.amounts import NONE, Amount, N, lower_half, reach, settled, upper_half
from faltung.errors import DialectError, SpecError
from faltung.spec import Problem, Spec
from faltung.spec.spec import at, per_axis_fields, split_anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be said: a Spec, the operands, their sizes on the sliding axes and the number of these if known, and steps behind.

    `x` and `k` are the operands' names, whose ``.shape`` a line may ask for; `kernel` is the kernel as it is given to the call, in which
    zeros may stand between the taps already: every `spread`-th is one. `wrap` makes an array that of the library.
    """

    spec: Spec
    x: str = "x"
    k: str = "k"
    x_sizes: tuple[int, ...] | None = None
    k_sizes: tuple[int, ...] | None = None
    axes: int | None = None
    kernel: str = "k"
    spread: tuple[int, ...] = (1,)
    wrap: str = "{}"
    answer: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One sliding axis: pads, L and N, in which the outputs at stride 1 are counted: N + low + high − L."""

    low: Amount
    high: Amount
    reach: Amount
    size: Amount

    @property
    def outputs(self) -> Amount:
        """How many outputs there are at stride 1."""
        return self.size + self.low + self.high - self.reach


def wrapped(task: Task, operand: str) -> str:
    """Return an operand's expression as an array of the library."""
    return task.wrap.replace("{}", operand)


def taps_of(task: Task) -> tuple[int, ...] | None:
    """Return the sizes of the kernel as it is given to the call, zeros between its taps counted."""
    if task.k_sizes is None:
        return None
    return tuple(at(task.spread, axis) * (k - 1) + 1 for axis, k in enumerate(task.k_sizes))


def rank_of(task: Task) -> int | None:
    """Return the number of sliding axes, if it is known."""
    if task.x_sizes is not None:
        return len(task.x_sizes)
    named = max(len(values) for values in per_axis_fields(task.spec).values())
    if task.spec.layout is not None:
        return len(task.spec.layout.spatial)
    return named if named > 1 else task.axes


def per_axis(values: tuple[Any, ...], task: Task) -> tuple[Any, ...]:
    """Return one value for each sliding axis; one for all where their number is not known."""
    rank = rank_of(task) or 1
    return tuple(at(values, axis) for axis in range(rank))


def sides(task: Task) -> tuple[Sides, ...]:
    """Return pads, reach and size of every sliding axis; of one for all where the rank is not known.

    Raises
    ------
    SpecError
        For a mode whose pads depend on sizes by a rule that no expression here says.
    """
    found = []
    for axis in range(rank_of(task) or 1):
        n = None if task.x_sizes is None else task.x_sizes[axis]
        k = None if task.k_sizes is None else task.k_sizes[axis]
        low, high, span = _pads(task, axis)
        found.append(Sides(low=settled(low, n, k), high=settled(high, n, k), reach=settled(span, n, k), size=settled(N, n, k)))
    return tuple(found)


def dilation_of(task: Task, axis: int) -> int:
    """Return how many positions lie between the kernel's taps, by the call and by the zeros between them."""
    return at(task.spec.dilation, axis) * at(task.spread, axis)


def _pads(task: Task, axis: int) -> tuple[Amount, Amount, Amount]:
    spec, dilation = task.spec, dilation_of(task, axis)
    span = reach(dilation)
    if spec.mode == "same":
        base, taps = split_anchor(at(spec.anchor, axis))
        low = {"tap": NONE, "low": lower_half(dilation), "high": upper_half(dilation)}[base] + Amount(at(spec.dilation, axis) * taps)
        return low, span - low, span
    if spec.mode == "pads":
        low, high = (Amount(pad) for pad in at(spec.pads, axis))
        return low, high, span
    if spec.mode in ("same_upper", "same_lower"):
        return _pads_for_stride(task, axis, span)
    low, high = {"full": (span, span), "valid": (NONE, NONE), "causal": (span, NONE)}[spec.mode]
    return low, high, span


def _pads_for_stride(task: Task, axis: int, span: Amount) -> tuple[Amount, Amount, Amount]:
    spec, dilation = task.spec, dilation_of(task, axis)
    if at(spec.stride, axis) == 1:
        low = lower_half(dilation) if spec.mode == "same_upper" else upper_half(dilation)
        return low, span - low, span
    if task.x_sizes is None or task.k_sizes is None:
        raise SpecError(f"the pads of {spec.mode} with stride {at(spec.stride, axis)} depend on the sizes; give x_shape and k_shape")
    n, step, over = task.x_sizes[axis], at(spec.stride, axis), settled(span, None, task.k_sizes[axis]).constant
    total = max((-(-n // step) - 1) * step + over + 1 - n, 0)
    low_pad = total // 2 if spec.mode == "same_upper" else total - total // 2
    return Amount(low_pad), Amount(total - low_pad), span


def shape_name(task: Task, operand: Literal["x", "k"], axis: int) -> str:
    """Return the expression for the size of an operand on a sliding axis."""
    layout = task.spec.layout
    name = task.x if operand == "x" else task.k
    if layout is None:
        return f"{name}.shape[{axis}]"
    return f"{name}.shape[{(layout.input if operand == 'x' else layout.kernel).index(layout.spatial[axis])}]"


def with_channels(task: Task, spatial: list[str], axes: str) -> str:
    """Return entries for all axes that a layout's letters name, from those of the sliding axes; the others stay whole."""
    layout = task.spec.layout
    if layout is None:
        return ", ".join(spatial)
    entries = dict(zip(layout.spatial, spatial, strict=True))
    return ", ".join(entries.get(letter, ":") for letter in axes)


def resolved(task: Task) -> Task:
    """Return the task with the operands in the order in which they are computed with, where their sizes are known.

    Raises
    ------
    DialectError
        When the sizes do not go with the Spec.
    """
    if task.x_sizes is None or task.k_sizes is None or task.spec.layout is not None:
        return task
    try:
        problem = Problem(spec=task.spec, input_shape=task.x_sizes, kernel_shape=task.k_sizes)
    except SpecError as error:
        raise DialectError(str(error)) from None
    if not problem.exchanged:
        return replace(task, spec=replace(task.spec, operands="as_given"))
    answer = task.answer
    if problem.answer_reversed:
        answer = answer.replace("{}", "numpy.conj(numpy.flip({}))")
    return replace(
        task, spec=replace(task.spec, operands="as_given"), x=task.k, k=task.x, kernel=task.x, x_sizes=task.k_sizes,
        k_sizes=task.x_sizes, answer=answer,
    )  # fmt: skip
