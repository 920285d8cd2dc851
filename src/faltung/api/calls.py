"""Computing: one call to the engine each."""

from typing import Any, Literal

import numpy as np

from faltung.engine import Plan, compute, make_plan
from faltung.engine.operands import result_dtype_name
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.spec.arguments import make_spec
from faltung.spec.parse import parse

__all__ = ["convolve", "correlate", "plan", "problem", "run"]

Array = np.ndarray[Any, Any]


def convolve(
    x: Any, k: Any, *, mode: Any = "full", boundary: Any = "zero", fill: Any = 0, axes: Any = None, stride: Any = 1, dilation: Any = 1,
    anchor: Any = None, region: Any = None, conj: str | None = None, dtype: Any = None, overflow: str = "raise",
    rounding: str = "half_even", mask: Any = None, missing: str = "propagate", method: str = "auto", memory: int | None = None,
    workers: int | None = None, out: Array | None = None,
) -> Array:  # fmt: skip
    """Return the convolution of x with k: the kernel is reversed, then slid.

    On each axis, with the input continued by its boundary to X and the reach L = dilation·(K−1),

        y[o] = Σ over t = 0 … K−1 of  k[K−1−t] · X[stride·o + dilation·t − pad_low].

    Parameters
    ----------
    x : array_like
        Input of any rank and any real, complex, integer, boolean or object dtype.
    k : array_like
        Kernel, with as many axes as x, or as `axes` names. Kernels given as Python numbers take the precision of x.
    mode : {"full", "same", "valid", "causal", "same_upper", "same_lower"} or ((low, high), ...)
        Which outputs exist: N + L; N, centred by `anchor`; those that read nothing outside; N, reading no later sample; ceil(N/stride),
        as TensorFlow and ONNX place them; or explicit pads for each axis (negative pads crop).
    boundary : {"zero", "constant", "edge", "periodic", "half_sample", "whole_sample"}
        What lies outside; one word, one for each axis, or a (low, high) pair in an entry. A library's own word is written with the
        library, as in ``"numpy:reflect"``.
    fill : number
        The value outside where the boundary is ``"constant"``.
    axes : int or tuple of int, optional
        Axes of x that the kernel slides over; the others are batches. None: all.
    stride, dilation : int or tuple of int
        Step between outputs, and between taps, in samples.
    anchor : {"high", "low"} or int, optional
        For mode ``"same"``: the tap, in window order, that meets the sample of the same index. ``"high"`` (default) is K//2 as in NumPy,
        SciPy's `convolve` and OpenCV; ``"low"`` is (K−1)//2 as in scipy.ndimage.convolve, MATLAB and torch. Equal for odd K.
    region : tuple of slice, optional
        Compute this part of the result only.
    conj : {"none", "input", "kernel"}, optional
        Operand to conjugate; None: nothing.
    dtype : dtype, optional
        Of the result. None: int64 for integers; the dtype of x for an inexact x, where integer kernels and Python numbers are weak.
    overflow : {"raise", "saturate", "wrap"}
        What happens to an integer result that does not fit.
    rounding : {"half_even", "half_away", "half_up", "floor", "truncate"}
        From inexact sums to an integer dtype.
    mask, missing
        True where a sample is present; ``"propagate"``, ``"ignore"`` or ``"renormalise"`` for NaN and masked samples.
    method : {"auto", "direct", "separable", "fourier", "shift"}
        How to compute; it never changes what is computed.
    memory : int, optional
        Bytes of scratch that a method may use.
    workers : int, optional
        Threads; None: the CPUs this process may use.
    out : ndarray, optional
        Where the result is written.

    Returns
    -------
    ndarray
        `out`, or a new array.

    Raises
    ------
    SpecError
        For words, shapes and dtypes that describe no operation; the message has the numbers, the rule and the remedy.
    PlanError
        When no method may compute it.
    OverflowError
        When an output does not fit the integer dtype asked for and overflow is ``"raise"``; `out` then holds anything.

    See Also
    --------
    correlate : the same without the reversal.

    Notes
    -----
    Integers are exact. Every product counts: a sample that is not finite changes the outputs whose window holds it, and no other.
    Definitions: Oppenheim and Schafer, *Discrete-Time Signal Processing*, section 2.3.

    Examples
    --------
    >>> ft.convolve([[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]], mode="valid")
    array([[10]])
    >>> ft.convolve([1, 2, 3, 4], [1, 1], mode="same", boundary="edge")
    array([2, 3, 5, 7])
    """
    spec = make_spec(
        "convolve", mode=mode, boundary=boundary, fill=fill, stride=stride, dilation=dilation, anchor=anchor, conj=conj,
        dtype=result_dtype_name(dtype), overflow=overflow, rounding=rounding, missing=missing,
    )  # fmt: skip
    return compute(spec, x, k, axes=axes, region=region, mask=mask, method=method, memory=memory, workers=workers, out=out)


def correlate(
    x: Any, k: Any, *, mode: Any = "full", boundary: Any = "zero", fill: Any = 0, axes: Any = None, stride: Any = 1, dilation: Any = 1,
    anchor: Any = None, region: Any = None, conj: str | None = None, dtype: Any = None, overflow: str = "raise",
    rounding: str = "half_even", mask: Any = None, missing: str = "propagate", method: str = "auto", memory: int | None = None,
    workers: int | None = None, out: Array | None = None,
) -> Array:  # fmt: skip
    """Return the cross-correlation of x with k: the kernel slides as it is stored, conjugated.

    On each axis, with the input continued by its boundary to X,

        y[o] = Σ over t = 0 … K−1 of  conj(k[t]) · X[stride·o + dilation·t − pad_low].

    Parameters
    ----------
    x, k : array_like
        Input and kernel, as for `convolve`.
    mode, boundary, fill, axes, stride, dilation, anchor, region
        As for `convolve`.
    conj : {"none", "input", "kernel"}, optional
        None: the kernel, as NumPy and SciPy do; deep-learning libraries conjugate nothing.
    dtype, overflow, rounding, mask, missing, method, memory, workers, out
        As for `convolve`.

    Returns
    -------
    ndarray
        `out`, or a new array.

    Raises
    ------
    SpecError, PlanError, OverflowError
        As for `convolve`.

    See Also
    --------
    convolve : the same with the kernel reversed, and not conjugated.

    Notes
    -----
    ``correlate(x, k) == convolve(x, conj(k reversed))``; ``faltung laws`` checks it. Definition: Oppenheim and Schafer, *Discrete-Time
    Signal Processing*, section 2.10; Goodfellow, Bengio and Courville, *Deep Learning*, equation 9.6.

    Examples
    --------
    >>> ft.correlate([[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]], mode="valid")
    array([[14]])
    """
    spec = make_spec(
        "correlate", mode=mode, boundary=boundary, fill=fill, stride=stride, dilation=dilation, anchor=anchor, conj=conj,
        dtype=result_dtype_name(dtype), overflow=overflow, rounding=rounding, missing=missing,
    )  # fmt: skip
    return compute(spec, x, k, axes=axes, region=region, mask=mask, method=method, memory=memory, workers=workers, out=out)


def run(
    spec: Spec | Problem | str, x: Any, k: Any, *, axes: Any = None, region: Any = None, method: str = "auto",
    memory: int | None = None, workers: int | None = None, out: Array | None = None,
) -> Array:  # fmt: skip
    """Return the result of a convention on arrays.

    Parameters
    ----------
    spec : Spec, Problem or str
        The convention, or a line of notation. A Problem's shapes and dtypes must be those of the arrays.
    x, k : array_like
        Its operands, in the order of its notation.
    axes, region, method, memory, workers, out
        As for `convolve`.

    Returns
    -------
    ndarray
        The result.

    Raises
    ------
    SpecError, PlanError, OverflowError
        As for `convolve`; also when the arrays are not those of the Problem.

    Examples
    --------
    >>> ft.run("correlate same:low boundary=periodic", [1, 2, 3, 4], [1, 10])
    array([21, 32, 43, 14])
    """
    if isinstance(spec, str):
        spec = parse(spec)
    if isinstance(spec, Problem):
        _check_operands(spec, x, k)
        spec = spec.spec
    return compute(spec, x, k, axes=axes, region=region, method=method, memory=memory, workers=workers, out=out)


def problem(
    spec: Spec | str, x_shape: tuple[int, ...], k_shape: tuple[int, ...], x_dtype: Any = "float64", k_dtype: Any = "float64"
) -> Problem:
    """Return a convention with its sizes and dtypes: output shape, windows, taps, halo.

    Parameters
    ----------
    spec : Spec or str
        The convention, or its notation.
    x_shape, k_shape : tuple of int
        Shapes of the operands.
    x_dtype, k_dtype : dtype
        Their dtypes.

    Returns
    -------
    Problem

    Raises
    ------
    SpecError
        When the shapes do not fit the convention.

    Examples
    --------
    >>> ft.problem("correlate valid stride=2", (9, 9), (3, 4)).output_shape
    (4, 3)
    """
    given = parse(spec) if isinstance(spec, str) else spec
    if not isinstance(given, Spec):
        raise SpecError(f"{spec!r} already has sizes; give a convention without them")
    names = result_dtype_name(x_dtype) or "float64", result_dtype_name(k_dtype) or "float64"
    return Problem(spec=given, input_shape=tuple(x_shape), kernel_shape=tuple(k_shape), input_dtype=names[0], kernel_dtype=names[1])


def plan(x_or_shape: Any, k: Any, *, operation: Literal["convolve", "correlate"] = "convolve", **arguments: Any) -> Plan:
    """Return the Plan for one kernel and inputs of one shape: the method with its reasons, ready to be called many times.

    Parameters
    ----------
    x_or_shape : array_like or tuple of int
        An input, or the shape of float64 inputs.
    k : array_like
        The kernel; a private copy is kept.
    operation : {"convolve", "correlate"}
        Which.
    **arguments
        Those of `convolve`, except `region`, `mask` and `out`.

    Returns
    -------
    Plan
        ``plan(x, out=None)`` computes, ``plan.with_kernel(k2)`` takes another kernel, ``print(plan)`` explains.

    Raises
    ------
    SpecError, PlanError
        As for `convolve`.

    Examples
    --------
    >>> smooth = ft.plan((256, 256), np.full((3, 3), 1 / 9), mode="same", boundary="edge")
    >>> smooth(np.ones((256, 256))).shape
    (256, 256)
    """
    defaults = {"axes": None, "method": "auto", "memory": None, "workers": None}
    engine = {name: arguments.pop(name, default) for name, default in defaults.items()}
    for name in ("region", "mask", "out"):
        if name in arguments:
            raise SpecError(f"a plan takes no {name}; give it to the call, or use {operation}")
    arguments["dtype"] = result_dtype_name(arguments.get("dtype"))
    return make_plan(make_spec(operation, **arguments), x_or_shape, k, **engine)


def _check_operands(given: Problem, x: Any, k: Any) -> None:
    found = np.shape(x), np.shape(k)
    if found != (given.input_shape, given.kernel_shape):
        shapes = f"{given.input_shape} and {given.kernel_shape}"
        raise SpecError(f"the problem is for shapes {shapes}, but the arrays have {found[0]} and {found[1]}")
