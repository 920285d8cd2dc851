"""Laws that say what the two operations are, and how one becomes the other."""

from typing import Any, TypeAlias

import numpy as np

from faltung.errors import PlanError
from faltung.laws.record import Draw, Engine, Finding, Law
from faltung.laws.rounding import Tracked, by_engine, conjugate, reverse, sums_of_products

Array: TypeAlias = np.ndarray[Any, Any]


def _convolution(e: Engine, d: Draw) -> Finding:
    return Finding(pairs=((by_engine(e.convolve, d.x, d.w), _placed(d.w, d.x, mirrored=False)),))


def _conjugate_first(e: Engine, d: Draw) -> Finding:
    """With f = w and g = x; for each m, the samples conj(f[m])·g[p] land on n = p − m."""
    return Finding(pairs=((by_engine(e.correlate, d.x, d.w), _placed(conjugate(d.w), d.x, mirrored=True)),))


def _conjugate_second(e: Engine, d: Draw) -> Finding:
    """With f = x and g = w; for each p, the samples f[p]·conj(g[m]) land on n = p − m."""
    return Finding(pairs=((by_engine(e.correlate, d.x, d.w), _placed(d.x, reverse(conjugate(d.w)), mirrored=False)),))


def _placed(one: Tracked, many: Tracked, mirrored: bool) -> Tracked:
    """Return Σ over m of one[m] times `many`, placed at m, or mirrored at the far end less m: the sum as it is written, in a loop."""
    shape, sizes = one.values.shape, many.values.shape
    answer = np.zeros(tuple(n + k - 1 for n, k in zip(sizes, shape, strict=True)), dtype=complex)
    for m in np.ndindex(shape):
        start = tuple(k - 1 - i for i, k in zip(m, shape, strict=True)) if mirrored else m
        answer[tuple(slice(s, s + n) for s, n in zip(start, sizes, strict=True))] += one.values[m] * many.values
    return Tracked(answer, sums_of_products(many, one, "shift"), max(one.roundoff, many.roundoff))


def _reversal(e: Engine, d: Draw) -> Finding:
    return Finding(pairs=((by_engine(e.correlate, d.x, d.w), by_engine(e.convolve, d.x, reverse(conjugate(d.w)))),))


def _conjugate_symmetry(e: Engine, d: Draw) -> Finding:
    return Finding(pairs=((by_engine(e.correlate, d.x, d.w), reverse(conjugate(by_engine(e.correlate, d.w, d.x)))),))


def _window_order(e: Engine, d: Draw) -> Finding:
    """The engine as it is, then each of its methods; complex operands, then their real parts."""
    counts, refusals = [], dict[str, str]()
    for engine in (e, *e.methods):
        for x, w in ((d.x.values, d.w.values), (d.x.values.real, d.w.values.real)):
            try:
                counts.append(_differing_words(engine.convolve(x, w), engine.correlate(x, np.conj(np.flip(w)))))
            except PlanError as refusal:
                refusals[engine.name] = str(refusal)
    return Finding(pairs=((Tracked(np.array(counts)), Tracked(np.zeros(len(counts)))),), note="; ".join(refusals.values()))


def _differing_words(a: Array, b: Array) -> float:
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf")
    words = (np.ascontiguousarray(side).view(np.uint64) for side in (a, b))
    return float(np.count_nonzero(np.not_equal(*words)))


DEFINITIONS: tuple[Law, ...] = (
    Law(
        name="convolution",
        title="convolution adds the products whose indices add up to n",
        formula="convolve(x, k)[n] = Σ_m x[m]·k[n − m]",
        latex=r"(x * k)[n] = \sum_m x[m]\,k[n-m]",
        derivation=(
            "The window at output n reads y[n] = Σ_t k[K−1−t]·x[n + t − (K−1)], x being 0 outside.",
            "Put m = n + t − (K−1); then K−1−t = n − m, and the sum is Σ_m x[m]·k[n − m].",
        ),
        sides=_convolution,
    ),
    Law(
        name="correlation-conjugate-first",
        title="the textbook form that conjugates the first signal is correlate with exchanged arguments",
        formula="Σ_m conj(f[m])·g[m + n] = correlate(g, f)[n]",
        latex=r"\sum_m \overline{f[m]}\,g[m+n] = (g \star f)[n]",
        derivation=(
            "correlate(x, w)[n] = Σ_m x[m + n]·conj(w[m]): the first argument moves, the second is conjugated.",
            "Put x = g and w = f, and exchange the factors of each product: Σ_m conj(f[m])·g[m + n].",
        ),
        sides=_conjugate_first,
    ),
    Law(
        name="correlation-conjugate-second",
        title="the textbook form that conjugates the second signal is correlate as it is called",
        formula="Σ_m f[m + n]·conj(g[m]) = Σ_p f[p]·conj(g[p − n]) = correlate(f, g)[n]",
        latex=r"\sum_m f[m+n]\,\overline{g[m]} = \sum_p f[p]\,\overline{g[p-n]} = (f \star g)[n]",
        derivation=(
            "This is the definition of correlate(f, g)[n] itself.",
            "p = m + n runs over all integers as m does, which gives the form with p. It is summed here over p.",
        ),
        sides=_conjugate_second,
    ),
    Law(
        name="reversal",
        title="correlation is convolution with the reversed, conjugated kernel",
        formula="correlate(x, w) = convolve(x, w̃),  w̃[n] = conj(w[−n])",
        latex=r"x \star w = x * \tilde{w},\quad \tilde{w}[n] = \overline{w[-n]}",
        derivation=(
            "correlate(x, w)[n] = Σ_m x[m + n]·conj(w[m]).",
            "Put p = −m: Σ_p x[n − p]·conj(w[−p]) = Σ_p x[n − p]·w̃[p] = (x ∗ w̃)[n].",
        ),
        sides=_reversal,
    ),
    Law(
        name="conjugate-symmetry",
        title="exchanging the arguments of a correlation mirrors and conjugates it",
        formula="correlate(x, w)[n] = conj(correlate(w, x)[−n])",
        latex=r"(x \star w)[n] = \overline{(w \star x)[-n]}",
        derivation=(
            "conj(correlate(w, x)[−n]) = conj(Σ_m w[m − n]·conj(x[m])) = Σ_m x[m]·conj(w[m − n]).",
            "Put m = p + n: Σ_p x[p + n]·conj(w[p]) = correlate(x, w)[n].",
        ),
        sides=_conjugate_symmetry,
    ),
    Law(
        name="window-order",
        title="reversing the stored kernel and exchanging the operation changes no bit",
        formula="convolve(x, k) and correlate(x, conj(reversed k)) have the same bits",
        latex=r"x * k \equiv x \star \tilde{k} \quad\text{bit by bit}",
        derivation=(
            "Both put the same weights into window order, w[t] = k[K−1−t], and both sum over t ascending.",
            "A floating-point sum depends on its order; here the same products are added in the same order.",
            "Checked for the engine and each of its methods, complex and real; the error counts the numbers whose bits differ.",
        ),
        sides=_window_order,
    ),
)
