"""How the differences between two conventions are found, and what they mean."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from faltung.errors import SpecError
from faltung.spec.boundary import Boundary, source
from faltung.spec.differences import MODES
from faltung.spec.notation import FIELDS, format_spec
from faltung.spec.problem import Problem
from faltung.spec.same import same_operation
from faltung.spec.spec import Spec, at, per_axis_fields, reversed_axis

SENTENCES: dict[str, str] = {
    "operation": "the stride of convolve_transpose spreads the input and its pads crop the output; the others' stride skips outputs",
    "stride": "how many positions the window moves from one output to the next",
    "dilation": "how many positions lie between neighbouring taps",
    "input_dilation": "how many positions lie between neighbouring samples; nothing is read between them",
    "fold": "outputs beyond the ends are added to the samples that the boundary names",
    "output_reversal": "the outputs are reversed along this axis",
    "layout": "which axis of each array is batch, channel or space",
    "groups": "channels are split into groups that do not see each other",
    "conj": "which operand is conjugated: complex numbers show it, real ones do not",
    "operands": "which operand slides: an exchange shows in the boundary, in the output's size and, for a correlation, in its order",
    "permute": "the kernel's axes are taken in another order",
    "scale": "every output is multiplied by another factor",
    "missing": "NaN and masked samples are treated differently",
    "product": "sums of products, against or of ands",
    "dtype": "the result is converted to another dtype (None: the one that the operands' dtypes give)",
    "offset": "another number is added to every output",
    "rounding": "numbers that are not whole become integers by another rule",
    "overflow": "integers that do not fit the result's dtype are treated differently",
    "frame": "something else stands where the window leaves the input",
    "input_shape": "the inputs have different shapes",
    "kernel_shape": "the kernels have different shapes",
    "input_dtype": "the inputs have different dtypes",
    "kernel_dtype": "the kernels have different dtypes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: the field, where, both values, and a sentence on what it means.

    `visible` says whether it changes anything at the sizes and dtypes at hand; None where there are none.
    """

    field: str
    where: str
    a: str
    b: str
    meaning: str
    visible: bool | None = None

    def __str__(self) -> str:
        place = f"{self.field} ({self.where})" if self.where else self.field
        hidden = " [not visible at these sizes]" if self.visible is False else ""
        return f"{place}: {self.a} | {self.b}: {self.meaning}{hidden}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The differences, and whether the operations are the same all the same (None: that depends on sizes, and there are none)."""

    found: tuple[Difference, ...]
    same: bool | None

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __str__(self) -> str:
        return "\n".join([_verdict(self), *(f"  {difference}" for difference in self.found)])


def _verdict(differences: Differences) -> str:
    if not differences.found:
        return "the same convention"
    hidden = sum(difference.visible is False for difference in differences.found)
    if differences.same:
        return "the same operation at these sizes" + (
            ", in other words:" if hidden == len(differences.found) else "; the differences that show alone cancel each other:"
        )
    if differences.same is None:
        return "different conventions (with sizes, it can be said which of this shows):"
    return "different operations:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A Difference before its visibility is known, and what would take it out of `a` and out of `b`."""

    field: str
    where: str = ""
    a: str
    b: str
    meaning: str
    into_a: dict[str, Any]
    into_b: dict[str, Any]


def compared(a: Spec | Problem, b: Spec | Problem) -> Differences:
    """Return what `faltung.spec.differences.differences` says."""
    if isinstance(a, Spec) and isinstance(b, Spec):
        changes = _changes(a, b, 0)
        return Differences(found=tuple(_difference(change, None) for change in changes), same=None if changes else True)
    first = replace(b, spec=a) if isinstance(a, Spec) and isinstance(b, Problem) else a
    second = replace(a, spec=b) if isinstance(b, Spec) and isinstance(a, Problem) else b
    assert isinstance(first, Problem) and isinstance(second, Problem)  # noqa: PT018  # for mypy
    found = [_of_operands(first, second, name) for name in _OPERANDS if getattr(first, name) != getattr(second, name)]
    for change in _changes(first.spec, second.spec, len(first.input_sizes)):
        found.append(_difference(_with_sizes(change, first, second), _shows(change, first, second)))
    return Differences(found=tuple(found), same=same_operation(first, second))


_OPERANDS = tuple(field.name for field in fields(Problem) if field.name != "spec")


def _of_operands(a: Problem, b: Problem, name: str) -> Difference:
    values = (str(getattr(problem, name)) for problem in (a, b))
    return Difference(field=name, where="", a=next(values), b=next(values), meaning=SENTENCES[name], visible=True)


def _difference(change: _Change, visible: bool | None) -> Difference:
    return Difference(field=change.field, where=change.where, a=change.a, b=change.b, meaning=change.meaning, visible=visible)


def _shows(change: _Change, a: Problem, b: Problem) -> bool:
    """Return whether taking this one difference away would change either operation."""
    for problem, into in ((a, change.into_a), (b, change.into_b)):
        try:
            if not same_operation(problem, replace(problem, spec=replace(problem.spec, **into))):
                return True
        except SpecError:
            return True
    return False


# Field by field


def _changes(a: Spec, b: Spec, rank: int) -> list[_Change]:
    rank = rank or max(len(values) for spec in (a, b) for values in per_axis_fields(spec).values())
    found = [*_of_operation(a, b, rank), *_of_mode(a, b), *_of_boundary(a, b, rank)]
    for name in FIELDS:
        if name in ("boundary", "fill", "reversal"):
            continue
        if name in ("stride", "dilation", "input_dilation", "fold", "output_reversal"):
            found += _of_axes(a, b, rank, name)
        elif getattr(a, name) != getattr(b, name):
            found.append(_plain(a, b, name))
    return found


def _plain(a: Spec, b: Spec, name: str) -> _Change:
    x, y = getattr(a, name), getattr(b, name)
    texts = [f"{v.count}:{v.input}{v.kernel}{v.output}" if name == "groups" else str(v) for v in (x, y)]
    return _Change(field=name, a=texts[0], b=texts[1], meaning=SENTENCES[name], into_a={name: y}, into_b={name: x})


def _axis(axis: int, rank: int, end: str = "") -> str:
    return ", ".join(part for part in (f"axis {axis}" if rank > 1 else "", f"{end} end" if end else "") if part)


def _put(values: tuple[Any, ...], axis: int, rank: int, value: Any) -> tuple[Any, ...]:
    """Return one entry for each axis, with one of them exchanged."""
    return tuple(value if i == axis else at(values, i) for i in range(rank))


def _of_axes(a: Spec, b: Spec, rank: int, name: str) -> Iterator[_Change]:
    values = getattr(a, name), getattr(b, name)
    for axis in range(rank):
        x, y = (at(each, axis) for each in values)
        if x != y:
            yield _Change(
                field=name, where=_axis(axis, rank), a=str(x), b=str(y), meaning=SENTENCES[name],
                into_a={name: _put(values[0], axis, rank, y)}, into_b={name: _put(values[1], axis, rank, x)},
            )  # fmt: skip


def _of_operation(a: Spec, b: Spec, rank: int) -> Iterator[_Change]:
    """Yield what the operations' words differ in: who spreads, and which axes of the kernel are reversed."""
    if "convolve_transpose" in (a.operation, b.operation) and a.operation != b.operation:
        yield _Change(
            field="operation", a=a.operation, b=b.operation, meaning=SENTENCES["operation"],
            into_a={"operation": b.operation, "reversal": a.reversal}, into_b={"operation": a.operation, "reversal": b.reversal},
        )  # fmt: skip
    flips = [tuple(reversed_axis(spec, axis) for axis in range(rank)) for spec in (a, b)]
    for axis, (x, y) in enumerate(zip(*flips, strict=True)):
        if x != y:
            which = "first" if x else "second"
            yield _Change(
                field="reversal", where=_axis(axis, rank), a=str(x).lower(), b=str(y).lower(),
                meaning=f"the kernel is reversed before it slides in the {which} ({(a if x else b).operation}), and slides as it is stored "
                        f"in the other ({(b if x else a).operation})",
                into_a={"reversal": _put(flips[0], axis, rank, y)}, into_b={"reversal": _put(flips[1], axis, rank, x)},
            )  # fmt: skip


def _of_mode(a: Spec, b: Spec) -> list[_Change]:
    names = ("mode", "anchor", "pads")
    both = [{name: getattr(spec, name) for name in names} for spec in (a, b)]
    if both[0] == both[1]:
        return []
    words = [" ".join(format_spec(Spec(operation="convolve", **each)).split()[1:]) or "full" for each in both]
    if a.mode != b.mode:
        meaning = f"{MODES[a.mode]}, against {MODES[b.mode]}"
    elif {a.anchor, b.anchor} == {("low",), ("high",)}:
        towards = "higher" if a.anchor == ("low",) else "lower"
        meaning = f"for an even number of taps (of odd dilation) the output moves by one sample towards {towards} indices"
    else:
        meaning = "the output is centred on another tap" if a.mode == "same" else "another part of the outputs is kept"
    return [_Change(field="mode", a=words[0], b=words[1], meaning=meaning, into_a=both[1], into_b=both[0])]


def _with_sizes(change: _Change, a: Problem, b: Problem) -> _Change:
    """Return a change of mode with the numbers it has at these sizes."""
    if change.field != "mode":
        return change
    try:
        moved = replace(a, spec=replace(a.spec, **change.into_a))
    except SpecError as error:
        return replace(change, meaning=f"{change.meaning}; the second does not fit the first's sizes ({error})")
    parts = []
    rank = len(a.windows)
    for axis, (x, y) in enumerate(zip(a.windows, moved.windows, strict=True)):
        sizes = a.output_sizes[axis], moved.output_sizes[axis]
        shift = y.pad_low - x.pad_low
        said = [_moved(shift, x.stride)] if shift else []
        if sizes[0] != sizes[1]:
            said.append(f"there are {sizes[1]} outputs instead of {sizes[0]}")
        if said:
            parts.append(f"{_axis(axis, rank)}{': ' if rank > 1 else ''}{' and '.join(said)}")
    return replace(change, meaning="; ".join(parts) or change.meaning)


def _moved(shift: int, stride: int) -> str:
    towards = "higher" if shift > 0 else "lower"
    if shift % stride:
        return f"every window begins {_count(abs(shift), 'sample')} {'earlier' if shift > 0 else 'later'}"
    return f"the output moves by {_count(abs(shift) // stride, 'sample')} towards {towards} indices"


def _count(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"{number} {noun}s"


def _of_boundary(a: Spec, b: Spec, rank: int) -> Iterator[_Change]:
    """Yield every end at which the law or the fill differs."""
    for axis in range(rank):
        for side, end in enumerate(("low", "high")):
            laws = [at(spec.boundary, axis)[side] for spec in (a, b)]
            fills = [at(spec.fill, axis)[side] for spec in (a, b)]
            if laws[0] == laws[1] and fills[0] == fills[1]:
                continue
            words = [f"constant {fill!r}" if law == "constant" else law for law, fill in zip(laws, fills, strict=True)]
            drawn = [_drawing(law, end, fill) for law, fill in zip(laws, fills, strict=True)]
            yield _Change(
                field="boundary", where=_axis(axis, rank, end), a=words[0], b=words[1], meaning=f"{drawn[0]}, against {drawn[1]}",
                into_a=_end(a, axis, rank, side, laws[1], fills[1]), into_b=_end(b, axis, rank, side, laws[0], fills[0]),
            )  # fmt: skip


def _end(spec: Spec, axis: int, rank: int, side: int, law: Boundary, fill: Any) -> dict[str, Any]:
    def put(values: tuple[tuple[Any, Any], ...], value: Any) -> tuple[Any, ...]:
        pair = at(values, axis)
        return _put(values, axis, rank, (value, pair[1]) if side == 0 else (pair[0], value))

    return {"boundary": put(spec.boundary, law), "fill": put(spec.fill, fill)}


def _drawing(law: Boundary, end: str, fill: Any) -> str:
    """Return ``c b a | a b c d`` or ``a b c d | d c b``, computed from the law."""
    outside = [source(law, m, 4) for m in (range(-3, 0) if end == "low" else range(4, 7))]
    drawn = " ".join(str(fill) if sample is None else "abcd"[sample] for sample in outside)
    return f"{drawn} | a b c d" if end == "low" else f"a b c d | {drawn}"
