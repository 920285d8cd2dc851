"""Results of so few outputs that a factor or an offset is easily made up: only what the outputs left over, or its simplicity, speak for.

A factor fits any single output. So for one output only the factors that people write are taken; from two outputs on, any that all of them
share. An offset of a single output is never taken: it is named in a note, with those of the other conventions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.judge import judge
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.search.finish import LINE_SAMPLES, nice
from faltung.diagnose.explain.words import MODES
from faltung.errors import SpecError
from faltung.spec.notation import default_conj

FACTORS = (0.5, 2, -1, 0.25, 0.125, 0.0625, 255, 1 / 255)
NAMED = 2  # conventions that a note names


def few(y: Array) -> bool:
    """Return whether a result has too few different outputs to fit a factor or an offset to it."""
    return len(np.unique(y[np.isfinite(y)] if y.dtype.kind in "fc" else y)) < LINE_SAMPLES and y.size < LINE_SAMPLES


def with_a_number(plain: Iterable[Explanation], x: Array, k: Array, y: Array) -> tuple[Explanation, ...]:
    """Return the conventions that make y with one factor, or one offset."""
    found = []
    for explanation in plain:
        values = _sums(explanation, x, k, y)
        if values is None:
            continue
        for fields in _numbers(values, k, y):
            conj = explanation.spec.conj if "c" in (x.dtype.kind, k.dtype.kind) else default_conj(explanation.spec.operation)
            own = replace(explanation, spec=replace(explanation.spec, dtype=None, conj=conj, **fields))
            level = judge(own, x, k, y).level
            if level != "wrong":
                found.append(replace(own, rounding_only=level != "exact"))
    return tuple(found)


def _sums(explanation: Explanation, x: Array, k: Array, y: Array) -> Array | None:
    try:
        values = predict(explanation, x, k)
    except SpecError:
        return None
    return values if values.shape == y.shape and np.isfinite(values).all() and np.isfinite(y).all() else None


def _numbers(values: Array, k: Array, y: Array) -> Iterator[dict[str, Any]]:
    """Yield the fields that may stand between sums and outputs."""
    if not values.any() or not y.any():
        return
    if values.size == 1:
        yield from ({"scale": factor} for factor in dict.fromkeys((*FACTORS, 1 / prod(k.shape))))
    yield from ({"scale": factor} for factor in ("1/sum", "1/abs_sum"))
    if len(np.unique(values)) < 2 or "c" in (values.dtype.kind, y.dtype.kind):
        return  # several outputs that are one number tell no more than one
    a = float((values * y).sum()) / float((values * values).sum())
    b = float((y.astype(float) - values).mean())
    for name, number in (("scale", a), ("offset", b)):
        simplest = next(nice(number, 1e-9 * max(1.0, abs(number))), number)
        if simplest != {"scale": 1, "offset": 0}[name]:
            yield {name: simplest}


def of_one_number(plain: Iterable[Explanation], x: Array, k: Array, y: Array) -> str:
    """Return the note on a single output that nothing makes: the offsets with which conventions would make it. Empty for several."""
    if y.size != 1 or y.dtype.kind == "c":
        return ""
    said = []
    for explanation in plain:
        values = _sums(explanation, x, k, y)
        if values is None or values.dtype.kind == "c":
            continue
        gap = float(y.reshape(-1)[0]) - float(values.reshape(-1)[0])
        operation = {"convolve": "convolution", "correlate": "cross-correlation"}[explanation.spec.operation]
        said.append(
            f"the {MODES.get(explanation.spec.mode, explanation.spec.mode)} {operation} {'plus' if gap > 0 else 'minus'} {abs(gap):g}"
        )
    named = ", or ".join(list(dict.fromkeys(said))[:NAMED])
    return (
        f"y is one number, which every convention makes with an offset or a factor{f': {named}' if named else ''}; more outputs would tell"
    )


def invented(explanation: Explanation, y: Array) -> bool:
    """Return whether an explanation has as many numbers of its own as the result has outputs: such a one always fits.

    Counted are constants outside, a factor, an offset and the number that a result was padded with; an order of channels for one output.
    """
    spec = explanation.spec
    fills = {value for pair in spec.fill for value in pair if value != 0}
    constants = {
        change.values[1] for change in explanation.changes if change.name == "pad" and len(change.values) > 1 and change.values[1] != 0
    }
    own = len(fills) + len(constants) + (not isinstance(spec.scale, str) and spec.scale != 1) + (spec.offset != 0)
    return own >= y.size or (y.size == 1 and any(change.name == "take" for change in explanation.changes))
