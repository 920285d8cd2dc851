"""How far a method's float result may be from the exact sum, and how far it usually is: used by tests and printed by plans.

**Bounds** (`error_bound`). Each is a factor; times Σ|w|·max|x| it bounds the absolute error of every output.
With u the unit roundoff and T the products of an output:

* direct, fused multiply-adds: T roundings, T·u/(1 − T·u)  (Higham, Accuracy and Stability of Numerical Algorithms, 3.1);
* shift, a rounding for each product and each sum: (T + 1)·u/(1 − (T + 1)·u);
* separable, K and K' taps: γ = (K + K')·u/(1 − (K + K')·u) for the two passes, and F = FACTORING·u for Σ|w − u·v| ≤ F·Σ|w|: F + (1 + F)·γ;
  three axes have three passes, and are factored twice: K + K' + K'' and 2·F; R terms whose absolute values sum to S·Σ|w|: F + S·γ with
  R·K + K' for K + K';
* fourier, E entries (of a tile, or of the whole), twiddles within β = u; P pieces of a kernel are summed with P − 1 roundings:
  |error| ≤ ‖x‖₂·‖w‖₂·((1 + u)^{3n} (1 + √5·u)^{3n+1} (1 + β)^{3n} − 1), n = log₂ E
  (Percival, Mathematics of Computation 72, 2003, theorem 5.1), and ‖x‖₂ ≤ √E·max|x|, ‖w‖₂ ≤ Σ|w|.

A complex product rounds like three real ones: T is tripled.

**Usual errors** (`typical_error`). A bound holds for the worst samples, whose roundings all err to one side: usual errors are thousands of
times smaller. Where roundings are independent, a sum's error is a random walk. Each estimate is a factor; times ‖w‖₂·rms(x) it is about the
root mean square of the errors, for samples that are independent of each other with mean 0 (where neighbours are alike, so that outputs
are larger than ‖w‖₂·rms(x), take the root mean square of the outputs instead). One rounding errs by R·u of the number, R = 0.43:

* direct: the sum after t of T products has a t/T-th of the last one's square: R·u·√((T + 1)/2);
* shift: a rounding more for each product: R·u·√((T + 1)/2 + 1);
* separable: R·u·√((K + K' + 2)/2), of several terms S times that with all their columns for K;
* fourier: each of its transforms (of the samples, of the products, and of the kernel where that is not done in float64) multiplies and adds
  n times, and all of it is spread over all outputs: S·u·√(transforms·n), S = 0.6 (Schatzman, SIAM J. Sci. Comput. 17, 1996).

R and S were measured: 3 x 3 to 100 x 100, float32, tiles of 16 x 128 to 2048 x 2048, within a third.
"""

from math import ceil, expm1, hypot, inf, log1p, log2, prod, sqrt
from typing import TYPE_CHECKING

from faltung.spec.case import Case
from faltung.spec.window import span

if TYPE_CHECKING:
    from faltung.methods.fourier.choice import Cut

# Unit roundoff u; longdouble is taken as no better than float64, which is true everywhere and exact on some platforms.
ROUNDOFF = {
    "float32": 2.0**-24, "float64": 2.0**-53, "longdouble": 2.0**-53,
    "complex64": 2.0**-24, "complex128": 2.0**-53, "clongdouble": 2.0**-53,
}  # fmt: skip
RANDOM_ROUNDING, RANDOM_STAGE = 0.43, 0.6
"""Times u: root mean squares of the relative error of one rounding, and of one stage of a transform."""
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
        passes, factoring = _passes(case) * u, FACTORING * (len(case.kernel_sizes) - 1) * u  # three axes are factored twice
        spread = case.weights.spread if case.weights is not None else 1.0
        return factoring + (spread + factoring) * passes / (1 - passes) if passes < 1 else inf
    roundings = prod(case.kernel_sizes) * case.channels_in * (3 if "c" in case.dtype[:2] else 1)
    roundings += 0 if method == "direct" else 1
    return roundings * u / (1 - roundings * u) if roundings * u < 1 else inf


def typical_error(case: Case, method: str) -> float:
    """Return the factor of the root of Σ|w|² times the root mean square of x; 0 for exact dtypes."""
    u = ROUNDOFF.get(case.dtype)
    if u is None:
        return 0.0
    if method == "fourier":
        return _typical_fourier(case, u)
    if method == "separable":
        return (case.weights.spread if case.weights else 1.0) * RANDOM_ROUNDING * u * sqrt((_passes(case) + 2) / 2)
    products = prod(case.kernel_sizes) * case.channels_in * (2 if "c" in case.dtype[:2] else 1)
    return RANDOM_ROUNDING * u * sqrt((products + 1) / 2 + (0 if method == "direct" else 1))


def _passes(case: Case) -> int:
    """Return how many multiply-adds a sample goes through on its way to an output, at most."""
    terms = case.weights.terms if case.weights is not None else 1
    return sum(case.kernel_sizes) + (terms - 1) * case.kernel_sizes[0]


def _typical_fourier(case: Case, u: float) -> float:
    from faltung.methods.fourier.halves import pieces

    found = pieces(case)
    if not found:
        return RANDOM_STAGE * u * sqrt(3 * (log2(_entries_of_whole(case)) + 1))
    return hypot(max(typical_tile_error(piece.made, u) for piece in found), RANDOM_ROUNDING * u * sqrt(len(found) - 1))


def typical_tile_error(made: "Cut", u: float) -> float:
    """Return the same for a way to cut an image into tiles."""
    transforms = 2 if made.rounds_once else 3
    return RANDOM_STAGE * u * sqrt(transforms * (log2(made.tile.height * made.tile.points) + 1))


def _fourier(case: Case, u: float) -> float:
    from faltung.methods.fourier.halves import pieces  # not above: `fourier` asks this module whether integers come out exact

    if found := pieces(case):
        most = max(_of_tile(piece.made, u) for piece in found)
        return most + (len(found) - 1) * u * (1 + most)
    entries = _entries_of_whole(case)
    n = ceil(log2(entries)) + 1
    return sqrt(entries) * expm1(3 * n * log1p(u) + (3 * n + 1) * log1p(sqrt(5) * u) + 3 * n * log1p(u))


def _of_tile(made: "Cut", u: float) -> float:
    entries, n = made.tile.height * made.tile.width, (made.tile.height * made.tile.points).bit_length() + 1  # one for the fold
    slices = 2 * made.summed if made.summed > 1 else 0  # roundings of the sum of products
    return sqrt(entries) * expm1((3 * n + slices) * log1p(u) + (3 * n + 1) * log1p(sqrt(5) * u) + 3 * n * log1p(u))


def _entries_of_whole(case: Case) -> int:
    positions = (span(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True))
    return 2 * prod(max(last - first + 1, 1) for first, last in positions) * case.channels_in  # next_fast_len stays below twice
