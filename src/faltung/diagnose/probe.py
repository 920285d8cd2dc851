"""Finding out the convention of a function of (x, k) by asking it."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.borders import read_borders
from faltung.diagnose.calling import Answer, Ask, Interview, here
from faltung.diagnose.card import Card, Line
from faltung.diagnose.data import KERNELS, LONG, Setting, UnreadableError, array_of, draw, settle, tolerance
from faltung.diagnose.extents import read_extents, read_mode
from faltung.diagnose.impulses import Steps, read_steps
from faltung.diagnose.isolation import checked_target, isolated, target_of
from faltung.diagnose.numbers import read_dtypes, read_missing, read_overflow, read_rounding
from faltung.diagnose.operand_rules import read_conj, read_operands
from faltung.diagnose.pinned import example
from faltung.diagnose.verify import (
    Exchange, behaving_alike, complex_exchanges, exchanges, first_difference, fitting_shapes, longer_shapes, outputs,
)  # fmt: skip
from faltung.diagnose.words import calls_for, core_lines, nearest
from faltung.errors import SpecError
from faltung.spec import Spec

Array = np.ndarray[Any, Any]


def probe(
    function: Callable[[Any, Any], Any] | str, ndim: int = 2, isolate: bool = False, *, limit: float = 60.0, path: Sequence[str] = (),
    seed: int = 0,
) -> Card:  # fmt: skip
    """Return the convention card of any function of an input and a kernel, found by asking it.

    Impulses, ramps and border probes, complex units, one NaN and large small integers are sent in; from where they come out follow the
    operation, the centre, the outputs that exist, the law at the borders, strides and dtypes. What follows is a Spec, which is then
    compared with the function on random whole numbers, even kernels and small inputs among them, before it is claimed.

    Parameters
    ----------
    function : callable or str
        Called as ``function(x, k)`` with NumPy arrays. A text ``"package.module:function"`` is always probed in a child process.
    ndim : int
        Axes of input and kernel, 1 to 3.
    isolate : bool
        Whether to ask in a child process, which is killed when the function hangs. It must then be importable by name.
    limit : float
        Seconds that the child process may take for all; one call may take a quarter of it. Without a child process there is no limit.
    path : sequence of str
        Folders in which a text's module is looked for before the usual ones. A function's own are those of this process.
    seed : int
        Of the random numbers.

    Returns
    -------
    Card
        ``.spec`` is the Spec, or None where nothing fits; ``print(card)`` says everything, ``.to_pytest()`` writes a test that pins it.

    Raises
    ------
    SpecError
        For a text that names no function, a function that cannot be imported in a child process, or another number of axes. What the
        function itself does wrong is no error: the card says it.

    Notes
    -----
    A function is a black box here: what it does at sizes that were not asked, with arguments that were not given, or on other days is not
    known. Rounding in transforms is forgiven up to 1024 units in the last place.

    Examples
    --------
    >>> from scipy import signal
    >>> card = ft.probe(lambda x, k: signal.correlate2d(x, k, "same", "symm"))
    >>> print(card.spec)
    correlate same:low boundary=half_sample overflow=wrap
    >>> card.said_as
    ("scipy.signal.correlate2d(x, k, mode='same', boundary='symm')",)
    """
    if ndim not in KERNELS:
        raise SpecError(f"ndim is {ndim!r}; a probe has {', '.join(map(str, KERNELS))} axes")
    name, target, way = _way(function, isolate, limit, path)
    with way as ask:
        return _examined(Interview(ask=ask), name, target, ndim, seed)


def _way(
    function: Callable[[Any, Any], Any] | str, isolate: bool, limit: float, path: Sequence[str]
) -> tuple[str, str | None, AbstractContextManager[Ask]]:
    """Return the function's name, the text that imports it, and how it is asked."""
    if isinstance(function, str):
        return function, checked_target(function), isolated(function, limit, [os.path.abspath(folder) for folder in path])
    if not callable(function):
        raise SpecError(f"a probe needs a function of (x, k) or its name as text, not {type(function).__name__}")
    target = target_of(function)
    name = target or str(getattr(function, "__name__", type(function).__name__))
    if not isolate:
        return name, target, nullcontext(here(function))
    if target is None:
        raise SpecError(f"{name} cannot be isolated: a new process must import it by name, so it must stand at the top of a module")
    return name, target, isolated(target, limit, sys.path)


def _examined(ask: Interview, name: str, target: str | None, ndim: int, seed: int) -> Card:
    card = Card(name=name, target=target, ndim=ndim)
    setting, first = settle(ask, ndim)
    if setting is None:
        return replace(card, problems=(_nothing(ask, first, ndim),), calls=len(ask.answers))
    operands = draw(setting, LONG[ndim], setting.base, seed)
    before = ask(*operands)
    problem = _unsteady(before, ask(*operands))
    found = replace(card, problems=(problem,)) if problem else _read(card, ask, setting, seed)
    if not problem:
        late = _unsteady(before, ask(*operands))
        found = replace(found, spec=None, problems=(*found.problems, late + " (an answer depends on earlier calls)")) if late else found
    calls = [Line(about="calls", text=_conduct(ask))]
    return replace(found, lines=(*found.lines, *calls), problems=(*found.problems, *_beware(ask, setting)), calls=len(ask.answers))


def _nothing(ask: Interview, first: Answer, ndim: int) -> str:
    """Return why nothing could be found out, and with how many axes it might be."""
    said = first.said or f"answers have shape {first.value.shape if first.value is not None else ()}, not {ndim} axes"
    if first.kind == "hung":
        return said
    others = [axes for axes in KERNELS if axes != ndim and settle(ask, axes)[0] is not None]
    return f"nothing was answered with {ndim} axes: {said}" + (f"; it answers with ndim={others[0]}" if others else "")


def _unsteady(one: Answer, other: Answer) -> str:
    if one.value is None or other.value is None:
        return "" if one.kind == other.kind else "the same operands are answered at one time and refused at another"
    if one.value.shape == other.value.shape and np.array_equal(one.value, other.value, equal_nan=one.value.dtype.kind in "fc"):
        return ""
    return "the same operands are answered differently from call to call: it is random, or remembers"


def _conduct(ask: Interview) -> str:
    changed = sorted({name for answer in ask.answers for name in answer.changed})
    returned = sorted({answer.returned for answer in ask.answers if answer.returned} - {"ndarray"})
    told = ["operands stay as they are" if not changed else f"CHANGES {' and '.join(changed)}"]
    told += [f"returns {', '.join(returned)}"] if returned else []
    return "; ".join(told)


def _beware(ask: Interview, setting: Setting) -> list[str]:
    found = [f"kernels of shape {', '.join(map(str, shapes))}: {said}" for said, shapes in _by_sentence(setting).items()]
    if any(answer.changed for answer in ask.answers):
        found.append("it changes its operands: pass copies")
    found += sorted({f"a call ended the process: {answer.said}" for answer in ask.answers if answer.kind == "died"})
    found += sorted({f"a call hung: {answer.said}" for answer in ask.answers if answer.kind == "hung"})[:1]
    return found


def _by_sentence(setting: Setting) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for shape, said in setting.refused:
        found.setdefault(said, []).append(shape)
    return found


def _read(card: Card, ask: Interview, setting: Setting, seed: int) -> Card:
    """Return the card with everything that operands of one dtype, and then of others, show."""
    asked = exchanges(ask, setting, fitting_shapes(setting), seed)
    shown = [example(e.x, e.k, e.answer.value) for e in asked if e.answer.value is not None and e.answer.value.ndim == card.ndim]
    card = replace(card, examples=tuple(shown))
    try:
        steps, spec = _core(ask, setting, asked)
    except UnreadableError as error:
        return _unread(card, ask, setting, asked, str(error))
    wrong = first_difference(spec, asked)
    if wrong:
        return _unread(card, ask, setting, asked, f"the nearest reading is `{spec}`, but {wrong}")
    return _described(card, ask, setting, steps, spec, asked, seed)


def _core(ask: Interview, setting: Setting, asked: Sequence[Exchange]) -> tuple[Steps, Spec]:
    values = [array_of(exchange.answer) for exchange in asked if exchange.answer.value is not None]
    if values and all(np.isnan(value).all() for value in values):
        raise UnreadableError("finite operands are answered with NaN")
    steps, _ = read_steps(ask, setting)
    fields = read_mode(read_extents(ask, setting, steps), steps)
    for name in ("stride", "dilation", "input_dilation"):
        fields[name] = fields[name][:1] if len(set(fields[name])) == 1 else fields[name]
    flips = set(fields.pop("reversal"))
    usual = {fields["operation"] != "correlate"}
    reversal = None if flips == usual else tuple(axis.reversal for axis in steps.axes)
    core = Spec(**fields, reversal=reversal, permute=steps.permute)
    core = replace(core, scale=steps.scale, offset=steps.offset)
    return steps, read_borders(ask, setting, steps, core)


def _unread(card: Card, ask: Interview, setting: Setting, asked: Sequence[Exchange], why: str) -> Card:
    """Return the card of a function that no Spec describes: linear or not, its dtypes, and the dialects that behave the same anyhow."""
    lines = (Line(about="values", text=_linearity(ask, setting)),)
    return replace(
        card, problems=(*card.problems, why), lines=lines, dtypes=read_dtypes(ask, setting, None), same_as=behaving_alike(asked, card.ndim)
    )  # fmt: skip


def _linearity(ask: Interview, setting: Setting) -> str:
    """Return whether sums of inputs give sums of answers (beyond what zeros give)."""
    shape = tuple(n // 2 for n in LONG[setting.ndim])
    (x, k), (u, _) = (draw(setting, shape, setting.base, turn) for turn in (0, 1))
    try:
        both, one, other, none = (array_of(ask(each, k)) for each in (x + u, x, u, x * 0))
    except UnreadableError as error:
        return f"not known: {error}"
    if len({part.shape for part in (both, one, other, none)}) > 1:
        return "the shape of the answer depends on the values"
    miss = np.abs((both - none) - (one - none) - (other - none))
    allowed = 4 * tolerance(one.astype(setting.x_dtype), float(np.abs(both).max(initial=1)))
    return "linear in the input" if (miss <= allowed).all() else "not linear in the input: the answer to a sum is not the sum of the answers"


def _described(card: Card, ask: Interview, setting: Setting, steps: Steps, spec: Spec, asked: list[Exchange], seed: int) -> Card:
    """Return the card of a function whose sums are those of `spec`: what else it does, in lines and in the Spec."""
    lines = list(core_lines(spec, steps, card.ndim))
    complexes, longer = complex_exchanges(ask, setting, seed), exchanges(ask, setting, longer_shapes(setting), seed)
    spec, conj = read_conj(spec, complexes)
    spec, kernel_longer = read_operands(spec, longer)
    rows = read_dtypes(ask, setting, spec)
    spec, rounding = read_rounding(ask, setting, spec, rows)
    rows = read_dtypes(ask, setting, spec) if any(row.agrees is False for row in rows) else rows
    spec, overflow = read_overflow(ask, setting, spec, rows)
    spec, missing = read_missing(ask, setting, spec)
    told = {
        "conjugation": conj, "longer kernel": kernel_longer, "rounding": rounding, "overflow": overflow, "NaN": missing,
    }  # fmt: skip
    lines += [Line(about=about, text=text) for about, text in told.items()]
    alike = behaving_alike([*asked, *complexes, *longer], card.ndim)
    return replace(
        card, spec=spec, lines=tuple(lines), dtypes=rows, compared=outputs(asked), same_as=alike, said_as=calls_for(spec, card.ndim),
        nearest=() if alike else nearest(spec, card.ndim),
    )  # fmt: skip
