"""What deep-learning libraries have in common: batches and channels, values for each axis, one dtype, and sizes that depend on shapes.

All of them slide without reversing the kernel (a cross-correlation) and never conjugate. Biases are no part of a Spec: add them afterwards.
Where the kernel does not fit, some of them return an empty array (JAX always, PyTorch on some paths); here that is refused like the rest.
Where neither the arguments nor the shapes say how many axes slide, two do.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from faltung.dialects.promotion import promoted
from faltung.dialects.record import Arguments, ShapesNeededError
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups, Layout
from faltung.spec.numbers import INTEGERS
from faltung.spec.spec import at

SPATIAL = {1: "W", 2: "HW", 3: "DHW"}
INEXACT = ("float16", "float32", "float64", "complex64", "complex128")
TRANSPOSED = Groups(kernel="I")


def first(rank: int, kernel: str = "OI") -> Layout:
    """Return the layout with channels in front: NCHW; the kernel's two axes in the order of `kernel`."""
    s = SPATIAL[rank]
    return Layout(input=f"NC{s}", kernel=f"{kernel}{s}", output=f"NC{s}")


def last(rank: int, kernel: str = "{}IO") -> Layout:
    """Return the layout with channels behind: NHWC; the kernel's letters as `kernel` says, ``{}`` for the spatial ones."""
    s = SPATIAL[rank]
    return Layout(input=f"N{s}C", kernel=kernel.format(s), output=f"N{s}C")


def each(function: str, name: str, value: Any, rank: int, least: int | None = 1) -> tuple[int, ...]:
    """Return one whole number for each axis from one number, or one for each."""
    entries = tuple(value) if isinstance(value, tuple | list) else (value,)
    if len(entries) == 1:
        entries *= rank
    whole = all(isinstance(entry, int | np.integer) and not isinstance(entry, bool) for entry in entries)
    if len(entries) != rank or not whole or (least is not None and min(entries) < least):
        rule = "" if least is None else f" of at least {least}"
        raise DialectError(f"{function} has {name} {value!r}; it takes one whole number{rule}, or {rank}")
    return tuple(int(entry) for entry in entries)


def positive(function: str, name: str, value: Any) -> int:
    """Return a count, such as of groups."""
    return each(function, name, value, 1)[0]


def rank_of(function: str, arguments: Arguments, *names: str) -> int:
    """Return how many axes slide: from the shapes, else from tuples among the arguments `names`, else two."""
    ranks = [len(arguments[fact]) - 2 for fact in ("k_shape", "x_shape") if arguments[fact] is not None]
    ranks += [len(arguments[name]) for name in names if isinstance(arguments.get(name), tuple | list)]
    rank = ranks[0] if ranks else 2
    if rank not in SPATIAL:
        raise DialectError(f"{function} with {rank} sliding axes: operands need a batch axis, a channel axis and one to three that slide")
    return rank


def one_dtype(function: str, arguments: Arguments, dtypes: Iterable[str]) -> dict[str, Any]:
    """Return the steps of a function that computes in the dtype that both operands have; integers wrap around."""
    found = [arguments["x_dtype"], arguments["k_dtype"]]
    accepted = tuple(dtypes)
    for name in found:
        if name is not None and name not in accepted:
            raise DialectError(f"{function} does not take {name}; it takes {', '.join(accepted)}")
    if None not in found and found[0] != found[1]:
        raise DialectError(f"{function} takes operands of one dtype, not {found[0]} and {found[1]}; convert one of them")
    return {"dtype": found[0] or found[1], "overflow": "wrap"}


def promoted_inexact(a: str, b: str) -> str:
    """Return the dtype of two operands where integers are weak: the promotion of the inexact ones, float32 if there are none."""
    inexact = [name for name in (a, b) if name != "bool" and name not in INTEGERS]
    if not inexact:
        return "float32"
    return promoted(inexact[0], inexact[-1])


def layer(**fields: Any) -> Spec:
    """Return a Spec with batches and channels; entries for each axis that agree become one: the layout knows how many axes there are."""
    for name in ("pads", "stride", "dilation", "input_dilation"):
        if name in fields and len(set(fields[name])) == 1:
            fields[name] = fields[name][:1]
    return Spec(**fields)


def pads_of(pairs: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """Return mode and pads: the word ``valid`` where all pads are 0."""
    pads = tuple(pairs)
    return {"mode": "pads", "pads": pads} if any(any(pair) for pair in pads) else {"mode": "valid"}


def crops_of(pairs: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """Return mode and pads of a transposed convolution: the word ``full`` where nothing is cropped."""
    pads = tuple(pairs)
    return {"mode": "pads", "pads": pads} if any(any(pair) for pair in pads) else {"mode": "full"}


def kernel_sizes(function: str, arguments: Arguments, layout: Layout, why: str) -> tuple[int, ...]:
    """Return K on every sliding axis, in the input's order; `why` says what depends on it."""
    shape = arguments["k_shape"]
    if shape is None:
        raise ShapesNeededError(f"{function}: {why} on the kernel's size; give k_shape")
    check_kernel_rank(function, arguments, len(layout.spatial))
    return tuple(shape[layout.kernel.index(letter)] for letter in layout.spatial)


def groups_by_channels(function: str, arguments: Arguments, layout: Layout) -> int:
    """Return how many times the kernel's channels go into the input's: 1 where the shapes are not known."""
    if arguments["x_shape"] is None or arguments["k_shape"] is None:
        return 1
    check_kernel_rank(function, arguments, len(layout.spatial))
    if len(arguments["x_shape"]) != len(layout.input):
        raise DialectError(f"{function} takes an input with {len(layout.input)} axes, not {tuple(arguments['x_shape'])}")
    have, take = arguments["x_shape"][layout.input.index("C")], arguments["k_shape"][layout.kernel.index("I")]
    if have % take:
        raise DialectError(f"{function} takes {take} channels in a group, which do not divide the input's {have}")
    return int(have // take)


def check_ranks(function: str, x: Any, k: Any, rank: int) -> None:
    """Refuse operands without batch or channel axis."""
    if x.ndim != rank + 2 or k.ndim != rank + 2:
        raise DialectError(f"{function} takes input and kernel with {rank + 2} axes, not {x.shape} and {k.shape}")


def check_kernel_rank(function: str, arguments: Arguments, rank: int) -> None:
    """Refuse the shape of a kernel that has not its two axes beside those that slide, where it is known."""
    shape = arguments["k_shape"]
    if shape is not None and len(shape) != rank + 2:
        raise DialectError(f"{function} takes a kernel with {rank + 2} axes, not {tuple(shape)}")


# What a Spec asks of a library, for its `offers`


def wanted_rank(spec: Spec, default: int | None) -> int:
    """Return how many axes slide in a Spec; `default` where it does not say."""
    if spec.layout is not None:
        return len(spec.layout.spatial)
    lengths = (len(getattr(spec, name)) for name in ("pads", "stride", "dilation", "anchor", "boundary", "input_dilation"))
    longest = max(lengths)
    return longest if longest > 1 else default or 2


def wanted(spec: Spec, name: str, rank: int) -> Any:
    """Return a field's entries as an argument: one number where all axes agree, else one for each."""
    entries = tuple(at(getattr(spec, name), axis) for axis in range(rank))
    return entries[0] if len(set(entries)) == 1 else entries


def wanted_pads(spec: Spec, rank: int) -> tuple[tuple[int, int], ...]:
    """Return (low, high) for each axis of a Spec with explicit pads; zeros where it has other words."""
    return tuple(at(spec.pads, axis) if spec.mode == "pads" else (0, 0) for axis in range(rank))


def squeezed(entries: tuple[Any, ...]) -> Any:
    """Return one entry for all axes where they agree."""
    return entries[0] if len(set(entries)) == 1 else entries
