"""What a stream computes: the convention, the kernel, the axis along which blocks arrive, and the Window on it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from faltung.engine.arrange import arrange, result_shape
from faltung.engine.core import chosen
from faltung.engine.operands import as_array, as_operands, dtype_name
from faltung.engine.route import result_type, route
from faltung.errors import SpecError
from faltung.spec.problem import Problem
from faltung.spec.spec import Spec
from faltung.spec.window import Window, fill_value, reach

Array = np.ndarray[Any, Any]
KNOWN = ("zero", "constant", "edge")
"""Boundaries that say what lies outside before the samples on the other side of the end are there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filter:
    """Everything about a stream that is known before its first block.

    `k` is the kernel as it was given, so that Python numbers take the precision of the input; `axes` are None where the kernel has one
    axis. `window` is that of the streamed axis, on which the kernel has `taps` taps. `zi` is added to the first outputs.
    """

    spec: Spec
    k: Any
    axis: int
    axes: tuple[int, ...] | None
    window: Window
    taps: int
    block: int
    frame: int | None
    input_dtype: str | None
    method: str
    memory: int | None
    workers: int
    zi: Array | None = None

    @property
    def reach(self) -> int:
        """L, on the streamed axis."""
        return reach(self.window, self.taps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setup:
    """What the first block settles: shapes, dtypes and the method. `spec` computes a piece whose streamed axis holds all it reads."""

    spec: Spec
    kernel: Array
    axis: int
    axes: tuple[int, ...]
    x_shape: tuple[int, ...]
    y_shape: tuple[int, ...]
    x_dtype: np.dtype[Any]
    y_dtype: np.dtype[Any]
    method: str


def make_filter(spec: Spec, k: Any, *, axis: int, axes: tuple[int, ...] | None, zi: Any = None, **options: Any) -> Filter:
    """Return the Filter of a Spec, or say why the convention cannot be streamed.

    Raises
    ------
    SpecError
        For modes and boundaries that need samples not fed yet, and for axes that do not go with the kernel.
    """
    if spec.operation == "convolve_transpose" or spec.mode in ("same_upper", "same_lower"):
        what = spec.mode if spec.operation != "convolve_transpose" else spec.operation
        raise SpecError(f"{what} cannot be streamed: its pads depend on the length of the signal; use full, same, valid, causal or pads")
    kernel = as_array(k, "kernel")
    kept = kernel.copy() if isinstance(k, np.ndarray) else k
    at, axes = _streamed(kernel.shape, axis, axes)
    windows = _windows(spec, kernel.shape)
    window = windows[at]
    _check_boundary(windows, at)
    made = Filter(spec=spec, k=kept, axis=axis, axes=axes, window=window, taps=kernel.shape[at], **options)
    return made if zi is None else replace(made, zi=_checked_zi(made, zi))


def _streamed(k_shape: tuple[int, ...], axis: int, axes: tuple[int, ...] | None) -> tuple[int, tuple[int, ...] | None]:
    """Return which of the kernel's axes is streamed, and the sliding axes as they are named."""
    rank = len(k_shape)
    if axes is None:
        if rank == 1:
            return 0, None
        if not -rank <= axis < rank:
            raise SpecError(f"axis {axis} does not exist: the kernel has {rank} axes {k_shape}, and so has the input; axes= names fewer")
        return axis % rank, tuple(range(rank))
    if axis not in axes:
        raise SpecError(f"blocks arrive along axis {axis}, which is none of axes={axes}; name it there, as it is named in axis")
    if rank != len(axes):
        raise SpecError(f"the kernel has {rank} axes {k_shape}, and axes={axes} names {len(axes)}; a stream has one kernel for every item")
    return axes.index(axis), axes


def _windows(spec: Spec, k_shape: tuple[int, ...]) -> tuple[Window, ...]:
    """Return the Windows for inputs that are large enough; those of the modes that can be streamed do not depend on the size."""
    crops = sum(max(0, -pad) for pair in spec.pads for pad in pair)
    room = tuple(max(spec.dilation) * k + crops + 1 for k in k_shape)
    return Problem(spec=spec, input_shape=room, kernel_shape=k_shape).windows


def _check_boundary(windows: tuple[Window, ...], at: int) -> None:
    window = windows[at]
    ends = ((window.pad_low, window.boundary_low), (window.pad_high, window.boundary_high))
    for pad, law in ends:
        if pad > 0 and law not in KNOWN:
            need = "the other end of the signal" if law == "periodic" else "samples beyond those that a block brings"
            raise SpecError(f"boundary {law!r} cannot be streamed, for it reads {need}; use {', '.join(KNOWN)}, or mode 'valid'")
    fills = {fill_value(window, "low"), fill_value(window, "high")} if {"zero", "constant"} & {law for _, law in ends} else set()
    for later in windows[at + 1 :]:  # where both lie outside, the fill of the lowest axis counts; here the streamed axis is data by then
        for end, law in (("low", later.boundary_low), ("high", later.boundary_high)):
            if fills and law in ("zero", "constant") and fills != {fill_value(later, end)}:  # type: ignore[arg-type]  # low, high
                raise SpecError(
                    f"fills {sorted(map(str, fills))} on the streamed axis and another on a later axis cannot be streamed; use one"
                )


def _checked_zi(made: Filter, zi: Any) -> Array:
    state, window = as_array(zi, "zi").copy(), made.window
    check_output_state(made)
    if made.spec.dtype is not None and np.dtype(made.spec.dtype).kind in "biu":
        raise SpecError(f"zi is added to results, which dtype={made.spec.dtype!r} rounds or clips; leave dtype out, and convert afterwards")
    if window.pad_low and (window.boundary_low == "edge" or fill_value(window, "low") != 0):
        raise SpecError(f"zi says what the past adds, and boundary {window.boundary_low!r} says it too; leave the boundary out")
    if not -state.ndim <= made.axis < state.ndim or state.shape[made.axis] != made.reach:
        raise SpecError(
            f"zi has shape {state.shape}; along axis {made.axis} it must have {made.reach} entries, as the kernel reaches so far"
        )
    return state


def check_output_state(made: Filter) -> None:
    """Raise unless the state is that of `scipy.signal.lfilter`: what the past adds to the next L outputs."""
    if made.window.stride != 1 or made.window.pad_low != made.reach:
        raise SpecError(f"zi is the state of mode 'full' or 'causal' with stride 1, not of {made.spec}; pickle the stream instead")


def settle(made: Filter, block: Any) -> Setup:
    """Return what the first block settles.

    The method is chosen for blocks of `made.block` samples (or a frame), never for the blocks that come.
    """
    data, kernel = as_operands(np.empty((0,), made.input_dtype) if made.input_dtype else block, made.k)
    x_dtype, x_shape = data.dtype, np.shape(block)
    if not -len(x_shape) <= made.axis < len(x_shape):
        raise SpecError(f"blocks arrive along axis {made.axis}, but the first one has shape {x_shape}")
    axis = made.axis % len(x_shape)
    axes = arrange(x_shape, kernel.shape, made.axes if made.axes is not None else (axis,))
    spec, step = _spec_of_piece(made, kernel.shape, axes.sliding, x_shape), made.window.stride
    outputs = made.frame or -(-made.block // step)
    shape = tuple(made.reach + 1 + step * (outputs - 1) if a == axis else n for a, n in enumerate(x_shape))
    names = dtype_name(data), dtype_name(kernel)
    way = route(spec, shape, kernel.shape, *names, axes.sliding, made.method, made.memory)
    method = made.method
    if way.problem.sum_dtype != "int64":  # integers are exact, and so the same, with every method
        method = chosen(way, kernel).method.name
    setup = Setup(
        spec=spec, kernel=kernel, axis=axis, axes=axes.sliding, x_shape=x_shape, x_dtype=x_dtype, method=method,
        y_shape=result_shape(x_shape, kernel.shape, axes, way.problem.output_sizes), y_dtype=result_type(way.problem),
    )  # fmt: skip
    _check_against(made, setup)
    return setup


def _spec_of_piece(made: Filter, k_shape: tuple[int, ...], sliding: tuple[int, ...], x_shape: tuple[int, ...]) -> Spec:
    """Return the Spec with explicit pads: none on the streamed axis."""
    streamed = made.axis % len(x_shape)
    windows = _windows(made.spec, k_shape)
    pads = tuple((0, 0) if axis == streamed else (w.pad_low, w.pad_high) for axis, w in zip(sliding, windows, strict=True))
    return replace(made.spec, mode="pads", pads=pads, anchor=("high",))


def _check_against(made: Filter, setup: Setup) -> None:
    problem_dtype = route(setup.spec, *_one_window(made, setup), made.method, made.memory).problem.sum_dtype
    for end in ("low", "high"):
        value = np.asarray(fill_value(made.window, end))
        with np.errstate(all="ignore"):
            one, other = value.astype(setup.x_dtype).astype(problem_dtype), value.astype(problem_dtype)
        if value != 0 and not np.array_equal(one, other, equal_nan=problem_dtype != "object"):
            raise SpecError(f"fill {value} is no {setup.x_dtype}, the dtype of the input; give input_dtype, or another fill")
    if made.zi is None:
        return
    expected = tuple(made.reach if axis == setup.axis else n for axis, n in enumerate(setup.y_shape))
    if made.zi.ndim != len(expected) or any(found not in (n, 1) for found, n in zip(made.zi.shape, expected, strict=True)):
        raise SpecError(f"zi has shape {made.zi.shape}; for blocks of shape {setup.x_shape} it must be {expected}, or 1 on the other axes")
    if not np.can_cast(made.zi.dtype, setup.y_dtype, "same_kind"):
        raise SpecError(f"zi is {made.zi.dtype} and results are {setup.y_dtype}; convert zi, or ask for dtype={made.zi.dtype.name!r}")


def _one_window(made: Filter, setup: Setup) -> tuple[Any, ...]:
    shape = tuple(made.reach + 1 if axis == setup.axis else n for axis, n in enumerate(setup.x_shape))
    return shape, setup.kernel.shape, dtype_name(np.empty(0, setup.x_dtype)), dtype_name(setup.kernel), setup.axes
