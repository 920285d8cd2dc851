"""How far an estimate from data without noise may be off: the rounding of the data and of the solution, through the conditioning.

With A the windows of x as rows (M of them), σ its singular values and κ = σ₁/σₙ, the sums in y are off by e = γ(T)·Σ|k|·max|x| each, so a
least squares solution is by √M·e/σₙ; and normal equations, whose own sums round like ones of M products, add M·u·κ²·‖k‖ (Higham, Accuracy
and Stability of Numerical Algorithms, 20.4).
"""

from math import prod, sqrt

import numpy as np

from faltung.diagnose.estimate import Estimate
from faltung.methods.bounds import ROUNDOFF

Array = np.ndarray
U = ROUNDOFF["float64"]


def tap_error(x: Array, k: Array) -> float:
    """Return by how much a tap may be off."""
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape).reshape(-1, k.size)
    values = np.linalg.svd(windows[np.isfinite(windows).all(axis=1)], compute_uv=False)
    rows = prod(x.shape)
    return sqrt(rows) * sum_error(x, k) / values[-1] + rows * U * (values[0] / values[-1]) ** 2 * float(np.linalg.norm(k))


def sum_error(x: Array, k: Array) -> float:
    """Return by how much an output may be off: γ(T)·Σ|k|·max|x|, complex products of three real ones each."""
    roundings = (k.size + 1) * (3 if "c" in (x.dtype.kind, k.dtype.kind) else 1) * U
    return roundings / (1 - roundings) * float(np.abs(k).sum()) * float(np.abs(x[np.isfinite(x)]).max())


def taps_met(kernel: Array, wanted: Array, x: Array) -> bool:
    """Return whether taps are those that made the data."""
    wanted = np.asarray(wanted)
    return kernel.shape == wanted.shape and bool((np.abs(kernel - wanted) <= tap_error(x, wanted)).all())


def outputs_met(again: Array, y: Array, x: Array, found: Estimate) -> bool:
    """Return whether an estimate makes the data again: its taps' errors, summed over the window, and the rounding of both sums."""
    allowed = found.kernel.size * tap_error(x, found.kernel) * float(np.abs(x).max()) + 2 * sum_error(x, found.kernel)
    return bool((np.abs(again - y) <= allowed).all())
