"""What lies outside: a kernel of one 1 at its end copies the continued input into the output, where it can be read off.

Two inputs without a common value tell a sample (the same index in both) from a fill (the same value in both).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from faltung.diagnose.probing.calling import Interview
from faltung.diagnose.probing.data import LONG, PRIMES, Setting, Shape, UnreadableError, array_of, zeros
from faltung.diagnose.probing.impulses import Steps
from faltung.spec import BOUNDARIES, Boundary, Problem, Spec, source
from faltung.spec.window import Number, Window, core_size, position, reach, reading

Array = np.ndarray[Any, Any]
Law = tuple[Boundary, Number]  # with its fill
N = 11  # samples of the axis in question: its two values for each sample are the first 22 primes


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """One output of a border probe: the index m that its one tap reads, whether its whole window lies inside, and what was found."""

    m: int
    inside: bool
    values: tuple[float, float]
    sample: int | None
    own: tuple[float, float] | None


def read_borders(ask: Interview, setting: Setting, steps: Steps, core: Spec) -> tuple[Spec, str]:
    """Return the Spec with its boundary and fill, or with its frame; and a sentence where the kernels that are taken leave a doubt.

    Raises
    ------
    UnreadableError
        When what is read outside follows none of the laws; the message draws it.
    """
    ends: list[tuple[list[Law], list[Law]]] = []
    for axis in range(setting.ndim):
        seen = _glimpses(ask, setting, steps, core, axis)
        frame = _frame(seen)
        if frame is not None:
            return replace(core, frame=frame), ""
        ends.append((_laws(seen, "low", axis), _laws(seen, "high", axis)))
    if core.operation == "convolve_transpose":
        return core, ""
    return _settled(core, ends)


def _settled(core: Spec, ends: list[tuple[list[Law], list[Law]]]) -> tuple[Spec, str]:
    """Return the Spec with one law for each end: the same for all where one fits all; an end that is never read takes the other's."""
    told = [laws for pair in ends for laws in pair if laws]
    common = [law for law in (told[0] if told else ()) if all(law in laws for laws in told)]
    pairs = [tuple((common or laws or other or [("zero", 0)])[0] for laws, other in (pair, pair[::-1])) for pair in ends]
    boundary = tuple((low[0], high[0]) for low, high in pairs)
    fill = tuple((low[1], high[1]) for low, high in pairs)
    spec = replace(core, boundary=_joined(boundary), fill=_joined(fill))
    doubt = common if common else next((laws for laws in told if len(laws) > 1), [])
    if len(doubt) < 2:
        return spec, ""
    return spec, f"the kernels that it takes cannot tell {' from '.join(law for law, _ in doubt)} outside; the first is assumed"


def _joined(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    return entries[:1] if len(set(entries)) == 1 else entries


def _kernel_shape(ask: Interview, setting: Setting, axis: int, kernel_axis: int) -> Shape:
    """Return the shape of a kernel that reaches far along one axis: the longest that is taken."""
    for taps in (7, 6, 5):
        shape = tuple(taps if a == kernel_axis else n for a, n in enumerate(setting.base))
        k = np.zeros(shape, setting.k_dtype)
        k[(0,) * len(shape)] = 1
        if ask(zeros(setting, LONG[setting.ndim]), k).value is not None:
            return shape
    return max(setting.kernels, key=lambda shape: (shape[kernel_axis], min(shape)))


def _glimpses(ask: Interview, setting: Setting, steps: Steps, core: Spec, axis: int) -> list[Glimpse]:
    kernel_axis = steps.axes[axis].kernel_axis
    k_shape = _kernel_shape(ask, setting, axis, kernel_axis)
    x_shape = tuple(N if a == axis else n for a, n in enumerate(LONG[setting.ndim]))
    if reach_of(steps, axis, k_shape) >= N:
        x_shape = LONG[setting.ndim]
    problem = Problem(spec=core, input_shape=x_shape, kernel_shape=k_shape)
    found: list[Glimpse] = []
    for tap in range(k_shape[kernel_axis]):
        k = np.zeros(k_shape, setting.k_dtype)
        stored = [n // 2 for n in k_shape]
        stored[kernel_axis] = tap
        k[tuple(stored)] = 1
        found += _line(ask, setting, steps, problem, axis, k, tuple(stored))
    return found


def reach_of(steps: Steps, axis: int, k_shape: Shape) -> int:
    """Return how far the last tap lies behind the first."""
    return steps.axes[axis].dilation * (k_shape[steps.axes[axis].kernel_axis] - 1)


def _line(ask: Interview, setting: Setting, steps: Steps, problem: Problem, axis: int, k: Array, stored: Shape) -> list[Glimpse]:
    """Return the glimpses along one line of outputs, the other axes being in the middle."""
    n = problem.input_shape[axis]
    signals = [np.array(_signal(n, which)) for which in (0, 1)]
    shape = [-1 if a == axis else 1 for a in range(setting.ndim)]
    inputs = [np.broadcast_to(signal.reshape(shape), problem.input_shape).astype(setting.x_dtype) for signal in signals]
    answers = [array_of(ask(x, k)) for x in inputs]
    if any(answer.shape != problem.output_shape for answer in answers):
        raise UnreadableError(
            f"input {problem.input_shape} and kernel {k.shape} gave shape {answers[0].shape}, expected {problem.output_shape}"
        )
    factor = 1 if isinstance(steps.scale, str) else steps.scale
    window = problem.windows[axis]
    where: list[Any] = [_middle(problem, a, stored[steps.axes[a].kernel_axis]) for a in range(setting.ndim)]
    where[axis] = slice(None)
    lines = [(answer[tuple(where)].real - steps.offset) / factor for answer in answers]
    tap = _in_window_order(window, stored[steps.axes[axis].kernel_axis], problem.kernel_sizes[axis])
    return [
        _glimpse(window, n, problem.kernel_sizes[axis], o, tap, signals, (float(lines[0][o]), float(lines[1][o])))
        for o in range(len(lines[0])) if position(window, o, tap) % window.input_dilation == 0
    ]  # fmt: skip


def _signal(n: int, which: int) -> list[int]:
    """Return n values; the two signals have none in common, and none is 0."""
    return list(PRIMES[which * N : which * N + N]) if n == N else [2 * i + 1 + which for i in range(n)]


def _in_window_order(window: Window, tap: int, taps: int) -> int:
    return taps - 1 - tap if window.reversal else tap


def _middle(problem: Problem, axis: int, stored: int) -> int:
    """Return an output of this axis whose tap reads a sample and whose window lies inside, as near to the middle as there is one."""
    window, n, taps = problem.windows[axis], problem.input_sizes[axis], problem.kernel_sizes[axis]
    tap, m = _in_window_order(window, stored, taps), core_size(problem.windows[axis], n, taps)
    for o in sorted(range(m), key=lambda o: abs(o - m // 2)):
        if isinstance(reading(window, position(window, o, tap), n), int) and _inside(window, n, taps, o):
            return o
    raise UnreadableError(f"no output of axis {axis} reads only samples")


def _inside(window: Window, n: int, taps: int, o: int) -> bool:
    first = position(window, o, 0)
    return first >= 0 and first + reach(window, taps) <= window.input_dilation * (n - 1)


def _glimpse(window: Window, n: int, taps: int, o: int, tap: int, signals: list[Array], values: tuple[float, float]) -> Glimpse:
    near = [np.flatnonzero(np.isclose(signal, value, rtol=1e-4, atol=1e-4)) for signal, value in zip(signals, values, strict=True)]
    same = [int(index) for index in near[0] if index in near[1]]
    own = (float(signals[0][o]), float(signals[1][o])) if o < n else None
    return Glimpse(
        m=position(window, o, tap) // window.input_dilation, inside=_inside(window, n, taps, o), values=values,
        sample=same[0] if same else None, own=own,
    )  # fmt: skip


def _frame(seen: list[Glimpse]) -> Any:
    """Return what stands where the window leaves the input, whatever its taps read; None where the taps decide."""
    edge = [g for g in seen if not g.inside]
    if not any(0 <= g.m < N and g.sample != g.m for g in edge):
        return None
    if all(g.own is not None and np.allclose(g.values, g.own, rtol=1e-4) for g in edge):
        return "copied"
    numbers = {round(value, 6) for g in edge for value in g.values}
    if len(numbers) == 1:
        value = numbers.pop()
        if value == value:
            return int(value) if value == int(value) else value
    if all(np.isnan(value) for g in edge for value in g.values):
        raise UnreadableError("outputs whose window leaves the input are NaN")
    return None


def _laws(seen: list[Glimpse], end: str, axis: int) -> list[Law]:
    """Return the laws of one end, with their fill, that explain what was seen; none where nothing is read there."""
    n = N if max(g.m for g in seen) < 2 * N else max(g.m for g in seen if g.sample is not None) + 1
    outside = sorted({g.m: g for g in seen if (g.m < 0 if end == "low" else g.m >= n)}.items())
    if not outside:
        return []
    fills = {round(value, 4) for _, g in outside for value in g.values}
    if len(fills) == 1 and all(g.sample is None or g.values[0] == g.values[1] for _, g in outside):
        value = outside[0][1].values[0]
        nearest = round(value)
        exact: Number = nearest if abs(value - nearest) < 1e-6 * max(1, abs(value)) else value
        return [("zero", 0) if exact == 0 else ("constant", exact)]
    fitting = [law for law in BOUNDARIES if all(g.sample is not None and source(law, m, n) == g.sample for m, g in outside)]
    if fitting:
        return [(law, 0) for law in fitting]
    drawn = ", ".join(f"X[{m}] = " + (f"x[{g.sample}]" if g.sample is not None else f"{g.values[0]:g}") for m, g in outside)
    raise UnreadableError(f"outside the {end} end of axis {axis} ({n} samples) no law is followed: {drawn}")
