"""Factors between a gradient and the right one, by name: signs, means that should be sums, the 2 of a squared error."""

from collections.abc import Callable, Iterator
from itertools import chain, combinations
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.layers.scene import Scene

Array = np.ndarray[Any, Any]


def _positions(scene: Scene) -> int:
    return prod(n for n, letter in zip(scene.g.shape, scene.form.output, strict=True) if letter not in "NC")


# Name: (the factor in a case, what is wrong, what to change).
SCALES: dict[str, tuple[Callable[[Scene], float], str, str]] = {
    "sign": (lambda s: -1, "the sign is wrong", "drop the minus: it belongs to the update, w -= rate·dw"),
    "batch mean": (lambda s: 1 / s.sizes.batch, "it is the mean over the batch where the sum is right",
                   "sum; divide by the batch in the loss, once"),
    "batch factor": (lambda s: s.sizes.batch, "it is multiplied by the size of the batch", "drop the factor N"),
    "position mean": (lambda s: 1 / _positions(s), "it is the mean over the positions where the sum is right", "sum over the positions"),
    "mean": (lambda s: 1 / (_positions(s) * s.sizes.batch), "it is the mean over batch and positions where the sum is right",
             "sum over batch and positions"),
    "size mean": (lambda s: 1 / s.g.size, "it is divided by the number of outputs", "divide by it in the loss, not here"),
    "square": (lambda s: 2, "it has a factor 2, as of a squared error", "drop the factor: the gradient of the loss is in g"),
    "half": (lambda s: 0.5, "it has a factor 1/2", "drop the factor"),
    "square mean": (lambda s: 2 / s.g.size, "it has a factor 2/size, as of a mean squared error", "drop the factor: it is in g"),
    "square batch mean": (lambda s: 2 / s.sizes.batch, "it has a factor 2/N, as of a mean squared error", "drop the factor: it is in g"),
    "minus batch mean": (lambda s: -1 / s.sizes.batch, "its sign is wrong, and it is the mean over the batch", "sum, without the minus"),
    "tap mean": (lambda s: 1 / prod(s.sizes.taps), "it is divided by the number of taps", "drop the factor"),
    "input channels": (lambda s: 1 / s.sizes.channels_in, "it is divided by the number of input channels", "sum, do not average"),
    "output channels": (lambda s: 1 / s.sizes.channels_out, "it is divided by the number of output channels", "sum, do not average"),
    "minus square": (lambda s: -2, "it has a factor −2, as of (target − output)²", "drop the factor: it is in g"),
    "group factor": (lambda s: s.sizes.groups, "it is multiplied by the number of groups", "drop the factor"),
    "group mean": (lambda s: 1 / s.sizes.groups, "it is divided by the number of groups", "drop the factor"),
}  # fmt: skip
CONSTANT = "constant"
# Other factors are numbers over products of these.
QUANTITIES: dict[str, Callable[[Scene], int]] = {
    "images": lambda s: s.sizes.batch, "positions": _positions, "output channels": lambda s: s.sizes.channels_out,
    "input channels": lambda s: s.sizes.channels_in, "taps": lambda s: prod(s.sizes.taps), "groups": lambda s: s.sizes.groups,
}  # fmt: skip
NUMBERS = (1, -1, 2, -2, 0.5)
PRODUCTS = tuple(chain.from_iterable(combinations(QUANTITIES, count) for count in (1, 2, 3)))


def _quotients(factor: float, scene: Scene) -> Iterator[str]:
    """Yield every number over a product of `QUANTITIES`, and every product, that the factor is in a case, as in ``2/(images·taps)``."""
    for names in PRODUCTS:
        size = prod(QUANTITIES[name](scene) for name in names)
        for number in NUMBERS:
            spelled = "·".join(names) if len(names) == 1 else f"({'·'.join(names)})"
            if abs(factor * size - number) < 1e-5:
                yield f"factor {number:g}/{spelled}"
            if abs(factor - number * size) < 1e-5 * size:
                yield f"factor {number:g}·{'·'.join(names)}"


def ratio(found: Array, candidate: Array, error: float) -> complex | None:
    """Return the number by which the candidate must be multiplied to give what was found, or None; `error` may be missed."""
    if found.shape != candidate.shape or not found.size:
        return None
    at = int(np.argmax(np.abs(candidate)))
    largest = candidate.reshape(-1)[at]
    if largest == 0:
        return 1.0 if not found.any() else None
    factor = complex(found.reshape(-1)[at] / largest)
    if not np.isfinite(factor) or factor == 0 or abs(factor.imag) > 1e-9 * abs(factor):
        return None
    middle = found.size // 2
    if abs(found.reshape(-1)[middle] - factor.real * candidate.reshape(-1)[middle]) > 2 * error + abs(factor) * 1e-9 * abs(largest):
        return None  # most candidates end here
    # The factor itself carries the rounding of one value.
    slack = error + abs(factor) * 1e-12 * float(np.abs(largest))
    return factor if np.all(np.abs(found - factor.real * candidate) <= 2 * slack) else None


def scale_names(factor: complex, scene: Scene) -> tuple[str, ...]:
    """Return every name that this factor has in a case; also ``constant`` with its value."""
    if abs(factor - 1) < 1e-6:
        return ("", *(name for name, (value, _, _) in SCALES.items() if value(scene) == 1), *_quotients(1, scene))
    named = tuple(name for name, (value, _, _) in SCALES.items() if abs(factor - value(scene)) < 1e-5 * abs(value(scene)))
    return (*named, *_quotients(factor.real, scene), f"{CONSTANT} {factor.real:.6g}")


def scale_rank(name: str) -> int:
    """Return 0 for a factor of the table or none, 1 for a quotient, 2 for a number."""
    return 2 if name.startswith(CONSTANT) else int(name.startswith("factor"))


def scale_words(name: str) -> tuple[str, str]:
    """Return what is wrong and what to change."""
    if name in SCALES:
        return SCALES[name][1:]
    if name.startswith("factor"):
        return f"it has a {name}", "drop the factor"
    return f"it is {name.removeprefix(CONSTANT).strip()} times what it should be", "drop the factor"
