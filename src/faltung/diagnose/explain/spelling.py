"""From numbers back to words: the Spec with the fewest fields that says what the lines of a hypothesis say."""

from dataclasses import dataclass
from typing import Any

from faltung.diagnose.explain.search.finish import Finish
from faltung.diagnose.explain.search.points import Line
from faltung.errors import SpecError
from faltung.spec import Spec
from faltung.spec.notation import default_conj

NEAR_TAPS = 3
"""Anchors up to so many taps from the middle are said as high+1, low-2 …; beyond, as pads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Samples, taps and outputs of one axis."""

    n: int
    k: int
    m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What a hypothesis says of the sliding axes and the kernel, as plain values."""

    lines: tuple[Line, ...]
    sizes: tuple[Sizes, ...]
    reversal: tuple[bool, ...]
    flips: tuple[bool, ...]
    conj: str
    permute: tuple[int, ...] | None
    fields: dict[str, Any]


def spelled(core: Core, finish: Finish, **more: Any) -> Spec | None:
    """Return the Spec, or None where none says it."""
    try:
        fields = _transpose_mode(core) or _forward_mode(core)
        fields |= _steps(core, fields["operation"]) | _outside(core) | _kernel(core, fields["operation"]) | core.fields
        fields |= {name: getattr(finish, name) for name in ("scale", "offset", "dtype", "rounding", "overflow")}
        return Spec(**(fields | more))
    except SpecError:
        return None


def _forward_mode(core: Core) -> dict[str, Any]:
    operation = "convolve" if sum(core.reversal) * 2 > len(core.reversal) or all(core.reversal) else "correlate"
    axes = list(zip(core.lines, core.sizes, strict=True))
    anchors = _one_base(tuple(_anchor(line, size) for line, size in axes), axes)
    same = {"operation": operation, "mode": "same", "anchor": _joined(anchors)}
    for mode in ("full", "same", "valid", "causal", "same_upper", "same_lower"):
        if mode == "same":
            if anchors in (("high",) * len(anchors), ("low",) * len(anchors)):
                return same
        elif all((line.pad, size.m) == _pad_and_size(mode, line, size) for line, size in axes):
            return {"operation": operation, "mode": mode}
    if None not in anchors:
        return same
    pads = tuple((line.pad, behind(line, size)) for line, size in axes)
    return {"operation": operation, "mode": "pads", "pads": _joined(pads)}


def behind(line: Line, size: Sizes) -> int:
    """Return the pad_high of exactly m outputs."""
    return line.stride * (size.m - 1) + _reach(line, size) + 1 - _length(line, size) - line.pad


def _reach(line: Line, size: Sizes) -> int:
    return line.dilation * (size.k - 1)


def _length(line: Line, size: Sizes) -> int:
    return line.spread * (size.n - 1) + 1


def _pad_and_size(mode: str, line: Line, size: Sizes) -> tuple[int, int]:
    """Return (pad_low, outputs) of a mode's word on this axis."""
    reach, length = _reach(line, size), _length(line, size)
    if mode in ("full", "valid", "causal"):
        low, high = {"full": (reach, reach), "valid": (0, 0), "causal": (reach, 0)}[mode]
    else:
        total = max((-(-length // line.stride) - 1) * line.stride + reach + 1 - length, 0)
        low = total // 2 if mode == "same_upper" else total - total // 2
        high = total - low
    return low, (length + low + high - reach - 1) // line.stride + 1


def _anchor(line: Line, size: Sizes) -> int | str | None:
    if size.m != (_length(line, size) - 1) // line.stride + 1:
        return None
    reach = _reach(line, size)
    for base, start in (("high", reach - reach // 2), ("low", reach // 2)):
        if line.pad == start:
            return base
    for base, start in (("high", reach - reach // 2), ("low", reach // 2)):
        taps, rest = divmod(line.pad - start, line.dilation)
        if not rest and abs(taps) <= NEAR_TAPS:
            return f"{base}{taps:+d}"
    taps, rest = divmod(line.pad, line.dilation)
    return taps if not rest and 0 <= taps < size.k else None


def _one_base(anchors: tuple[Any, ...], axes: list[tuple[Line, Sizes]]) -> tuple[Any, ...]:
    """Return the anchors with "low" for "high" where they are the same tap and other axes say low."""
    if "low" not in anchors:
        return anchors
    even = [_reach(line, size) % 2 == 0 for line, size in axes]
    return tuple("low" if anchor == "high" and same else anchor for anchor, same in zip(anchors, even, strict=True))


def _transpose_mode(core: Core) -> dict[str, Any] | None:
    """Return the mode of a transposed convolution: its stride spreads the input, its pads crop the full output."""
    zero = all(side.law == "zero" for line in core.lines for side in (line.low, line.high))
    if all(line.spread == 1 for line in core.lines) or any(line.stride > 1 for line in core.lines) or not zero:
        return None
    axes = list(zip(core.lines, core.sizes, strict=True))
    crops = tuple((_reach(line, size) - line.pad, _reach(line, size) - behind(line, size)) for line, size in axes)
    fields: dict[str, Any] = {"operation": "convolve_transpose"}
    if all(crop == (0, 0) for crop in crops):
        return fields | {"mode": "full"}
    for mode in ("same_upper", "same_lower"):
        wanted = []
        for line, size in axes:
            extra = _reach(line, size) + 1 - line.spread
            total = max(extra, 0)
            low = total // 2 if mode == "same_upper" else total - total // 2
            wanted.append((low, extra - low))
        if crops == tuple(wanted):
            return fields | {"mode": mode}
    return fields | {"mode": "pads", "pads": _joined(crops)}


def _steps(core: Core, operation: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"dilation": _joined(tuple(line.dilation for line in core.lines))}
    spreads = _joined(tuple(line.spread for line in core.lines))
    if operation == "convolve_transpose":
        return fields | {"stride": spreads}
    return fields | {"stride": _joined(tuple(line.stride for line in core.lines)), "input_dilation": spreads}


def _outside(core: Core) -> dict[str, Any]:
    laws = tuple((line.low.law, line.high.law) for line in core.lines)
    fills = tuple(
        (line.low.fill if line.low.law == "constant" else 0, line.high.fill if line.high.law == "constant" else 0) for line in core.lines
    )
    if any(line.period for line in core.lines):
        laws = tuple(("periodic", "periodic") if line.period else law for line, law in zip(core.lines, laws, strict=True))
    return {"boundary": _joined(laws), "fill": _joined(fills)}


def _kernel(core: Core, operation: Any) -> dict[str, Any]:
    plain = tuple(operation != "correlate" for _ in core.reversal)
    fields: dict[str, Any] = {"permute": core.permute, "output_reversal": _joined(core.flips)}
    if core.reversal != plain:
        fields["reversal"] = _joined(core.reversal)
    fields["conj"] = default_conj(operation) if core.conj == "real" else core.conj
    return fields


def _joined(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return one entry for all axes where they are equal."""
    return values[:1] if all(value == values[0] for value in values) else values
