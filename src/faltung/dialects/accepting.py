"""Whether a library takes operands of these sizes at all: a rank or a size that it refuses is no translation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from faltung.dialects.record import Dialect, Typed, complete, read_with
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec
from faltung.spec.resolve import windows

DTYPES = ("float32", "float64", "uint8")
LARGEST = 2**20  # samples of a stand-in; larger ones are cut to few, which no rule about sizes minds
Sizes = tuple[int, ...] | None


def refusal(dialect: Dialect, spec: Spec, rank: int | None, x_sizes: Sizes, k_sizes: Sizes) -> str | None:
    """Return why a library refuses operands of these sizes, whatever their dtype and its arguments, or None.

    Sizes that are not known are ones that few refuse.
    """
    for arguments in ({}, *dialect.offers(spec)):
        why = refusal_of(dialect, arguments, rank, x_sizes, k_sizes)
        if why is None:
            return None
    return why


def refusal_of(dialect: Dialect, arguments: Mapping[str, Any], rank: int | None, x_sizes: Sizes, k_sizes: Sizes) -> str | None:
    """Return why a library refuses operands of these sizes with these arguments, whatever their dtype, or None."""
    if dialect.says is not None or rank is None:
        return None
    x_shape, k_shape = x_sizes or (16,) * rank, k_sizes or (3,) * rank
    if np.prod(x_shape, dtype=float) > LARGEST or np.prod(k_shape, dtype=float) > LARGEST:
        return None
    given = {name: value for name, value in arguments.items() if not isinstance(value, Typed)}
    reasons = []
    for dtype in DTYPES:
        x, k = np.zeros(x_shape, dtype), np.ones(k_shape, dtype)
        if dialect.batched:
            x, k = x[None, None], k[None]
        facts = {"x_shape": x.shape, "k_shape": k.shape, "x_dtype": dtype, "k_dtype": dtype, **given}
        try:
            read_with(dialect, facts)
            if dialect.prepares is not None:
                dialect.prepares(x, k, complete(dialect, facts))
        except (DialectError, SpecError) as error:
            reasons.append(str(error))
        else:
            return None
    return next((reason for reason in reasons if "does not take" not in reason), reasons[0])  # of the shape, rather than of a dtype


def transposed_refusal(dialect: Dialect, spec: Spec, arguments: Mapping[str, Any], x_sizes: Sizes, k_sizes: Sizes) -> str | None:
    """Return why a transposed convolution of these sizes is another one in a library, or None.

    What is cropped, and whether the end is extended, follows a rule of its own in some libraries where the kernel is shorter than stride
    or crop; without sizes that cannot be seen.
    """
    if x_sizes is None or k_sizes is None:
        return None
    shapes: dict[str, Any] = {"x_shape": (1,) * (len(x_sizes) + 2)}
    try:
        layout = read_with(dialect, {**arguments, **shapes}).layout
        if layout is not None:
            count = {"C": spec.groups.count, "I": spec.groups.count if spec.groups.kernel == "I" else 1}
            x = dict(zip(layout.spatial, x_sizes, strict=True)) | count
            k = dict(zip(layout.spatial, k_sizes, strict=True)) | count
            shapes = {"x_shape": tuple(x.get(c, 1) for c in layout.input), "k_shape": tuple(k.get(c, 1) for c in layout.kernel)}
        meant = read_with(dialect, {**arguments, **shapes})
        places = [[(w.pad_low, w.pad_high) for w in windows(either, x_sizes, k_sizes)] for either in (spec, meant)]
    except (DialectError, SpecError) as error:
        return str(error)
    if places[0] == places[1]:
        return None
    return f"{dialect.function} crops a kernel of {k_sizes} taps otherwise: {places[1]} in place of {places[0]}"
