"""Saying a Spec in a library: its calls are read back, and the one whose core is the wanted one, operands rewritten, is the answer.

Nothing is written by a second set of rules: a call is right because reading it gives the Spec.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from faltung.dialects.phrases import Phrases, axes_text, factor_text, phrases_of, say, takes_real_only
from faltung.dialects.record import Call, Dialect, Refusal, read_with
from faltung.errors import DialectError
from faltung.spec import Boundary, Layout, Spec
from faltung.spec.spec import at, per_axis_fields, reversed_axis
from faltung.spec.window import Number

CORE = ("boundary", "fill", "stride", "dilation", "input_dilation", "fold", "output_reversal")
WHOLE = ("layout", "groups", "offset", "frame")
SWAPS = "the same as long as the kernel is not longer than the input: the rules for exchanging operands differ"
TAKEN_ON: dict[str, Any] = {"scale": 1, "permute": None}  # by the kernel, where the library does not do it by itself
STEPS = ("dtype", "product", "missing", "rounding", "overflow")
NOTES = {
    ("overflow", "wrap"): "integer results wrap around",
    ("rounding", "truncate"): "integer results are truncated towards zero",
    ("missing", "skip_zero_weights"): "NaN under a weight of zero is skipped",
    ("missing", "propagate"): "NaN spreads to every output whose window holds it",
    ("product", "or_and"): "booleans are summed by or",
    ("dtype", None): "the dtype of the result is the library's choice",
}


def write_with(dialect: Dialect, spec: Spec, x: str = "x", k: str = "k") -> Call | Refusal:
    """Return the call that says `spec` on operands of these names, or a Refusal with what stands in the way and the nearest call."""
    if dialect.says is not None:
        return dialect.says(dialect, spec, x, k)
    rank = _rank(spec)
    if dialect.axes is not None and rank not in (1, dialect.axes):
        return Refusal(function=dialect.function, reason=f"{dialect.function} has {dialect.axes} axes; the Spec names {rank}")
    if spec.operation == "convolve_transpose":
        return Refusal(function=dialect.function, reason=f"{dialect.function} has no transposed convolution")
    candidates = sorted(_candidates(dialect, spec, rank, (x, k)), key=lambda pair: ("mode" in pair[0], len(pair[0])))
    if not candidates:
        return Refusal(function=dialect.function, reason=f"{dialect.function} has nothing like {spec}")
    differing, call = candidates[0]
    if not differing:
        return call
    reasons = [f"no {field}={wanted} (it has {offered})" for field, (wanted, offered) in differing.items()]
    return Refusal(function=dialect.function, reason=f"{dialect.function} has {', '.join(reasons)}", nearest=call)


def _candidates(dialect: Dialect, spec: Spec, rank: int, names: tuple[str, str]) -> Iterator[tuple[dict[str, tuple[Any, Any]], Call]]:
    for arguments in dialect.offers(spec):
        try:
            offered = read_with(dialect, arguments)
        except DialectError:
            continue
        yield _differing(spec, offered, rank), _call(dialect, arguments, spec, offered, rank, names)


def _rank(spec: Spec) -> int:
    return max(len(values) for values in per_axis_fields(spec).values())


def _differing(wanted: Spec, offered: Spec, rank: int) -> dict[str, tuple[Any, Any]]:
    one, other = _core(wanted, rank), _core(offered, rank)
    for name, idle in (("scale", 1), ("permute", None)):  # a kernel can be given either, but what the library does itself stays
        if getattr(offered, name) not in (idle, getattr(wanted, name)):
            one[name], other[name] = getattr(wanted, name), getattr(offered, name)
    one |= {name: getattr(wanted, name) for name in TAKEN_ON}
    other |= {name: getattr(offered, name) for name, plain in TAKEN_ON.items() if getattr(offered, name) != plain}
    return {name: (_shown(one[name]), _shown(other[name])) for name in one if name in other and one[name] != other[name]}


def _core(spec: Spec, rank: int) -> dict[str, Any]:
    """Return what decides the sums, in one form; not reversal, conjugation, scale and permutation, which the operands can take on."""
    spec = _plain(spec)
    found: dict[str, Any] = {name: tuple(at(getattr(spec, name), axis) for axis in range(rank)) for name in CORE}
    found |= {name: getattr(spec, name) for name in WHOLE}
    found["mode"] = spec.mode
    found["anchor"] = tuple(at(spec.anchor, axis) for axis in range(rank)) if spec.mode == "same" else None
    found["pads"] = tuple(at(spec.pads, axis) for axis in range(rank)) if spec.mode == "pads" else None
    return found


def _plain(spec: Spec) -> Spec:
    """Return the Spec with one spelling where two mean the same."""
    if spec.mode in ("same_upper", "same_lower") and set(spec.stride) == {1}:
        spec = replace(spec, mode="same", anchor=("low",) if spec.mode == "same_upper" else ("high",))
    if spec.mode == "valid":
        return replace(spec, boundary=(("zero", "zero"),), fill=((0, 0),))
    axes = max(len(spec.boundary), len(spec.fill))
    laws = []
    for axis in range(axes):
        (low, high), fills = at(spec.boundary, axis), at(spec.fill, axis)
        laws.append((_law(low, fills[0]), _law(high, fills[1])))
    return replace(spec, boundary=tuple(laws))


def _law(law: Boundary, fill: Number) -> Boundary:
    return "zero" if law == "constant" and fill == 0 else law


def _shown(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    entries = [":".join(dict.fromkeys(map(str, entry))) if isinstance(entry, tuple) else str(entry) for entry in value]
    return ",".join(dict.fromkeys(entries)) if len(set(entries)) == 1 else ",".join(entries)


def _call(dialect: Dialect, arguments: Any, spec: Spec, offered: Spec, rank: int, names: tuple[str, str]) -> Call:
    x, k = names[::-1] if spec.operands == "exchanged" else names
    x, kernel = _operands(dialect, spec, offered, rank, x, k)
    given = tuple((name, value) for name, value in arguments.items() if value != dialect.defaults[name])
    call = Call(function=dialect.function, arguments=given, input=x, kernel=kernel, notes=_notes(spec, offered, kernel == k))
    return call if dialect.types is None else replace(call, line=dialect.types(call))


def _operands(dialect: Dialect, spec: Spec, offered: Spec, rank: int, x: str, k: str) -> tuple[str, str]:
    """Return both operands as expressions that take on the wanted permutation, reversal, conjugation and scale."""
    words = phrases_of(dialect.function, dialect.language)
    flips = tuple(axis for axis in range(rank) if reversed_axis(spec, axis) != reversed_axis(offered, axis))
    scales = {"1/sum": words.by_sum, "1/abs_sum": words.by_abs_sum}
    if spec.scale != offered.scale:
        k = "(" + say(scales.get(str(spec.scale), words.times.replace("{factor}", factor_text(spec.scale))), k) + ")"
    if spec.permute is not None and spec.permute != offered.permute:
        k = say(words.transpose.replace("{axes}", axes_text(words, spec.permute)), k)
    if flips:
        k = _reversed(words, k, flips, rank, spec.layout)
    if takes_real_only(dialect.function):
        return x, k
    if (spec.conj == "kernel") != (offered.conj == "kernel"):
        k = say(words.conj, k)
    return (say(words.conj, x) if spec.conj == "input" else x), k


def _reversed(words: Phrases, k: str, flips: tuple[int, ...], rank: int, layout: Layout | None) -> str:
    if layout is not None:
        spatial = [layout.kernel.index(letter) for letter in layout.spatial]
        flips = tuple(spatial) if len(flips) == rank else tuple(spatial[axis] for axis in flips)
        return say(words.reverse_axes.replace("{axes}", axes_text(words, flips)), k)
    if len(flips) == rank:
        return say(words.reverse, k)
    return say(words.reverse_axes.replace("{axes}", axes_text(words, flips)), k)


def _notes(spec: Spec, offered: Spec, as_it_is: bool) -> tuple[str, ...]:
    differing = [name for name in STEPS if getattr(spec, name) != getattr(offered, name)]
    notes = [NOTES.get((name, getattr(offered, name)), f"{name} is {getattr(offered, name)}") for name in differing]
    swaps = spec.operands not in ("as_given", "exchanged") or offered.operands != "as_given"
    if spec.mode != "full" and swaps and not (as_it_is and spec.operands == offered.operands):
        notes.append(SWAPS)
    return tuple(notes)
