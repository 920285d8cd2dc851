"""What was expected, as a value: a convention, a call of a library as text, or numbers."""

import ast
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from faltung.api.like import like
from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.probes import answer
from faltung.diagnose.explain.ranking import Facts, default_for
from faltung.dialects import DIALECTS
from faltung.dialects.typed import read_text
from faltung.errors import SpecError
from faltung.spec import Problem, Spec, parse
from faltung.spec.spec import WORDS, reversed_axis

SHOWN = 40  # characters of expected numbers that a sentence shows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """What was expected.

    Parameters
    ----------
    text : str
        As it stands in a sentence: the convention, the call, or "the expected 14".
    spec : Spec or None
        Its convention; None for numbers.
    function : str
        The library's function of a call, else empty.
    x, k : str
        The operands as the call's text names them.
    values : ndarray or None
        What it gives for these operands; None where it refuses them.
    refusal : str
        With which sentence.
    """

    text: str
    spec: Spec | None = None
    function: str = ""
    x: str = "x"
    k: str = "k"
    values: Array | None = None
    refusal: str = ""


def read_expected(expected: Any, x: Array, k: Array, y: Array, facts: Facts) -> Expectation:
    """Return what was expected, from a Spec, a text or numbers.

    Parameters
    ----------
    expected : Spec, Problem, str or array_like
        Text is notation (``"correlate same:low"``) or a call (``"scipy.signal.convolve2d(x, k, 'same')"``, or the function's name); it is
        parsed and never evaluated, and the library's defaults stand for missing arguments.
    x, k, y : ndarray
    facts : Facts

    Raises
    ------
    SpecError, DialectError
        For text that is neither, operands other than x and k, and values that are no numbers.

    Examples
    --------
    >>> x, k, y = np.eye(3), np.eye(2), np.array([[10]])
    >>> from faltung.diagnose.explain.ranking import facts_of
    >>> print(read_expected("np.convolve(x, k[::-1])", x[0], k[0], y, facts_of(x[0], k[0], y[0])).spec)
    correlate conj=none operands=longer_first dtype=float64 overflow=wrap
    """
    if isinstance(expected, Spec | Problem):
        return _of_spec(expected if isinstance(expected, Spec) else expected.spec, x, k)
    if isinstance(expected, str):
        word = expected.split()[0] if expected.split() else ""
        if word in WORDS["operation"]:
            found = parse(expected)
            return _of_spec(found if isinstance(found, Spec) else found.spec, x, k)
        return _of_call(expected, x, k, facts)
    return _of_numbers(expected, y)


def _of_spec(spec: Spec, x: Array, k: Array) -> Expectation:
    return _with_values(Expectation(text=f"`{spec}`", spec=spec), answer(Explanation(spec=spec), x, k))


def _with_values(expectation: Expectation, values: Array | str) -> Expectation:
    if isinstance(values, str):
        return replace(expectation, refusal=values)
    return replace(expectation, values=values)


# Numbers


def _of_numbers(expected: Any, y: Array) -> Expectation:
    try:
        values = np.asarray(expected)
    except ValueError as error:
        raise SpecError(f"the expected values are no array ({error}); give a Spec, a call as text, an array or a number") from None
    if values.dtype.kind not in "biufc":
        raise SpecError(f"what is expected is {type(expected).__name__}; it must be a Spec, a call as text, an array or a number")
    if not values.size:
        raise SpecError("the expected array is empty; give at least one number")
    if values.size == 1 and y.size == 1:
        values = values.reshape(y.shape)
    said = repr(values.tolist()) if values.size > 1 else repr(values.item())
    return Expectation(text=f"the expected {said}" if len(said) <= SHOWN else "the expected array", values=values)


# Calls


def _of_call(text: str, x: Array, k: Array, facts: Facts) -> Expectation:
    call = read_text(text, DIALECTS)
    exchanged = (_root(call.input), _root(call.kernel)) == ("k", "x")
    data, kernel = (k, x) if exchanged else (x, k)
    if _flips(call.input, data.ndim):
        raise SpecError(f"the input is {call.input!r}; only the kernel may be reversed in an expected call: reverse the input before")
    flips = _flips(call.kernel, kernel.ndim)
    spec = None
    try:
        function = like(call.function, **call.arguments)
        spec = function.spec(data, kernel)
        values: Array | str = np.asarray(function(data, np.flip(kernel, flips)))
    except (ValueError, OverflowError, IndexError, TypeError) as error:  # each dialect refuses in its own way
        values = str(error)
        single = default_for(DIALECTS[call.function], call.arguments, facts)  # of the one image and channel that there may be
        if single is not None:
            spec, computed = single, answer(Explanation(spec=single), data, np.flip(kernel, flips))
            values = values if isinstance(computed, str) else computed
    if spec is not None:
        spec = _reversed(spec, flips, kernel.ndim)
        spec = _exchanged(spec, data.shape, kernel.shape) if exchanged else spec
    named = Expectation(text=f"`{_shown(text)}`", spec=spec, function=call.function, x=_root(call.input), k=_root(call.kernel))
    return _with_values(named, values)


def _shown(text: str) -> str:
    return text.strip() if len(text.strip()) <= 2 * SHOWN else text.strip()[: 2 * SHOWN - 1] + "…"


def _root(text: str) -> str:
    node: ast.AST = ast.parse(text, mode="eval").body
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else text


def _flips(text: str, rank: int) -> tuple[int, ...]:
    """Return along which axes a text such as ``k[::-1, ::-1]`` reverses."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Name):
        return ()
    entries = list(node.slice.elts) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) else None
    if entries is None and isinstance(node, ast.Subscript):
        entries = [node.slice]
    if entries is None or not isinstance(getattr(node, "value", None), ast.Name) or len(entries) > rank:
        raise SpecError(f"the operand {text!r} is not understood here: write x, k, or one of them reversed, as in k[::-1, ::-1]")
    steps = [_step(entry) for entry in entries]
    if None in steps:
        raise SpecError(f"the operand {text!r} is not understood here: only reversals such as k[::-1, ::-1] are; cut the array before")
    return tuple(axis for axis, step in enumerate(steps) if step == -1)


def _step(entry: ast.expr) -> int | None:
    if not isinstance(entry, ast.Slice) or entry.lower is not None or entry.upper is not None:
        return None
    if entry.step is None:
        return 1
    try:
        step = ast.literal_eval(entry.step)
    except ValueError:
        return None
    return step if step in (1, -1) else None


def _reversed(spec: Spec, flips: tuple[int, ...], rank: int) -> Spec:
    """Return the convention of a call whose kernel is given reversed."""
    if not flips:
        return spec
    axes = range(rank) if spec.layout is None else [spec.layout.kernel.index(letter) for letter in spec.layout.spatial]
    if not set(flips) <= set(axes):
        raise SpecError(f"the kernel is given reversed along axis {min(set(flips) - set(axes))}, which does not slide")
    flags = tuple(reversed_axis(spec, place) != (axis in flips) for place, axis in enumerate(axes))
    if spec.operation != "convolve_transpose" and len(set(flags)) == 1:
        return replace(spec, operation="convolve" if flags[0] else "correlate", reversal=None)
    return replace(spec, reversal=flags)


def _exchanged(spec: Spec, x_shape: tuple[int, ...], k_shape: tuple[int, ...]) -> Spec:
    """Return the convention of a call to which the kernel was given first, for the operands in their usual order."""
    if not Problem(spec=spec, input_shape=x_shape, kernel_shape=k_shape).exchanged:
        return replace(spec, operands="exchanged")
    if spec.operation == "convolve":
        return replace(spec, operands="as_given")
    return replace(spec, operands="as_given", output_reversal=(True,), conj="input" if spec.conj == "kernel" else spec.conj)
