"""Where too few outputs lie inside: the shifts of the words alone, each under every law, for all kernels of one shape at once."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import Hypothesis
from faltung.diagnose.explain.search.align import Matches, Samples, compared
from faltung.diagnose.explain.search.points import Line, Side, windows_at
from faltung.spec import Boundary

Array = np.ndarray[Any, Any]
LAWS: tuple[Boundary, ...] = ("zero", "edge", "periodic", "half_sample", "whole_sample")


def matches_of_words(base: Hypothesis, ws: Array, words: Array, samples: Samples, moduli: tuple[int, ...] | None) -> list[Matches]:
    """Return, for every kernel of `ws` (V, G·O, C, K …), how well the words fit under each law, and under a constant that fits best."""
    guesses = []
    weights = ws[:, samples.places[:, 1]].reshape(len(ws), len(samples.places), -1)
    for word in words:
        for law in LAWS:
            lines = tuple(_under(line, int(pad), law) for line, pad in zip(base.lines, word, strict=True))
            met, outside = windows_at(base.arrangement, base.w.shape, lines, samples.places)
            sums = _sums(weights, met)
            guesses.append(sums)
            if law == "zero" and moduli is None:
                guesses.append(_filled(sums, _sums(weights, np.broadcast_to(outside, met.shape)), samples))
    shifts = np.repeat(words, len(guesses) // max(len(words), 1), axis=0)
    every = np.stack(guesses, axis=1)
    valid = np.ones(every.shape, bool)
    m = compared(every, valid, samples, (shifts,), moduli)
    return [replace(m, counted=m.counted[v], equal=m.equal[v], wrapped=m.wrapped[v], line=m.line[v]) for v in range(len(ws))]


def _under(line: Line, pad: int, law: Boundary) -> Line:
    return replace(line, pad=pad, low=Side(law=law), high=Side(law=law))


def _sums(weights: Array, met: Array) -> Array:
    """Return the sums (V, P) of windows (P, C, K …) by weights (V, P, C·K …)."""
    with np.errstate(all="ignore"):
        out: Array = np.einsum("vpt,pt->vp", weights, met.reshape(len(met), -1).astype(weights.dtype if met.dtype == bool else met.dtype))
    return out


def _filled(sums: Array, share: Array, samples: Samples) -> Array:
    """Return the sums with the one number outside that suits the samples best."""
    with np.errstate(all="ignore"):
        power = (np.abs(share.astype(np.float64 if share.dtype.kind != "c" else np.complex128)) ** 2).sum(axis=1, keepdims=True)
        fill = (np.conj(share) * (samples.values - sums)).sum(axis=1, keepdims=True) / np.where(power > 0, power, 1)
        near = np.rint(fill.real) if fill.dtype.kind != "c" else np.rint(fill.real) + 1j * np.rint(fill.imag)
        return np.asarray(sums + share * np.where(np.abs(fill - near) <= 1e-6 * (1 + np.abs(near)), near, fill))
