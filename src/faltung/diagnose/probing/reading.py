"""From answers to a card: the sums first, checked on whole numbers; then what else the function does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.probing.borders import read_borders
from faltung.diagnose.probing.calling import Interview
from faltung.diagnose.probing.card import Card, Line
from faltung.diagnose.probing.data import LONG, Setting, UnreadableError, array_of, draw, tolerance
from faltung.diagnose.probing.extents import read_extents, read_mode
from faltung.diagnose.probing.impulses import Steps, read_steps
from faltung.diagnose.probing.numbers import read_dtypes, read_missing, read_overflow, read_rounding
from faltung.diagnose.probing.operand_rules import beyond_one_period, read_conj, read_operands
from faltung.diagnose.probing.pinned import example
from faltung.diagnose.probing.verify import (
    Exchange,
    behaving_alike,
    complex_exchanges,
    exchanges,
    far_shapes,
    first_difference,
    fitting_shapes,
    longer_shapes,
    outputs,
)
from faltung.diagnose.probing.words import calls_for, core_lines, nearest
from faltung.spec import Spec

Array = np.ndarray[Any, Any]


def read_card(card: Card, ask: Interview, setting: Setting, turned: bool, seed: int) -> Card:
    """Return the card with everything that operands of one dtype, and then of others, show."""
    asked = exchanges(ask, setting, fitting_shapes(setting), seed)
    given = [_as_given(e, turned) for e in asked]
    shown = [example(e.x, e.k, e.answer.value) for e in given if e.answer.value is not None and e.answer.value.ndim == card.ndim]
    card = replace(card, examples=tuple(shown))
    try:
        steps, spec, doubt = _core(ask, setting, asked)
    except UnreadableError as error:
        return _unread(card, ask, setting, given, str(error))
    wrong = first_difference(spec, asked)
    if wrong:
        return _unread(card, ask, setting, given, f"the nearest reading is `{spec}`, but {wrong}")
    return _described(replace(card, problems=(doubt,) if doubt else ()), ask, setting, steps, spec, turned, seed)


def _as_given(exchange: Exchange, turned: bool) -> Exchange:
    return replace(exchange, x=exchange.k, k=exchange.x) if turned else exchange


def _core(ask: Interview, setting: Setting, asked: Sequence[Exchange]) -> tuple[Steps, Spec, str]:
    """Return the factor and steps, the Spec of the sums, and a sentence on what stays in doubt."""
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
    return steps, *read_borders(ask, setting, steps, core)


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
    with np.errstate(invalid="ignore"):
        miss = np.abs((both - none) - (one - none) - (other - none))
    if np.isnan(miss).any():
        return "finite operands are answered with NaN or infinities"
    allowed = 4 * tolerance(np.empty(0, setting.x_dtype), float(np.abs(both).max(initial=1)))
    return (
        "linear in the input" if (miss <= allowed).all() else "not linear in the input: the answer to a sum is not the sum of the answers"
    )


def _described(card: Card, ask: Interview, setting: Setting, steps: Steps, spec: Spec, turned: bool, seed: int) -> Card:
    """Return the card of a function whose sums are those of `spec`: what else it does, in lines and in the Spec."""
    asked = exchanges(ask, setting, fitting_shapes(setting), seed + 1)
    complexes, longer = complex_exchanges(ask, setting, seed), exchanges(ask, setting, longer_shapes(setting), seed)
    far = exchanges(ask, setting, far_shapes(setting), seed)
    spec, conj = read_conj(spec, complexes)
    spec, kernel_longer = read_operands(spec, longer)
    lines = list(core_lines(spec, steps, card.ndim, beyond_one_period(spec, far)))
    rows = read_dtypes(ask, setting, spec)
    spec, rounding = read_rounding(ask, setting, spec, rows)
    rows = read_dtypes(ask, setting, spec) if any(row.agrees is False for row in rows) else rows
    spec, overflow = read_overflow(ask, setting, spec, rows)
    spec, missing, with_nan = read_missing(ask, setting, spec)
    told = {"conjugation": conj, "longer kernel": kernel_longer, "rounding": rounding, "overflow": overflow, "NaN": missing}
    if turned:
        spec, told = replace(spec, operands="exchanged"), {"operands": "exchanged: the function takes the kernel first", **told}
    lines += [Line(about=about, text=text) for about, text in told.items()]
    alike = behaving_alike([_as_given(e, turned) for e in (*asked, *complexes, *longer, *far, *with_nan)], card.ndim)
    wrong = first_difference(replace(spec, operands="as_given") if turned else spec, asked)
    if wrong:
        return _unread(card, ask, setting, [_as_given(e, turned) for e in asked], f"the nearest reading is `{spec}`, but {wrong}")
    said_as = calls_for(spec, card.ndim, any(e.answer.value is not None for e in complexes))
    return replace(
        card, spec=spec, lines=tuple(lines), dtypes=rows, compared=outputs(asked), same_as=alike, said_as=said_as,
        nearest=() if alike else nearest(spec, card.ndim),
    )  # fmt: skip
