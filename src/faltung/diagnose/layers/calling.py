"""A layer under questioning: its two functions, called with copies, in NumPy or in the framework that they need."""

import sys
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faltung.diagnose.layers.roles import Function, function_of, gradient_of, keywords_of
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]
Settings = dict[str, Any]
FRAMEWORKS = ("numpy", "torch", "jax")
LONGEST = 300  # characters of an error's message that are kept
ORDER = ("input", "kernel", "bias")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What a call gave: arrays by name, or a sentence that says why there are none; `changed`: operands that are not as they were."""

    values: dict[str, Array] = field(default_factory=dict)
    said: str = ""
    changed: tuple[str, ...] = ()
    native: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Layer:
    """The functions of a layer, the framework that they take, and how often they were called."""

    name: str
    forward: Function
    backward: dict[str, Function]
    framework: str = "numpy"
    calls: int = 0

    @property
    def settings(self) -> tuple[str, ...]:
        """The keyword arguments that all functions take."""
        return tuple(name for name in self.forward.settings if all(name in each.settings for each in self.backward.values()))


def layer_of(forward: Any, backward: Any, forward_order: str | None, backward_order: str | None) -> Layer:
    """Return the Layer of two callables, or of a forward function and a dict of functions, one a gradient."""
    name = str(getattr(forward, "__name__", type(forward).__name__))
    if not isinstance(backward, dict):
        functions = {"backward": function_of(backward, "backward", backward_order)}
        return Layer(name=name, forward=function_of(forward, "forward", forward_order), backward=functions)
    kinds = {gradient_of(key): call for key, call in backward.items()}
    if None in kinds or not kinds:
        raise SpecError(f"backward has the keys {', '.join(map(str, backward))}; they must be among input, kernel and bias")
    functions = {str(kind): function_of(call, str(kind), backward_order) for kind, call in kinds.items() if call is not None}
    return Layer(name=name, forward=function_of(forward, "forward", forward_order), backward=functions)


def ask_forward(layer: Layer, operands: dict[str, Array], settings: Settings) -> Outcome:
    """Return the outputs as ``values["y"]``; a second result that is no array is kept for the backward function as its cache."""
    given = {name: native(array, layer.framework) for name, array in operands.items()}
    layer.calls += 1
    result, said = _called(layer.forward, given, settings)
    changed = _changed(operands, given)
    if said:
        return Outcome(said=said, changed=changed)
    cache = None
    if isinstance(result, tuple) and len(result) >= 1:
        result, cache = result[0], (result[1] if len(result) == 2 else result[1:])
    try:
        y = numpy_of(result)
    except (TypeError, ValueError) as error:
        return Outcome(said=f"it returns no array: {error}", changed=changed)
    if y.dtype.kind not in "biufc":
        return Outcome(said=f"it returns {type(result).__name__}, which is no array of numbers", changed=changed)
    return Outcome(values={"y": y}, changed=changed, native={"y": result, "cache": cache})


def ask_backward(layer: Layer, g: Array, operands: dict[str, Array], settings: Settings) -> Outcome:
    """Return the gradients by name, after a call of the forward function with the same operands."""
    first = ask_forward(layer, operands, settings)
    if first.said:
        return Outcome(said=f"the forward function: {first.said}")
    arrays = {"g": g, **operands}
    given = {name: native(array, layer.framework) for name, array in arrays.items()}
    more = {**given, **first.native, "x_shape": operands["x"].shape, "w_shape": operands["w"].shape}
    values: dict[str, Array] = {}
    for kind, function in layer.backward.items():
        layer.calls += 1
        result, said = _called(function, more, settings)
        if said:
            return Outcome(said=said, changed=_changed(arrays, given))
        try:
            values |= _gradients(result) if kind == "backward" else {kind: numpy_of(result)}
        except (TypeError, ValueError) as error:
            return Outcome(said=f"it returns no gradient: {error}", changed=_changed(arrays, given))
    return Outcome(values=values, changed=_changed(arrays, given))


def _called(function: Function, given: dict[str, Any], settings: Settings) -> tuple[Any, str]:
    missing = [role for role in function.roles if role not in given]
    if missing:
        return None, f"it needs {', '.join(missing)}, which is not there"
    named = keywords_of(function, settings)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            return function.call(*(given[role] for role in function.roles), **named), ""
    except (Exception, SystemExit) as error:  # whatever it raises is told
        message = " ".join(str(error).split())[:LONGEST]
        return None, f"it raises {type(error).__name__}" + (f": {message}" if message else "")


def _changed(before: dict[str, Array], given: dict[str, Any]) -> tuple[str, ...]:
    def same(array: Array, now: Array) -> bool:
        return array.shape == now.shape and np.array_equal(array.astype(now.dtype), now, equal_nan=now.dtype.kind in "fc")

    return tuple(name for name, array in before.items() if not same(array, numpy_of(given[name])))


def _gradients(result: Any) -> dict[str, Array]:
    if isinstance(result, dict):
        found = {gradient_of(key): value for key, value in result.items()}
        return {str(kind): numpy_of(value) for kind, value in found.items() if kind is not None and value is not None}
    if not isinstance(result, tuple | list):
        return {"input": numpy_of(result)}
    if len(result) > len(ORDER):
        raise ValueError(f"it returns {len(result)} values; expected dx, dw and, with a bias, db")
    return {kind: numpy_of(value) for kind, value in zip(ORDER, result, strict=False) if value is not None}


def native(array: Array, framework: str) -> Any:
    """Return a copy of an array as the framework's own; the framework is imported only here, and only where it is asked for."""
    if framework == "torch":
        import torch

        return torch.from_numpy(array.copy())
    if framework == "jax":
        import jax.numpy

        return jax.numpy.asarray(array)
    return array.copy()


def numpy_of(value: Any) -> Array:
    """Return a copy of what a function returned as a NumPy array."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = (value.resolve_conj() if hasattr(value, "resolve_conj") else value).numpy()
    found = np.array(value)
    if found.dtype.kind == "O":
        raise TypeError(f"{type(value).__name__} is no array of numbers")
    return found


def frameworks(asked: str | None) -> tuple[str, ...]:
    """Return what is tried: the framework that was asked for, else NumPy and those which this process has imported already."""
    if asked is not None and asked not in FRAMEWORKS:
        raise SpecError(f"framework is {asked!r}; it must be one of {', '.join(FRAMEWORKS)}")
    return (asked,) if asked else tuple(name for name in FRAMEWORKS if name == "numpy" or name in sys.modules)
