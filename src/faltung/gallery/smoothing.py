"""Weighted means: box, binomial, Gaussian, and the mean along a line."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from faltung.errors import SpecError
from faltung.gallery import profiles
from faltung.gallery.build import exact, sampled
from faltung.gallery.facts import deviations
from faltung.gallery.parameters import pair_of_sigmas, pair_of_sizes, real, size_for, whole
from faltung.gallery.record import Kernel


def box(*, size: object = 3) -> Kernel:
    """The mean of rows x columns samples."""
    rows, columns = pair_of_sizes("box", size)
    n = rows * columns
    return exact(
        "box",
        np.ones((rows, columns), dtype=np.int64),
        scale=Fraction(1, n),
        parameters={"size": (rows, columns)},
        meaning=(f"w[i, j] = 1/{n}", rf"w_{{ij}} = \tfrac{{1}}{{{n}}}"),
        why=(
            f"Of all kernels on this window that sum to 1 it has the smallest sum of squares, 1/{n} (Cauchy-Schwarz), so the variance of "
            f"independent noise falls to 1/{n}, the most that {n} samples allow. The price: its transfer function, a ratio of sines on "
            "each "
            "axis, changes sign, so some fine patterns come out with their contrast inverted. As a running sum it costs the same at "
            "any size."
        ),
        uses=(
            "Fast smoothing, local means and variances (thresholding, guided filter), downsampling by whole factors, repeated as an "
            "approximate Gaussian."
        ),
        deep_learning=(
            "Average pooling is this kernel on each channel, with a stride that is usually its size; global average pooling is the box "
            "as large as the map."
        ),
    )


def binomial(*, size: object = 3) -> Kernel:
    """Outer product of two rows of Pascal's triangle, divided by their sum."""
    rows, columns = pair_of_sizes("binomial", size)
    steps = rows + columns - 2
    if steps > 62:  # the sum of the integers, 2**steps, has to fit int64
        raise SpecError(
            f"binomial: size {rows} x {columns} has integer weights that sum to 2**{steps}, beyond 2**62; "
            f"use gaussian with sigma=({math.sqrt(rows - 1) / 2:.3g}, {math.sqrt(columns - 1) / 2:.3g}), which is nearly the same"
        )
    down, right = Fraction(rows - 1, 4), Fraction(columns - 1, 4)
    return exact(
        "binomial",
        np.outer(profiles.binomial(rows), profiles.binomial(columns)),
        scale=Fraction(1, 2**steps),
        parameters={"size": (rows, columns)},
        meaning=(
            f"w[i, j] = C({rows - 1}, i) C({columns - 1}, j) / {2**steps}",
            rf"w_{{ij}} = \tfrac{{1}}{{{2**steps}}}\binom{{{rows - 1}}}{{i}}\binom{{{columns - 1}}}{{j}}",
        ),
        why=(
            f"It is the two-sample mean [1 1]/2 applied {rows - 1} times down and {columns - 1} times across; by the central limit "
            "theorem the "
            f"shape tends to a Gaussian, here of variance {down} and {right}. Its transfer function on an axis of n taps is "
            "cos(omega/2)**(n-1) "
            "in magnitude: it never rises with frequency and is 0 at the highest one if n > 1, so a one-sample checker disappears. All "
            "weights are exact."
        ),
        uses=(
            "Smoothing in integer arithmetic, smoothing before halving the size (Gaussian pyramid), the cross-smoothing inside Sobel's "
            "kernels."
        ),
        deep_learning=(
            "Blur pooling (Zhang, 2019) puts such a filter, one copy per channel, before each stride so that shifts of the input "
            "disturb the output less; [1 3 3 1] and [1 2 1] resampling filters in StyleGAN's generators are binomial too."
        ),
    )


def gaussian(*, sigma: object = 1.0, size: object = None) -> Kernel:
    """A sampled Gaussian that sums to 1; without a size three sigmas to each side; an even size is centred between samples."""
    sigmas = pair_of_sigmas("gaussian", sigma)
    rows, columns = size_for("gaussian", size, sigmas)
    weights = profiles.gaussian_2d((rows, columns), sigmas)
    down, right = deviations(weights)
    return sampled(
        "gaussian",
        weights,
        parameters={"sigma": sigmas, "size": (rows, columns)},
        formula=(
            f"w[i, j] = exp(-y^2 / (2 {sigmas[0]:g}^2) - x^2 / (2 {sigmas[1]:g}^2)) / sum;  "
            f"y = i - {(rows - 1) / 2:g}, x = j - {(columns - 1) / 2:g}"
        ),
        latex=(
            rf"w_{{ij}} = \frac{{1}}{{Z}}\exp\!\left(-\frac{{(i-{(rows - 1) / 2:g})^2}}{{2\cdot {sigmas[0]:g}^2}}"
            rf" - \frac{{(j-{(columns - 1) / 2:g})^2}}{{2\cdot {sigmas[1]:g}^2}}\right),\quad \sum_{{ij}} w_{{ij}} = 1"
        ),
        why=(
            "With equal sigmas the continuous Gaussian is, up to scale, the only function that is both a product of one function per "
            "axis and the "
            "same in every direction; its Fourier transform is again a Gaussian, so it has no side lobes, and blurring twice adds the "
            "variances. "
            f"The samples in this window have standard deviations {down:.4g} down and {right:.4g} across, asked for were {sigmas[0]:g} "
            f"and {sigmas[1]:g}: "
            "the difference is what sampling and cutting off cost."
        ),
        uses=(
            "Denoising, scale space and pyramids, smoothing before derivatives (Canny) or before downsampling, soft masks, background "
            "estimates."
        ),
        deep_learning=(
            "Random Gaussian blur is an augmentation (SimCLR, 2020); key points are often taught as small Gaussian bumps in heat maps. "
            "As a layer it is a depthwise convolution with fixed weights, separable into one column and one row."
        ),
    )


def motion_blur(*, length: object = 9, angle: object = 0.0) -> Kernel:
    """The mean of `length` points one sample apart on a line; `angle` in degrees, counter-clockwise from the right."""
    n = whole("motion-blur", "length", length)
    degrees = real("motion-blur", "angle", angle)
    counts = _line(n, degrees)
    text = {
        "why": (
            f"While the shutter is open, a straight and even motion carries each scene point over {n} samples, so each sample records "
            "their mean: "
            f"{n} points one sample apart in direction {degrees:g} degrees, each shared among its four nearest samples by bilinear "
            "weights. "
            "Along the motion the transfer function is that of a box of this length, with zeros at which detail is lost; across it "
            "only the bilinear sharing blurs, and only a little."
        ),
        "uses": "Simulating camera shake and motion, the known blur in deconvolution tests, streak effects.",
        "deep_learning": (
            "An augmentation, and one of the corruptions by which robustness is measured (ImageNet-C, 2019); deblurring networks are "
            "often trained on simulated motion blur."
        ),
    }
    parameters = {"length": n, "angle": degrees}
    plain, latex = (
        f"w = mean of {n} unit points along {degrees:g} degrees",
        rf"w = \tfrac{{1}}{{{n}}}\sum_{{i=0}}^{{{n - 1}}} \delta_{{p_i}}",
    )
    if np.array_equal(counts, np.rint(counts)):
        return exact("motion-blur", counts, scale=Fraction(1, n), parameters=parameters, meaning=(plain, latex), **text)
    return sampled("motion-blur", counts / n, parameters=parameters, formula=plain, latex=latex, **text)


def _line(n: int, degrees: float) -> NDArray[np.float64]:
    cos, sin = profiles.direction(degrees)
    rows, columns = pair_of_sizes("motion-blur", (_extent(n, sin), _extent(n, cos)))
    counts = np.zeros((rows + 1, columns + 1))  # one more each way: the far neighbour of the last point has weight 0
    steps = profiles.offsets(n)
    y, x = (rows - 1) / 2 - steps * sin, (columns - 1) / 2 + steps * cos
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    for down in (0, 1):
        for right in (0, 1):
            share = np.where(down, y - i, 1 - (y - i)) * np.where(right, x - j, 1 - (x - j))
            np.add.at(counts, (i + down, j + right), share)
    return profiles.symmetric(counts[:rows, :columns])


def _extent(n: int, component: float) -> int:
    """The smallest size with the parity of n that holds n points; 1 on an axis along which they do not move."""
    reach = math.ceil((n - 1) * abs(component)) + 1
    return 1 if reach == 1 else reach + (reach - n) % 2
