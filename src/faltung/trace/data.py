"""Steps as JSON, version v1. Integers are exact, Fractions are "p/q", complex numbers {"re", "im"}; NaN and infinities are words."""

import json
import math
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec.notation import format_problem
from faltung.spec.parse import SCHEMA
from faltung.trace.record import Sample, Steps, Term, Walk

MOST_TERMS = 1_000_000  # about 200 MB of text; iterate over the walk for more


def to_json(steps: Steps) -> str:
    """Return one output as a JSON object."""
    return json.dumps(head(steps.walk) | step(steps))


def walk_to_json(walk: Walk) -> str:
    """Return every output as one JSON object."""
    count = len(walk) * walk.problem.taps
    if count > MOST_TERMS:
        raise SpecError(
            f"{len(walk):,} outputs of {walk.problem.taps:,} taps are {count:,} terms; JSON of a whole output has at most {MOST_TERMS:,}"
        )
    return json.dumps(head(walk) | {"outputs": [step(steps) for steps in walk]})


def head(walk: Walk) -> dict[str, Any]:
    """Return version, notation and shape of the output."""
    return {"faltung": SCHEMA, "kind": "trace", "notation": format_problem(walk.problem), "output_shape": list(walk.problem.output_shape)}


def step(steps: Steps) -> dict[str, Any]:
    """Return one output as plain data."""
    return {
        "at": list(steps.at),
        "terms": [_term(term) for term in steps.terms],
        "sum": number(steps.total),
        "result": None if steps.result is None else number(steps.result),
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "tap": list(term.tap), "kernel_index": list(term.kernel_index), "weight": number(term.weight), "sample": _sample(term.sample),
        "product": None if term.product is None else number(term.product), "running": number(term.running),
    }  # fmt: skip


def _sample(sample: Sample) -> dict[str, Any]:
    found: dict[str, Any] = {"position": list(sample.position), "source": sample.source}
    if sample.index is not None:
        found["index"] = list(sample.index)
    if sample.outside:
        found["outside"] = [{"axis": side.axis, "end": side.end, "law": side.law} for side in sample.outside]
    return found | ({"value": number(sample.value)} if sample.value is not None else {})


def number(value: Any) -> Any:
    """Return a number as JSON can hold it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> number(np.float32(0.1)), number(1 - 2j), number(Fraction(1, 3)), number(float("nan"))
    (0.1, {'re': 1.0, 'im': -2.0}, '1/3', 'nan')
    """
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return int(value)
    if isinstance(value, complex | np.complexfloating):
        return {"re": number(value.real), "im": number(value.imag)}
    if isinstance(value, float | np.floating):
        shortest = float(str(value))  # of a float32: the shortest text that gives it again
        return shortest if math.isfinite(shortest) else str(shortest)
    return str(value)
