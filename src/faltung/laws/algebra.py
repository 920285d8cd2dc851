"""Laws of the algebra: which orders and groupings of operands may be exchanged, and which may not."""

import numpy as np

from faltung.laws.record import Draw, Engine, Finding, Law
from faltung.laws.rounding import Tracked, add, by_engine, delayed, moved, scale


def _commutative(e: Engine, d: Draw) -> Finding:
    return Finding(pairs=((by_engine(e.convolve, d.x, d.w), by_engine(e.convolve, d.w, d.x)),))


def _not_commutative(e: Engine, d: Draw) -> Finding:
    """With two signals of one size: index n is then the same lag on both sides."""
    return Finding(pairs=((by_engine(e.correlate, d.x, d.y), by_engine(e.correlate, d.y, d.x)),))


def _associative(e: Engine, d: Draw) -> Finding:
    left = by_engine(e.convolve, by_engine(e.convolve, d.x, d.w), d.v)
    return Finding(pairs=((left, by_engine(e.convolve, d.x, by_engine(e.convolve, d.w, d.v))),))


def _not_associative(e: Engine, d: Draw) -> Finding:
    """Lag by lag: the second array begins as many lags later as v has samples less one."""
    reach = [n - 1 for n in d.v.values.shape]
    left = by_engine(e.correlate, by_engine(e.correlate, d.x, d.w), d.v)
    right = by_engine(e.correlate, d.x, by_engine(e.correlate, d.w, d.v))
    return Finding(pairs=((moved(left, lambda values: np.pad(values, [(0, n) for n in reach])), delayed(right, reach)),))


def _cascade(e: Engine, d: Draw) -> Finding:
    left = by_engine(e.correlate, by_engine(e.correlate, d.x, d.w), d.v)
    return Finding(pairs=((left, by_engine(e.correlate, d.x, by_engine(e.convolve, d.w, d.v))),))


def _distributive(e: Engine, d: Draw) -> Finding:
    both = add(d.x, d.y)
    pairs = ((by_engine(op, both, d.w), add(by_engine(op, d.x, d.w), by_engine(op, d.y, d.w))) for op in (e.convolve, e.correlate))
    turned = (by_engine(e.convolve, d.w, both), add(by_engine(e.convolve, d.w, d.x), by_engine(e.convolve, d.w, d.y)))
    return Finding(pairs=(*pairs, turned))


def _scalars(e: Engine, d: Draw) -> Finding:
    c = d.scalar
    convolved, correlated = by_engine(e.convolve, d.x, d.w), by_engine(e.correlate, d.x, d.w)
    return Finding(
        pairs=(
            (by_engine(e.convolve, scale(c, d.x), d.w), scale(c, convolved)),
            (by_engine(e.convolve, d.x, scale(c, d.w)), scale(c, convolved)),
            (by_engine(e.correlate, scale(c, d.x), d.w), scale(c, correlated)),
            (by_engine(e.correlate, d.x, scale(c, d.w)), scale(c.conjugate(), correlated)),
        )
    )


def _identity(e: Engine, d: Draw) -> Finding:
    """One sample of 1, then the same one, two, three samples late on the axes in turn."""
    rank = d.x.values.ndim
    one = Tracked(np.ones([1] * rank, dtype=complex), 0.0, d.x.roundoff)
    steps = range(1, rank + 1)
    return Finding(
        pairs=(
            (by_engine(e.convolve, d.x, one), d.x),
            (by_engine(e.correlate, d.x, one), d.x),
            (by_engine(e.convolve, d.x, delayed(one, steps)), delayed(d.x, steps)),
        )
    )


ALGEBRA: tuple[Law, ...] = (
    Law(
        name="commutativity",
        title="convolution is commutative",
        formula="convolve(x, k) = convolve(k, x)",
        latex=r"x * k = k * x",
        derivation=(
            "(x ∗ k)[n] = Σ_m x[m]·k[n − m].",
            "Put p = n − m, which runs over all integers as m does: Σ_p k[p]·x[n − p] = (k ∗ x)[n].",
        ),
        sides=_commutative,
    ),
    Law(
        name="correlation-not-commutative",
        title="correlation is not commutative",
        formula="correlate(x, y) ≠ correlate(y, x)",
        latex=r"x \star y \neq y \star x",
        derivation=(
            "By conjugate-symmetry, correlate(y, x)[n] = conj(correlate(x, y)[−n]): mirrored and conjugated.",
            "Both agree only where a correlation is its own mirrored conjugate, as each autocorrelation (y = x) is.",
        ),
        sides=_not_commutative,
        equal=False,
    ),
    Law(
        name="associativity",
        title="convolution is associative: two filters in a row are one",
        formula="convolve(convolve(x, w), v) = convolve(x, convolve(w, v))",
        latex=r"(x * w) * v = x * (w * v)",
        derivation=(
            "((x ∗ w) ∗ v)[n] = Σ_p (Σ_m x[m]·w[p − m])·v[n − p].",
            "Finite sums may be exchanged; with q = p − m: Σ_m x[m]·(Σ_q w[q]·v[n − m − q]) = (x ∗ (w ∗ v))[n].",
        ),
        sides=_associative,
    ),
    Law(
        name="correlation-not-associative",
        title="correlation is not associative",
        formula="correlate(correlate(x, w), v) ≠ correlate(x, correlate(w, v))",
        latex=r"(x \star w) \star v \neq x \star (w \star v)",
        derivation=(
            "With w̃[n] = conj(w[−n]) and correlate(x, w) = x ∗ w̃, the left side is x ∗ w̃ ∗ ṽ.",
            "The right side reverses v twice: x ∗ (w ∗ ṽ)~ = x ∗ w̃ ∗ v. Both agree only where v = ṽ. Compared lag by lag.",
        ),
        sides=_not_associative,
        equal=False,
    ),
    Law(
        name="correlation-cascade",
        title="two correlations in a row are one, with the convolution of the kernels",
        formula="correlate(correlate(x, w), v) = correlate(x, convolve(w, v))",
        latex=r"(x \star w) \star v = x \star (w * v)",
        derivation=(
            "With w̃[n] = conj(w[−n]) the left side is (x ∗ w̃) ∗ ṽ = x ∗ (w̃ ∗ ṽ).",
            "Reversing and conjugating both factors does the same to their convolution: w̃ ∗ ṽ = (w ∗ v)~.",
        ),
        sides=_cascade,
    ),
    Law(
        name="distributivity",
        title="both operations are additive",
        formula="convolve(x + y, w) = convolve(x, w) + convolve(y, w), on either side; correlate likewise",
        latex=r"(x + y) * w = x * w + y * w,\quad w * (x + y) = w * x + w * y,\quad (x + y) \star w = x \star w + y \star w",
        derivation=("Σ_m (x[m] + y[m])·w[n − m] = Σ_m x[m]·w[n − m] + Σ_m y[m]·w[n − m].",),
        sides=_distributive,
    ),
    Law(
        name="scalars",
        title="factors pass through; a correlation conjugates those of its kernel",
        formula="convolve(c·x, w) = convolve(x, c·w) = c·convolve(x, w);  correlate(x, c·w) = conj(c)·correlate(x, w)",
        latex=r"(cx) * w = x * (cw) = c\,(x * w),\quad (cx) \star w = c\,(x \star w),\quad x \star (cw) = \overline{c}\,(x \star w)",
        derivation=(
            "Each product of the sum holds c once: Σ_m c·x[m]·w[n − m] = c·Σ_m x[m]·w[n − m].",
            "In a correlation the kernel's factor is conjugated with it: Σ_m x[m + n]·conj(c·w[m]) = conj(c)·Σ_m x[m + n]·conj(w[m]).",
        ),
        sides=_scalars,
    ),
    Law(
        name="identity",
        title="the unit impulse is neutral, and a delayed one delays",
        formula="convolve(x, δ) = correlate(x, δ) = x;  convolve(x, δ[n − d]) = x[n − d]",
        latex=r"x * \delta = x \star \delta = x,\quad x * \delta[\,\cdot - d\,] = x[\,\cdot - d\,]",
        derivation=(
            "δ[n − d] is 1 at n = d, else 0: of Σ_m x[m]·δ[n − m − d] only m = n − d is left, which is x[n − d].",
            "For d = 0 the impulse is real and its own mirror image, so correlation gives the same.",
        ),
        sides=_identity,
    ),
)
