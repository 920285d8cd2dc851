"""A function against a Spec, over a grid of sizes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from faltung.api import differences, parse, run
from faltung.diagnose import probe
from faltung.diagnose.probing.data import tolerance
from faltung.errors import SpecError
from faltung.spec import Problem, Spec

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
# Samples and taps: both parities of either, kernels as long as the input, one tap. The most telling first: the first failure is told.
SIZES = ((6, 4), (5, 3), (9, 5), (7, 6), (4, 4), (4, 2), (3, 1), (1, 1))


def assert_convention(
    function: Callable[[Any, Any], Any], spec: Spec | str, *, ndim: int = 2, shapes: Iterable[tuple[Shape, Shape]] | None = None,
    dtypes: tuple[str, str] = ("float64", "float64"), seed: int = 0,
) -> None:  # fmt: skip
    """Raise AssertionError unless a function of (x, k) computes what a Spec says, at every size, on whole numbers.

    Parameters
    ----------
    function : callable
        Called as ``function(x, k)`` with NumPy arrays.
    spec : Spec or str
        The convention, or its notation. Its dtype is compared only if it has one.
    ndim : int
        Axes of input and kernel; not needed with `shapes`.
    shapes : iterable of (tuple of int, tuple of int), optional
        Shapes of input and kernel. None: a grid of sizes with even kernels that are not square, and kernels as long as the input. Sizes
        which the Spec refuses are left out.
    dtypes : tuple of str
        Dtypes of input and kernel.
    seed : int
        Of the random whole numbers.

    Raises
    ------
    AssertionError
        With the sizes, the first output that differs, and in words what the function's convention has otherwise, as far as
        `faltung.probe` can tell.

    Examples
    --------
    >>> ft.testing.assert_convention(np.convolve, "convolve", ndim=1)
    >>> ft.testing.assert_convention(lambda x, k: np.convolve(x, k, "same"), "convolve same:low operands=longer_first", ndim=1)
    Traceback (most recent call last):
    AssertionError: not `convolve same:low operands=longer_first` at x (6,) and k (4,): at (0,) is ..., expected ... (6 of 6 values differ)
    what differs (the function's | the convention's):
      mode: same:high | same:low: the output moves by one sample towards lower indices
    """
    __tracebackhide__ = True
    meant = _spec(spec)
    pairs = list(shapes) if shapes is not None else grid(ndim)
    compared = 0
    for x_shape, k_shape in pairs:
        x, k = _operands(x_shape, k_shape, dtypes, seed)
        try:
            expected = run(meant, x, k)
        except SpecError:
            continue
        said = _difference(function, x, k, expected, meant)
        if said:
            raise AssertionError(f"not `{meant}` at x {x_shape} and k {k_shape}: {said}{_in_words(function, meant, x, k)}")
        compared += 1
    if not compared:
        raise SpecError(f"`{meant}` refuses all {len(pairs)} pairs of shapes; give others, or another ndim")


def grid(ndim: int) -> list[tuple[Shape, Shape]]:
    """Return shapes of input and kernel: every pair of `SIZES` on two axes, neighbours of the list on more."""
    if ndim <= 2:
        return [(tuple(n for n, _ in pairs), tuple(k for _, k in pairs)) for pairs in product(SIZES, repeat=ndim)]
    turns = [[SIZES[(start + axis) % len(SIZES)] for axis in range(ndim)] for start in range(len(SIZES))]
    return [(tuple(n for n, _ in pairs), tuple(k for _, k in pairs)) for pairs in turns]


def _spec(spec: Spec | str) -> Spec:
    found = parse(spec) if isinstance(spec, str) else spec
    if not isinstance(found, Spec):
        raise SpecError(f"{spec!r} has sizes; give the convention without them, and sizes as shapes=")
    return found


def _operands(x_shape: Shape, k_shape: Shape, dtypes: tuple[str, str], seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng([seed, *x_shape, *k_shape])
    low, high = (0, 3) if any(np.dtype(dtype).kind in "ub" or np.dtype(dtype) == np.int8 for dtype in dtypes) else (-9, 10)
    x, k = (rng.integers(low, high, shape) for shape in (x_shape, k_shape))
    if k.sum() == 0:  # a convention may divide by it
        k.flat[0] += 1
    parts = [1j * rng.integers(-9, 10, a.shape) if np.dtype(dtype).kind == "c" else 0 for a, dtype in zip((x, k), dtypes, strict=True)]
    return (x + parts[0]).astype(dtypes[0]), (k + parts[1]).astype(dtypes[1])


def _difference(function: Callable[[Any, Any], Any], x: Array, k: Array, expected: Array, spec: Spec) -> str:
    from faltung.testing.exact import difference

    try:
        found = np.asarray(function(x.copy(), k.copy()))
    except Exception as error:  # whatever it raises: it does not compute what the Spec says
        return f"it raised {type(error).__name__}: {error}"
    said = difference(found, expected, spec.dtype is not None)
    if not said or found.shape != expected.shape or (spec.dtype is not None and found.dtype != expected.dtype):
        return said
    inexact = found.dtype.kind in "fc" and found.dtype.kind != "O"
    size = float(np.abs(x).astype("float64").max() * np.abs(k).astype("float64").sum())
    close = inexact and bool(np.all(np.abs(found - expected) <= tolerance(found, size)))  # transforms round
    return "" if close else said


def _in_words(function: Callable[[Any, Any], Any], spec: Spec, x: Array, k: Array) -> str:
    """Return what a probe says of the difference; empty where it cannot tell."""
    card = probe(function, ndim=x.ndim)
    if card.spec is None:
        return "".join(f"\n{problem}" for problem in card.problems[:1])
    kept = {name: getattr(spec, name) for name in ("dtype", "rounding", "overflow", "missing", "product")}
    found = Problem(spec=replace(card.spec, **kept), input_shape=x.shape, kernel_shape=k.shape)
    try:
        told = sorted(differences(found, spec), key=lambda each: each.visible is False)
        lines = [f"  {each}" for each in told]
    except SpecError as error:
        return f"\n{error}"
    return "\n".join(["\nwhat differs (the function's | the convention's):", *lines]) if lines else ""
