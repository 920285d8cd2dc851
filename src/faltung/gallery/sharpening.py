"""The picture itself plus something: identity, sharpening, unsharp masking, emboss."""

import numpy as np

from faltung.gallery import profiles
from faltung.gallery.build import exact, sampled
from faltung.gallery.facts import moment
from faltung.gallery.parameters import pair_of_sigmas, pair_of_sizes, real, size_for
from faltung.gallery.record import Kernel

FOUR_NEIGHBOURS = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
CHECKER = np.array([[1, -1, 1], [-1, 1, -1], [1, -1, 1]])


def identity(*, size: object = 3) -> Kernel:
    """One at the centre, zero elsewhere; odd sizes."""
    rows, columns = pair_of_sizes("identity", size, odd=True)
    table = profiles.impulse((rows, columns))
    return exact(
        "identity",
        table,
        parameters={"size": (rows, columns)},
        meaning=("y = x", r"\operatorname{corr}(f, w) = f"),
        why=(
            f"Only the centre weight of the {table.size} differs from 0, and it is {int(table.max())}, so each output is the sample "
            "under the centre. It is the neutral element of convolution: a system's answer to it, its impulse response, says "
            "everything about a linear, "
            "shift-invariant system."
        ),
        uses=(
            "Checking that a filter chain keeps position and brightness, probing an unknown filter, the starting point of sharpening "
            "kernels."
        ),
        deep_learning=(
            "Dirac initialisation (torch.nn.init.dirac_) starts convolution layers as the identity; a residual connection adds it to "
            "whatever the layer learns."
        ),
    )


def sharpen() -> Kernel:
    """The picture minus its four-neighbour Laplacian."""
    centre, neighbour = FOUR_NEIGHBOURS[1, 1], FOUR_NEIGHBOURS[0, 1]
    return exact(
        "sharpen",
        FOUR_NEIGHBOURS,
        meaning=("w = identity - laplacian-4", r"\operatorname{corr}(f, w) \approx f - \nabla^2 f"),
        why=(
            "A blur that spreads like heat changes f by a multiple of its Laplacian; subtracting the Laplacian runs that one step "
            f"backwards. With centre {centre} and "
            f"neighbours {neighbour} the weights sum to {FOUR_NEIGHBOURS.sum()}, so flat regions and even slopes stay as they are "
            "while steps overshoot on both sides. "
            f"At the highest frequency on both axes the gain is {(FOUR_NEIGHBOURS * CHECKER).sum()}, so noise is amplified too."
        ),
        uses="A quick, strong sharpening of small blurs in scans and photographs; results leave the input's range and are clipped.",
        deep_learning=(
            "Random changes of sharpness are an augmentation (in AutoAugment and RandAugment). Identity minus a correction is also the "
            "form of a residual block."
        ),
    )


def unsharp(*, amount: object = 1.0, sigma: object = 1.0, size: object = None) -> Kernel:
    """The identity + amount * (identity - gaussian); odd sizes."""
    strength = real("unsharp", "amount", amount, least=0)
    sigmas = pair_of_sigmas("unsharp", sigma)
    shape = size_for("unsharp", size, sigmas, odd=True)
    blur, one = profiles.gaussian_2d(shape, sigmas), profiles.impulse(shape)
    weights = one + strength * (one - blur)
    return sampled(
        "unsharp",
        weights,
        parameters={"amount": strength, "sigma": sigmas, "size": shape},
        formula=f"w = identity + {strength:g} (identity - gaussian(sigma={sigmas[0]:g}, {sigmas[1]:g}; size={shape[0]} x {shape[1]}))",
        latex=rf"w = \delta + {strength:g}\,(\delta - g),\quad g = \text{{gaussian}}_{{\sigma=({sigmas[0]:g},\,{sigmas[1]:g})}}",
        why=(
            f"The picture minus its blur is the detail that the blur removes; adding {strength:g} times that detail back exaggerates "
            "it. In frequencies the gain is "
            f"1 + {strength:g} (1 - G), which is 1 where the blur's gain G is 1 and nears {1 + strength:g} where G vanishes. "
            f"The centre weight is {weights.max():.4g}, and all together sum to 1, so mean brightness is kept; steps get a halo about "
            "as wide as the blur."
        ),
        uses="Sharpening with a chosen strength and width in photography, printing and microscopy; local contrast with a large sigma.",
        deep_learning=(
            "Used as an augmentation and in degradation pipelines for super-resolution (Real-ESRGAN sharpens its training targets by "
            "unsharp masking)."
        ),
    )


def emboss() -> Kernel:
    """The picture plus its slope along the main diagonal."""
    slope_x, slope_y = moment(EMBOSS, 0, 1), moment(EMBOSS, 1, 0)
    return exact(
        "emboss",
        EMBOSS,
        meaning=(
            f"response = f + {slope_x:g} df/dx + {slope_y:g} df/dy + terms of second order",
            rf"\operatorname{{corr}}(f, w) = f + {slope_x:g}\,\partial f/\partial x + {slope_y:g}\,\partial f/\partial y + O(\partial^2 f)",
        ),
        why=(
            f"Apart from the centre, {EMBOSS[1, 1]}, the weights are odd: opposite ones have opposite signs, so they measure the slope "
            "towards the lower right. "
            f"By Taylor's expansion the response is f + {slope_x:g} df/dx + {slope_y:g} df/dy; the weights sum to {EMBOSS.sum()}, so "
            "flat regions keep their grey. "
            "Brightness rising to the lower right is lit and falling brightness is shaded, which the eye reads as relief. "
            "Reversal turns the odd part's sign: as a convolution the same picture seems lit from the opposite side."
        ),
        uses="Relief effects, making shallow gradients visible; a good kernel for finding out whether a function reverses.",
        deep_learning=(
            "Offered as an augmentation by image libraries (imgaug, Albumentations). As a directional difference it resembles the "
            "oriented edge filters of first layers."
        ),
    )
