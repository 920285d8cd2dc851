"""Which argument of a function is which: by the names of its parameters, else by their order."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faltung.errors import SpecError

ROLES = ("g", "x", "w", "b", "cache", "y", "x_shape", "w_shape")
# Names of parameters, in lower case, by what they are.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "g": ("g", "gy", "dy", "dz", "dout", "d_out", "grad", "grad_y", "grad_out", "grad_output", "output_grad", "dl_dy", "dldy", "dl_dout",
          "upstream", "delta", "cotangent", "ct", "d_output", "output_gradient", "grad_outputs", "dh"),
    "x": ("x", "input", "inputs", "image", "images", "img", "a", "a_prev", "signal", "data", "xs"),
    "w": ("w", "k", "kernel", "kernels", "weight", "weights", "filter", "filters", "h", "kern", "ws", "theta"),
    "b": ("b", "bias", "biases"),
    "cache": ("cache", "ctx", "saved", "context", "state"),
    "y": ("y", "out", "output"),
    "x_shape": ("x_shape", "input_shape", "in_shape", "input_size"),
    "w_shape": ("w_shape", "k_shape", "kernel_shape", "weight_shape", "kernel_size", "weight_size"),
}  # fmt: skip
# Names under which a dict of gradients, or of functions, may hold them.
GRADIENTS: dict[str, tuple[str, ...]] = {
    "input": ("input", "x", "dx", "grad_x", "grad_input", "dinput", "d_input", "da", "da_prev"),
    "kernel": ("kernel", "w", "dw", "weight", "weights", "grad_w", "grad_weight", "dk", "dkernel", "d_weights"),
    "bias": ("bias", "b", "db", "grad_b", "grad_bias", "dbias"),
}
# Keyword arguments that set a convention, and the value that sets nothing.
SETTINGS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
SPELLED = {"strides": "stride", "pad": "padding", "pads": "padding", "dilation_rate": "dilation"}
POSITIONAL = {
    "forward": ("x", "w", "b"), "backward": ("g", "x", "w", "b"), "input": ("g", "w", "x"), "kernel": ("g", "x", "w"),
    "bias": ("g", "x", "w"),
}  # fmt: skip
FEWER = {("backward", 1): ("g",), ("backward", 2): ("g", "cache")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """A function, what its positional arguments are, and its keyword arguments, those out of `SETTINGS` in its own spelling."""

    call: Callable[..., Any]
    roles: tuple[str, ...]
    settings: dict[str, str]
    needed: tuple[str, ...]
    keywords: frozenset[str]


def function_of(call: Any, kind: str, order: str | None) -> Function:
    """Return the Function of a callable.

    Parameters
    ----------
    call : callable
    kind : {"forward", "backward", "input", "kernel", "bias"}
        What it computes: the outputs, all gradients, or one of them.
    order : str or None
        Its positional arguments, as in ``"g,x,w"``; None: by their names, else by their number.

    Raises
    ------
    SpecError
        When it cannot be called, or the order names something else.
    """
    if not callable(call):
        raise SpecError(f"{kind} is {type(call).__name__}; it must be a function, or (backward) a dict of functions")
    required, optional = _parameters(call)
    settings = {SPELLED.get(name, name): name for name in (*required, *optional) if SPELLED.get(name, name) in SETTINGS}
    needed = tuple(SPELLED.get(name, name) for name in required if SPELLED.get(name, name) in SETTINGS)
    named = [name for name in required if SPELLED.get(name, name) not in SETTINGS]
    if order is not None:
        roles = tuple(part.strip() for part in order.split(","))
        if not set(roles) <= set(ROLES):
            raise SpecError(f"order {order!r} has a word other than {', '.join(ROLES)}")
    else:
        roles = _roles(kind, named, [name for name in optional if role_of(name) == "b"])
    return Function(call=call, roles=roles, settings=settings, needed=needed, keywords=frozenset((*required, *optional)))


def keywords_of(function: Function, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that a function takes, in its own spelling."""
    known = {function.settings.get(SPELLED.get(name, name), name): value for name, value in settings.items()}
    return {name: value for name, value in known.items() if name in function.keywords}


def _parameters(call: Any) -> tuple[list[str], list[str]]:
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return [], []
    usual = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [p.name for p in usual if p.default is p.empty], [p.name for p in usual if p.default is not p.empty]


def role_of(name: str) -> str | None:
    """Return what a parameter of this name is, or None."""
    return next((role for role, names in PARAMETERS.items() if name.lower() in names), None)


def _roles(kind: str, required: list[str], biases: list[str]) -> tuple[str, ...]:
    found = [role_of(name) for name in required]
    main = {"forward": {"x", "w"}}.get(kind, {"g"})
    known = [role for role in found if role is not None]
    if len(known) == len(found) == len(set(known)) and main <= set(known):
        return tuple(known) + (("b",) if biases and "b" not in known and kind in ("forward", "backward") else ())
    order = POSITIONAL[kind]
    count = len(required) or {"forward": 2, "backward": 3}.get(kind, 2)
    if count > len(order):
        raise SpecError(
            f"the {kind} function needs {count} arguments ({', '.join(required)}), of which not all have a known name; "
            "say which is which, as in backward_order='g,x,w', or wrap it in a lambda"
        )
    return FEWER.get((kind, count), order[:count])


def gradient_of(name: Any) -> str | None:
    """Return which gradient a key of a dict means, or None."""
    return next((kind for kind, names in GRADIENTS.items() if str(name).lower() in names), None)
