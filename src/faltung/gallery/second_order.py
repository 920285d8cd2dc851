"""Second derivatives: the two Laplacians of 3 x 3 weights, the Laplacian of Gaussian, the difference of Gaussians."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faltung.errors import SpecError
from faltung.gallery import profiles
from faltung.gallery.build import exact, sampled
from faltung.gallery.facts import moment
from faltung.gallery.parameters import pair_of_sizes, real, size_for
from faltung.gallery.record import Kernel

FOUR = ((0, 1, 0), (1, -4, 1), (0, 1, 0))
EIGHT = ((1, 1, 1), (1, -8, 1), (1, 1, 1))

# Three samples of a line one sample wide, through the centre.
ROW_LINE = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
DIAGONAL_LINE = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])

# A Gaussian's transfer function is exp(-pi**2 sigma**2 / 2) at the highest frequency: 0.29 for sigma 0.5, and more below.
# What is left there folds back on sampling, and a sampled second derivative is then none.
SMALLEST_SIGMA = 0.5


def laplacian_4() -> Kernel:
    """The Laplacian over the four neighbours."""
    return _laplacian(
        "laplacian-4",
        FOUR,
        "It is the usual stencil of the heat and Poisson equations, whose error depends on direction",
    )


def laplacian_8() -> Kernel:
    """The Laplacian over all eight neighbours."""
    return _laplacian(
        "laplacian-8",
        EIGHT,
        "Horizontal, vertical and both diagonal second differences are added",
    )


def _laplacian(name: str, table: ArrayLike, note: str) -> Kernel:
    weights = np.asarray(table)
    curvature = moment(weights, 0, 2) / 2
    factor = "" if curvature == 1 else f"{curvature:g} "
    return exact(
        name,
        weights,
        meaning=(
            f"response = {factor}(d2f/dx2 + d2f/dy2) + terms of fourth order",
            rf"\operatorname{{corr}}(f, w) = {factor.strip()}\nabla^2 f + O(\partial^4 f)",
        ),
        why=(
            "Adding Taylor's expansions to both sides gives f(x+1) - 2 f(x) + f(x-1) = f''(x) + f''''(x)/12 + ...; summed over the "
            "directions of the window, with "
            f"{weights.max()} at each neighbour used and {weights.min()} at the centre, this is {curvature:g} times the Laplacian. The "
            f"weights sum to {weights.sum()} and are symmetric, "
            f"so flat regions and even slopes give 0. {note}: on a thin line of brightness 1 the answer is "
            f"{(weights * ROW_LINE).sum()} if it is horizontal, {(weights * DIAGONAL_LINE).sum()} if diagonal."
        ),
        uses=(
            "Edges by zero crossings, blob and focus measures (variance of the Laplacian), sharpening by subtraction, diffusion and "
            "Poisson solvers."
        ),
        deep_learning=(
            "A fixed layer with these weights evaluates the Laplacian in physics-informed losses on grids; Laplacian pyramids structure "
            "some generators and super-resolution networks (LAPGAN, LapSRN). Learned first layers hold similar centre-surround filters."
        ),
    )


def laplacian_of_gaussian(*, sigma: object = 1.0, size: object = None) -> Kernel:
    """The sampled Laplacian of a Gaussian, its mean taken off so that it sums to 0."""
    spread = _sigma("log", sigma)
    # 2 ceil(4 sigma) + 1: the second derivative reaches further out than the Gaussian, whose window ends at 3 sigma.
    rows, columns = size_for("log", size, (spread * 4 / 3, spread * 4 / 3))
    _needs_two("log", rows, columns)
    weights = _second_derivative(rows, columns, spread)
    return sampled(
        "log",
        weights,
        parameters={"sigma": spread, "size": (rows, columns)},
        formula=f"w = (r^2 - 2 s^2) / s^4 g - mean;  r^2 = x^2 + y^2, s = {spread:g}, g the sampled Gaussian that sums to 1",
        latex=rf"w = \frac{{r^2 - 2\sigma^2}}{{\sigma^4}}\,g_\sigma(r) - \text{{mean}},\quad r^2 = x^2 + y^2,\ \sigma = {spread:g}",
        why=(
            "Second derivatives amplify noise with the square of the frequency, so one smooths first; as both steps are linear and "
            "shift-invariant, "
            "Laplacian(g * f) = (Laplacian g) * f, and one kernel does both. "
            f"Its ring changes sign at r = sigma sqrt(2) = {spread * 2**0.5:.4g}, so it answers most to blobs of about that radius. "
            "Sampling and cutting off leave a small mean, "
            "which is taken off, so that flat regions give 0 to rounding."
        ),
        uses=(
            "Blob detection at a chosen scale, edges by zero crossings (Marr and Hildreth, 1980); negative at the centre, so bright "
            "blobs answer negatively."
        ),
        deep_learning=(
            "No standard layer of its own; its counterpart are the centre-surround filters that first layers learn, and detectors "
            "that, like scale space, look for objects at several sizes."
        ),
    )


def difference_of_gaussians(*, sigma: object = 1.0, ratio: object = 1.6, size: object = None) -> Kernel:
    """The narrow Gaussian minus the wide one, whose sigma is `ratio` times as large; positive at the centre."""
    narrow = _sigma("dog", sigma)
    times = real("dog", "ratio", ratio, above=1)
    wide = narrow * times
    rows, columns = size_for("dog", size, (wide, wide))
    _needs_two("dog", rows, columns)
    weights = profiles.gaussian_2d((rows, columns), (narrow, narrow)) - profiles.gaussian_2d((rows, columns), (wide, wide))
    return sampled(
        "dog",
        weights,
        parameters={"sigma": narrow, "ratio": times, "size": (rows, columns)},
        formula=f"w = gaussian(sigma={narrow:g}) - gaussian(sigma={wide:g}), size {rows} x {columns}",
        latex=rf"w = g_{{{narrow:g}}} - g_{{{wide:g}}} \approx -({times:g} - 1)\,\sigma^2\,\nabla^2 g_\sigma,\quad \sigma = {narrow:g}",
        why=(
            "A Gaussian obeys the heat equation dg/dsigma = sigma Laplacian(g), so the difference of two of nearby widths is a "
            "Laplacian of Gaussian: "
            f"g(sigma) - g({times:g} sigma) is about -({times:g} - 1) sigma^2 Laplacian(g). Both Gaussians sum to 1, so the difference "
            "sums to 0 and passes a band of frequencies: "
            "detail finer than the narrow one and structure coarser than the wide one are both removed."
        ),
        uses=(
            "Blob and key-point detection (SIFT), band-pass filtering, models of retinal receptive fields (Marr and Hildreth found a "
            "ratio of about 1.6 closest to log)."
        ),
        deep_learning=(
            "The centre-surround shape also appears among learned first-layer filters; in classical pipelines the band-passed stack "
            "(SIFT) is what learned key-point detectors replaced."
        ),
    )


def _second_derivative(rows: int, columns: int, sigma: float) -> NDArray[Any]:
    y, x = profiles.offsets(rows), profiles.offsets(columns)
    square = (y**2)[:, None] + (x**2)[None, :]
    weights = (square - 2 * sigma**2) / sigma**4 * profiles.gaussian_2d((rows, columns), (sigma, sigma))
    return np.asarray(weights - weights.mean())


def _sigma(name: str, value: object) -> float:
    # Above 1e6 samples a window of MOST_WEIGHTS weights is flat, and the fourth power leaves the floats.
    sigma = real(name, "sigma", value, least=SMALLEST_SIGMA)
    if sigma > 1e6:
        raise SpecError(f"{name}: sigma {sigma:g} exceeds 1e+06 samples, where every window is flat; lower it")
    return sigma


def _needs_two(name: str, rows: int, columns: int) -> None:
    pair_of_sizes(name, (rows, columns))
    if rows * columns < 2:
        raise SpecError(f"{name}: size {rows} x {columns} holds 1 weight, which sums to 0 only if it is 0; give at least 2")
