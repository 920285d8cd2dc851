"""One alignment of a kernel with a result, before it is an Explanation: arrays in one form, lines of the axes, names of the kernel."""

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.search.finish import Facts, Finish, agrees
from faltung.diagnose.explain.search.points import Line, values_at
from faltung.diagnose.explain.space import Arrangement
from faltung.diagnose.explain.spelling import Core, Sizes, spelled
from faltung.spec.layout import Layout, exchange

Array = np.ndarray[Any, Any]
SEED = 20130605


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One way to say which kernel in window order is meant: axes permuted, then reversed; and what is conjugated."""

    permute: tuple[int, ...] | None
    reversal: tuple[bool, ...]
    conj: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hypothesis:
    """An arrangement, a kernel in window order with all its names, reversals of the result, and the line of every axis."""

    arrangement: Arrangement
    w: Array
    namings: tuple[Naming, ...]
    flips: tuple[bool, ...]
    lines: tuple[Line, ...]
    more: tuple[Change, ...] = ()

    @property
    def sizes(self) -> tuple[Sizes, ...]:
        """Samples, taps and outputs of every axis."""
        shapes = zip(self.arrangement.x.shape[2:], self.w.shape[2:], self.arrangement.y.shape[2:], strict=True)
        return tuple(Sizes(n=n, k=k, m=m) for n, k, m in shapes)


def with_lines(hypothesis: Hypothesis, lines: tuple[Line, ...]) -> Hypothesis:
    """Return the hypothesis with other lines."""
    return replace(hypothesis, lines=lines)


def leaving(hypothesis: Hypothesis, axis: int) -> tuple[Array, Array]:
    """Return, for every output of an axis, whether its window leaves the input at the low end, and at the high end."""
    line, size = hypothesis.lines[axis], hypothesis.sizes[axis]
    first = line.stride * np.arange(size.m) - line.pad
    return first < 0, first + line.dilation * (size.k - 1) > line.spread * (size.n - 1)


def insides(hypothesis: Hypothesis) -> list[Array]:
    """Return, for every axis, the outputs whose window stays inside."""
    out = []
    for axis in range(len(hypothesis.lines)):
        low, high = leaving(hypothesis, axis)
        out.append(np.flatnonzero(~low & ~high))
    return out


def places_of(hypothesis: Hypothesis, outputs: list[Array], count: int) -> Array:
    """Return up to `count` places (P, 2 + rank) of these outputs: all, or a fixed random choice with the largest and smallest results."""
    y = hypothesis.arrangement.y
    lists = [np.arange(y.shape[0]), np.arange(y.shape[1]), *outputs]
    sizes = tuple(len(each) for each in lists)
    total = prod(sizes)
    if total <= count:
        flat = np.arange(total)
    else:
        flat = np.random.default_rng(SEED).integers(0, total, count)
        part = y[np.ix_(*lists)] if total <= 1 << 17 else None
        if part is not None and part.dtype.kind != "c":
            order = np.argsort(np.nan_to_num(part.astype(np.float64)), axis=None)
            flat = np.concatenate([flat, order[:24], order[-24:]])
    index = np.unravel_index(flat, sizes) if total else tuple(np.zeros(0, int) for _ in sizes)
    return np.stack([each[i] for each, i in zip(lists, index, strict=True)], axis=1)


def sums_at(hypothesis: Hypothesis, places: Array) -> Array:
    """Return the sums at some places."""
    return values_at(hypothesis.arrangement, hypothesis.w, hypothesis.lines, places)


def outputs_at(hypothesis: Hypothesis, places: Array) -> Array:
    """Return the results at some places."""
    out: Array = hypothesis.arrangement.y[tuple(places.T)]
    return out


def right_at(hypothesis: Hypothesis, finish: Finish, facts: Facts, places: Array) -> Array:
    """Return at which of these places the hypothesis gives the result."""
    if not len(places):
        return np.ones(0, bool)
    return agrees(finish, sums_at(hypothesis, places), outputs_at(hypothesis, places), facts)


def explained(hypothesis: Hypothesis, finish: Finish, **more: Any) -> tuple[Explanation, ...]:
    """Return the hypothesis in words, once for every name of its kernel."""
    found = []
    for naming in hypothesis.namings:
        explanation = _explained(hypothesis, naming, finish, more)
        if explanation is not None and explanation not in found:
            found.append(explanation)
    return tuple(found)


def _explained(hypothesis: Hypothesis, naming: Naming, finish: Finish, more: dict[str, Any]) -> Explanation | None:
    arrangement = hypothesis.arrangement
    fields = dict(arrangement.fields)
    permute = naming.permute
    if permute is not None and isinstance(fields.get("layout"), Layout):
        fields["layout"], permute = _permuted(fields["layout"], permute), None
    changes = list(arrangement.changes) + list(hypothesis.more)
    after = []
    conj = naming.conj
    if conj == "both":
        conj = "none"
        after.append(Change(place="result", name="conj"))
    lines, sizes = _widened(hypothesis)
    core = Core(
        lines=lines, sizes=sizes, reversal=naming.reversal, flips=hypothesis.flips, conj=conj, permute=permute,
        fields=fields,
    )  # fmt: skip
    padded = _padding(hypothesis)
    if padded:
        changes.insert(0, padded)
        sizes = tuple(replace(size, n=line.period or size.n) for line, size in zip(core.lines, core.sizes, strict=True))
        core = replace(core, sizes=sizes)
    spec = spelled(core, replace(finish, precision=None), **more)
    if spec is None:
        return None
    if finish.precision:
        after.append(Change(place="result", name=finish.precision))
    before = [c for c in changes if c.place != "result"]
    last = [c for c in changes if c.place == "result"]
    return Explanation(spec=spec, changes=(*before, *after, *last), axes=arrangement.axes)


def _widened(h: Hypothesis) -> tuple[tuple[Line, ...], tuple[Sizes, ...]]:
    """Return the lines and sizes of the whole result where its frame was left out."""
    lines, sizes = [], []
    for line, size, (low, high), flip in zip(h.lines, h.sizes, h.arrangement.margins or ((0, 0),) * len(h.lines), h.flips, strict=True):
        lines.append(replace(line, pad=line.pad + line.stride * (high if flip else low)))
        sizes.append(replace(size, m=size.m + low + high))
    return tuple(lines), tuple(sizes)


def _padding(hypothesis: Hypothesis) -> Change | None:
    """Return the zeros behind the input that a line with a period stands for."""
    if not any(line.period for line in hypothesis.lines):
        return None
    pads = {}
    axes = hypothesis.arrangement.axes or tuple(range(len(hypothesis.lines)))
    for axis, line, size in zip(axes, hypothesis.lines, hypothesis.sizes, strict=True):
        pads[axis] = (0, line.period - size.n if line.period else 0)
    rank = max(len(axes), max(axes) + 1)
    if hypothesis.arrangement.axes is not None or "layout" in hypothesis.arrangement.fields:
        return None
    return Change(place="input", name="pad", values=(tuple(pads.get(a, (0, 0)) for a in range(rank)),))


def _permuted(layout: Layout, permute: tuple[int, ...]) -> Layout:
    """Return the layout whose kernel's sliding axes are taken in another order."""
    spatial = layout.spatial
    return replace(layout, kernel=exchange(layout.kernel, {spatial[p]: spatial[j] for j, p in enumerate(permute)}))
