"""One line for a convention, or for a convention with its sizes; it round-trips and prints only what is not the default.

    spec      := operation [mode] {field=value}
    operation := convolve | correlate | convolve_transpose
    mode      := word | same:anchor | pads=low:high
    problem   := dtype[sizes] * dtype[sizes] spec

Values per axis are joined by ``,`` (one value serves all axes), low and high by ``:``; numbers are written as Python writes them.
Fields come in the order of `Spec`; there are no spaces inside a value; an unknown field is an error. `correlate` conjugates the kernel
unless ``conj=none`` says otherwise, as NumPy and SciPy do; the others conjugate nothing.
"""

from typing import TYPE_CHECKING, Any

from faltung.spec.groups import Groups
from faltung.spec.problem import Problem
from faltung.spec.spec import Conj, Spec

if TYPE_CHECKING:
    from faltung.spec.fold import Fold

PAIRS = ("pads", "boundary", "fill")
PER_AXIS = ("stride", "dilation", "input_dilation", "permute")
FLAGS = ("reversal", "output_reversal")
# The fields behind operation, mode, anchor and pads, in the order of the dataclass.
FIELDS = (
    "boundary", "fill", "stride", "dilation", "input_dilation", "reversal", "fold", "output_reversal", "layout", "groups", "conj",
    "operands", "permute", "scale", "missing", "product", "dtype", "offset", "rounding", "overflow", "frame",
)  # fmt: skip


def default_conj(operation: str) -> Conj:
    """Return what is conjugated when nothing is said: the kernel of a correlation."""
    return "kernel" if operation == "correlate" else "none"


def format_spec(spec: Spec) -> str:
    """Return the line."""
    words: list[str] = [spec.operation]
    if spec.mode == "same":
        words.append(f"same:{_joined(spec.anchor)}")
    elif spec.mode == "pads":
        words.append(f"pads={_joined(_pair(p, either=False) for p in spec.pads)}")
    elif spec.mode != "full":
        words.append(spec.mode)
    return " ".join(words + [f"{name}={text}" for name, text in field_texts(spec).items()])


def format_problem(problem: Problem) -> str:
    """Return the line of a Problem."""
    operands = ((problem.input_dtype, problem.input_shape), (problem.kernel_dtype, problem.kernel_shape))
    return " * ".join(f"{dtype}[{_joined(shape)}]" for dtype, shape in operands) + " " + format_spec(problem.spec)


def field_texts(spec: Spec) -> dict[str, str]:
    """Return the text of every field that is not at its default, in the order of `FIELDS`."""
    default = Spec(operation=spec.operation, conj=default_conj(spec.operation))
    return {name: _text(name, getattr(spec, name)) for name in FIELDS if getattr(spec, name) != getattr(default, name)}


def _text(name: str, value: Any) -> str:
    if name in PAIRS:
        return _joined(_pair(pair, either=name != "pads") for pair in value)
    if name in FLAGS:
        return _joined(str(flag).lower() for flag in value)
    if name in PER_AXIS:
        return _joined(value)
    if name == "fold":
        return _joined(_fold_text(fold) for fold in value)
    if isinstance(value, Groups):
        return _groups_text(value)
    return str(value) if isinstance(value, str) or name in ("layout", "scale") else repr(value)


def _joined(values: Any) -> str:
    return ",".join(str(v) for v in values)


def _pair(pair: tuple[Any, Any], either: bool) -> str:
    """Return low:high, or with `either` one value that both ends share."""
    low, high = (v if isinstance(v, str) else repr(v) for v in pair)
    return low if low == high and either else f"{low}:{high}"


def _fold_text(fold: "Fold | None") -> str:
    return f"{fold.size}:{fold.low}:{fold.boundary_low}:{fold.boundary_high}" if fold else "none"


def _groups_text(groups: Groups) -> str:
    carriers = (groups.input, groups.kernel, groups.output)
    if carriers == ("C", "O", "C"):
        return str(groups.count)
    return f"{groups.count}:{':'.join(carriers)}"
