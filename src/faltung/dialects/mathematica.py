"""Mathematica's ``ListConvolve[ker, list, {kL, kR}, padding]`` and ``ListCorrelate``, from their documentation.

The overhang {kL, kR} says which element of the kernel (counted from 1, negative ones from the end) meets the first and which the last
element of the list in the first and in the last output. Default: {-1, 1} for a convolution, {1, -1} for a correlation: ``valid``.
Beyond the list stands the list again (periodic), or the number that `padding` is. A list as padding is not a boundary, and refused.

=============  ============  ============  ============================
outputs        ListConvolve  ListCorrelate Spec
=============  ============  ============  ============================
no overhang    {-1, 1}       {1, -1}       valid
left           {1, 1}        {-1, -1}      causal
right          {-1, -1}      {1, 1}        same:0
both           {1, -1}       {-1, 1}       full
=============  ============  ============  ============================
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from faltung.dialects.record import Arguments, Call, Dialect, ShapesNeededError
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec

Operation = Literal["convolve", "correlate"]
# Overhangs by the taps, in window order, that meet the first and the last sample: 0 the first, -1 the last.
MODES: dict[tuple[int, int], dict[str, Any]] = {
    (0, -1): {"mode": "valid"}, (-1, -1): {"mode": "causal"}, (0, 0): {"mode": "same", "anchor": (0,)}, (-1, 0): {"mode": "full"},
}  # fmt: skip
OVERHANGS: dict[Operation, dict[str, tuple[int, int]]] = {
    "convolve": {"valid": (-1, 1), "causal": (1, 1), "same": (-1, -1), "full": (1, -1)},
    "correlate": {"valid": (1, -1), "causal": (-1, -1), "same": (1, 1), "full": (-1, 1)},
}


def _read(function: str, operation: Operation, arguments: Arguments) -> Spec:
    overhang = arguments["overhang"]
    pair = OVERHANGS[operation]["valid"] if overhang is None else overhang
    pair = tuple(pair) if isinstance(pair, tuple | list) else (pair, pair)
    if len(pair) != 2 or not all(type(entry) is int and entry != 0 for entry in pair):
        raise DialectError(f"{function} has overhang {overhang!r}; it must be a whole number other than 0, or two of them")
    low, high = (_window_tap(operation, entry) for entry in pair)
    outputs = MODES.get((low, high))
    if outputs is None:
        outputs = _pads(function, low, high, arguments["k_shape"])
    padding = arguments["padding"]
    if padding is not None and (isinstance(padding, bool) or not isinstance(padding, int | float | complex)):
        raise DialectError(f"{function} has padding {padding!r}; only a number, or none for the periodic list, is a boundary")
    law: Boundary = "periodic" if padding is None else "zero" if padding == 0 else "constant"
    return Spec(operation=operation, boundary=((law, law),), fill=((padding or 0, padding or 0),), **outputs)


def _window_tap(operation: Operation, entry: int) -> int:
    """Return the tap in window order from 0, or from -1 at the end, that an element of the kernel is."""
    place = entry - 1 if entry > 0 else entry
    return place if operation == "correlate" else -1 - place


def _pads(function: str, low: int, high: int, k_shape: tuple[int, ...] | None) -> dict[str, Any]:
    if low == high and low >= 0:
        return {"mode": "same", "anchor": (low,)}
    if k_shape is None:
        raise ShapesNeededError(f"{function}: this overhang depends on the kernel's size; give k_shape")
    taps = [(low % k, high % k) for k in k_shape]
    if any(not -k <= entry < k for k in k_shape for entry in (low, high)):
        raise DialectError(f"{function}: an overhang names an element that a kernel of shape {k_shape} does not have")
    return {"mode": "pads", "pads": tuple((a, k - 1 - b) for (a, b), k in zip(taps, k_shape, strict=True))}


def _offers(operation: Operation, spec: Spec) -> Iterable[Arguments]:
    law, fill = spec.boundary[0][0], spec.fill[0][0]
    padding = None if law == "periodic" or spec.mode == "valid" else fill if law == "constant" else 0
    for mode in ("valid", "full", "causal", "same"):
        overhang: Any = None if mode == "valid" else OVERHANGS[operation][mode]
        if mode == "same" and type(spec.anchor[0]) is int:
            overhang = spec.anchor[0] + 1 if operation == "correlate" else -1 - spec.anchor[0]
        yield {"overhang": overhang, "padding": padding}


def _typed(call: Call) -> str:
    words = dict(call.arguments)
    overhang, padding = words.get("overhang"), words.get("padding")
    options: list[str] = []
    if overhang is not None or padding is not None:
        pair = overhang if isinstance(overhang, tuple) else (overhang, overhang)
        default = OVERHANGS["convolve" if call.function.endswith("ListConvolve") else "correlate"]["valid"]
        options.append("{" + ", ".join(str(entry) for entry in (default if overhang is None else pair)) + "}")
    if padding is not None:
        options.append(str(padding))
    return f"{call.function.rpartition('.')[2]}[{', '.join([call.kernel, call.input, *options])}]"


def _dialect(name: str, operation: Operation) -> Dialect:
    function = f"mathematica.{name}"
    return Dialect(
        function=function, defaults={"overhang": None, "padding": None}, reads=partial(_read, function, operation),
        offers=partial(_offers, operation), types=_typed, language="mathematica", signature=("k", "x", "overhang", "padding"),
        evidence="documentation", reference=f"reference.wolfram.com/language/ref/{name}.html; its formula conjugates nothing",
    )  # fmt: skip


MATHEMATICA = {
    "mathematica.ListConvolve": _dialect("ListConvolve", "convolve"),
    "mathematica.ListCorrelate": _dialect("ListCorrelate", "correlate"),
}
