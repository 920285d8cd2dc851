"""The literal table of changes that no Spec says: what each does to an array, in words, and as the NumPy expression that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change
from faltung.diagnose.explain.precision import bfloat16, tf32

Array = np.ndarray[Any, Any]
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule:
    """One kind of change: `apply(array, *values)`, `words(*values)` and `code(name, *values)`."""

    apply: Callable[..., Array]
    words: Callable[..., str]
    code: Callable[..., str]


def apply(change: Change, array: Array) -> Array:
    """Return the array with a change done to it.

    Examples
    --------
    >>> apply(Change(place="kernel", name="transpose", values=((1, 0),)), np.array([[1, 2, 3]])).tolist()
    [[1], [2], [3]]
    """
    return CHANGES[change.name].apply(array, *change.values)


def finished(changes: tuple[Change, ...], answer: Array, data: Array) -> Array:
    """Return an answer with all changes of the result done to it; `data` is the input that was convolved."""
    for change in changes:
        if change.place == "result":
            more = (data,) if change.name == "frame" else ()
            answer = CHANGES[change.name].apply(answer, *change.values, *more)
    return answer


def words(change: Change) -> str:
    """Return what was done, as a phrase: "the kernel is transposed".

    Examples
    --------
    >>> words(Change(place="input", name="reverse", values=((2,),)))
    'the input is reversed on axis 2'
    """
    subject = {"input": "the input is ", "kernel": "the kernel is ", "both": "both operands are ", "result": "the result is "}
    return subject[change.place] + CHANGES[change.name].words(*change.values)


def code(change: Change, name: str) -> str:
    """Return the NumPy expression that does a change to the variable called `name`.

    Examples
    --------
    >>> code(Change(place="result", name="roll", values=((1, 0), (0, 1))), "y")
    'numpy.roll(y, (1, 0), (0, 1))'
    """
    return CHANGES[change.name].code(name, *change.values)


def _reversed(array: Array, axes: tuple[int, ...]) -> Array:
    return np.flip(array, axes)


def _reversed_code(name: str, axes: tuple[int, ...]) -> str:
    if axes == (-1,):
        return f"{name}[..., ::-1]"
    return f"{name}[{', '.join('::-1' if a in axes else ':' for a in range(max(axes) + 1))}]"


def _transposed_code(name: str, order: tuple[int, ...]) -> str:
    return f"{name}.T" if order == tuple(reversed(range(len(order)))) else f"numpy.transpose({name}, {order})"


def _shifted(array: Array, steps: tuple[int, ...]) -> Array:
    """Return the array moved by `steps`, one for each axis, with zeros where nothing comes from."""
    out = np.zeros_like(array)
    to = tuple(slice(max(s, 0), n + min(s, 0)) for s, n in zip(steps, array.shape, strict=True))
    of = tuple(slice(max(-s, 0), n + min(-s, 0)) for s, n in zip(steps, array.shape, strict=True))
    out[to] = array[of]
    return out


def _shifted_code(name: str, steps: tuple[int, ...]) -> str:
    pads = tuple((max(s, 0), max(-s, 0)) for s in steps)
    kept = ", ".join(f"{-s}:" if s < 0 else (f":-{s}" if s else ":") for s in steps)
    return f"numpy.pad({name}, {pads})[{kept}]"


def _cropped(array: Array, cuts: Pairs) -> Array:
    return array[tuple(slice(low, n - high) for (low, high), n in zip(cuts, array.shape, strict=True))]


def _cropped_code(name: str, cuts: Pairs) -> str:
    return f"{name}[{', '.join(f'{low or str()}:{-high if high else str()}' for low, high in cuts)}]"


def _padded(array: Array, pads: Pairs, value: Any = 0) -> Array:
    return np.pad(array, pads, constant_values=value)


def _padded_code(name: str, pads: Pairs, value: Any = 0) -> str:
    tail = f", constant_values={value!r}" if value else ""
    return f"numpy.pad({name}, {pads}{tail})"


def _sides(pairs: Pairs) -> str:
    return ", ".join(f"{low}:{high}" for low, high in pairs)


def _taken(array: Array, axis: int, entries: tuple[int, ...]) -> Array:
    return np.take(array, entries, axis)


def _picked(array: Array, place: tuple[int, ...]) -> Array:
    return np.asarray(array[place])


def _as_dtype(array: Array, dtype: str, rule: str) -> Array:
    """Return the array in another dtype: `rule` is truncate, round, saturate or wrap, each as its NumPy expression below does it."""
    kind = np.dtype(dtype)
    if kind.kind not in "iu":
        return array.astype(kind)
    array = array.astype(np.float64) if array.dtype.kind in "biu" else array  # whole numbers of a byte would be rounded to float16
    whole = np.rint(array) if rule in ("round", "saturate") else np.trunc(array)
    if rule in ("saturate", "round", "truncate"):
        limits = np.iinfo(kind)
        clipped: Array = np.clip(np.nan_to_num(whole), float(limits.min), float(limits.max)).astype(kind)
        return clipped
    wrapped: Array = whole.astype("int64").astype(kind)
    return wrapped


def _as_dtype_code(name: str, dtype: str, rule: str) -> str:
    limits = np.iinfo(np.dtype(dtype)) if np.dtype(dtype).kind in "iu" else None
    if rule == "saturate" and limits:
        return f"numpy.clip(numpy.rint({name}), {limits.min}, {limits.max}).astype('{dtype}')"
    if rule == "round":
        return f"numpy.rint({name}).astype('{dtype}')"
    return f"{name}.astype('int64').astype('{dtype}')" if rule == "wrap" else f"{name}.astype('{dtype}')"


def _depthwise(array: Array) -> Array:
    """Return weights (k …, I, M) as (I·M, 1, k …): channel i makes the outputs M·i … M·i + M − 1."""
    moved = np.moveaxis(array, (-2, -1), (0, 1))
    return moved.reshape(moved.shape[0] * moved.shape[1], 1, *moved.shape[2:])


def _kept(pads: Pairs) -> str:
    return ", ".join(f"{low or ''}:{-high if high else ''}" for low, high in pads)


def _inner(pads: Pairs) -> tuple[slice, ...]:
    return tuple(slice(low, -high or None) for low, high in pads)


def _framed(array: Array, pads: Pairs, value: Any, data: Array | None = None) -> Array:
    """Return the array with a frame, `pads` wide, of a number, or, copied, of the input `data`."""
    inside = np.zeros(array.shape, bool)
    inside[_inner(pads)] = True
    return np.where(inside, array, (array if data is None else data.astype(array.dtype)) if value == "copied" else value).astype(
        array.dtype
    )


def _framed_code(name: str, pads: Pairs, value: Any) -> str:
    if value == "copied":
        return f"numpy.where(numpy.pad(numpy.ones_like({name}[{_kept(pads)}], bool), {pads}), {name}, x)"
    return f"numpy.pad({name}[{_kept(pads)}], {pads}, constant_values={value!r})"


def _with_bias(array: Array, axis: int, values: tuple[Any, ...], rank: int) -> Array:
    return np.asarray(array + np.array(values).reshape(-1, *[1] * (rank - axis - 1)))


def _axes_words(axes: tuple[int, ...]) -> str:
    return ("axis " if len(axes) == 1 else "axes ") + ", ".join("last" if a == -1 else str(a) for a in axes)


CHANGES: dict[str, ChangeRule] = {
    "reverse": ChangeRule(apply=_reversed, words=lambda axes: f"reversed on {_axes_words(axes)}", code=_reversed_code),
    "transpose": ChangeRule(
        apply=np.transpose, code=_transposed_code,
        words=lambda order: "transposed" if order == (1, 0) else f"transposed to the axes {order}",
    ),
    "conj": ChangeRule(apply=np.conj, words=lambda: "conjugated", code=lambda name: f"numpy.conj({name})"),
    "real": ChangeRule(apply=np.real, words=lambda: "reduced to its real part", code=lambda name: f"{name}.real"),
    "roll": ChangeRule(
        apply=np.roll, code=lambda name, shifts, axes: f"numpy.roll({name}, {shifts}, {axes})",
        words=lambda shifts, axes: f"rolled by {', '.join(map(str, shifts))} on {_axes_words(axes)}",
    ),
    "shift": ChangeRule(
        apply=_shifted, code=_shifted_code, words=lambda steps: f"shifted by {', '.join(map(str, steps))} with zeros behind it",
    ),
    "crop": ChangeRule(apply=_cropped, code=_cropped_code, words=lambda cuts: f"cropped by {_sides(cuts)}"),
    "pad": ChangeRule(
        apply=_padded, code=_padded_code,
        words=lambda pads, value=0: f"padded by {_sides(pads)} with {value}",
    ),
    "frame": ChangeRule(
        apply=_framed, code=_framed_code,
        words=lambda pads, value: f"{'the unfiltered input' if value == 'copied' else value} at its ends, {_sides(pads)} wide",
    ),
    "bias": ChangeRule(
        apply=_with_bias,
        code=lambda name, axis, values, rank: f"{name} + numpy.array({values}).reshape({', '.join(['-1', *['1'] * (rank - axis - 1)])})",
        words=lambda axis, values, rank: f"given a bias for each of the {len(values)} entries of axis {axis}",
    ),
    "irfft": ChangeRule(
        apply=lambda array: np.fft.irfft(np.fft.rfft(array)), code=lambda name: f"numpy.fft.irfft(numpy.fft.rfft({name}))",
        words=lambda: "transformed back without being told its odd length, so that its last frequency and one sample are lost",
    ),
    "take": ChangeRule(
        apply=_taken, code=lambda name, axis, entries: f"numpy.take({name}, {entries}, {axis})",
        words=lambda axis, entries: f"taken in the order {', '.join(map(str, entries))} of axis {axis}",
    ),
    "pick": ChangeRule(
        apply=_picked, code=lambda name, place: f"{name}[{', '.join(map(str, place))}]",
        words=lambda place: f"the one output at ({', '.join(map(str, place))})",
    ),
    "newaxis": ChangeRule(
        apply=np.expand_dims, code=lambda name, axis: f"numpy.expand_dims({name}, {axis})",
        words=lambda axis: f"given an axis of one entry at {axis}",
    ),
    "squeeze": ChangeRule(
        apply=lambda array, axis: np.squeeze(array, axis), code=lambda name, axis: f"numpy.squeeze({name}, {axis})",
        words=lambda axis: f"without its axis {axis} of one entry",
    ),
    "depthwise": ChangeRule(
        apply=_depthwise, words=lambda: "read as depthwise weights (k, I, M)",
        code=lambda name: f"numpy.moveaxis({name}, (-2, -1), (0, 1)).reshape(-1, 1, *{name}.shape[:-2])",
    ),
    "astype": ChangeRule(
        apply=_as_dtype, code=_as_dtype_code,
        words=lambda dtype, rule: f"converted to {dtype} ({rule})",
    ),
    "scale": ChangeRule(
        apply=lambda array, factor: array * factor, code=lambda name, factor: f"{name} * {factor!r}",
        words=lambda factor: f"multiplied by {factor!r}",
    ),
    "tf32": ChangeRule(apply=tf32, words=lambda: "rounded to TF32 (10 bits behind the point)", code=lambda name: f"tf32({name})"),
    "bfloat16": ChangeRule(
        apply=bfloat16, words=lambda: "rounded to bfloat16 (7 bits behind the point)", code=lambda name: f"bfloat16({name})",
    ),
    "float16": ChangeRule(
        apply=lambda array: array.astype(np.complex64 if array.dtype.kind == "c" else np.float16).astype(np.result_type(array, np.float32)),
        words=lambda: "rounded to float16", code=lambda name: f"{name}.astype('float16')",
    ),
}  # fmt: skip
