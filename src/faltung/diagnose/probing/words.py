"""A Spec in the words of a card."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from faltung.diagnose.probing.card import Line
from faltung.diagnose.probing.impulses import Steps
from faltung.dialects import DIALECTS, Call, read, write
from faltung.spec import Boundary, Spec, differences, source
from faltung.spec.differences import MODES
from faltung.spec.resolve import windows
from faltung.spec.spec import Conj, at, reversed_axis
from faltung.spec.window import Number

CALLS = 5  # of other libraries that are told
MOST = 3  # differences to the nearest dialect that are told; with more it is not near
APART = ("dtype", "rounding", "overflow", "missing", "operands", "product", "scale", "offset", "conj")


def core_lines(spec: Spec, steps: Steps, ndim: int, beyond: str) -> Iterator[Line]:
    """Yield what the linear core is, a line a property; `beyond` says what happens beyond one period of the boundary."""
    yield Line(about="operation", text=_operation(spec, ndim))
    order = "as stored" if spec.permute is None else f"taken in the order {spec.permute}: the kernel is transposed"
    yield Line(about="kernel axes", text=order)
    yield Line(about="outputs", text=_outputs(spec))
    if spec.mode == "same":
        yield Line(about="centre", text=_centre(spec, ndim))
    yield Line(about="outside", text=_outside(spec, ndim) + beyond)
    spread = f", input dilation {_each(spec.input_dilation)}" if set(spec.input_dilation) != {1} else ""
    yield Line(about="steps", text=f"stride {_each(spec.stride)}, dilation {_each(spec.dilation)}{spread}")
    yield Line(about="values", text=_values(steps))


def _operation(spec: Spec, ndim: int) -> str:
    flips = [reversed_axis(spec, axis) for axis in range(ndim)]
    if spec.operation == "convolve_transpose":
        return "transposed convolution: the stride spreads the input" + ("" if all(flips) else "; the kernel is not reversed")
    if all(flips):
        return "convolution: the kernel is reversed"
    if not any(flips):
        return "cross-correlation: the kernel slides as it is stored"
    some = ", ".join(str(axis) for axis, flip in enumerate(flips) if flip)
    return f"neither convolution nor correlation: the kernel is reversed along axis {some} only"


def _outputs(spec: Spec) -> str:
    if spec.mode == "pads":
        cut = "cropped from the full output" if spec.operation == "convolve_transpose" else "padded"
        return f"{cut} by " + ", ".join(f"{low} and {high}" for low, high in spec.pads)
    if spec.operation == "convolve_transpose":
        return f"{spec.mode}, before which the input is spread"
    return f"{spec.mode}: {MODES[spec.mode]}"


def _centre(spec: Spec, ndim: int) -> str:
    parts = []
    for axis in range(ndim if len(spec.anchor) > 1 else 1):
        plain = Spec(operation="correlate", mode="same", anchor=(at(spec.anchor, axis),))
        taps = [windows(plain, (99,), (k,))[0].pad_low for k in (3, 4)]
        parts.append(f"{at(spec.anchor, axis)} (tap {taps[0]} of 3, tap {taps[1]} of 4, in window order)")
    return parts[0] if len(parts) == 1 else "; ".join(f"axis {axis}: {part}" for axis, part in enumerate(parts))


def _outside(spec: Spec, ndim: int) -> str:
    if spec.frame != "computed":
        return f"nothing is read; where the window leaves the input stands {'the input' if spec.frame == 'copied' else spec.frame}"
    if spec.mode == "valid":
        return "nothing outside is read"
    ends = [(at(spec.boundary, axis), at(spec.fill, axis)) for axis in range(ndim)]
    if len(set(ends)) == 1 and len(set(zip(*ends[0], strict=True))) == 1:
        law, fill = ends[0][0][0], ends[0][1][0]
        return f"{law}{f' {fill}' if law == 'constant' else ''}: {drawing(law, fill)}"
    said = []
    for axis, (laws, fills) in enumerate(ends):
        low, high = (f"{law} {fill}" if law == "constant" else law for law, fill in zip(laws, fills, strict=True))
        said.append(f"axis {axis}: {low if low == high else f'{low} at the low end, {high} at the high end'}")
    return "; ".join(said)


def drawing(law: Boundary, fill: Number) -> str:
    """Return ``c b a | a b c d | d c b``, computed from the law."""
    samples = [source(law, m, 4) for m in range(-3, 7)]
    drawn = [str(fill) if sample is None else "abcd"[sample] for sample in samples]
    return " ".join([*drawn[:3], "|", *drawn[3:7], "|", *drawn[7:]])


def _each(values: tuple[Any, ...]) -> str:
    return ",".join(str(value) for value in (values[:1] if len(set(values)) == 1 else values))


def _values(steps: Steps) -> str:
    factor = f"factor {steps.scale:g}" if not isinstance(steps.scale, str) else f"weights divided by their sum ({steps.scale})"
    return f"linear, {factor}, {f'{steps.offset:g} added' if steps.offset else 'nothing added'}"


def calls_for(spec: Spec, ndim: int, shows_conj: bool) -> tuple[str, ...]:
    """Return calls of other libraries that mean these sums: with operands as they are, or else with a kernel that is changed first.

    Where complex operands are refused (`shows_conj` is False), what a call conjugates does not matter.
    """
    words: tuple[Conj, ...] = (spec.conj,) if shows_conj else ("none", "kernel")
    plain: list[str] = []
    changed: list[str] = []
    for name, dialect in DIALECTS.items():
        if dialect.axes not in (None, ndim):
            continue
        calls = [call for word in words if (call := _call(replace(spec, conj=word), name)) is not None]
        if calls:
            call = min(calls, key=lambda each: len(each.input + each.kernel))
            code = call.code if dialect.language == "python" else f"{call.code}  # {name}"  # imfilter is one of three languages'
            (plain if (call.input, call.kernel) == ("x", "k") else changed).append(code)
    return tuple((plain or changed)[:CALLS])


def _call(spec: Spec, name: str) -> Call | None:
    try:
        call = write(spec, name)
    except Exception:  # a dialect that cannot say it refuses in its own ways
        return None
    return call if isinstance(call, Call) else None


def nearest(spec: Spec, ndim: int) -> tuple[str, ...]:
    """Return the dialect whose default convention differs least, then what differs (the function's value | the dialect's), in words."""
    best: tuple[str, ...] = ()
    for name, dialect in DIALECTS.items():
        if dialect.axes not in (None, ndim):
            continue
        try:
            found = differences(spec, read(name))
        except Exception:  # one that means nothing without its arguments
            continue
        said = tuple(str(each) for each in found if each.field not in APART)
        if not best or len(said) < len(best) - 1:
            best = (name, *said)
    return best if 1 < len(best) <= MOST + 1 else ()
