"""The Gabor kernel: a cosine wave seen through a Gaussian window."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faltung.gallery import profiles
from faltung.gallery.build import sampled
from faltung.gallery.parameters import real, size_for
from faltung.gallery.record import Kernel

# sigma / wavelength of a filter whose half-peak bandwidth is one octave: sqrt(ln 2 / 2) / pi * (2 + 1) / (2 - 1).
ONE_OCTAVE = math.sqrt(math.log(2) / 2) / math.pi * 3


def gabor(
    *, wavelength: object = 4.0, angle: object = 0.0, sigma: object = None, aspect: object = 1.0, phase: object = 0.0, size: object = None
) -> Kernel:
    """A Gabor kernel; `angle` of the wave's direction in degrees, counter-clockwise from the right, `phase` in degrees."""
    length = real("gabor", "wavelength", wavelength, least=2)  # shorter waves are aliases of longer ones
    degrees, shift = real("gabor", "angle", angle), real("gabor", "phase", phase)
    spread = ONE_OCTAVE * length if sigma is None else real("gabor", "sigma", sigma, above=0)
    ratio = real("gabor", "aspect", aspect, above=0)
    reach = max(spread, spread / ratio)
    shape = size_for("gabor", size, (reach, reach))
    weights = _wave(shape, length, degrees, spread, ratio, shift)
    return sampled(
        "gabor",
        weights,
        parameters={"wavelength": length, "angle": degrees, "sigma": spread, "aspect": ratio, "phase": shift, "size": shape},
        formula=(
            f"w = exp(-(u^2 + ({ratio:g} v)^2) / (2 {spread:.4g}^2)) cos(2 pi u / {length:g} + {shift:g} deg);  "
            f"(u, v): axes turned by {degrees:g} degrees counter-clockwise"
        ),
        latex=(
            rf"w = \exp\!\left(-\frac{{u^2 + ({ratio:g}\,v)^2}}{{2\cdot {spread:.4g}^2}}\right)"
            rf"\cos\!\left(\frac{{2\pi u}}{{{length:g}}} + {shift:g}^\circ\right),\quad u = x\cos {degrees:g}^\circ - y\sin "
            rf"{degrees:g}^\circ"
        ),
        why=(
            f"A wave of {length:g} samples inside a Gaussian of {spread:.4g}: its spectrum is a pair of Gaussians at frequency "
            f"1/{length:g} along {degrees:g} degrees, so it answers "
            "to stripes of that spacing and direction near its centre. A Gaussian times a complex wave attains the smallest product of "
            "spread in position and in frequency "
            f"(Gabor, 1946; Daugman, 1985). The weights are not normalised and sum to {math.fsum(weights.flat):.3g}, so as far as that "
            "differs from 0 plain brightness passes too."
        ),
        uses=(
            "Texture analysis and segmentation, fingerprints and iris codes, orientation estimates, models of simple cells in the "
            "visual cortex."
        ),
        deep_learning=(
            "First-layer filters of networks trained on photographs often resemble Gabor kernels (AlexNet, 2012); fixed Gabor banks "
            "have been used as a first layer (VOneNet, 2020)."
        ),
    )


def _wave(shape: tuple[int, int], length: float, degrees: float, sigma: float, aspect: float, phase: float) -> NDArray[Any]:
    y, x = profiles.offsets(shape[0])[:, None], profiles.offsets(shape[1])[None, :]
    cos, sin = profiles.direction(degrees)
    u, v = x * cos - y * sin, x * sin + y * cos
    with np.errstate(over="ignore", under="ignore"):
        window = np.exp(-((u / sigma) ** 2 + (v * aspect / sigma) ** 2) / 2)
        # The angle-sum formula keeps phase 90 exactly odd, where cos(u + pi/2) would be so to rounding
        # only; 15 decimals make a quarter of a period exactly 0.
        even, odd = profiles.direction(phase)
        periods = u / length
        turns = 2 * math.pi * (periods - np.rint(periods))
        return np.asarray(window * (even * np.cos(turns).round(15) - odd * np.sin(turns).round(15)))
