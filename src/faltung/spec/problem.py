"""A Spec with sizes and dtypes: everything that can be known before there are arrays."""

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from faltung.errors import SpecError
from faltung.spec.numbers import check_dtype, result_dtype, sum_dtype
from faltung.spec.resolve import windows
from faltung.spec.spec import Spec
from faltung.spec.window import Window, dilated_size, output_size, span

if TYPE_CHECKING:
    from faltung.spec.layout import Layout


class Channels(NamedTuple):
    """Sizes of the axes that do not slide: images, groups, and channels of each group."""

    batch: int
    groups: int
    channels_in: int
    channels_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A convention, applied to shapes and dtypes.

    Parameters
    ----------
    spec : Spec
        The convention.
    input_shape, kernel_shape : tuple of int
        Shapes of the operands as they are given, before any exchange. Without a layout every axis slides; with one, the shapes have the
        axes that its letters name.
    input_dtype, kernel_dtype : str
        Names of their dtypes.

    Raises
    ------
    SpecError
        When the shapes do not go with the convention, or the kernel does not fit.

    Examples
    --------
    >>> problem = ft.parse("float32[8,9] * float32[3,4] correlate valid stride=2")
    >>> problem.output_shape, problem.taps, problem.flops
    ((3, 3), 12, 216)
    """

    spec: Spec
    input_shape: tuple[int, ...]
    kernel_shape: tuple[int, ...]
    input_dtype: str = "float64"
    kernel_dtype: str = "float64"

    def __post_init__(self) -> None:
        check_dtype(self.input_dtype), check_dtype(self.kernel_dtype)
        _resolved(self)

    @property
    def exchanged(self) -> bool:
        """Whether the second operand plays the input."""
        return _exchanged(self.spec, self.input_shape, self.kernel_shape)

    @property
    def answer_reversed(self) -> bool:
        """Whether the answer of exchanged operands is reversed (and conjugated) afterwards, as NumPy and SciPy do for correlations."""
        return self.exchanged and self.spec.operands != "exchanged" and self.spec.operation == "correlate"

    @property
    def input_sizes(self) -> tuple[int, ...]:
        """N on every sliding axis."""
        return _resolved(self)[1]

    @property
    def kernel_sizes(self) -> tuple[int, ...]:
        """K on every sliding axis."""
        return _resolved(self)[2]

    @property
    def windows(self) -> tuple[Window, ...]:
        """One Window for each sliding axis."""
        return _resolved(self)[0]

    @property
    def output_sizes(self) -> tuple[int, ...]:
        """M on every sliding axis."""
        return tuple(output_size(*axis) for axis in zip(self.windows, self.input_sizes, self.kernel_sizes, strict=True))

    @property
    def channels(self) -> Channels:
        """Sizes of the other axes."""
        return _channels(self)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        layout = self.spec.layout
        if layout is None:
            return self.output_sizes
        c, groups = self.channels, self.spec.groups
        sizes = dict(zip(layout.spatial, self.output_sizes, strict=True))
        sizes["N"] = c.batch * (c.groups if groups.output == "N" else 1)
        sizes["C"] = c.channels_out * (c.groups if groups.output == "C" else 1)
        return tuple(sizes[letter] for letter in layout.output)

    @property
    def dtype(self) -> str:
        """Dtype of the result."""
        spec = self.spec
        rule = result_dtype(self.input_dtype, self.kernel_dtype)
        inexact_step = spec.scale != 1 or isinstance(spec.offset, float)
        return spec.dtype or ("float64" if inexact_step and rule == "int64" else rule)

    @property
    def sum_dtype(self) -> str:
        """Dtype in which the products are summed."""
        return sum_dtype(self.input_dtype, self.kernel_dtype, self.spec.dtype)

    @property
    def taps(self) -> int:
        """Products per output."""
        return prod(self.kernel_sizes) * self.channels.channels_in

    @property
    def flops(self) -> int:
        """Multiplications and additions of the definition: two per product."""
        c = self.channels
        return 2 * self.taps * prod(self.output_sizes) * c.batch * c.groups * c.channels_out

    @property
    def halo(self) -> tuple[tuple[int, int], ...]:
        """For each sliding axis, how many positions before the first and behind the last sample are read."""
        out = []
        for window, n, k in zip(self.windows, self.input_sizes, self.kernel_sizes, strict=True):
            first, last = span(window, n, k)
            out.append((max(0, -first), max(0, last - dilated_size(window, n) + 1)))
        return tuple(out)

    def __str__(self) -> str:
        from faltung.spec.notation import format_problem

        return format_problem(self)


Resolved = tuple[tuple[Window, ...], tuple[int, ...], tuple[int, ...]]


@lru_cache(maxsize=4096)
def _resolved(problem: Problem) -> Resolved:
    """Return windows, input sizes and kernel sizes on the sliding axes; raise when shapes and convention do not go together."""
    spec = problem.spec
    first, second = _in_order(problem)
    if spec.layout is not None:
        first, second = _spatial(spec.layout, first, second)
    _channels(problem)
    if spec.permute is not None:
        if spec.layout is not None:
            raise SpecError(f"permute {spec.permute} and layout {spec.layout} both order the kernel's axes; the layout alone can do it")
        if sorted(spec.permute) != list(range(len(second))):
            raise SpecError(f"permute {spec.permute} does not order the kernel's {len(second)} axes")
        second = tuple(second[axis] for axis in spec.permute)
    return windows(spec, first, second), first, second


def _in_order(problem: Problem) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of the operand that plays the input and of the one that plays the kernel."""
    shapes = problem.input_shape, problem.kernel_shape
    return shapes[::-1] if _exchanged(problem.spec, *shapes) else shapes


def _exchanged(spec: Spec, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    if spec.operands == "as_given" or len(first) != len(second):
        return False
    if spec.operands == "exchanged":
        return True
    if spec.operands == "longer_first":
        return prod(second) > prod(first)
    if all(a >= b for a, b in zip(first, second, strict=True)):
        return False
    if all(b >= a for a, b in zip(first, second, strict=True)):
        return True
    raise SpecError(f"neither operand, {first} nor {second}, is at least as large as the other on every axis; dominant_first needs one")


def _spatial(layout: "Layout", first: tuple[int, ...], second: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    for name, shape, letters in (("input", first, layout.input), ("kernel", second, layout.kernel)):
        if len(shape) != len(letters):
            raise SpecError(f"the {name} has {len(shape)} axes {shape}, but its layout {letters} names {len(letters)}")
    sizes = dict(zip(layout.input, first, strict=True)), dict(zip(layout.kernel, second, strict=True))
    return tuple(sizes[0][c] for c in layout.spatial), tuple(sizes[1][c] for c in layout.spatial)


@lru_cache(maxsize=4096)
def _channels(problem: Problem) -> Channels:
    layout, groups = problem.spec.layout, problem.spec.groups
    if layout is None:
        if groups.count != 1:
            raise SpecError(f"groups is {groups.count}, but there is no layout; groups need one, as in layout=NCHW,OIHW->NCHW")
        return Channels(batch=1, groups=1, channels_in=1, channels_out=1)
    first, second = _in_order(problem)
    sizes = dict(zip(layout.input, first, strict=True)) | {c: n for c, n in zip(layout.kernel, second, strict=True) if c in "OI"}
    for letter in (groups.input, groups.kernel):
        if sizes[letter] % groups.count:
            raise SpecError(f"axis {letter} has {sizes[letter]} entries, which {groups.count} groups do not divide")
        sizes[letter] //= groups.count
    if sizes["C"] != sizes["I"]:
        of = f" in each of {groups.count} groups" if groups.count > 1 else ""
        raise SpecError(f"the input has {sizes['C']} channels and the kernel takes {sizes['I']}{of}; they must be equal")
    return Channels(batch=sizes["N"], groups=groups.count, channels_in=sizes["C"], channels_out=sizes["O"])
