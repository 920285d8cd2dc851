"""Explanations of the kernel that these taps cannot tell apart: reversed along some axes and not along others.

The search counts a kernel that equals its own mirror image once. Where a library reverses along some axes only, and the kernel is
symmetric along the others, that library's own call would be missed: so it is added, where it lies nearer to a default call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.ranking import Facts, rank_of, ranked
from faltung.spec import Spec
from faltung.spec.notation import default_conj
from faltung.spec.spec import reversed_axis


def mirrored(found: Iterable[Explanation], k: Array, facts: Facts, expected: Spec | None = None) -> tuple[Explanation, ...]:
    """Return explanations that reverse along some axes only, and have fewer deviations than one that is found and gives the same bits.

    Examples
    --------
    >>> from faltung.diagnose.explain.ranking import facts_of
    >>> x, k = np.arange(72, dtype=np.uint8).reshape(9, 8), np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    >>> made = Explanation(spec=ft.parse("convolve same:high frame=copied dtype=uint8 overflow=saturate"))
    >>> [str(each.spec) for each in mirrored([made], k, facts_of(x, k, x))]
    ['correlate same:high reversal=true,false dtype=uint8 overflow=saturate frame=copied']
    """
    axes = tuple(axis for axis in range(k.ndim) if k.shape[axis] > 1 and np.array_equal(np.flip(k, axis), k))
    known, kept = set(found), []
    for one in found if axes else ():
        for other in _mixed(one, axes, k.ndim, facts):
            first = ranked((one, other), facts, expected)[0]
            if other not in known and first.explanation is other and first.deviations < ranked((one,), facts, expected)[0].deviations:
                known.add(other)
                kept.append(other)
    return tuple(kept)


def _mixed(one: Explanation, axes: tuple[int, ...], rank: int, facts: Facts) -> Iterator[Explanation]:
    spec = one.spec
    plain = spec.layout is None and spec.permute is None and spec.operation != "convolve_transpose" and rank_of(one, facts) == rank
    if not plain or any(change.place in ("kernel", "both") for change in one.changes):
        return
    own = tuple(reversed_axis(spec, axis) for axis in range(rank))
    for flags in product((False, True), repeat=rank):
        if flags != own and len(set(flags)) > 1 and all(a == b or axis in axes for axis, (a, b) in enumerate(zip(flags, own, strict=True))):
            conj = spec.conj if facts.complex_k else default_conj("correlate")
            yield replace(one, spec=replace(spec, operation="correlate", reversal=flags, conj=conj))
