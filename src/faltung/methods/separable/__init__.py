"""A kernel that is a column times a row, as two passes that are one: rows of the first wait in cache for the second.

    refuses(case) -> str | None       cost(case) -> Cost       run(case, x, w, out, workers)       bind(case) -> Bound

    y[o, j] = Σ over t ascending of  u[t] · (Σ over s ascending of  v[s] · X[…, t, …, s])        w[t, s] = u[t]·v[s]

K + K' multiply-adds instead of K·K'; three axes: see `solid`. A kernel of rank 2 or 3 on two axes is a sum of as many such terms, which
follow each other in one pass over memory (see `several`). Integer samples take the column pass first, on what lies in memory (see
`upright`), bytes by whole weights (see `quanta`); a box of bytes has running sums in place of both, whose time does not grow with the
taps (see `running`). **Bits**: row pass and column pass are chains of fused multiply-adds, in window order,
from +0, but for sums by whole weights, which are exact; they depend on the factors and the dtypes alone, and not on chunks, bands, threads,
or on how the arrays lie. **Samples that are not finite**: the factors' products have the signs and zeros of the weights, so an infinity or
a NaN has here the effect that it has in the sum itself; of several terms, outputs that are not finite are taken from `direct`.
"""

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from faltung.codegen.host import refusal
from faltung.codegen.numbers import NUMBERS
from faltung.methods.cost import Cost
from faltung.methods.separable.sizes import ELEMENTS, Sizes
from faltung.methods.separable.timing import seconds
from faltung.spec.case import Case, Weights

if TYPE_CHECKING:  # the rest is loaded by the functions that need it: a kernel that is no product needs none of it
    from faltung.methods.separable.bound import Bound
    from faltung.methods.separable.several import Terms
    from faltung.methods.separable.solid import Solid

Array = np.ndarray[Any, Any]
NAME = "separable"
MOST_SCRATCH = 2 << 20
"""Bytes of scratch for each thread; a kernel that needs more is one for `fourier`."""
EXACT = {"float32": 2**24, "float64": 2**53}
"""The largest whole numbers which these hold without a gap."""
LARGEST_FILL = 2.0**64
"""As large as integer samples: see `several`."""

__all__ = ["NAME", "bind", "cost", "found", "refuses", "run", "terms", "why_not"]


def refuses(case: Case) -> str | None:
    """Return why this method cannot compute `case`, in one sentence, or None when it can."""
    if (reason := why_not(case)) is not None:
        return reason
    if case.weights is None or case.weights.rank is None:
        return "it is not known whether the kernel is a column times a row"
    if case.weights.rank == 0:
        return "no column times a row has the signs and zeros of the kernel"
    if case.weights.rank > 1:
        return _several(case, case.weights)
    return None


def _several(case: Case, weights: Weights) -> str | None:
    """Return why a kernel of a higher rank than 1 cannot be summed term by term, or None when it can."""
    if weights.terms == 1:
        return f"the kernel has a rank of at least {weights.rank}; a column times a row has rank 1"
    if len(case.windows) != 2:
        return f"separable sums several terms on two axes, not on {len(case.windows)}"
    fills = [abs(fill) for window in case.windows for fill in (window.fill_low, window.fill_high)]
    if case.stored is not None and not max(fills) <= LARGEST_FILL:
        return f"the terms' sums could overflow with a fill of {max(fills):g}"
    if case.exact is not None and case.exact * weights.spread > EXACT[case.dtype]:
        return f"integers must come out exact, and the sums of the {weights.terms} terms may be {weights.spread:g} times as large"
    return None


def why_not(case: Case) -> str | None:
    """Return why no kernel of this Case can go through two passes, or None when some can."""
    if case.dtype not in ELEMENTS:
        return f"separable computes {' and '.join(ELEMENTS)}, not {case.dtype}"
    if case.stored is not None and not {case.stored.samples, case.stored.results} <= set(NUMBERS):
        return f"separable does not convert {case.stored.samples} to {case.stored.results}"
    if case.stored is not None and case.stored.overflow == "raise":
        return "separable does not note which sums do not fit"
    if len(case.windows) not in (2, 3):
        return f"separable computes two or three axes, not {len(case.windows)}"
    if (case.groups, case.channels_in, case.channels_out) != (1, 1, 1):
        return f"separable computes one channel, not {case.groups} groups of {case.channels_in} channels in and {case.channels_out} out"
    if any(window.input_dilation > 1 for window in case.windows):
        return "separable does not spread the input"
    if 0 in (*case.input_sizes, *case.kernel_sizes):
        return "there is nothing to sum"
    if (reason := refusal()) is not None:
        return reason
    if len(case.windows) == 3:
        from faltung.methods.separable import solid

        return solid.why_not(case)
    if (needed := Sizes(case).places["end"]) > MOST_SCRATCH:
        return f"separable needs {needed} bytes of scratch for each thread, more than {MOST_SCRATCH}: the kernel is too large"
    return None


def cost(case: Case) -> Cost:
    """Return what one thread is expected to take once code is compiled and the factors are known, and its scratch."""
    if len(case.windows) == 3:
        from faltung.methods.separable import solid

        return solid.cost(case)
    sizes = Sizes(case)
    return Cost(seconds=seconds(sizes), scratch_bytes=sizes.places["end"])


def run(case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    """Write to `out` (B, 1, *M) the sums of `w` (1, 1, *K) over `x` (B, 1, *N)."""
    bind(case)(x, w, out, workers)


@lru_cache(maxsize=64)
def bind(case: Case) -> "Bound | Solid":
    """Return `case` ready for many calls: ``bound(x, w, out, workers)``."""
    several = case.weights is not None and case.weights.terms > 1
    if case.weights is not None and not several and case.weights != (used := _used(case)):
        return bind(replace(case, weights=used))
    if len(case.windows) == 2:
        from faltung.methods.separable.bound import Bound

        return Bound(case)
    from faltung.methods.separable.solid import Solid

    return Solid(case)


def _used(case: Case) -> Weights | None:
    """Return what the passes make use of, of what is known of the weights of a single term."""
    boxed = Sizes(case).boxed if len(case.windows) == 2 else ()
    return Weights(rank=1, boxed=boxed) if boxed else None


def axes_of_box(w: Array) -> tuple[int, ...]:
    """Return the axes along which all weights of a kernel are equal; none where it has not two axes, or weights that are not finite."""
    if w.ndim != 2:
        return ()
    from faltung.methods.separable.factor import axes_of_box

    return axes_of_box(w)


def found(w: Array, *, exact: bool) -> bool:
    """Return whether a kernel with two or three axes, in window order, is a product of one factor for each."""
    if w.ndim == 2:
        from faltung.methods.separable.factor import factors

        return factors(w, exact=exact) is not None
    from faltung.methods.separable.solid import pillar

    return pillar(w, exact=exact) is not None


def terms(w: Array, *, exact: bool) -> "Terms | None":
    """Return the few columns times rows that sum to a kernel with two axes, in window order, or None where there are none."""
    from faltung.methods.separable.several import terms

    return terms(w, exact=exact)
