"""Saying a Spec in a deep-learning library: axes are moved, kernels reversed, and what the library does not pad itself is padded before.

As in `faltung.dialects.writing`, a call is right because reading it gives the Spec. Operands in the line are arrays of that library.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from faltung.dialects.record import FACTS, Call, Dialect, Refusal, read_with
from faltung.dialects.tensors import wanted_pads, wanted_rank
from faltung.dialects.writing import NOTES, STEPS, _core, _shown
from faltung.spec import Spec
from faltung.spec.boundary import Boundary
from faltung.spec.layout import Groups
from faltung.spec.spec import at, reversed_axis

Differing = dict[str, tuple[Any, Any]]
Before = tuple[tuple[tuple[int, int], ...], str]
"""Pads put on before the call, and the word for what they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a library (others: NumPy) permutes, reverses, conjugates and pads; ``{0}`` is the array, ``{1}`` the axes or pads."""

    permute: str
    reverse: str
    conj: str | None
    pad: str | None
    pads_backwards: bool = False
    laws: dict[Boundary, str]


_NUMPY_LAWS: dict[Boundary, str] = {
    "zero": "", "edge": ", mode='edge'", "whole_sample": ", mode='reflect'",
    "half_sample": ", mode='symmetric'", "periodic": ", mode='wrap'",
}  # fmt: skip
_TORCH_LAWS: dict[Boundary, str] = {
    "zero": "", "edge": ", mode='replicate'", "whole_sample": ", mode='reflect'", "periodic": ", mode='circular'",
}  # fmt: skip
WORDS = {
    "torch": Words(
        permute="torch.permute({0}, {1})", reverse="torch.flip({0}, {1})", conj="torch.conj({0})",
        pad="torch.nn.functional.pad({0}, {1}{2})", pads_backwards=True, laws=_TORCH_LAWS,
    ),
    "jax": Words(
        permute="jax.numpy.transpose({0}, {1})", reverse="jax.numpy.flip({0}, {1})", conj="jax.numpy.conj({0})",
        pad="jax.numpy.pad({0}, {1}{2})", laws=_NUMPY_LAWS,
    ),
    "keras": Words(
        permute="keras.ops.transpose({0}, {1})", reverse="keras.ops.flip({0}, {1})", conj="keras.ops.conj({0})",
        pad="keras.ops.pad({0}, {1}{2})", laws={"zero": ""},
    ),
    "tensorflow": Words(
        permute="tensorflow.transpose({0}, {1})", reverse="tensorflow.reverse({0}, {1})", conj=None, pad="tensorflow.pad({0}, {1}{2})",
        laws={"zero": "", "whole_sample": ", mode='REFLECT'", "half_sample": ", mode='SYMMETRIC'"},
    ),
    "onnx": Words(
        permute="numpy.transpose({0}, {1})", reverse="numpy.flip({0}, {1})", conj=None, pad="numpy.pad({0}, {1}{2})", laws=_NUMPY_LAWS,
    ),
    "mlx": Words(
        permute="mlx.core.transpose({0}, {1})", reverse="{0}[{1}]", conj=None, pad="mlx.core.pad({0}, {1}{2})",
        laws={"zero": "", "edge": ", mode='edge'"},
    ),
    "tinygrad": Words(permute="{0}.permute({1})", reverse="{0}.flip({1})", conj=None, pad=None, laws={}),
}  # fmt: skip


def says(dialect: Dialect, spec: Spec, x: str = "x", k: str = "k") -> Call | Refusal:
    """Return the call that says `spec` on operands of these names, or a Refusal."""
    rank = wanted_rank(spec, dialect.axes)
    if dialect.axes not in (None, rank):
        return Refusal(function=dialect.function, reason=f"{dialect.function} has {dialect.axes} axes; the Spec names {rank}")
    if spec.operands != "as_given" or spec.permute is not None or spec.scale != 1:
        return Refusal(function=dialect.function, reason=f"{dialect.function}: exchange, permute and scale the operands before")
    candidates = sorted(_candidates(dialect, spec, rank, x, k), key=lambda pair: ("operation" in pair[0], len(pair[0])))
    if not candidates:
        return Refusal(function=dialect.function, reason=f"{dialect.function} has nothing like {spec}")
    differing, call = candidates[0]
    if not differing:
        return call
    reasons = [f"no {field}={asked} (it has {offered})" for field, (asked, offered) in differing.items()]
    return Refusal(function=dialect.function, reason=f"{dialect.function} has {', '.join(reasons)}", nearest=call)


def _candidates(dialect: Dialect, spec: Spec, rank: int, x: str, k: str) -> Iterator[tuple[Differing, Call]]:
    words = WORDS.get(dialect.function.partition(".")[0], WORDS["onnx"])
    for wanted, padded in _with_pads_before(spec, words, rank):
        for arguments in dialect.offers(wanted):
            try:
                offered = read_with(dialect, {"x_shape": (1,) * (rank + 2), **arguments})  # how many axes there are
            except ValueError:
                continue
            yield _differing(wanted, offered, rank), _call(dialect, arguments, wanted, offered, padded, (x, k))


def _with_pads_before(spec: Spec, words: Words, rank: int) -> Iterator[tuple[Spec, Before | None]]:
    """Yield the Spec, and, where pads are numbers, what is left of it once the input is padded."""
    yield spec, None
    pads = wanted_pads(spec, rank)
    laws = {law for axis in range(rank) for law in at(spec.boundary, axis)}
    plain = spec.operation != "convolve_transpose" and set(spec.input_dilation) == {1} and spec.mode == "pads"
    if plain and words.pad and len(laws) == 1 and laws <= words.laws.keys() and all(min(pair) >= 0 for pair in pads):
        rest = replace(spec, mode="valid", pads=((0, 0),), boundary=(("zero", "zero"),), fill=((0, 0),))
        yield rest, (pads, words.laws[laws.pop()])


def _differing(wanted: Spec, offered: Spec, rank: int) -> Differing:
    one, other = _sums(wanted, rank), _sums(offered, rank)
    return {name: (_shown(one[name]), _shown(other[name])) for name in one if one[name] != other[name]}


def _sums(spec: Spec, rank: int) -> dict[str, Any]:
    """Return what decides the sums, in one form, and not how the operands' axes lie."""
    if spec.mode in ("valid", "full") and (spec.mode == "valid") != (spec.operation == "convolve_transpose"):
        spec = replace(spec, mode="pads", pads=((0, 0),), boundary=(("zero", "zero"),), fill=((0, 0),))
    found = _core(spec, rank)
    found["operation"] = "convolve_transpose" if spec.operation == "convolve_transpose" else "correlate"
    carriers = spec.groups if spec.groups.count > 1 else Groups()
    found |= {"groups": f"{carriers.count}:{carriers.input}:{carriers.kernel}:{carriers.output}"}
    del found["layout"]
    return found


def _call(dialect: Dialect, arguments: Any, spec: Spec, offered: Spec, before: Before | None, names: tuple[str, str]) -> Call:
    words = WORDS.get(dialect.function.partition(".")[0], WORDS["onnx"])
    x, k, answer = _moved(words, spec, offered, *names)
    given = tuple((name, value) for name, value in arguments.items() if name not in FACTS and value != dialect.defaults[name])
    call = Call(
        function=dialect.function, arguments=given, input=x if before is None else _padded(words, x, offered, before),
        kernel=k, answer=answer, notes=_notes(spec, offered),
    )  # fmt: skip
    return call if dialect.types is None else replace(call, line=dialect.types(call))


def _moved(words: Words, spec: Spec, offered: Spec, x: str, k: str) -> tuple[str, str, str]:
    """Return input, kernel and answer as expressions that bring the axes to where the library has them."""
    target = offered.layout
    assert target is not None
    flips = [letter for axis, letter in enumerate(target.spatial) if reversed_axis(spec, axis) != reversed_axis(offered, axis)]
    if spec.layout is None:
        entries = [", ".join("None" if letter in "NCOI" else ":" for letter in text) for text in (target.input, target.kernel)]
        answer = "{}[" + ", ".join("0" if letter in "NC" else ":" for letter in target.output) + "]"
        x, k = f"{x}[{entries[0]}]", f"{k}[{entries[1]}]"
    else:
        renamed = str.maketrans(spec.layout.spatial, target.spatial)
        source = [text.translate(renamed) for text in (spec.layout.input, spec.layout.kernel, spec.layout.output)]
        x, k = _permuted(words, x, source[0], target.input), _permuted(words, k, source[1], target.kernel)
        answer = _permuted(words, "{}", target.output, source[2])
    if spec.conj != "none" and words.conj is not None:
        x, k = (words.conj.format(x), k) if spec.conj == "input" else (x, words.conj.format(k))
    return x, _reversed(words, k, target.kernel, flips), answer


def _permuted(words: Words, array: str, source: str, target: str) -> str:
    axes = tuple(source.index(letter) for letter in target)
    return array if source == target else words.permute.format(array, axes)


def _reversed(words: Words, array: str, letters: str, flips: list[str]) -> str:
    if not flips:
        return array
    axes: Any = tuple(sorted(letters.index(letter) for letter in flips))
    if words.reverse == "{0}[{1}]":
        axes = ", ".join("::-1" if letter in flips else ":" for letter in letters)
    return words.reverse.format(array, axes)


def _padded(words: Words, x: str, offered: Spec, before: Before) -> str:
    pads, law = before
    assert offered.layout is not None
    assert words.pad is not None
    by_letter = dict(zip(offered.layout.spatial, pads, strict=True))
    pairs = [by_letter.get(letter, (0, 0)) for letter in offered.layout.input]
    given: Any = tuple(pairs)
    if words.pads_backwards:
        given = tuple(pad for pair in reversed(pairs[2:]) for pad in pair)
    return words.pad.format(x, given, law)


def _notes(spec: Spec, offered: Spec) -> tuple[str, ...]:
    differing = [name for name in STEPS if getattr(spec, name) != getattr(offered, name)]
    return tuple(NOTES.get((name, getattr(offered, name)), f"{name} is {getattr(offered, name)}") for name in differing)
