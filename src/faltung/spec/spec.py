"""The convention as a value: a linear core, and named steps before and after it. It knows nothing about arrays or sizes.

Values per axis are tuples; a tuple of one entry serves every axis.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from faltung.errors import SpecError
from faltung.spec.boundary import BOUNDARIES, Boundary
from faltung.spec.groups import Groups
from faltung.spec.numbers import check_dtype
from faltung.spec.window import Number

if TYPE_CHECKING:
    from fractions import Fraction  # 2 ms, and only where a scale is one

    from faltung.spec.fold import Fold
    from faltung.spec.layout import Layout

T = TypeVar("T")
Operation = Literal["convolve", "correlate", "convolve_transpose"]
Mode = Literal["full", "same", "valid", "causal", "same_upper", "same_lower", "pads"]
Anchor = int | str
"""A tap counted in window order, or ``low`` / ``high``, or one of these moved by whole taps: ``low-1``, ``high+2``."""
Conj = Literal["none", "input", "kernel"]
Operands = Literal["as_given", "longer_first", "dominant_first", "exchanged"]
Total = Literal["1/sum", "1/abs_sum"]
Scale: TypeAlias = "int | float | Fraction | Total"
Missing = Literal["propagate", "ignore", "renormalise", "skip_zero_weights"]
Product = Literal["multiply", "or_and"]
Rounding = Literal["half_even", "half_away", "half_up", "floor", "truncate"]
Overflow = Literal["raise", "saturate", "wrap"]
Frame = Literal["computed", "copied"] | int | float

WORDS: dict[str, tuple[str, ...]] = {
    "operation": get_args(Operation), "mode": get_args(Mode), "conj": get_args(Conj), "operands": get_args(Operands),
    "missing": get_args(Missing), "product": get_args(Product), "rounding": get_args(Rounding), "overflow": get_args(Overflow),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A convention. Core: operation … conj. Steps before it: operands, permute, scale, missing, product. Steps after it: dtype … frame.

    Parameters
    ----------
    operation : {"convolve", "correlate", "convolve_transpose"}
        Whether the kernel is reversed before it slides. ``convolve_transpose`` is the adjoint, without conjugation, of the ``correlate``
        with the same stride, dilation and pads: its stride spreads the input, its pads crop the output.
    mode, anchor, pads
        Which outputs exist: a word; for ``same`` the centre of each axis; for ``pads`` a (low, high) pair for each axis.
    boundary, fill
        What lies outside: a (low, high) pair of laws for each axis, and their values where the law is ``constant``.
    stride, dilation, input_dilation
        Step of the outputs, of the taps, and spread of the input's samples.
    reversal
        Whether each axis of the kernel is reversed; None: as the operation says (Pillow reverses only one axis).
    fold, output_reversal
        The partners under adjoint of a boundary and of a reversal.
    layout, groups
        Axis letters and groups; None: every axis is spatial.
    conj : {"none", "input", "kernel"}
        Which operand is conjugated.
    operands : {"as_given", "longer_first", "dominant_first", "exchanged"}
        NumPy's swap, SciPy's swap in valid mode, or always; the first two reverse and conjugate the answer of a correlation.
    permute
        The order in which the kernel's axes are taken, as in ``numpy.transpose``.
    scale, missing, product
        Factor of every output; what NaN or masked samples do; multiply-add, or and-or for booleans.
    dtype, offset, rounding, overflow, frame
        Result dtype (None: the rule of `faltung.spec.numbers`), number added, rounding and range of integers, and what stands where the
        window leaves the input.

    Examples
    --------
    >>> print(ft.Spec(operation="correlate", mode="same", boundary=(("half_sample", "half_sample"),), conj="kernel"))
    correlate same:high boundary=half_sample
    """

    operation: Operation
    mode: Mode = "full"
    anchor: tuple[Anchor, ...] = ("high",)
    pads: tuple[tuple[int, int], ...] = ((0, 0),)
    boundary: tuple[tuple[Boundary, Boundary], ...] = (("zero", "zero"),)
    fill: tuple[tuple[Number, Number], ...] = ((0, 0),)
    stride: tuple[int, ...] = (1,)
    dilation: tuple[int, ...] = (1,)
    input_dilation: tuple[int, ...] = (1,)
    reversal: tuple[bool, ...] | None = None
    fold: tuple["Fold | None", ...] = (None,)
    output_reversal: tuple[bool, ...] = (False,)
    layout: "Layout | None" = None
    groups: Groups = Groups()
    conj: Conj = "none"
    operands: Operands = "as_given"
    permute: tuple[int, ...] | None = None
    scale: Scale = 1
    missing: Missing = "propagate"
    product: Product = "multiply"
    dtype: str | None = None
    offset: Number = 0
    rounding: Rounding = "half_even"
    overflow: Overflow = "raise"
    frame: Frame = "computed"

    def __post_init__(self) -> None:
        for name, words in WORDS.items():
            if getattr(self, name) not in words:
                raise SpecError(f"{name} is {getattr(self, name)!r}; it must be one of {', '.join(words)}")
        _check_values(self)
        if self.mode != "same":  # an anchor says nothing there: one form, so that equal conventions are equal
            object.__setattr__(self, "anchor", ("high",))
        _check_outside(self)
        if self.operation == "convolve_transpose":
            _check_transpose(self)

    def __str__(self) -> str:
        from faltung.spec.notation import format_spec

        return format_spec(self)


def split_anchor(anchor: Anchor) -> tuple[str, int]:
    """Return (base, taps) of an anchor: ("low", -1) for ``low-1``, ("tap", 2) for 2."""
    if isinstance(anchor, int) and not isinstance(anchor, bool):
        return "tap", anchor
    for base in ("low", "high"):
        if isinstance(anchor, str) and anchor.startswith(base):
            rest = anchor[len(base) :]
            if not rest:
                return base, 0
            if rest[0] in "+-" and rest[1:].isdecimal():
                return base, int(rest)
    raise SpecError(f"anchor {anchor!r} is not low, high, one of these moved by taps (low-1, high+2), or a tap's number in window order")


def _check_values(spec: Spec) -> None:
    for name, values in per_axis_fields(spec).items():
        if not values:
            raise SpecError(f"{name} is empty; give one entry for all axes, or one for each")
    for name in ("stride", "dilation", "input_dilation"):
        _check_steps(name, getattr(spec, name))
    for anchor in spec.anchor:
        split_anchor(anchor)
    if spec.mode != "pads" and spec.pads != ((0, 0),):
        raise SpecError(f"pads are {spec.pads} but the mode is {spec.mode!r}; pads need mode 'pads'")
    if spec.dtype is not None:
        check_dtype(spec.dtype)
    if isinstance(spec.scale, str) and spec.scale not in get_args(Total):
        raise SpecError(f"scale is {spec.scale!r}; it must be a number, 1/sum or 1/abs_sum")
    if isinstance(spec.frame, complex) or (isinstance(spec.frame, str) and spec.frame not in ("computed", "copied")):
        raise SpecError(f"frame is {spec.frame!r}; it must be computed, copied or a real number")


def _check_steps(name: str, values: tuple[int, ...]) -> None:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise SpecError(f"{name} is {value!r}; it must be a whole number of at least 1")


def _check_outside(spec: Spec) -> None:
    for pair in spec.boundary:
        for word in pair:
            if word not in BOUNDARIES:
                raise SpecError(f"boundary {word!r} is not one of {', '.join(BOUNDARIES)}")
    axes = max(len(spec.boundary), len(spec.fill))
    for axis in range(axes):
        laws, fills = at(spec.boundary, axis), at(spec.fill, axis)
        for law, value in zip(laws, fills, strict=True):
            if value != 0 and law != "constant":
                raise SpecError(f"fill is {value!r} but the boundary is {law!r}; a fill needs boundary 'constant'")


def _check_transpose(spec: Spec) -> None:
    if spec.mode not in ("full", "pads", "same_upper", "same_lower"):
        modes = "full, pads (crops of the full output), same_upper, same_lower"
        raise SpecError(f"convolve_transpose has no mode {spec.mode!r}; it has {modes}")
    if spec.boundary != (("zero", "zero"),) or spec.input_dilation != (1,):
        raise SpecError("convolve_transpose takes no boundary and no input_dilation: use adjoint(problem) of the forward operation")


def at(values: tuple[T, ...], axis: int) -> T:
    """Return the entry of an axis; a tuple of one entry serves every axis."""
    return values[0] if len(values) == 1 else values[axis]


def per_axis_fields(spec: Spec) -> dict[str, tuple[Any, ...]]:
    """Return the fields that hold one value per axis."""
    names = ("anchor", "pads", "boundary", "fill", "stride", "dilation", "input_dilation", "reversal", "fold", "output_reversal")
    return {name: getattr(spec, name) for name in names if getattr(spec, name) is not None}


def reversed_axis(spec: Spec, axis: int) -> bool:
    """Return whether the kernel is reversed along an axis."""
    return at(spec.reversal, axis) if spec.reversal is not None else spec.operation != "correlate"
