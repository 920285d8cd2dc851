"""Which axis of a layer's arrays is which: letters as in a Layout, of which N, C, O and I may be absent, and one form for computing.

Computing uses full arrays: input (N, C, spatial), kernel (O, I, spatial), output (N, C, spatial). A letter that the layer's arrays lack
is an axis of one entry there.
"""

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec import Groups, Layout

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Letters = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The letters of input, kernel and output; `carrier`: the kernel's axis that carries the groups (I in a transposed layer of torch)."""

    input: str
    kernel: str
    output: str
    carrier: str = "O"

    @property
    def spatial(self) -> str:
        """The spatial letters, in the order of the input."""
        return "".join(c for c in self.input if c not in "NC")

    @property
    def plain(self) -> bool:
        """Whether there is neither batch nor channel."""
        return not set(self.input + self.kernel) & set("NCOI")

    @property
    def layout(self) -> Layout:
        """The Layout in which absent letters stand in front."""
        return Layout(input=_full(self.input, "NC"), kernel=_full(self.kernel, "OI"), output=_full(self.output, "NC"))

    def __str__(self) -> str:
        return f"{self.input},{self.kernel}->{self.output}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large everything is: images, channels, groups, samples and taps."""

    batch: int
    channels_in: int
    channels_out: int
    groups: int
    samples: Shape
    taps: Shape


# Tried in this order where the layer's layout is not given: the first in which the layer answers as some convolution does.
FORMS = tuple(
    Form(input=first, kernel=second, output=third, carrier=carrier)
    for first, second, third, carrier in (
        ("NCHW", "OIHW", "NCHW", "O"), ("NCHW", "IOHW", "NCHW", "I"), ("NHWC", "HWIO", "NHWC", "O"), ("NHWC", "HWOI", "NHWC", "O"),
        ("NHWC", "OHWI", "NHWC", "O"), ("CHW", "OIHW", "CHW", "O"), ("HWC", "HWIO", "HWC", "O"), ("HW", "HW", "HW", "O"),
        ("NCW", "OIW", "NCW", "O"), ("NCW", "IOW", "NCW", "I"), ("NWC", "WIO", "NWC", "O"), ("CW", "OIW", "CW", "O"), ("W", "W", "W", "O"),
        ("NCHW", "OHW", "NCHW", "O"), ("NHWC", "HWO", "NHWC", "O"), ("CHW", "OHW", "CHW", "O"), ("NHW", "HW", "NHW", "O"),
        ("HW", "OHW", "CHW", "O"), ("NCW", "OW", "NCW", "O"), ("NW", "W", "NW", "O"), ("NCDHW", "OIDHW", "NCDHW", "O"),
        ("NCDHW", "IODHW", "NCDHW", "I"), ("NDHWC", "DHWIO", "NDHWC", "O"), ("DHW", "DHW", "DHW", "O"),
    )
)  # fmt: skip


def parse_form(text: str) -> Form:
    """Return the Form that ``NCHW,OIHW->NCHW`` spells; N, C, O and I may be left out, as in ``HW,HW->HW``."""
    operands, arrow, output = text.partition("->")
    parts = operands.split(",")
    if not arrow or len(parts) != 2 or not all(part.isalpha() and part.isupper() for part in (*parts, output)):
        raise SpecError(f"layout {text!r} is not of the form INPUT,KERNEL->OUTPUT in capital letters, as in NCHW,OIHW->NCHW or HW,HW->HW")
    form = Form(input=parts[0], kernel=parts[1], output=output, carrier="I" if parts[1].startswith("IO") else "O")
    if form.layout and ("N" in form.input) != ("N" in form.output):
        raise SpecError(f"layout {text!r} has a batch on one side only")
    return form


def _full(letters: str, needed: str) -> str:
    return "".join(c for c in needed if c not in letters) + letters


def fitted(form: Form, sizes: Sizes) -> Sizes:
    """Return the sizes with one entry where the form has no letter; a kernel without I has one channel in each group."""
    n = sizes.batch if "N" in form.input else 1
    c = sizes.channels_in if "C" in form.input else 1
    groups = c if "I" not in form.kernel and "C" in form.input else sizes.groups
    out = sizes.channels_out if "C" in form.output else 1
    if groups == c and groups > 1:
        out = c
    return replace(sizes, batch=n, channels_in=c, channels_out=out, groups=groups if c > 1 or groups == 1 else 1)


def sizes_of(form: Form, x_shape: Shape, w_shape: Shape, groups: int | None = None) -> Sizes:
    """Return the sizes of operands of the given shapes, or raise with the rule that they break."""
    for name, shape, letters in (("input", x_shape, form.input), ("kernel", w_shape, form.kernel)):
        if len(shape) != len(letters):
            raise SpecError(f"the {name} has {len(shape)} axes {shape}, but layout {form} names {len(letters)}")
    x, w = dict(zip(form.input, x_shape, strict=True)), dict(zip(form.kernel, w_shape, strict=True))
    c, i, o = x.get("C", 1), w.get("I", 1), w.get("O", 1)
    count = groups or (c // i if form.carrier == "O" and i and not c % i else 1)
    return Sizes(
        batch=x.get("N", 1), channels_in=c, channels_out=o * (count if form.carrier == "I" else 1), groups=count,
        samples=tuple(x[s] for s in form.spatial), taps=tuple(w[s] for s in form.spatial),
    )  # fmt: skip


def shapes(form: Form, sizes: Sizes) -> tuple[Shape, Shape]:
    """Return the shapes of the layer's input and kernel."""
    x, w = letters_of(form, sizes)
    return tuple(x[c] for c in form.input), tuple(w[c] for c in form.kernel)


def letters_of(form: Form, sizes: Sizes) -> tuple[Letters, Letters]:
    """Return how long each letter's axis is, of the input and of the kernel."""
    x = {"N": sizes.batch, "C": sizes.channels_in, **dict(zip(form.spatial, sizes.samples, strict=True))}
    group_in, group_out = sizes.channels_in // sizes.groups, sizes.channels_out // sizes.groups
    o, i = (sizes.channels_out, group_in) if form.carrier == "O" else (group_out, sizes.channels_in)
    return x, {"O": o, "I": i, **dict(zip(form.spatial, sizes.taps, strict=True))}


def full(array: Array, letters: str, needed: str, spatial: str) -> Array:
    """Return a layer's array as a full one: `needed` (NC or OI) in front, the spatial axes behind."""
    whole = _full(letters, needed)
    spread = array.reshape((1,) * (len(whole) - len(letters)) + array.shape)
    return spread.transpose([whole.index(c) for c in needed + spatial])


def own(array: Array, letters: str, needed: str, spatial: str) -> Array:
    """Return a full array in the layer's letters: the inverse of `full`."""
    order = needed + spatial
    kept = [order.index(c) for c in letters]
    left_out = [axis for axis in range(len(order)) if axis not in kept]
    assert prod(array.shape[axis] for axis in left_out) == 1, (array.shape, letters)
    return array.transpose([*left_out, *kept]).reshape([array.shape[axis] for axis in kept])


def groups_of(form: Form, sizes: Sizes) -> Groups:
    """Return the Groups of a Spec."""
    return Groups(count=sizes.groups, kernel=form.carrier) if sizes.groups > 1 else Groups()
