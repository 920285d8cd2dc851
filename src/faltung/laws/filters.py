"""Laws that filters live by: shifts, differences, sums, energy, separable kernels, adjoints."""

from functools import reduce

from faltung.laws.record import Draw, Engine, Finding, Law
from faltung.laws.rounding import Tracked, by_engine, conjugate, cut, delayed, difference, inner, moved, times, total

STEPS = (3, 1, 2)  # samples of delay on the axes: different ones, so that no two axes can be confused


def _shift(e: Engine, d: Draw) -> Finding:
    steps = STEPS[: d.x.values.ndim]
    return Finding(
        pairs=tuple((by_engine(op, delayed(d.x, steps), d.w), delayed(by_engine(op, d.x, d.w), steps)) for op in (e.convolve, e.correlate))
    )


def _difference(e: Engine, d: Draw) -> Finding:
    whole = by_engine(e.convolve, d.x, d.w)
    axes = range(d.x.values.ndim)
    of_signal = tuple((by_engine(e.convolve, difference(d.x, axis), d.w), difference(whole, axis)) for axis in axes)
    of_kernel = tuple((by_engine(e.convolve, d.x, difference(d.w, axis)), difference(whole, axis)) for axis in axes)
    return Finding(pairs=(*of_signal, *of_kernel))


def _sums(e: Engine, d: Draw) -> Finding:
    return Finding(
        pairs=(
            (total(by_engine(e.convolve, d.x, d.w)), times(total(d.x), total(d.w))),
            (total(by_engine(e.correlate, d.x, d.w)), times(total(d.x), conjugate(total(d.w)))),
        )
    )


def _energy(e: Engine, d: Draw) -> Finding:
    """Lag 0 is the sample behind K − 1 negative lags."""
    lags = by_engine(e.correlate, d.x, d.x)
    at_zero = cut(lags, [n - 1 for n in d.x.values.shape], [1] * d.x.values.ndim)
    return Finding(pairs=((moved(at_zero, lambda values: values.reshape(())), inner(d.x, d.x)),))


def _separable(e: Engine, d: Draw) -> Finding:
    """The factors are the kernel's first samples along each axis, each kept on its own axis."""
    rank = d.w.values.ndim
    factors = [cut(d.w, [0] * rank, [n if i == axis else 1 for i, n in enumerate(d.w.values.shape)]) for axis in range(rank)]
    one_by_one = reduce(lambda image, factor: by_engine(e.convolve, image, factor), factors, d.x)
    return Finding(pairs=((by_engine(e.convolve, d.x, reduce(times, factors)), one_by_one),))


def _adjoint(e: Engine, d: Draw) -> Finding:
    def kept(back: Tracked) -> Tracked:
        return cut(back, [k - 1 for k in d.w.values.shape], d.x.values.shape)

    return Finding(
        pairs=(
            (inner(by_engine(e.correlate, d.x, d.w), d.g), inner(d.x, kept(by_engine(e.convolve, d.g, d.w)))),
            (inner(by_engine(e.convolve, d.x, d.w), d.g), inner(d.x, kept(by_engine(e.correlate, d.g, d.w)))),
        )
    )


FILTERS: tuple[Law, ...] = (
    Law(
        name="shift",
        title="a delayed signal gives the delayed result (shift equivariance)",
        formula="convolve(x[n − d], k) = convolve(x, k)[n − d];  correlate likewise",
        latex=r"x[\,\cdot - d\,] * k = (x * k)[\,\cdot - d\,],\quad x[\,\cdot - d\,] \star w = (x \star w)[\,\cdot - d\,]",
        derivation=(
            "Σ_m x[m − d]·k[n − m], with p = m − d, is Σ_p x[p]·k[(n − d) − p] = (x ∗ k)[n − d].",
            "It holds for whole signals: nothing is cut off here. Where a boundary cuts, it holds away from the border.",
        ),
        sides=_shift,
    ),
    Law(
        name="difference",
        title="a difference may be taken before or after, of the signal or of the kernel",
        formula="Δ(x ∗ k) = (Δx) ∗ k = x ∗ (Δk),  Δx[n] = x[n] − x[n − 1] along any axis",
        latex=r"\Delta(x * k) = (\Delta x) * k = x * (\Delta k),\quad \Delta x[n] = x[n] - x[n-1]",
        derivation=(
            "Δx = x ∗ (δ[n] − δ[n − 1]): taking a difference is itself a convolution.",
            "By associativity and commutativity its place does not matter. It is the discrete (x ∗ k)′ = x′ ∗ k = x ∗ k′.",
        ),
        sides=_difference,
    ),
    Law(
        name="sums",
        title="the sum of the result is the product of the sums",
        formula="Σ convolve(x, k) = (Σ x)·(Σ k);  Σ correlate(x, w) = (Σ x)·conj(Σ w)",
        latex=r"\sum_n (x * k)[n] = \sum_m x[m] \sum_q k[q],\quad \sum_n (x \star w)[n] = \sum_m x[m]\; \overline{\sum_q w[q]}",
        derivation=(
            "Σ_n Σ_m x[m]·k[n − m] = Σ_m x[m]·(Σ_n k[n − m]), and the inner sum is Σ_q k[q] for every m.",
            "It is the convolution theorem at frequency 0, and why weights that sum to 1 keep the mean brightness.",
        ),
        sides=_sums,
    ),
    Law(
        name="energy",
        title="the autocorrelation at lag 0 is the energy",
        formula="correlate(x, x)[0] = Σ_m |x[m]|²",
        latex=r"(x \star x)[0] = \sum_m |x[m]|^2",
        derivation=(
            "correlate(x, x)[0] = Σ_m x[m + 0]·conj(x[m]) = Σ_m |x[m]|².",
            "Without the conjugate it would be Σ x², which is no energy for complex x: why signal processing conjugates.",
        ),
        sides=_energy,
    ),
    Law(
        name="separability",
        title="an outer product filters axis by axis",
        formula="convolve(x, a ⊗ b) = convolve(convolve(x, a down the rows), b along the columns)",
        latex=r"x * (a \otimes b) = (x * a) * b,\quad (a \otimes b)[i, j] = a[i]\,b[j]",
        derivation=(
            "Σ_i Σ_j a[i]·b[j]·x[m − i, n − j] = Σ_j b[j]·(Σ_i a[i]·x[m − i, n − j]): the bracket is the pass down the rows.",
            "K·L products an output become K + L. On three axes there are three factors; on one there is nothing to separate.",
        ),
        sides=_separable,
        ranks=(2, 3),
    ),
    Law(
        name="adjoint",
        title="convolution and correlation with one kernel are adjoint to each other",
        formula="⟨correlate(x, w), g⟩ = ⟨x, convolve(g, w)⟩ and ⟨convolve(x, w), g⟩ = ⟨x, correlate(g, w)⟩",
        latex=r"\langle x \star w, g \rangle = \langle x, g * w \rangle,\quad \langle x * w, g \rangle = \langle x, g \star w \rangle",
        derivation=(
            "With ⟨a, b⟩ = Σ conj(a)·b: ⟨x ⋆ w, g⟩ = Σ_n Σ_m conj(x[m])·w[m − n]·g[n] = Σ_m conj(x[m])·(g ∗ w)[m] = ⟨x, g ∗ w⟩.",
            "The second form follows in the same way. Back-propagation through one operation is the other.",
        ),
        sides=_adjoint,
    ),
)
