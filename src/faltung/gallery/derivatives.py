"""First derivatives: a central difference along one axis, a smoothing across it."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from faltung.errors import SpecError
from faltung.gallery import profiles
from faltung.gallery.build import exact
from faltung.gallery.facts import factors_of, moment
from faltung.gallery.parameters import whole
from faltung.gallery.record import Kernel
from faltung.gallery.text import vector_text

Axis = Literal["x", "y"]

# The absolute weights sum to at most 2**(2n - 2), and 31 is the largest odd size for which that fits int64.
LARGEST_SOBEL = 31

SOBEL_NOTE = "The smoothing is binomial, a Gaussian in small integers."
PREWITT_NOTE = (
    "The smoothing is a plain mean: of all smoothings over as many samples it damps independent noise most, "
    "but the measured direction of an edge is less true than with Sobel's or Scharr's weights."
)
SCHARR_NOTE = (
    "The smoothing weights come from Scharr's least-squares fit in the Fourier domain (2000), rounded to integers: "
    "they make the direction atan2(gy, gx) more nearly independent of how the edge is turned."
)


def sobel_x(*, size: object = 3) -> Kernel:
    """The Sobel kernel for the slope to the right; `size` odd, 3 to 31."""
    return _sobel("sobel-x", "x", size)


def sobel_y(*, size: object = 3) -> Kernel:
    """The Sobel kernel for the slope downwards, negative on top; `size` odd, 3 to 31."""
    return _sobel("sobel-y", "y", size)


def prewitt_x() -> Kernel:
    """The Prewitt kernel for the slope to the right."""
    return _small("prewitt-x", "x", (1, 1, 1), PREWITT_NOTE)


def prewitt_y() -> Kernel:
    """The Prewitt kernel for the slope downwards, negative on top."""
    return _small("prewitt-y", "y", (1, 1, 1), PREWITT_NOTE)


def scharr_x() -> Kernel:
    """The Scharr kernel (3 10 3) for the slope to the right."""
    return _small("scharr-x", "x", (3, 10, 3), SCHARR_NOTE)


def scharr_y() -> Kernel:
    """The Scharr kernel (3 10 3) for the slope downwards, negative on top."""
    return _small("scharr-y", "y", (3, 10, 3), SCHARR_NOTE)


def _sobel(name: str, axis: Axis, size: object) -> Kernel:
    n = whole(name, "size", size, least=3, most=LARGEST_SOBEL)
    if n % 2 == 0:
        raise SpecError(
            f"{name}: size {n} has no centre sample, which a central difference needs; give an odd size from 3 to {LARGEST_SOBEL}"
        )
    table = _table(axis, profiles.binomial(n), profiles.binomial_difference(n))
    return _entry(name, axis, table, SOBEL_NOTE, {"size": n})


def _small(name: str, axis: Axis, smoothing: tuple[int, ...], note: str) -> Kernel:
    return _entry(name, axis, _table(axis, np.array(smoothing), profiles.binomial_difference(3)), note, {})


def _table(axis: Axis, smoothing: NDArray[Any], difference: NDArray[Any]) -> NDArray[Any]:
    return np.outer(smoothing, difference) if axis == "x" else np.outer(difference, smoothing)


def _entry(name: str, axis: Axis, table: NDArray[Any], note: str, parameters: dict[str, object]) -> Kernel:
    slope = moment(table, 0, 1) if axis == "x" else moment(table, 1, 0)
    return exact(
        name,
        table,
        parameters=parameters,
        meaning=(
            f"response = {slope:g} df/d{axis} + terms of third order",
            rf"\operatorname{{corr}}(f, w) = {slope:g}\,\partial f/\partial {axis} + O(\partial^3 f)",
        ),
        why=_why(table, axis, slope, note),
        uses=(
            "Edge detection, gradient magnitude and direction (Canny, HOG, structure tensor, corner measures), focus measures, optical "
            "flow."
        ),
        deep_learning=(
            "First layers trained on photographs regularly hold oriented edge filters like this one (AlexNet, 2012, is the known picture). "
            "As a fixed layer, one copy per channel (a depthwise convolution), it serves in losses that compare the gradients of two "
            "images."
        ),
    )


def _why(table: NDArray[Any], axis: Axis, slope: float, note: str) -> str:
    pair = factors_of(table)
    assert pair is not None  # an outer product has rank 1
    smoothing, difference = pair if axis == "x" else pair[::-1]
    along, across = ("row", "column") if axis == "x" else ("column", "row")
    return (
        f"By Taylor's expansion f({axis}+1) - f({axis}-1) = 2 f'({axis}) + f'''({axis})/3 + ..., so a central difference is twice the "
        "slope, "
        f"with an error of second order. The {along} {vector_text(difference)} differentiates, the {across} {vector_text(smoothing)} "
        "smooths across. "
        f"The weights sum to {int(table.sum())}, so flat regions give 0; on the ramp f = {axis} the response is {slope:g}, so divide "
        f"by {slope:g} "
        f"for grey values per sample. {note}"
    )
