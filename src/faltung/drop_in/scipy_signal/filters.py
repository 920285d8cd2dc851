"""The filters of ``scipy.signal`` along one axis: `lfilter` without recursion, and `upfirdn`."""

from typing import Any

import numpy as np

from faltung.dialects.scipy_filters import BY_DIFFERENCES, FIR_ONLY, MODES, RESAMPLED
from faltung.drop_in.arrays import Array, computed, specs
from faltung.engine.operands import DTYPE_NAMES
from faltung.errors import SpecError
from faltung.spec import Spec


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """Return x filtered along one axis, as ``scipy.signal.lfilter`` does for an `a` of one number: a FIR filter.

    Differs: an `a` of several coefficients is refused with NotImplementedError, as a recursion is not a convolution; NaN and infinities
    change only the outputs whose window holds them, and an infinite coefficient meets the zeros before x too, as NaN.

    Parameters
    ----------
    b : array_like
        The coefficients, divided by a[0].
    a : array_like
        One number.
    x : array_like
        The input.
    axis : int
        Along which.
    zi : array_like, optional
        State: what earlier samples add to the first len(b) − 1 outputs.

    Returns
    -------
    y : ndarray
        Of x's shape and the promoted dtype of all arguments.
    zf : ndarray
        The state behind the last sample; only if zi is given.

    Examples
    --------
    >>> lfilter([1.0, 10.0], 1.0, [1, 2, 3], zi=[5])
    (array([ 6., 12., 23.]), array([30.]))
    """
    b, a, x = np.atleast_1d(b), np.atleast_1d(a), np.asarray(x)
    for name, array in (("b", b), ("a", a)):
        if array.ndim != 1 or array.size == 0:
            raise ValueError(f"Parameter {name} is not a non-empty 1d array, since {name}.shape={array.shape}!")
    if a.size > 1:
        raise NotImplementedError(FIR_ONLY.format(function="lfilter", count=a.size))
    if x.ndim == 0:
        raise ValueError("x must be at least 1-D")
    state = None if zi is None else _state(np.asarray(zi), x, len(b) - 1, axis)
    dtype = np.result_type(*(array for array in (b, a, x, state) if array is not None))
    if dtype.char not in "fdgFDGO":
        raise NotImplementedError(f"Parameter's dtypes produced result type '{dtype}', which is not supported!")
    b = b.astype(dtype)
    b /= a.astype(dtype)[0]
    return _filtered(b, x.astype(dtype, copy=False), _checked_axis(x, axis), state)


def _filtered(b: Array, x: Array, axis: int, state: Array | None) -> Any:
    if not all(n for other, n in enumerate(x.shape) if other != axis):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    if not x.shape[axis]:
        raise ValueError("v cannot be empty")
    mode = "causal" if state is None else "full"
    try:
        answer = computed(Spec(operation="convolve", mode=mode), x, b, axes=(axis,))  # type: ignore[arg-type]  # two of the modes
    except SpecError as error:  # objects that are not numbers
        raise TypeError(str(error)) from None
    if state is None:
        return answer
    before: tuple[slice, ...] = (slice(None),) * axis
    answer[(*before, slice(state.shape[axis]))] += state
    return answer[(*before, slice(x.shape[axis]))], answer[(*before, slice(x.shape[axis], None))]


def _state(zi: Array, x: Array, count: int, axis: int) -> Array:
    """Return zi in the shape that goes with x; entries of one stand for all along the other axes."""
    if zi.ndim != x.ndim:
        raise ValueError(f"Dimensions of parameters x and zi must match, but x.ndim={x.ndim}, zi.ndim={zi.ndim}!")
    if not -x.ndim <= axis < x.ndim:
        raise IndexError("list assignment index out of range")  # as there
    expected = list(x.shape)
    expected[axis] = count
    axis %= x.ndim
    if any(n != wanted and (n != 1 or other == axis) for other, (n, wanted) in enumerate(zip(zi.shape, expected, strict=True))):
        raise ValueError(f"Unexpected shape for parameter zi: expected {tuple(expected)}, found {zi.shape}.")
    return np.broadcast_to(zi, expected)


def _checked_axis(x: Array, axis: int) -> int:
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim)
    return axis % x.ndim


def upfirdn(h: Any, x: Any, up: int = 1, down: int = 1, axis: int = -1, mode: str = "constant", cval: Any = 0) -> Array:
    """Return x with `up` − 1 zeros behind every sample, filtered, of which every `down`-th is kept, as ``scipy.signal.upfirdn`` does.

    Differs: NaN and infinities change only the outputs whose window holds them. An x of one sample, for which SciPy 1.17 ends the
    process (``"reflect"``, ``"antireflect"``) or reads beyond it (``"smooth"``), is continued by that sample.

    Parameters
    ----------
    h : array_like
        The filter, with one axis.
    x : array_like
        The input.
    up, down : int
        By how much the rate is raised, and lowered afterwards.
    axis : int
        Along which.
    mode : str
        What lies outside: "constant" (cval), "edge", "wrap" (periodic), "symmetric" (half_sample), "reflect" (whole_sample), and four that
        continue by differences of samples: "antisymmetric", "antireflect", "smooth", "line".
    cval : scalar
        The value outside for "constant".

    Returns
    -------
    ndarray
        ((N − 1)·up + len(h) − 1) // down + 1 samples along the axis; of the promoted dtype of h, x and float32.

    Examples
    --------
    >>> upfirdn([0.5, 1, 0.5], [1, 1, 4], 2)
    array([0.5, 1. , 1. , 1. , 2.5, 4. , 2. ])
    """
    h, x = np.asarray(h), np.asarray(x)
    if h.ndim != 1 or h.size == 0:
        raise ValueError("h must be 1-D with non-zero length")
    up, down = int(up), int(down)
    if up < 1 or down < 1:
        raise ValueError("Both up and down must be >= 1")
    size, word = x.shape[axis], mode.lower()
    if word not in MODES and word not in BY_DIFFERENCES:
        raise ValueError(f"Unknown mode: {word}")
    dtype = np.result_type(h.dtype, x.dtype, np.float32)
    if DTYPE_NAMES.get(dtype) not in RESAMPLED:
        raise TypeError("No matching signature found")
    axis, h, x = axis % x.ndim, h.astype(dtype), x.astype(dtype, copy=False)
    fill = _fill(cval, dtype)
    if not size:
        shape = list(x.shape)
        shape[axis] = ((size - 1) * up + len(h) - 1) // down + 1
        return np.zeros(shape, dtype)
    if word in BY_DIFFERENCES:
        return _by_differences(h, x, up, down, axis, word)
    return computed(specs("scipy.signal.upfirdn", x, h, up=up, down=down, mode=word, cval=fill), x, h, axes=(axis,))


def _fill(cval: Any, dtype: np.dtype[Any]) -> complex | float:
    if isinstance(cval, str) or (isinstance(cval, complex) and dtype.kind != "c"):
        raise TypeError(f"must be real number, not {type(cval).__name__}")
    return complex(cval) if dtype.kind == "c" else float(cval)


def _by_differences(h: Array, x: Array, up: int, down: int, axis: int, word: str) -> Array:
    """Return upfirdn of an input that is continued first, by as many samples as h reaches; they are cropped where it does not."""
    count = (len(h) - 1) // up + 1
    crop = len(h) - 1 - count * up
    spec = Spec(operation="convolve", mode="pads", pads=((crop, crop),), input_dilation=(up,), stride=(down,))
    lines = np.moveaxis(x, axis, -1)
    with np.errstate(all="ignore"):
        longer = np.concatenate(
            [_outside(lines, word, np.arange(-count, 0)), lines, _outside(lines, word, lines.shape[-1] + np.arange(count))], -1
        )
    return np.moveaxis(computed(spec, longer, h, axes=(x.ndim - 1,)), -1, axis)


def _outside(x: Array, word: str, m: Array) -> Array:
    """Return what stands at indices m outside of x, along its last axis."""
    n, real = x.shape[-1], x.real.dtype
    first, last = x[..., :1], x[..., -1:]
    before, behind = m.astype(real), (m - n + 1).astype(real)
    if n == 1 and word in ("smooth", "antireflect"):
        return np.repeat(x, m.size, -1)
    if word == "line":
        slope = (last - first) / real.type(n - 1)
        values = np.where(m < 0, first + slope * before, last + slope * behind)
    elif word == "smooth":
        values = np.where(m < 0, first + (x[..., 1:2] - first) * before, last + (last - x[..., -2:-1]) * behind)
    elif word == "antisymmetric":  # period 2n: x, then x backwards with the other sign
        at = m % (2 * n)
        values = np.where(at < n, x[..., np.minimum(at, n - 1)], -x[..., np.minimum(2 * n - 1 - at, n - 1)])
    else:  # antireflect: turned about each end sample, so that every period climbs by twice their difference
        turns, at = np.divmod(m, 2 * n - 2)
        base = np.where(at < n, x[..., np.minimum(at, n - 1)], 2 * last - x[..., np.minimum(2 * n - 2 - at, n - 1)])
        values = base + (2 * turns).astype(real) * (last - first)
    return np.asarray(values, x.dtype)
