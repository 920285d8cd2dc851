"""The axes of a result: lags of a correlation, indices of a convolution, in samples, seconds or metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod
from numbers import Real
from typing import Any, overload

import numpy as np

from faltung.engine.arrange import arrange, result_shape, sliding_shape
from faltung.engine.region import whole_region
from faltung.errors import SpecError
from faltung.spec import Problem
from faltung.spec.arguments import make_spec
from faltung.spec.lags import lag_ranges, tap_distance, within
from faltung.spec.parse import parse

__all__ = ["lag_region", "lags", "tap_volume"]

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
CONVENTION = ("mode", "boundary", "fill", "stride", "dilation", "anchor", "conj", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """A Problem on its sliding axes, the shape of the result, and where in it the sliding axes stand."""

    problem: Problem
    shape: Shape
    sliding: Shape


@overload
def lags(x: int, k: int, **arguments: Any) -> Array: ...
@overload
def lags(x: Problem | str | Shape, k: Shape | None = None, **arguments: Any) -> tuple[Array, ...]: ...


def lags(
    x: Any, k: Any = None, *, operation: str = "correlate", spacing: Any = None, x_start: Any = 0, k_start: Any = 0,
    axes: Any = None, region: Any = None, **convention: Any,
) -> Array | tuple[Array, ...]:  # fmt: skip
    """Return the lag of every output of a correlation, or the index of every output of a convolution.

    Output o belongs to

        n = stride·o − pad_low                        (correlation:  y(n) = Σ over j of conj(k[j])·X[n + dilation·j])
        i = stride·o + dilation·(K−1) − pad_low       (convolution:  y(i) = Σ over j of k[j]·X[i − dilation·j])

    so that ``lags[argmax(correlate(x, k))]`` is the delay by which k is found in x. Where samples stand `spacing` apart, these are
    coordinates: ``x_start − k_start + n·spacing`` and ``x_start + k_start + i·spacing``.

    Parameters
    ----------
    x : int, tuple of int, Problem or str
        Size of the input on its one axis, or its shape; or a Problem or its line of notation, which say everything.
    k : int or tuple of int, optional
        Size or shape of the kernel.
    operation : {"correlate", "convolve", "convolve_transpose"}
        Of which.
    spacing : number or tuple, optional
        Distance between samples of the input, in seconds, metres, …; one number, or one for each axis. Dates work too: a
        ``numpy.timedelta64``. None: whole samples.
    x_start, k_start : number or tuple
        Coordinates of the first samples of input and kernel, in the same unit.
    axes : int or tuple of int, optional
        Sliding axes of an input with batches, as for `convolve`.
    region : tuple of slice, optional
        The part of the result that was computed, as for `convolve`.
    **convention
        mode, boundary, fill, stride, dilation, anchor, conj, missing: as given to the operation.

    Returns
    -------
    ndarray or tuple of ndarray
        Sizes given as whole numbers: one axis, one array. Otherwise one array for each sliding axis. int64 without spacing.

    Raises
    ------
    SpecError
        When the sizes do not go with the convention, for a spacing of 0, and for an adjoint with a fold.

    See Also
    --------
    lag_region : the region of the lags up to a limit.
    tap_volume : the factor that makes the sum an integral.

    Notes
    -----
    The continuous convolution ∫ k(τ)·x(t − τ) dτ is the sum times `tap_volume`, on these coordinates.
    ``scipy.signal.correlation_lags(N, K, "same")`` is one too high for an odd N and an even K (see `faltung.dialects.lags`); this is not.
    Outputs of a transposed convolution, or of another with an input dilation d, lie d times as close: their positions are counted
    between the samples, and with a spacing they stand spacing/d apart.

    Examples
    --------
    >>> ft.lags(9, 4, mode="same")
    array([-2, -1,  0,  1,  2,  3,  4,  5,  6])
    >>> x = np.array([0, 0, 0, 0, 1, 5, 2, 0])
    >>> ft.lags(8, 3)[np.argmax(ft.correlate(x, [1, 5, 2]))]
    np.int64(4)
    >>> ft.lags(4, 3, operation="convolve", spacing=0.5, x_start=10, k_start=-0.5)
    array([ 9.5, 10. , 10.5, 11. , 11.5, 12. ])
    """
    sizes = _sizes(x, k, operation, axes, convention)
    windows = sizes.problem.windows
    steps = (None,) * len(windows) if spacing is None else _steps(sizes.problem, spacing)
    starts = zip(_per_axis("x_start", x_start, len(windows)), _per_axis("k_start", k_start, len(windows)), windows, strict=True)
    first = [a + b if window.reversal else a - b for a, b, window in starts]
    answer = tuple(_coordinates(*axis) for axis in zip(_cut(sizes, region), steps, first, strict=True))
    return answer[0] if _is_size(x) else answer


def lag_region(
    x: Any, k: Any = None, max_lag: Any = None, *, operation: str = "correlate", spacing: Any = None, axes: Any = None, **convention: Any
) -> tuple[slice, ...]:
    """Return the `region` in which the absolute lag is at most `max_lag`, to compute only these outputs.

    Parameters
    ----------
    x, k : int, tuple of int, Problem or str
        As for `lags`.
    max_lag : number or tuple
        The limit, in samples, or in the unit of `spacing`; one number, or one for each sliding axis, None where there is none.
    operation, spacing, axes, **convention
        As for `lags`.

    Returns
    -------
    tuple of slice
        One for each axis of the result.

    Raises
    ------
    SpecError
        When no output lies so close to lag 0.

    Examples
    --------
    >>> x, k = np.arange(1000) % 7, np.arange(900) % 7
    >>> near = ft.lag_region(len(x), len(k), 2)
    >>> ft.correlate(x, k, region=near), ft.lags(len(x), len(k), region=near)
    (array([ 7171,  8968, 11662,  8980,  7194]), array([-2, -1,  0,  1,  2]))
    """
    sizes = _sizes(x, k, operation, axes, convention)
    found = lag_ranges(sizes.problem)
    limits = _per_axis("max_lag", max_lag, len(found))
    steps = (1,) * len(found) if spacing is None else _steps(sizes.problem, spacing)
    out = [slice(None)] * len(sizes.shape)
    for axis, lag, limit, step in zip(sizes.sliding, found, limits, steps, strict=True):
        out[axis] = slice(None) if limit is None else within(lag, limit, step)
    return tuple(out)


def tap_volume(x: Any, k: Any = None, *, spacing: Any, operation: str = "correlate", axes: Any = None, **convention: Any) -> Any:
    """Return the factor that makes a sum of products an integral: the distance between the taps, multiplied over the sliding axes.

        ∫ k(τ)·x(t − τ) dτ  ≈  tap_volume · Σ over j of k[j]·x[i − dilation·j],        tap_volume = dilation·spacing on each axis.

    Parameters
    ----------
    x, k : int, tuple of int, Problem or str
        As for `lags`.
    spacing : number or tuple
        Distance between samples of the input; one number, or one for each sliding axis.
    operation, axes, **convention
        As for `lags`.

    Returns
    -------
    number
        The factor, in the unit of the spacing to the power of the number of sliding axes.

    Raises
    ------
    SpecError
        As for `lags`.

    Examples
    --------
    Two exponentials, e⁻ᵗ each; their convolution is t·e⁻ᵗ:

    >>> dt = 0.001
    >>> t = np.arange(5000) * dt
    >>> y = ft.convolve(np.exp(-t), np.exp(-t), mode="causal") * ft.tap_volume(5000, 5000, spacing=dt)
    >>> bool(np.abs(y - t * np.exp(-t)).max() < 2 * dt)
    True
    """
    problem = _sizes(x, k, operation, axes, convention).problem
    steps = _checked_steps(spacing, len(problem.windows))
    distances = [tap_distance(window) for window in problem.windows]
    return prod(step * distance.numerator for step, distance in zip(steps, distances, strict=True)) / prod(d.denominator for d in distances)


def _cut(sizes: Sizes, region: Any) -> tuple[range, ...]:
    found = lag_ranges(sizes.problem)
    if region is None:
        return found
    wanted = whole_region(region, sizes.shape)
    return tuple(lag[wanted[axis]] for lag, axis in zip(found, sizes.sliding, strict=True))


def _sizes(x: Any, k: Any, operation: str, axes: Any, convention: dict[str, Any]) -> Sizes:
    given = parse(x) if isinstance(x, str) else x
    if isinstance(given, Problem):
        if k is not None or axes is not None or convention:
            raise SpecError(f"the problem {given} has its sizes and convention; give spacing and region only")
        letters = given.spec.layout
        sliding = tuple(letters.output.index(c) for c in letters.spatial) if letters else tuple(range(len(given.windows)))
        return Sizes(problem=given, shape=given.output_shape, sliding=sliding)
    unknown = [name for name in convention if name not in CONVENTION]
    if unknown:
        raise SpecError(f"lags depend on no {unknown[0]!r}; beside operation, axes, region they take {', '.join(CONVENTION)}")
    x_shape, k_shape = _shape("input", given), _shape("kernel", k)
    named = axes if axes is None or isinstance(axes, tuple) else tuple(axes) if isinstance(axes, list) else (axes,)
    arranged = arrange(x_shape, k_shape, named)
    problem = Problem(
        spec=make_spec(operation, **convention), input_shape=sliding_shape(x_shape, arranged, False),
        kernel_shape=sliding_shape(k_shape, arranged, True),
    )  # fmt: skip
    return Sizes(problem=problem, shape=result_shape(x_shape, k_shape, arranged, problem.output_sizes), sliding=arranged.sliding)


def _is_size(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and not getattr(value, "shape", ())


def _shape(name: str, value: Any) -> Shape:
    if _is_size(value):
        return (int(value.__index__()),)
    if isinstance(value, tuple) and all(_is_size(n) for n in value):
        return tuple(int(n.__index__()) for n in value)
    raise SpecError(f"the {name} is {value!r}; lags need its size (len(x)) or its shape (x.shape), not its samples")


def _per_axis(name: str, value: Any, rank: int) -> tuple[Any, ...]:
    entries = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if len(entries) not in (1, rank):
        raise SpecError(f"{name} has {len(entries)} entries, but {rank} axes slide; give one entry, or {rank}")
    return entries * rank if len(entries) == 1 else entries


def _steps(problem: Problem, spacing: Any) -> tuple[Any, ...]:
    """Return how far apart positions of the dilated input are."""
    steps = _checked_steps(spacing, len(problem.windows))
    return tuple(s / w.input_dilation if w.input_dilation > 1 else s for s, w in zip(steps, problem.windows, strict=True))


def _checked_steps(spacing: Any, rank: int) -> tuple[Any, ...]:
    steps = _per_axis("spacing", spacing, rank)
    for step in steps:
        number = isinstance(step, np.timedelta64) or (isinstance(step, Real) and isfinite(step))
        if not number or not step:
            raise SpecError(f"spacing is {step!r}; it must be a finite number other than 0, or a numpy.timedelta64")
    return steps


def _coordinates(lag: range, step: Any, start: Any) -> Array:
    positions = np.arange(lag.start, lag.stop, lag.step)
    answer = positions if step is None else positions * step
    return answer if isinstance(start, int) and start == 0 else answer + start
