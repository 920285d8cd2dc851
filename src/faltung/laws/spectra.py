"""Laws that lead elsewhere: to the product of spectra, and to the integral of which the sum is a sample."""

import numpy as np

from faltung.laws.record import Draw, Engine, Finding, Law
from faltung.laws.rounding import UNIT, Tracked, by_engine, moved, sums_of_products

# Spacings that are powers of 2, so that positions and the exact integral are exact in binary; fewer where the boxes have more axes.
SPACINGS: dict[int, tuple[float, ...]] = {1: (0.25, 0.0625, 0.015625, 0.00390625), 2: (0.5, 0.25, 0.125, 0.0625), 3: (0.5, 0.25, 0.125)}


def _convolution_theorem(e: Engine, d: Draw) -> Finding:
    return Finding(pairs=((by_engine(e.convolve, d.x, d.w), _through_spectra(d.x, d.w, conjugated=False)),))


def _correlation_theorem(e: Engine, d: Draw) -> Finding:
    """The negative lags stand at the end of the transform's period; rolled, they come first, as the engine returns them."""
    reach = [k - 1 for k in d.w.values.shape]
    lags = moved(_through_spectra(d.x, d.w, conjugated=True), lambda values: np.roll(values, reach, axis=range(values.ndim)))
    return Finding(pairs=((by_engine(e.correlate, d.x, d.w), lags),))


def _through_spectra(x: Tracked, w: Tracked, conjugated: bool) -> Tracked:
    sizes = tuple(n + k - 1 for n, k in zip(x.values.shape, w.values.shape, strict=True))
    axes = tuple(range(len(sizes)))
    spectra = [np.fft.fftn(side.values, sizes, axes) for side in (x, w)]
    product = spectra[0] * (np.conj(spectra[1]) if conjugated else spectra[1])
    inexact = Tracked(x.values, x.error), Tracked(w.values, w.error)  # spectra round whatever the samples are
    return Tracked(np.fft.ifftn(product, sizes, axes), sums_of_products(*inexact, "fourier"))


def _limit(e: Engine, d: Draw) -> Finding:
    """The errors observed at each spacing, beside those of the derivation."""
    rank, roundoff = d.x.values.ndim, d.x.roundoff
    observed, predicted, rounding = [], [], 0.0
    for h in SPACINGS[rank]:
        box = Tracked(np.ones([round(1 / h) + 1] * rank), 0.0, roundoff)
        t = np.arange(-1, 1 + h, h)
        triangle = np.ones([1] * rank)
        for axis in range(rank):
            triangle = triangle * (1 - np.abs(t)).reshape([-1 if i == axis else 1 for i in range(rank)])
        sums = by_engine(e.convolve, box, box)
        observed.append(float(np.abs(h**rank * sums.values - triangle).max()))
        predicted.append((1 + h) ** rank - 1)
        rounding = max(rounding, h**rank * sums.error + (8 * UNIT if roundoff else 0.0))
    return Finding(
        pairs=((Tracked(np.array(observed), rounding), Tracked(np.array(predicted))),),
        table=tuple(zip(SPACINGS[rank], observed, strict=True)),
    )


SPECTRA: tuple[Law, ...] = (
    Law(
        name="convolution-theorem",
        title="the spectrum of a convolution is the product of the spectra",
        formula="DFT(convolve(x, k)) = DFT(x)·DFT(k), all three over P = N + K − 1 samples",
        latex=r"\mathrm{DFT}_P(x * k) = \mathrm{DFT}_P(x)\,\mathrm{DFT}_P(k),\quad P = N + K - 1",
        derivation=(
            "DFT(x)[f]·DFT(k)[f] = Σ_m Σ_q x[m]·k[q]·exp(−2πi·f·(m + q)/P).",
            "Collect n = m + q: Σ_n (Σ_m x[m]·k[n − m])·exp(−2πi·f·n/P). With n from 0 to P − 1 nothing wraps around.",
        ),
        sides=_convolution_theorem,
    ),
    Law(
        name="correlation-theorem",
        title="the spectrum of a correlation is one spectrum times the conjugate of the other",
        formula="DFT(correlate(x, w)) = DFT(x)·conj(DFT(w)), lag n standing at n mod P, P = N + K − 1",
        latex=r"\mathrm{DFT}_P(x \star w) = \mathrm{DFT}_P(x)\,\overline{\mathrm{DFT}_P(w)},\quad P = N + K - 1",
        derivation=(
            "DFT(x)[f]·conj(DFT(w)[f]) = Σ_m Σ_q x[m]·conj(w[q])·exp(−2πi·f·(m − q)/P).",
            "Collect n = m − q, the lag. The P lags −(K−1) … N−1 are different modulo P, so none falls onto another.",
        ),
        sides=_correlation_theorem,
    ),
    Law(
        name="limit",
        title="box with box tends to the triangle as the spacing goes to 0",
        formula="max |h^d·convolve(box, box) − triangle| = (1 + h)^d − 1 → 0 on d axes, box sampled from −1/2 to 1/2 at spacing h",
        latex=r"\max_t \left| h^d \,(b_h * b_h)(t) - \Lambda(t) \right| = (1 + h)^d - 1 \to 0",
        derivation=(
            "(b ∗ b)(t) = ∫ b(s)·b(t − s) ds is the length of overlap of two boxes: the triangle Λ(t) = 1 − |t|.",
            "With both ends sampled the box has 1/h + 1 ones, and at t = n·h there are 1/h + 1 − |n| products of 1.",
            "Times h, which stands for ds, that is 1 − |t| + h.",
            "On d axes Π(1 − |t_i| + h) exceeds Π(1 − |t_i|) most at t = 0, by (1 + h)^d − 1 ≈ d·h.",
        ),
        sides=_limit,
    ),
)
