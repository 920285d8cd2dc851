"""The line to type: an explanation as a call of a library, with what no library does itself written around the operands and the answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain import changes
from faltung.diagnose.explain.explanation import Explanation
from faltung.diagnose.explain.ranking import OWN_KERNEL, Facts, differing, pads_of, rank_of, read_for
from faltung.dialects import DIALECTS, Call, Dialect
from faltung.dialects.lowering import lowered
from faltung.dialects.task import Task
from faltung.dialects.writing import write_with
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import is_exact
from faltung.spec.spec import Conj, Mode

MOST = 6  # calls that are told
OF_ONE, LONG = 2, 100  # calls of one library; characters of a call that is told where there are shorter ones
# Laws that are one where a single sample is read beyond an end.
ALIKE = {("edge", "edge"), ("half_sample", "half_sample")}
STRIDED: tuple[Mode, ...] = ("same_upper", "same_lower")
NUMBERS = ("missing", "product", "rounding", "overflow")
_FLIP = re.compile(r"numpy\.flip\(([A-Za-z_][\w.]*)(?:, \(([\d, ]+)\))?\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A call of one function: the line, its operands as expressions, and whether it needs no more than the explanation does to them."""

    function: str
    code: str
    input: str
    kernel: str
    plain: bool


def lines(explanation: Explanation, facts: Facts, most: int = MOST) -> tuple[Line, ...]:
    """Return the calls that do exactly this: those that take the operands as they are, or else those with other operands.

    Each library is asked, in the order of the atlas; of a library, functions for this number of axes come first.
    """
    rank = rank_of(explanation, facts)
    found = [line for dialect in _asked(rank) if (line := _written(explanation, dialect, facts)) is not None]
    plain = [line for line in found if line.plain]
    once: dict[str, Line] = {}
    for line in plain or found:
        once.setdefault(line.code.partition("  # ")[0], line)
    homes: dict[str, list[Line]] = {}
    for line in once.values():
        homes.setdefault(line.function.rpartition(".")[0], []).append(line)
    kept = [line for group in homes.values() for line in group[:OF_ONE]]
    short = [line for line in kept if len(line.code) <= LONG]
    return tuple(short or kept)[:most]


def line_in(explanation: Explanation, function: str, facts: Facts, x: str = "x", k: str = "k") -> Line | None:
    """Return the call of one function that does this, pads and centres written out where the function has no word for them."""
    dialect = DIALECTS[function]
    return _written(explanation, dialect, facts, x, k) or _lowered(explanation, dialect, facts, x, k)


def sibling(explanation: Explanation, function: str, facts: Facts, x: str = "x", k: str = "k") -> Line | None:
    """Return the call of another function of the same library that takes the operands as they are."""
    home = function.rpartition(".")[0]
    for dialect in _asked(rank_of(explanation, facts)):
        if dialect.function.rpartition(".")[0] == home and dialect.function != function:
            line = _written(explanation, dialect, facts, x, k)
            if line is not None and line.plain:
                return line
    return None


def _asked(rank: int) -> Iterator[Dialect]:
    homes = list(dict.fromkeys(name.rpartition(".")[0] for name in DIALECTS))

    def key(dialect: Dialect) -> tuple[bool, int, bool]:
        return dialect.language != "python", homes.index(dialect.function.rpartition(".")[0]), dialect.axes is None

    fitting = [dialect for name, dialect in DIALECTS.items() if dialect.axes in (None, rank) and name not in OWN_KERNEL]
    yield from sorted(fitting, key=key)


def _written(explanation: Explanation, dialect: Dialect, facts: Facts, x: str = "x", k: str = "k") -> Line | None:
    inner, kernel = _operands(explanation, x, k)
    calls = []
    for spec in _spellings(explanation, facts):
        try:
            call = write_with(dialect, spec, inner, kernel)
        except Exception:  # a dialect that cannot say it refuses in its own ways
            continue
        if isinstance(call, Call) and _same_numbers(call, spec, explanation, dialect, facts):
            calls.append(call)
    return _shortest(calls, explanation, facts, (inner, kernel))


def _same_numbers(call: Call, spec: Spec, explanation: Explanation, dialect: Dialect, facts: Facts) -> bool:
    """Return whether the call takes these dtypes and rounds, wraps and skips as the Spec does, where these operands show it."""
    rank = rank_of(explanation, facts)
    meant = read_for(dialect, dict(call.arguments), facts, rank, dtypes=True)
    if meant is None:
        return False
    if set(NUMBERS) & set(differing(spec, meant, facts, rank)):
        return False
    if meant.dtype is None or not is_exact(meant.dtype) or any(change.name in ("astype", "pick") for change in explanation.changes):
        return True
    return "object" in (meant.dtype, facts.y_dtype) or bool(np.can_cast(facts.y_dtype, meant.dtype))


def _lowered(explanation: Explanation, dialect: Dialect, facts: Facts, x: str, k: str) -> Line | None:
    if explanation.spec.layout is not None or explanation.axes is not None or len(facts.x_shape) != len(facts.k_shape):
        return None
    inner, kernel = _operands(explanation, x, k)
    sizes = (facts.x_shape, facts.k_shape) if (inner, kernel) == (x, k) else (None, None)
    calls = []
    for spec in _spellings(explanation, facts):
        task = Task(spec=spec, x=inner, k=kernel, kernel=kernel, x_sizes=sizes[0], k_sizes=sizes[1], axes=len(facts.x_shape))
        try:
            call = lowered(dialect, task)
        except Exception:  # as above
            continue
        if isinstance(call, Call) and _same_numbers(call, spec, explanation, dialect, facts):
            calls.append(call)
    return _shortest(calls, explanation, facts, (inner, kernel))


def _shortest(calls: list[Call], explanation: Explanation, facts: Facts, names: tuple[str, str]) -> Line | None:
    if not calls:
        return None
    call = min(calls, key=lambda each: len(each.code))
    answer = _answer(explanation, call.code)
    rank = len(facts.k_shape)
    if DIALECTS[call.function].language != "python":
        answer = f"{answer}  # {call.function}"
    plain = (call.input, call.kernel) == names and call.answer == "{}"
    return Line(
        function=call.function, code=_short(answer, rank), input=_short(call.input, rank), kernel=_short(call.kernel, rank), plain=plain
    )  # fmt: skip


def _spellings(explanation: Explanation, facts: Facts) -> Iterator[Spec]:
    """Yield the Spec, and others that are the same operation on these operands: other conjugations, centres and laws."""
    spec = explanation.spec
    if facts.finite:
        spec = replace(spec, missing="propagate")
    for other in dict.fromkeys((spec, *_centres(spec), *_extents(spec, facts))):
        if other != spec and not _same(other, spec, explanation, facts):
            continue
        conjs: dict[Conj, None] = {spec.conj: None}
        if not facts.complex_k and spec.conj != "input":
            conjs |= {"none": None, "kernel": None}
        if not facts.complex_x and spec.conj == "input":
            conjs |= {"none": None}
        yield from (replace(other, conj=conj) for conj in conjs)


def _centres(spec: Spec) -> Iterator[Spec]:
    laws: tuple[Boundary, ...] = ("edge", "half_sample") if set(spec.boundary) <= ALIKE else ()
    for law, anchor in product((None, *laws), (None, "low", "high") if spec.mode == "same" else (None,)):
        fields: dict[str, Any] = {"boundary": ((law, law),)} if law else {}
        fields |= {"anchor": (anchor,)} if anchor else {}
        yield replace(spec, **fields)


def _extents(spec: Spec, facts: Facts) -> Iterator[Spec]:
    """Yield the pads that a mode is on these sizes, and the modes of libraries with strides."""
    pads = pads_of(spec, facts)
    if pads is None or spec.operation == "convolve_transpose" or spec.mode in ("full", "valid", "pads"):
        return
    yield replace(spec, mode="pads", anchor=("high",), pads=pads)
    if set(spec.stride) != {1}:
        yield from (replace(spec, mode=mode, anchor=("high",)) for mode in STRIDED)


def _same(one: Spec, other: Spec, explanation: Explanation, facts: Facts) -> bool:
    rank = rank_of(explanation, facts)
    return not explanation.changes and not differing(one, other, facts, rank)


def _operands(explanation: Explanation, x: str, k: str) -> tuple[str, str]:
    for change in explanation.changes:
        if change.place in ("input", "both"):
            x = changes.code(change, x)
        if change.place in ("kernel", "both"):
            k = changes.code(change, k)
    return x, k


def _answer(explanation: Explanation, call: str) -> str:
    for change in explanation.changes:
        if change.place == "result":
            call = changes.code(change, call)
    return call


def _short(text: str, rank: int) -> str:
    """Return an expression with ``k[::-1, ::-1]`` for ``numpy.flip(k)``.

    Examples
    --------
    >>> _short("convolve(x, numpy.flip(k))", 2), _short("numpy.flip(k, (1,))", 2)
    ('convolve(x, k[::-1, ::-1])', 'k[:, ::-1]')
    """

    def index(found: re.Match[str]) -> str:
        axes = {int(axis) for axis in found[2].replace(",", " ").split()} if found[2] else set(range(rank))
        return f"{found[1]}[{', '.join('::-1' if axis in axes else ':' for axis in range(max(axes) + 1))}]"

    return _FLIP.sub(index, text)
