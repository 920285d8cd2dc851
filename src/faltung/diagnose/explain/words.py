"""An explanation in words: a phrase for a sentence, and a line for each of its properties."""

from collections.abc import Iterator

from faltung.diagnose.explain import changes
from faltung.diagnose.explain.explanation import Explanation
from faltung.diagnose.explain.ranking import Facts, rank_of
from faltung.spec import Spec
from faltung.spec.spec import at, reversed_axis

MODES = {
    "same": "same-size",
    "same_upper": "SAME (odd pad at the high end)",
    "same_lower": "SAME (odd pad at the low end)",
    "pads": "padded",
}

PARTICIPLES = ("computed as", "saturated", "wrapped", "rounded", "truncated", "NaN ", "booleans ")  # nothing that "with" goes before


def phrase(explanation: Explanation, facts: Facts) -> str:
    """Return an explanation as a noun with its properties, as in "the same-size convolution with zeros outside, centre low"."""
    spec, rank = explanation.spec, rank_of(explanation, facts)
    name, said, done = noun(spec, rank), ", ".join(_behind(spec, rank, facts)), " and ".join(_done(explanation))
    joint = ", " if said.startswith(PARTICIPLES) else ", with " if name.endswith("only") else " with "
    return f"the {name}{joint if said else ''}{said}{', where ' if done else ''}{done}"


def noun(spec: Spec, rank: int) -> str:
    """Return which operation it is, and which outputs there are.

    Examples
    --------
    >>> import faltung as ft
    >>> noun(ft.parse("convolve valid"), 2), noun(ft.parse("correlate valid reversal=true,false"), 2)
    ('valid convolution', 'valid correlation that reverses the kernel on axis 0 only')
    """
    mode = MODES.get(spec.mode, spec.mode)
    if spec.operation == "convolve_transpose":
        cropped = "cropped " if spec.mode == "pads" and any(map(any, spec.pads)) else "" if spec.mode in ("pads", "full") else f"{mode} "
        return f"{cropped}transposed convolution" + ("" if all(_flips(spec, rank)) else " of the reversed kernel")
    flips = _flips(spec, rank)
    if spec.mode == "pads" and not any(map(any, spec.pads)):
        mode = "valid"
    if all(flips):
        return f"{mode} convolution"
    if not any(flips):
        return f"{mode} cross-correlation"
    some = ", ".join(str(axis) for axis, flip in enumerate(flips) if flip)
    return f"{mode} correlation that reverses the kernel on axis {some} only"


def _flips(spec: Spec, rank: int) -> tuple[bool, ...]:
    return tuple(reversed_axis(spec, axis) for axis in range(rank))


def _behind(spec: Spec, rank: int, facts: Facts) -> Iterator[str]:
    """Yield what stands behind the noun, as far as these operands can show it."""
    if spec.mode == "pads" and any(map(any, spec.pads)):
        yield ("crops " if spec.operation == "convolve_transpose" else "pads ") + _pairs(spec.pads)
    if spec.mode == "same" and _centre_shows(spec, rank, facts):
        yield f"centre {_each(spec.anchor)}"
    outside = _outside(spec, rank)
    if outside:
        yield outside
    for name, values in (("stride", spec.stride), ("dilation", spec.dilation), ("input dilation", spec.input_dilation)):
        if set(values) != {1}:
            yield f"{name} {_each(values)}"
    yield from _steps(spec, facts)


def _steps(spec: Spec, facts: Facts) -> Iterator[str]:
    if spec.layout is not None:
        yield f"layout {spec.layout}"
    if spec.groups.count != 1:
        yield f"{spec.groups.count} groups" + (" of the batch" if (spec.groups.input, spec.groups.output) == ("N", "C") else "")
    if spec.conj != "none" and (facts.complex_k if spec.conj == "kernel" else facts.complex_x):
        yield f"the {spec.conj} conjugated"
    if spec.operands == "exchanged":
        yield "the arguments exchanged"
    elif spec.operands != "as_given" and any(k > n for n, k in zip(facts.x_shape, facts.k_shape, strict=False)):
        yield "the longer argument as the input"
    if spec.permute is not None:
        yield f"the kernel's axes in the order {_each(spec.permute)}"
    if isinstance(spec.scale, str):
        yield "the kernel divided by its sum" if spec.scale == "1/sum" else "the kernel divided by the sum of its absolute values"
    elif spec.scale != 1:
        yield f"everything times {float(spec.scale):g}"
    if spec.product == "or_and":
        yield "booleans summed by or"
    if spec.missing != "propagate" and not facts.finite:
        yield {
            "ignore": "NaN ignored",
            "renormalise": "NaN replaced by renormalising",
            "skip_zero_weights": "NaN skipped under weights of 0",
        }[spec.missing]
    if spec.offset:
        yield f"{spec.offset:g} added" if not isinstance(spec.offset, complex) else f"{spec.offset} added"
    yield from _numbers(spec, facts)


def _numbers(spec: Spec, facts: Facts) -> Iterator[str]:
    if spec.dtype is not None and spec.dtype != facts.y_dtype:
        yield f"computed as {spec.dtype}"
    if facts.exact and spec.overflow != "raise":
        yield {"saturate": f"saturated to {facts.y_dtype}", "wrap": f"wrapped to {facts.y_dtype}"}[spec.overflow]
    if facts.exact and spec.rounding != "half_even":
        yield {
            "half_away": "halves rounded away from zero", "half_up": "halves rounded up", "floor": "rounded down",
            "truncate": "truncated towards zero",
        }[spec.rounding]  # fmt: skip
    if spec.frame != "computed":
        yield "the frame copied from the input" if spec.frame == "copied" else f"a frame of {spec.frame}"


def _centre_shows(spec: Spec, rank: int, facts: Facts) -> bool:
    """Return whether it matters which of low and high the centre is: for kernels with an even number of taps."""
    plain = set(spec.anchor) <= {"low", "high"}
    return not plain or any(size % 2 == 0 for size in (facts.k_shape[-rank:] or (2,)))


def _outside(spec: Spec, rank: int) -> str:
    if spec.operation == "convolve_transpose" or spec.mode == "valid" or spec.frame != "computed":
        return ""
    if spec.mode == "pads" and max(max(pair) for pair in spec.pads) <= 0:
        return ""
    ends = [tuple(map(_law, at(spec.boundary, axis), at(spec.fill, axis))) for axis in range(rank)]
    if len({end for pair in ends for end in pair}) == 1:
        return f"{ends[0][0]} outside"
    said = (low if low == high else f"{low} below and {high} above" for low, high in ends)
    return ", ".join(f"{text} outside axis {axis}" for axis, text in enumerate(said))


def _law(law: str, fill: object) -> str:
    return {"zero": "zeros", "constant": f"constant {fill}", "edge": "edge samples"}.get(law, law)


def _pairs(pairs: tuple[tuple[int, int], ...]) -> str:
    return _each(tuple(f"{low}:{high}" for low, high in pairs))


def _each(values: tuple[object, ...]) -> str:
    return ",".join(map(str, values[:1] if len(set(values)) == 1 else values))


def _done(explanation: Explanation) -> Iterator[str]:
    circular = {law for pair in explanation.spec.boundary for law in pair} == {"periodic"}
    for change in explanation.changes:
        short = circular and (change.place, change.name) == ("input", "crop")
        yield changes.words(change) + (", as a transform of fewer points than samples does" if short else "")
    if explanation.axes is not None and explanation.spec.layout is None:
        yield f"the kernel slides over axes {', '.join(map(str, explanation.axes))} only"
