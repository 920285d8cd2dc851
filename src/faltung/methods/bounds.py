"""How far a method's float result may be from the exact sum: one function, used by tests and printed by plans.

Each bound is a factor; times Σ|w|·max|x| it bounds the absolute error of every output. With u the unit roundoff and T the products of an
output:

* direct, fused multiply-adds: T roundings, T·u/(1 − T·u)  (Higham, Accuracy and Stability of Numerical Algorithms, 3.1);
* shift, a rounding for each product and each sum: (T + 1)·u/(1 − (T + 1)·u);
* separable, K and K' taps: γ = (K + K')·u/(1 − (K + K')·u) for the two passes, and F = FACTORING·u for Σ|w − u·v| ≤ F·Σ|w|: F + (1 + F)·γ;
* fourier, E entries (of a tile, or of the whole), twiddles within β = u:
  |error| ≤ ‖x‖₂·‖w‖₂·((1 + u)^{3n} (1 + √5·u)^{3n+1} (1 + β)^{3n} − 1), n = log₂ E
  (Percival, Mathematics of Computation 72, 2003, theorem 5.1), and ‖x‖₂ ≤ √E·max|x|, ‖w‖₂ ≤ Σ|w|.

A complex product rounds like three real ones: T is tripled.
"""

from math import ceil, expm1, inf, log1p, log2, prod, sqrt

from faltung.spec.case import Case
from faltung.spec.window import span

# Unit roundoff u; longdouble is taken as no better than float64, which is true everywhere and exact on some platforms.
ROUNDOFF = {
    "float32": 2.0**-24, "float64": 2.0**-53, "longdouble": 2.0**-53,
    "complex64": 2.0**-24, "complex128": 2.0**-53, "clongdouble": 2.0**-53,
}  # fmt: skip
FACTORING = 8
"""Times u: how far, relative to Σ|w|, the product of a column and a row may be from the kernel that it stands for."""


def error_bound(case: Case, method: str) -> float:
    """Return the factor of Σ|w|·max|x|; 0 for exact dtypes, infinity where nothing can be promised."""
    u = ROUNDOFF.get(case.dtype)
    if u is None:
        return 0.0
    if method == "fourier":
        return _fourier(case, u)
    if method == "separable":
        two_passes = sum(case.kernel_sizes) * u
        return FACTORING * u + (1 + FACTORING * u) * two_passes / (1 - two_passes) if two_passes < 1 else inf
    roundings = prod(case.kernel_sizes) * case.channels_in * (3 if "c" in case.dtype[:2] else 1)
    roundings += 0 if method == "direct" else 1
    return roundings * u / (1 - roundings * u) if roundings * u < 1 else inf


def _fourier(case: Case, u: float) -> float:
    from faltung.methods.fourier.choice import best_cut  # not above: `fourier` asks this module whether integers come out exact

    tiled = best_cut(case)
    if tiled is not None:
        entries, n = tiled.tile.height * tiled.tile.width, (tiled.tile.height * tiled.tile.points).bit_length() + 1  # one for the fold
        slices = 2 * tiled.depth.taps if tiled.depth else 0  # roundings of the sum of products
        return sqrt(entries) * expm1((3 * n + slices) * log1p(u) + (3 * n + 1) * log1p(sqrt(5) * u) + 3 * n * log1p(u))
    positions = (span(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True))
    entries = 2 * prod(last - first + 1 for first, last in positions) * case.channels_in  # next_fast_len stays below twice
    n = ceil(log2(entries)) + 1
    return sqrt(entries) * expm1(3 * n * log1p(u) + (3 * n + 1) * log1p(sqrt(5) * u) + 3 * n * log1p(u))
