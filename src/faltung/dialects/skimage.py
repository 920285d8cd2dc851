"""scikit-image: `correlate_sparse`, a sum over the weights that are not zero; float32 stays, all else becomes float64."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import COMPLEX

FUNCTION = "skimage.filters.correlate_sparse"
MODES: dict[str, Boundary] = {
    "reflect": "half_sample", "symmetric": "half_sample", "mirror": "whole_sample", "nearest": "edge", "edge": "edge",
    "constant": "zero", "wrap": "periodic", "valid": "zero",
}  # fmt: skip
WORD = {"half_sample": "reflect", "whole_sample": "mirror", "edge": "nearest", "zero": "constant", "periodic": "wrap"}


def _dtype(given: str | None) -> str | None:
    if given in (*COMPLEX, "object"):
        raise DialectError(f"{FUNCTION} does not take {given}; it takes booleans, integers and real floats")
    return given if given in (None, "float32") else "float32" if given == "float16" else "float64"


def _read(arguments: Arguments) -> Spec:
    law = choice(FUNCTION, "mode", arguments["mode"], MODES)
    mode: Any = "valid" if arguments["mode"] == "valid" else "same"
    return Spec(operation="correlate", mode=mode, boundary=((law, law),), missing="skip_zero_weights", dtype=_dtype(arguments["x_dtype"]))


def _prepare(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    dtype = _dtype(arguments["x_dtype"])
    if arguments["mode"] != "valid" and any(size % 2 == 0 for size in k.shape):
        raise DialectError(f"{FUNCTION} has a kernel of shape {k.shape}; its sizes must be odd, except in mode 'valid'")
    return x.astype(dtype), np.real(k).astype(dtype)  # of complex weights, the imaginary parts are dropped (with a warning there)


def _offers(spec: Spec) -> Iterable[Arguments]:
    yield {"mode": WORD.get(spec.boundary[0][0], "reflect")}
    yield {"mode": "valid"}


SKIMAGE = {
    FUNCTION: Dialect(
        function=FUNCTION, defaults={"mode": "reflect"}, reads=_read, offers=_offers, prepares=_prepare,
        reference="the weight at index 0 of every axis is multiplied even where it is zero, so that NaN under it spreads",
    ),
}  # fmt: skip
