"""JAX: ``jax.lax`` with any layout, and ``jax.scipy.signal`` and ``jax.numpy``, which follow SciPy and NumPy; in its usual 32 bits.

=========================  ===============  =======================================================================================
function                   reversed         outputs
=========================  ===============  =======================================================================================
lax.conv_general_dilated   no               pairs of pads (negative ones crop), SAME upper, SAME_LOWER, VALID
lax.conv_transpose         no: adjoint of   SAME and VALID as Keras's; pairs of pads of the *spread input*, unless
                           a reversed one   ``use_consistent_padding``: then crops, as in PyTorch
… transpose_kernel=True    (adjoint)        the same; the kernel's letters I and O are exchanged
jnp.convolve, correlate    as NumPy's       the longer operand is the input
jax.scipy.signal           as SciPy's       zeros outside only
=========================  ===============  =======================================================================================

Steps are given in the order of the kernel's spatial letters. Arrays of 64 bits become 32 (``jax_enable_x64`` is off); integers wrap
around in `lax` and become float32 in the others. `lax` does not conjugate. Like SciPy's, its `correlate2d` forgets to conjugate the
answer of exchanged operands.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

import numpy as np

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    crops_of,
    each,
    first,
    kernel_sizes,
    layer,
    one_dtype,
    pads_of,
    positive,
    promoted_inexact,
    rank_of,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups, Layout
from faltung.spec.numbers import INTEGERS
from faltung.spec.spec import Conj, at

Operation = Literal["convolve", "correlate"]
HALVES = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}
DTYPES = ("bool", *(name for name in INTEGERS if name not in HALVES), "float16", "float32", "complex64")
WORDS: dict[str, dict[str, Any]] = {"VALID": {"mode": "valid"}, "SAME": {"mode": "same_upper"}, "SAME_LOWER": {"mode": "same_lower"}}
MODES = {mode: mode for mode in ("full", "same", "valid")}
BEHIND = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NHWDC", "HWDIO", "NHWDC")}


def _halved(arguments: Arguments) -> dict[str, Any]:
    """Return the arguments with the dtypes that JAX gives arrays."""
    return {**arguments, **{fact: HALVES.get(arguments[fact], arguments[fact]) for fact in ("x_dtype", "k_dtype")}}


def _numbers(function: str, arguments: Arguments) -> dict[str, Any]:
    steps = one_dtype(function, _halved(arguments), DTYPES)
    asked = arguments["preferred_element_type"]
    if steps["dtype"] == "bool":
        steps["product"] = "or_and"
    return steps if asked is None else steps | {"dtype": HALVES.get(asked, asked)}


def _layout(function: str, numbers: Any, rank: int) -> tuple[Layout, tuple[int, ...]]:
    """Return the layout, and where among the steps as they are given each of the input's axes stands."""
    if numbers is None:
        return first(rank), tuple(range(rank))
    if hasattr(numbers, "lhs_spec"):  # ConvDimensionNumbers: (batch, channels, spatial …) positions of each operand
        specs = (numbers.lhs_spec, numbers.rhs_spec, numbers.out_spec)
        numbers = tuple(_letters(spec, pair) for spec, pair in zip(specs, ("NC", "OI", "NC"), strict=True))
    if not isinstance(numbers, tuple | list) or len(numbers) != 3 or any(len(text) != rank + 2 for text in numbers):
        raise DialectError(f"{function} has dimension_numbers {numbers!r}; it takes three texts of {rank + 2} letters, or None")
    spatial = [c for c in numbers[1] if c not in "OI"]
    letters = str.maketrans(dict(zip(spatial, "ABDEF", strict=False)))
    try:
        layout = Layout(**{name: text.translate(letters) for name, text in zip(("input", "kernel", "output"), numbers, strict=True)})
    except ValueError as error:
        raise DialectError(f"{function} has dimension_numbers {numbers!r}: {error}") from None
    renamed = "".join(c for c in layout.kernel if c not in "OI")
    return layout, tuple(renamed.index(c) for c in layout.spatial)


def _letters(spec: tuple[int, ...], pair: str) -> str:
    names = dict(zip(spec, pair + "ABDEF", strict=False))
    return "".join(names[axis] for axis in range(len(spec)))


def _steps(function: str, name: str, value: Any, order: tuple[int, ...], *, required: bool = False) -> tuple[int, ...]:
    """Return a step for each of the input's axes; None is 1."""
    if value is None and not required:
        return (1,) * len(order)
    if not isinstance(value, tuple | list) or len(value) != len(order):
        raise DialectError(f"{function} has {name} {value!r}; it takes {len(order)} whole numbers")
    entries = each(function, name, value, len(order))
    return tuple(entries[i] for i in order)


def _pairs(function: str, value: Any, order: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, tuple | list) or len(value) != len(order) or not all(isinstance(pair, tuple | list) for pair in value):
        raise DialectError(f"{function} has padding {value!r}; it takes 'SAME', 'SAME_LOWER', 'VALID' or {len(order)} pairs")
    pairs = [each(function, "padding", pair, 2, least=None) for pair in value]
    return tuple((pairs[i][0], pairs[i][1]) for i in order)


def _general(function: str, arguments: Arguments) -> Spec:
    rank = rank_of(function, arguments, "window_strides", "lhs_dilation", "rhs_dilation")
    layout, order = _layout(function, arguments.get("dimension_numbers"), rank)
    spread = _steps(function, "lhs_dilation", arguments.get("lhs_dilation"), order)
    return layer(
        operation="correlate", conj="none", layout=layout, groups=_groups(function, arguments), input_dilation=spread,
        stride=_steps(function, "window_strides", arguments["window_strides"], order, required=True),
        dilation=_steps(function, "rhs_dilation", arguments.get("rhs_dilation"), order),
        **_outputs(function, arguments["padding"], spread, order), **_numbers(function, arguments),
    )  # fmt: skip


def _outputs(function: str, padding: Any, spread: tuple[int, ...], order: tuple[int, ...]) -> dict[str, Any]:
    if not isinstance(padding, str):
        return pads_of(_pairs(function, padding, order))
    if max(spread) > 1:
        raise DialectError(f"{function} has no padding {padding!r} for a spread input; give pairs")
    return dict(choice(function, "padding", padding.upper(), WORDS))


def _groups(function: str, arguments: Arguments) -> Groups:
    features, batches = (positive(function, name, arguments.get(name, 1)) for name in ("feature_group_count", "batch_group_count"))
    if features > 1 and batches > 1:
        raise DialectError(f"{function} has feature_group_count {features} and batch_group_count {batches}; only one may be more than 1")
    return Groups(count=batches, input="N") if batches > 1 else Groups(count=features)


def _transpose(arguments: Arguments) -> Spec:
    function = "jax.lax.conv_transpose"
    rank = rank_of(function, arguments, "strides", "rhs_dilation")
    layout, order = _layout(function, arguments["dimension_numbers"] or BEHIND[rank], rank)
    kept = bool(arguments["transpose_kernel"])
    if kept:
        layout = Layout(input=layout.input, kernel=layout.kernel.translate(str.maketrans("IO", "OI")), output=layout.output)
    strides = _steps(function, "strides", arguments["strides"], order, required=True)
    dilation = _steps(function, "rhs_dilation", arguments["rhs_dilation"], order)
    fields = {"layout": layout, "dilation": dilation, "reversal": None if kept else (False,), **_numbers(function, arguments)}
    padding, crops = arguments["padding"], arguments["use_consistent_padding"]
    if padding == "SAME":
        return layer(operation="convolve_transpose", mode="same_upper", stride=strides, **fields)
    if padding == "VALID":
        return layer(operation="convolve_transpose", stride=strides, **_valid(function, arguments, layout, strides, dilation), **fields)
    if crops:
        return layer(operation="convolve_transpose", stride=strides, **crops_of(_pairs(function, padding, order)), **fields)
    fields |= {"reversal": (True,) if kept else None, "conj": "none", "input_dilation": strides}
    return layer(operation="correlate", **_outputs(function, padding, strides, order), **fields)


def _valid(function: str, arguments: Arguments, layout: Layout, strides: tuple[int, ...], dilation: tuple[int, ...]) -> dict[str, Any]:
    """At least stride outputs for every sample: zeros behind a kernel that is shorter than the stride."""
    if set(strides) == {1}:
        return {"mode": "full"}
    sizes = kernel_sizes(function, arguments, layout, "the end of padding 'VALID' depends")
    return crops_of((0, min(d * (k - 1) + 1 - s, 0)) for k, s, d in zip(sizes, strides, dilation, strict=True))


def _as_jax(x: Any, k: Any, _: Arguments) -> tuple[Any, Any]:
    """Return both as JAX stores them: 32 bits."""
    x, k = (a.astype(HALVES[a.dtype.name]) if a.dtype.name in HALVES else a for a in (x, k))
    return x, k


def _general_offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    rank, layout, places = _places(spec)
    words = {"valid": "VALID", "same_upper": "SAME", "same_lower": "SAME_LOWER"}
    padding: Any = [at(wanted_pads(spec, rank), i) for i in places]
    if spec.mode == "same" and set(spec.stride) == {1}:
        padding = "SAME" if set(spec.anchor) == {"low"} else "SAME_LOWER"
    by_batch = spec.groups.input == "N"
    yield {
        "window_strides": tuple(at(spec.stride, i) for i in places), "padding": words.get(spec.mode, padding),
        "lhs_dilation": _unless_one(spec.input_dilation, places), "rhs_dilation": _unless_one(spec.dilation, places),
        "dimension_numbers": layout and (layout.input, layout.kernel, layout.output),
        "feature_group_count": 1 if by_batch else spec.groups.count, "batch_group_count": spec.groups.count if by_batch else 1,
    }  # fmt: skip


def _transpose_offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        return
    rank, layout, places = _places(spec)
    numbers = layout or first(rank, "IO")
    steps = {
        "strides": tuple(at(spec.stride, i) for i in places), "rhs_dilation": _unless_one(spec.dilation, places), "transpose_kernel": True,
        "dimension_numbers": (numbers.input, numbers.kernel.translate(str.maketrans("IO", "OI")), numbers.output),
    }  # fmt: skip
    crops = tuple(at(wanted_pads(spec, rank), i) for i in places)
    yield {**steps, "padding": "SAME"} if spec.mode == "same_upper" else {**steps, "padding": crops, "use_consistent_padding": True}


def _places(spec: Spec) -> tuple[int, Layout | None, tuple[int, ...]]:
    """Return rank, layout, and the place of each of the kernel's spatial axes among the input's."""
    rank, layout = wanted_rank(spec, None), spec.layout
    if layout is None:
        return rank, None, tuple(range(rank))
    return rank, layout, tuple(layout.spatial.index(c) for c in layout.kernel if c not in "OI")


def _unless_one(entries: tuple[int, ...], places: tuple[int, ...]) -> tuple[int, ...] | None:
    return None if set(entries) == {1} else tuple(at(entries, i) for i in places)


# Like NumPy and SciPy


def _weak(arguments: Arguments) -> dict[str, Any]:
    facts = _halved(arguments)
    known = facts["x_dtype"] is not None and facts["k_dtype"] is not None
    return {"dtype": promoted_inexact(facts["x_dtype"], facts["k_dtype"]) if known else None}


def _like_numpy(function: str, operation: Operation, arguments: Arguments) -> Spec:
    mode = choice(function, "mode", arguments["mode"], MODES)
    return Spec(operation=operation, mode=mode, conj=_conj(operation), operands="longer_first", **_weak(arguments))


def _conj(operation: Operation) -> Conj:
    return "kernel" if operation == "correlate" else "none"


def _like_scipy(function: str, operation: Operation, arguments: Arguments) -> Spec:
    mode = choice(function, "mode", arguments["mode"], MODES)
    if (arguments.get("boundary", "fill"), arguments.get("fillvalue", 0)) != ("fill", 0):
        raise DialectError(f"{function} has only boundary 'fill' with fillvalue 0")
    if "method" in arguments:
        choice(function, "method", arguments["method"], {"auto": 0, "direct": 0, "fft": 0})
    steps = _weak(arguments)
    if function.endswith("fftconvolve") and steps["dtype"] == "float16":
        raise DialectError(f"{function} does not compute in float16")
    anchor = "low" if function.endswith("correlate2d") else "high"
    _check_sizes(function, arguments)
    return Spec(
        operation=operation, mode=mode, anchor=(anchor,), conj=_conj(operation),
        operands="dominant_first" if mode == "valid" else "as_given", **steps,
    )  # fmt: skip


def _check_sizes(function: str, arguments: Arguments) -> None:
    """Refuse, in every mode, operands of which neither is at least as large on every axis."""
    x, k = arguments["x_shape"], arguments["k_shape"]
    if x is None or k is None or len(x) != len(k):
        return
    pairs = list(zip(x, k, strict=True))
    if not (all(a >= b for a, b in pairs) or all(a <= b for a, b in pairs)):
        raise DialectError(f"{function} takes operands of which one is at least as large on every axis, not {x} and {k}")


def _promotes(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    """Return both in the dtype in which these functions compute."""
    dtype = _weak(arguments)["dtype"]
    return x.astype(dtype), k.astype(dtype)


def _forgets_conj(y: Any, x: Any, k: Any, arguments: Arguments) -> Any:
    exchanged = arguments["mode"] == "valid" and any(b > a for a, b in zip(x.shape, k.shape, strict=True))
    return np.conj(y) if arguments["bugs"] and exchanged else y


def _offers(_: Spec) -> Iterable[Arguments]:
    return ({"mode": mode} for mode in MODES)


GENERAL = {
    "window_strides": None, "padding": None, "lhs_dilation": None, "rhs_dilation": None, "dimension_numbers": None,
    "feature_group_count": 1, "batch_group_count": 1, "precision": None, "preferred_element_type": None,
}  # fmt: skip
PLAIN = {"window_strides": None, "padding": None, "precision": None, "preferred_element_type": None}
PADDED = {
    "window_strides": None, "padding": None, "lhs_dilation": None, "rhs_dilation": None, "precision": None, "preferred_element_type": None,
}  # fmt: skip
TRANSPOSE = {
    "strides": None, "padding": None, "rhs_dilation": None, "dimension_numbers": None, "transpose_kernel": False, "precision": None,
    "preferred_element_type": None, "use_consistent_padding": False,
}  # fmt: skip
ANY_AXES = {"mode": "full", "method": "auto", "precision": None}
TWO_AXES = {"mode": "full", "boundary": "fill", "fillvalue": 0, "precision": None}
VERSION = "jax 0.10.2 on the CPU, jax_enable_x64 off"
PADS = (
    "jaxlib 0.10.2 on the CPU: with a negative pad below and a positive one above, samples of the next image, or what lies behind the"
    " array, are read in place of zeros; not imitated: openxla/xla issue 48713",
)
BUG = "jax 0.10.2: mode 'valid' forgets to conjugate the answer of exchanged operands, as scipy.signal.correlate2d 1.17 does; " \
    "https://github.com/jax-ml/jax jax/_src/scipy/signal.py, _convolve_nd"  # fmt: skip


def _lax(name: str, defaults: Arguments) -> Dialect:
    function = f"jax.lax.{name}"
    return Dialect(
        function=function, defaults=defaults, reads=partial(_general, function), offers=_general_offers if defaults is GENERAL else _none,
        prepares=_as_jax, says=says, reference=VERSION, bugs=PADS,
    )  # fmt: skip


def _none(_: Spec) -> Iterable[Arguments]:
    return ()


def _signal(name: str, operation: Operation, defaults: Arguments) -> Dialect:
    function, bug = f"jax.scipy.signal.{name}", name == "correlate2d"
    return Dialect(
        function=function, defaults=defaults, reads=partial(_like_scipy, function, operation), offers=_offers,
        axes=2 if name.endswith("2d") else None, prepares=_promotes, finishes=_forgets_conj if bug else None,
        bugs=(BUG,) if bug else (), reference=VERSION,
    )  # fmt: skip


def _jnp(name: str, operation: Operation, mode: str) -> Dialect:
    function = f"jax.numpy.{name}"
    return Dialect(
        function=function, defaults={"mode": mode, "precision": None, "preferred_element_type": None}, axes=1, prepares=_promotes,
        reads=partial(_like_numpy, function, operation), offers=_offers, reference=VERSION,
    )  # fmt: skip


JAX = {
    "jax.lax.conv_general_dilated": _lax("conv_general_dilated", GENERAL),
    "jax.lax.conv_with_general_padding": _lax("conv_with_general_padding", PADDED),
    "jax.lax.conv": _lax("conv", PLAIN),
    "jax.lax.conv_transpose": Dialect(
        function="jax.lax.conv_transpose", defaults=TRANSPOSE, reads=_transpose, offers=_transpose_offers, prepares=_as_jax, says=says,
        reference=VERSION,
    ),
    "jax.numpy.convolve": _jnp("convolve", "convolve", "full"),
    "jax.numpy.correlate": _jnp("correlate", "correlate", "valid"),
    "jax.scipy.signal.convolve": _signal("convolve", "convolve", ANY_AXES),
    "jax.scipy.signal.correlate": _signal("correlate", "correlate", ANY_AXES),
    "jax.scipy.signal.fftconvolve": _signal("fftconvolve", "convolve", {"mode": "full", "axes": None}),
    "jax.scipy.signal.convolve2d": _signal("convolve2d", "convolve", TWO_AXES),
    "jax.scipy.signal.correlate2d": _signal("correlate2d", "correlate", TWO_AXES),
}  # fmt: skip
