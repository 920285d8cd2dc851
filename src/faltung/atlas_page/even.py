"""Where even kernels put their centre: an impulse at index 4 of 9 under the kernel 1 2 3 4, computed by each dialect."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np

from faltung.api.like import like
from faltung.atlas_page.rows import default_spec, offered
from faltung.dialects import DIALECTS, Call, Dialect
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec
from faltung.spec.layout import Layout

# Shapes of both where nothing says which axes are batch and channels: one axis, two, a batch of images with one kernel (Kornia).
SHAPES = (((9,), (4,)), ((1, 9), (1, 4)), ((1, 1, 1, 9), (1, 1, 4)))
IMPULSE, KERNEL = np.eye(9)[4], np.array([1.0, 2.0, 3.0, 4.0])


@cache
def even_answers(function: str) -> tuple[tuple[str, str], ...]:
    """Return (call as it is typed, answer) for each word with which a function says ``same``; nothing where it has none."""
    dialect, found = DIALECTS[function], []
    for arguments, spec in same_calls(dialect):
        answer = impulse(dialect, arguments, spec)
        if answer is not None:
            found.append((typed(dialect, arguments), answer))
    return tuple(dict.fromkeys(found))


def same_calls(dialect: Dialect) -> list[tuple[dict[str, Any], Spec]]:
    """Return the arguments and Spec of a function's calls of mode `same`: the default if that is one, or those that it offers."""
    default = default_spec(dialect)
    if default is None:
        return []
    if default.mode.startswith("same"):
        return [({}, default)]
    found: dict[str, tuple[dict[str, Any], Spec]] = {}
    operation = "correlate" if default.operation == "convolve_transpose" else default.operation
    for anchor in ("high", "low"):
        for arguments, spec in offered(dialect, Spec(operation=operation, mode="same", anchor=(anchor,))):
            if spec.mode.startswith("same") and set(spec.stride) == {1} and set(spec.anchor) <= {"low", "high"}:
                given = {n: v for n, v in arguments.items() if n in dialect.defaults and v != dialect.defaults[n]}
                found.setdefault(repr(given), (given, spec))
    return list(found.values())


def impulse(dialect: Dialect, arguments: dict[str, Any], spec: Spec) -> str | None:
    """Return the answer to the impulse as text; None where the function takes no such operands."""
    for dtype, shapes in product(("float64", "float32", "uint16"), SHAPES if spec.layout is None else (_laid_out(spec.layout),)):
        try:
            x, k = (array.astype(dtype).reshape(shape) for array, shape in zip((IMPULSE, KERNEL), shapes, strict=True))
            answer = like(dialect.function, **arguments)(x, k)
        except (DialectError, SpecError, ValueError, IndexError):
            continue
        row = np.round(np.asarray(answer).ravel(), 6) + 0.0  # no negative zeros
        return " ".join(f"{value:g}" for value in row) if row.size == 9 and np.any(row) else None
    return None


def _laid_out(layout: Layout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes that put both along the last sliding axis, one sample on every other axis."""
    last = layout.spatial[-1]
    return tuple(9 if letter == last else 1 for letter in layout.input), tuple(4 if letter == last else 1 for letter in layout.kernel)


def typed(dialect: Dialect, arguments: dict[str, Any]) -> str:
    """Return the call, after the name of its language where that is not Python."""
    call = Call(function=dialect.function, arguments=tuple(arguments.items()))
    home = "" if dialect.language == "python" else f"{dialect.function.partition('.')[0]}: "
    return home + (call.code if dialect.types is None else dialect.types(call))
