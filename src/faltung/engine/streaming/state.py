"""Where in its signal a stream is, and the three steps from there: a block, the end, and the state as lfilter has it.

The samples that later outputs still read are held, as they were fed. Output o reads positions stride·o − pad_low to
stride·o − pad_low + L of the signal, and is computed from exactly these: how the signal was cut into blocks decides when it is computed,
not how.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from faltung.engine.compute import compute
from faltung.engine.operands import as_array
from faltung.engine.streaming.filter import Array, Filter, Setup, check_output_state, settle
from faltung.errors import SpecError
from faltung.spec.window import core_size, fill_value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """`fed` samples have come and `done` outputs have gone; `held` are the samples at positions `at` to fed − 1 (None: none came yet)."""

    setup: Setup | None = None
    fed: int = 0
    done: int = 0
    at: int = 0
    held: Array | None = None


def advance(made: Filter, state: State, block: Any) -> tuple[Array, State]:
    """Return the outputs that a block completes, and the state behind it."""
    setup = state.setup or settle(made, block)
    data = _checked(setup, block)
    count = data.shape[setup.axis]
    if not count:
        return _none(setup), replace(state, setup=setup)
    if state.held is None:
        low = _outside(made, setup, data, "low")
        state = replace(state, at=-low.shape[setup.axis], held=low)
    assert state.held is not None
    state = replace(state, setup=setup, fed=state.fed + count, held=np.concatenate([state.held, data], setup.axis))
    last = state.fed - 1 - latency(made)
    ready = max(last // made.window.stride + 1, 0)
    if made.frame:
        ready -= (ready - state.done) % made.frame if ready > state.done else 0
    answer = _outputs(made, setup, state, ready)
    return answer, _trimmed(made, setup, replace(state, done=max(ready, state.done)))


def tail(made: Filter, state: State) -> Array:
    """Return the outputs that are left when no sample follows."""
    setup, held = state.setup, state.held
    if setup is None:
        return np.zeros(0, made.spec.dtype or made.input_dtype or "float64")
    total = core_size(made.window, state.fed, made.taps) if state.fed else 0
    if held is None or total <= state.done:
        return _none(setup)
    high = _outside(made, setup, held, "high")
    return _outputs(made, setup, replace(state, held=np.concatenate([held, high], setup.axis)), total)


def output_state(made: Filter, state: State) -> Array:
    """Return what the past adds to the next L outputs: `zi` of `scipy.signal.lfilter`."""
    check_output_state(made)
    setup, held = state.setup, state.held
    if setup is None or held is None:
        return _state_before(made, setup)
    if state.done != state.fed:
        raise SpecError(f"{state.fed - state.done} outputs wait for a frame of {made.frame}; zi has no place for them, pickle the stream")
    count = made.reach
    shape = _resized(setup.x_shape, setup.axis, count)
    past = held[_part(held, setup.axis, held.shape[setup.axis] - count, None)]
    answer = _computed(made, setup, np.concatenate([past, np.zeros(shape, setup.x_dtype)], setup.axis)) if count else _none(setup)
    return _with_state(made, setup, answer, state.fed)


def latency(made: Filter) -> int:
    """Return how many samples behind stride·o output o needs."""
    return made.reach - made.window.pad_low + max(0, -made.window.pad_high)


def _state_before(made: Filter, setup: Setup | None) -> Array:
    if made.zi is not None:
        return made.zi.copy()
    if made.reach and (made.window.boundary_low == "edge" or fill_value(made.window, "low") != 0):
        raise SpecError(f"boundary {made.window.boundary_low!r} gives no zi before the first sample; feed a block first")
    if setup is None:
        return np.zeros(made.reach, made.spec.dtype or made.input_dtype or "float64")
    return np.zeros(_resized(setup.y_shape, setup.axis, made.reach), setup.y_dtype)


def _outputs(made: Filter, setup: Setup, state: State, until: int) -> Array:
    """Return outputs done … until − 1, a frame at a time if the stream has one."""
    if until <= state.done:
        return _none(setup)
    cuts = [*range(state.done, until, made.frame), until] if made.frame else [state.done, until]
    parts = [_piece(made, setup, state, first, last) for first, last in pairwise(cuts)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, setup.axis)


def _piece(made: Filter, setup: Setup, state: State, first: int, last: int) -> Array:
    assert state.held is not None
    step, start = made.window.stride, made.window.stride * first - made.window.pad_low - state.at
    count = last - first
    read = state.held[_part(state.held, setup.axis, start, start + step * (count - 1) + made.reach + 1)]
    more = _planned_size(made, setup, count) - count
    if more:
        read = np.concatenate([read, np.zeros(_resized(setup.x_shape, setup.axis, step * more), setup.x_dtype)], setup.axis)
    answer = _computed(made, setup, read)
    return _with_state(made, setup, answer[_part(answer, setup.axis, 0, count)] if more else answer, first)


def _planned_size(made: Filter, setup: Setup, count: int) -> int:
    """Return `count`, or a few more outputs, of which the last are thrown away: planning a size never met takes longer than computing it.

    Eight sizes to the octave: 1/16 more on average. Integers are left as they are, for an output that nobody asked for may overflow.
    """
    usual = made.frame or -(-made.block // made.window.stride)
    if count == usual or count <= 16 or setup.method == "auto" or setup.y_dtype.kind in "biu":
        return count
    unit = 1 << (count.bit_length() - 4)
    return -(-count // unit) * unit


def _computed(made: Filter, setup: Setup, piece: Array) -> Array:
    return compute(setup.spec, piece, setup.kernel, axes=setup.axes, method=setup.method, workers=made.workers)


def _with_state(made: Filter, setup: Setup, answer: Array, first: int) -> Array:
    """Add the given state to outputs `first` and those behind it."""
    if made.zi is None or first >= made.reach:
        return answer
    count = min(answer.shape[setup.axis], made.reach - first)
    target = answer[_part(answer, setup.axis, 0, count)]
    added = made.zi[_part(made.zi, setup.axis, first, first + count)].astype(target.dtype)
    sums = target + added
    if target.dtype.kind == "i" and (((target ^ sums) & (added ^ sums)) < 0).any():
        raise OverflowError(f"an output and zi together do not fit {target.dtype}; dtype=object is exact")
    target[...] = sums
    return answer


def _trimmed(made: Filter, setup: Setup, state: State) -> State:
    """Return the state without the samples that no later output reads; the last one stays, for an edge."""
    assert state.held is not None
    wanted = made.window.stride * state.done - made.window.pad_low
    at = max(state.at, min(wanted, state.fed - 1))
    return replace(state, at=at, held=state.held[_part(state.held, setup.axis, at - state.at, None)].copy())


def _outside(made: Filter, setup: Setup, data: Array, end: Any) -> Array:
    """Return the positions before the first, or behind the last of `data` that the window reads."""
    count = max(0, made.window.pad_low if end == "low" else made.window.pad_high)
    if (made.window.boundary_low if end == "low" else made.window.boundary_high) == "edge":
        sample = data[_part(data, setup.axis, 0, 1) if end == "low" else _part(data, setup.axis, data.shape[setup.axis] - 1, None)]
        return np.repeat(sample, count, setup.axis)
    return np.full(_resized(setup.x_shape, setup.axis, count), fill_value(made.window, end), setup.x_dtype)


def _checked(setup: Setup, block: Any) -> Array:
    """Return a block in the dtype of the input, if it goes with the first one."""
    data = as_array(block, "block")
    if _resized(data.shape, setup.axis, 0) != _resized(setup.x_shape, setup.axis, 0):
        raise SpecError(f"a block has shape {data.shape} and the first had {setup.x_shape}; they may differ along axis {setup.axis} only")
    if data.dtype == setup.x_dtype or np.can_cast(data.dtype, setup.x_dtype, "safe"):
        return data.astype(setup.x_dtype, copy=False)
    cast = data.astype(setup.x_dtype) if np.can_cast(data.dtype, setup.x_dtype, "unsafe") and data.dtype.kind != "c" else None
    weak = not hasattr(block, "dtype")  # Python numbers, as `numpy` treats them: the precision is the stream's, the value is theirs
    if weak and cast is not None and (setup.x_dtype.kind in "fc" or np.array_equal(cast, data)):
        return cast
    raise SpecError(f"a block is {data.dtype} and the stream's input is {setup.x_dtype}; convert it, or give Stream(..., input_dtype=...)")


def _none(setup: Setup) -> Array:
    return np.zeros(_resized(setup.y_shape, setup.axis, 0), setup.y_dtype)


def _resized(shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    return tuple(size if a == axis else n for a, n in enumerate(shape))


def _part(array: Array, axis: int, start: int, stop: int | None) -> tuple[slice, ...]:
    return tuple(slice(start, stop) if a == axis % array.ndim else slice(None) for a in range(array.ndim))
