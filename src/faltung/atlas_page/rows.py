"""One row of the atlas for each function: read from its dialect, or from the data for libraries that cannot be run."""

from collections.abc import Iterator
from functools import cache
from itertools import product

from faltung.dialects import DIALECTS, Dialect
from faltung.dialects.record import Arguments, complete, read_with
from faltung.dialects.rows import ROWS, Row
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec
from faltung.spec.numbers import is_exact

# Shapes for functions whose Spec depends on them: without a layout, then with batch and channels in front, then behind.
SHAPES = (
    ((9,), (4,)), ((9, 8), (4, 3)), ((4,), (4,)), ((1, 1, 9, 8), (1, 1, 4, 3)), ((1, 9, 8, 1), (4, 3, 1, 1)), ((1, 1, 9), (1, 1, 4)),
    ((1, 9, 1), (4, 1, 1)), ((1, 1, 9, 8, 7), (1, 1, 4, 3, 2)), ((1, 9, 8, 7, 1), (4, 3, 2, 1, 1)),
)  # fmt: skip
MIXED = "depends on the arguments"
# What a function that has no default for it is called with.
REQUIRED: tuple[dict[str, object], ...] = (
    {}, {"padding": "VALID", "window_strides": (1, 1), "strides": (1, 1), "stride": 1}, {"padding": "VALID", "strides": (1, 1, 1, 1)},
    {"padding": "VALID", "strides": (1, 1, 1, 1, 1)}, {"strides": 1}, {"strides": (1, 1, 1, 1, 1)},
)  # fmt: skip


def rows(name: str = "") -> tuple[Row, ...]:
    """Return the rows of every function whose name is `name` or begins with it."""
    found = [row_of(function) for function in DIALECTS] + list(ROWS)
    return tuple(row for row in found if row.function == name or row.function.startswith(f"{name}.") or not name)


@cache
def row_of(function: str) -> Row:
    """Return a dialect's row, everything in it read from the Specs of its calls."""
    dialect = DIALECTS[function]
    spec = default_spec(dialect)
    same = same_specs(dialect, spec)
    return Row(
        function=dialect.function, reversed=reversal_word(spec), conjugated=MIXED if spec is None else spec.conj,
        centre=", ".join(dict.fromkeys(centre_word(found) for found in same)) or "–",
        boundary=boundary_word(spec), layout=str(spec.layout) if spec and spec.layout else "", dtype=dtype_words(dialect),
        evidence=dialect.evidence, reference=dialect.reference, bugs=dialect.bugs,
    )  # fmt: skip


def default_spec(dialect: Dialect, **facts: object) -> Spec | None:
    """Return the Spec of a call without arguments; with plain shapes where it depends on them, None where no such call exists."""
    for required, shapes in product(REQUIRED, ({}, *({"x_shape": x, "k_shape": k} for x, k in SHAPES))):
        needed = {name: value for name, value in required.items() if name in dialect.defaults}
        if "output_shape" in dialect.defaults and shapes:
            needed |= {"output_shape": shapes["x_shape"]}
        try:
            return read_with(dialect, {**needed, **shapes, **facts})
        except (DialectError, SpecError, ValueError, IndexError, TypeError):
            continue
    return None


def same_specs(dialect: Dialect, default: Spec | None) -> list[Spec]:
    """Return the Specs of mode `same` that a function offers, its default first."""
    found = [] if default is None else [default]
    operation = "correlate" if default is None or default.operation == "convolve_transpose" else default.operation
    for anchor in ("low", "high"):
        found += [spec for _, spec in offered(dialect, Spec(operation=operation, mode="same", anchor=(anchor,)))]
    return [spec for spec in found if spec.mode.startswith("same") and spec.operation == (default or spec).operation]


def offered(dialect: Dialect, spec: Spec) -> Iterator[tuple[Arguments, Spec]]:
    """Yield the arguments that a function offers for a Spec, each with the Spec that it has."""
    for arguments in dialect.offers(spec):
        try:
            yield complete(dialect, arguments), read_with(dialect, arguments)
        except (DialectError, SpecError):
            continue


def reversal_word(spec: Spec | None) -> str:
    """Return whether the kernel is reversed, in a word."""
    if spec is None:
        return MIXED
    if spec.operation == "convolve_transpose":
        return "scatter"
    if spec.reversal is not None:
        return ", ".join("yes" if flag else "no" for flag in spec.reversal) + " (axis by axis)"
    return "yes" if spec.operation == "convolve" else "no"


def centre_word(spec: Spec) -> str:
    """Return where `same` puts its centre."""
    if spec.mode != "same":
        return f"{spec.mode}: {'low' if spec.mode == 'same_upper' else 'high'} at stride 1"
    return ", ".join(dict.fromkeys(str(anchor) for anchor in spec.anchor))


def boundary_word(spec: Spec | None) -> str:
    """Return what lies outside, or what the outputs are where nothing is read there."""
    if spec is None:
        return MIXED
    if spec.mode == "valid":
        return "nothing is read outside (valid)"
    laws = dict.fromkeys(law for pair in spec.boundary for law in pair)
    frame = "" if spec.frame == "computed" else f", outputs that read there: {spec.frame}"
    return ", ".join(laws) + frame


def dtype_words(dialect: Dialect) -> str:
    """Return the dtypes of results by the operands' dtypes, and what integers do; nothing where that is not known."""
    said: dict[str, list[str]] = {}
    for name in ("uint8", "int32", "float32", "float64"):
        spec = default_spec(dialect, x_dtype=name, k_dtype=name)
        answer = "refused" if spec is None else "?" if spec.dtype is None else spec.dtype
        if spec is not None and spec.dtype is not None and is_exact(spec.dtype):
            answer += f" ({spec.overflow}{', ' + spec.rounding if spec.rounding != 'half_even' else ''})"
        said.setdefault("itself" if answer == name else answer.replace(f"{name} ", "itself "), []).append(name)
    if said.keys() <= {"?"}:  # nothing is said of dtypes
        return ""
    return "; ".join(f"{', '.join(names)} → {answer}" for answer, names in said.items())
