"""A bias of its own for each output channel: one channel tells the convention and its offset, the others then tell theirs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.search.explain import explain, nearness, working
from faltung.diagnose.explain.search.finish import nice
from faltung.diagnose.explain.search.locate import Scope, candidates
from faltung.diagnose.explain.search.rounds import Operands
from faltung.diagnose.explain.space import Arrangement
from faltung.diagnose.explain.space_channels import with_channels, without_batch
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]


def biased(of: Operands, tally: dict[str, int]) -> Iterator[Explanation]:
    """Yield layers with a bias; nothing is judged here."""
    for way in (with_channels, without_batch):
        for arrangement in way(of.x, of.k, of.y):
            if arrangement.k.shape[0] > 1 and arrangement.y.dtype.kind != "c":
                yield from _of_layout(of, arrangement, tally)


def _of_layout(of: Operands, a: Arrangement, tally: dict[str, int]) -> Iterator[Explanation]:
    one = replace(a, x=working(a.x[:, : a.k.shape[1]]), k=working(a.k[:1]), y=working(a.y[:, :1]), groups=1)
    near = nearness(of, one)
    for candidate in candidates(one, Scope(), near, tally, lambda: False):
        tally["aligned"] += 1
        for explanation in explain(of, candidate, near).explanations:
            own = _with_bias(of, replace(explanation, spec=replace(explanation.spec, offset=0)), near)
            if own is not None:
                yield own


def _with_bias(of: Operands, explanation: Explanation, near: float) -> Explanation | None:
    """Return the explanation with what is left of every channel as its bias; None where that is the same, or no layout says it."""
    layout = explanation.spec.layout
    try:
        gap = of.y - predict(explanation, of.x, of.k)
    except (SpecError, ValueError):
        return None
    if layout is None:
        return None
    axis = layout.output.index("C") - (len(layout.output) - of.y.ndim)
    each = np.median(np.moveaxis(gap, axis, 0).reshape(gap.shape[axis], -1).astype(np.float64), axis=1)
    room = max(near, 1e-9 * float(np.abs(each).max()))
    values = tuple(next(nice(float(b), room), float(b)) if abs(b) > room else 0 for b in each)
    if len(set(values)) == 1:  # nothing, or one offset for all
        return None
    change = Change(place="result", name="bias", values=(axis, values, of.y.ndim), cost=2)
    return replace(explanation, changes=(*explanation.changes, change))
