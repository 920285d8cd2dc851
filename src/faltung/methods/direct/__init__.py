"""The sum as it is written, compiled for this machine.

    refuses(case) -> str | None       cost(case) -> Cost       run(case, x, w, out, workers)       bind(case) -> Bound

For many calls with one Case, keep what `bind` returns and call ``bound(x, w, out, workers)``: tables, strides and addresses of code
are kept in it.

**Bits.** An output starts at +0 and takes its taps in window order, last axis fastest, each by one fused multiply-add
(acc = fma(w, X, acc)); on a machine without them, by a product and a sum. Nothing else is done to it, so its bits do not depend on
tile, tier, edge, threads, or on how the arrays lie. Complex numbers are summed twice in this manner, a = Σ Re(w)·X and b = Σ Im(w)·X, and
the output is a + i·b, each part with one more rounding. Every tap counts, also on samples outside; what lies between the samples of a
dilated input is not read.
"""

from dataclasses import replace
from functools import lru_cache

from faltung.codegen.host import host, refusal
from faltung.codegen.numbers import NUMBERS
from faltung.methods.cost import Cost
from faltung.methods.direct.bound import Array, Bound
from faltung.methods.direct.element import ELEMENTS, INTEGERS
from faltung.methods.direct.lines import Axes, pieces
from faltung.methods.direct.sizes import Sizes
from faltung.methods.direct.tiles import choose
from faltung.methods.direct.timing import CALL, seconds
from faltung.spec.case import Case

NAME = "direct"
MOST_SCRATCH = 2 << 20
"""Bytes of scratch for each thread; a kernel that needs more is one for `fourier`."""


def refuses(case: Case) -> str | None:
    """Return why this method cannot compute `case`, in one sentence, or None when it can."""
    if (reason := why_not_stored(case)) is not None:
        return reason
    if case.dtype not in ELEMENTS and case.stored is None:
        return f"direct computes {', '.join(ELEMENTS)}, not {case.dtype}"
    if (case.groups, case.channels_in, case.channels_out) != (1, 1, 1):
        return f"direct computes one channel, not {case.groups} groups of {case.channels_in} channels in and {case.channels_out} out"
    if (reason := refusal()) is not None:
        return reason
    if (needed := scratch_bytes(case)) > MOST_SCRATCH:
        return f"direct needs {needed} bytes of scratch for each thread, more than {MOST_SCRATCH}: the kernel is too large"
    return None


def why_not_stored(case: Case) -> str | None:
    """Return why samples and results of other dtypes than the sums' cannot be read and written, or None."""
    stored = case.stored
    if stored is None:
        return None
    as_it_is = stored.weights is not None and stored.rounding is None and (stored.factor, stored.divisor, stored.offset) == (1, 1, 0)
    if stored.overflow == "raise" and not (as_it_is and stored.results in INTEGERS):
        return "direct notes sums that do not fit only where they are whole and go to 8 or 16 bits"
    if stored.weights is None:
        floats = case.dtype in ("float32", "float64")
        return (
            None
            if floats and {stored.samples, stored.results} <= set(NUMBERS)
            else f"direct does not convert {stored.samples} for {case.dtype}"
        )
    last = case.windows[-1]
    if case.dtype != "int32" or stored.samples not in INTEGERS or (stored.weights == "int8" and INTEGERS[stored.samples] != "i8"):
        return f"direct sums no {stored.samples} by {stored.weights} in {case.dtype}"
    if (last.stride, last.kernel_dilation) != (1, 1) or any(w.input_dilation > 1 for w in case.windows):
        return "direct sums whole numbers in groups of neighbouring taps: no stride or dilation on the last axis, no spread input"
    if refusal() is None and not (host().byte_sums if stored.weights == "int8" else host().pair_sums):
        return f"this machine has no instruction for sums of {stored.weights} products"
    return None


def run(case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    """Write to `out` (B, 1, *M) the sums of `w` (1, 1, *K) over `x` (B, 1, *N)."""
    bind(replace(case, weights=None))(x, w, out, workers)


@lru_cache(maxsize=64)
def bind(case: Case) -> Bound:
    """Return `case` ready for many calls: ``bound(x, w, out, workers)``."""
    return Bound(case)


def scratch_bytes(case: Case) -> int:
    """Return the bytes of scratch which one thread needs."""
    ways = ((False, False), (True, False), (True, True))
    strips = ((axes, choose(axes, unroll=unroll, aligned=aligned)) for axes in _working(case) for unroll, aligned in ways)
    return max((Sizes(axes, strip).scratch_bytes for axes, strip in strips), default=0)


def _working(case: Case) -> list[Axes]:
    """Return the pieces that have anything to sum: of a dilated input, some classes of outputs meet no tap."""
    return [axes for axes in pieces(case) if axes.taps and axes.outputs]


def cost(case: Case) -> Cost:
    """Return what one thread is expected to take once kernels are compiled, and its scratch."""
    expected = sum(seconds(axes, choose(axes, unroll=True)) for axes in _working(case))
    return Cost(seconds=CALL + expected, scratch_bytes=scratch_bytes(case))
