"""Three axes: a pillar times a plane, w[r, t, s] = a[r]·p[t, s], where the plane is a column times a row.

    y[z, o, j] = Σ over t, then s, of  p[t, s] · (Σ over r of  a[r] · X[z + r, …])

Output planes are taken a few at a time: `direct` sums their pillars into planes that stay in cache, on which the two passes for two axes
work. A sample that is outside on the first axis and on another has, of the two, no fill of its own here; so fills must be 0.
"""

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import frexp, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.errors import PlanError
from faltung.methods import direct
from faltung.methods.cost import Cost
from faltung.methods.separable.bound import Bound
from faltung.methods.separable.factor import factors, halves
from faltung.methods.separable.sizes import Sizes
from faltung.methods.separable.timing import seconds
from faltung.methods.workers import share
from faltung.spec.case import Case, Stored
from faltung.spec.window import Window, part_of, position

Array = npt.NDArray[Any]
PLANES_BYTES = 1 << 20
"""What the planes between the passes may take, if four of them take no more: they stay in a second-level cache."""
TOGETHER = 4
MOST_SCRATCH = 64 << 20

_planes = threading.local()


@dataclass(frozen=True, slots=True, eq=False)
class Pillar:
    """The factors: along the first axis, and of the plane."""

    along: Array
    plane: Array


def pillar(w: Array, *, exact: bool) -> Pillar | None:
    """Return the factors of a kernel with three axes in window order, or None where it has none; remembered by its bytes."""
    return _remembered(w.tobytes(), w.shape, w.dtype.name, exact)


@lru_cache(maxsize=64)
def _remembered(data: bytes, shape: tuple[int, int, int], dtype: str, exact: bool) -> Pillar | None:
    w = np.frombuffer(data, dtype).reshape(shape)
    found = halves(w.reshape(shape[0], -1), exact=exact)
    if found is None:
        return None
    along, plane = found
    power = 0 if exact else frexp(float(np.abs(along).sum()))[1] + 1  # Σ|a| <= 1/2: the planes cannot overflow
    kept = np.ldexp(along, -power).astype(dtype), np.ldexp(plane, power).astype(dtype).reshape(shape[1:])
    same = np.array_equal(kept[0], np.ldexp(along, -power)) and np.array_equal(kept[1].ravel(), np.ldexp(plane, power))
    return Pillar(*kept) if same and factors(kept[1], exact=exact) is not None else None


def why_not(case: Case) -> str | None:
    """Return why no kernel of this Case, which has three axes, can go through three passes, or None when some can."""
    if 0 in case.output_sizes:
        return "there is nothing to sum"
    fills = [fill for window in case.windows for law, fill in _ends(window) if law == "constant"]
    if any(fill != 0 for fill in fills):
        return "separable takes no fill but 0 on three axes"
    if (reason := direct.refuses(along_case(case, slice(0, 1, 1)))) is not None:
        return reason
    if (needed := scratch_bytes(case)) > MOST_SCRATCH:
        return f"separable needs {needed} bytes of scratch for each thread, more than {MOST_SCRATCH}: the planes are too large"
    return None


def _ends(window: Window) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return (window.boundary_low, window.fill_low), (window.boundary_high, window.fill_high)


def planes(case: Case) -> int:
    """Return how many output planes are taken at a time."""
    size = prod(case.input_sizes[1:]) * np.dtype(case.dtype).itemsize
    return max(1, min(max(PLANES_BYTES // size, TOGETHER) // TOGETHER * TOGETHER, case.output_sizes[0]))


def scratch_bytes(case: Case) -> int:
    """Return the bytes of scratch which one thread needs."""
    between = planes(case) * prod(case.input_sizes[1:]) * np.dtype(case.dtype).itemsize
    return between + Sizes(plane_case(case, planes(case))).places["end"]


def cost(case: Case) -> Cost:
    """Return what one thread is expected to take once code is compiled and the factors are known, and its scratch."""
    depth = case.output_sizes[0]
    along = direct.cost(along_case(case, slice(0, depth, 1))).seconds if depth else 0.0
    return Cost(seconds=case.batch * (along + seconds(Sizes(plane_case(case, depth)))), scratch_bytes=scratch_bytes(case))


def along_case(case: Case, wanted: slice) -> Case:
    """Return the Case of the pillars of some output planes: a plane is one row."""
    first, n, k = case.windows[0], case.input_sizes[0], case.kernel_sizes[0]
    stored = case.stored and Stored(samples=case.stored.samples, results=case.dtype)
    return replace(
        case, windows=(part_of(first, n, k, wanted), Window()), input_sizes=(n, prod(case.input_sizes[1:])), kernel_sizes=(k, 1),
        batch=1, weights=None, exact=None, stored=stored,
    )  # fmt: skip


def plane_case(case: Case, count: int) -> Case:
    """Return the Case of `count` planes between the passes."""
    stored = case.stored and case.stored._replace(samples=case.dtype)
    return replace(
        case, windows=case.windows[1:], input_sizes=case.input_sizes[1:], kernel_sizes=case.kernel_sizes[1:], batch=count, weights=None,
        stored=stored,
    )  # fmt: skip


class Solid:
    """One Case, ready to be called any number of times and from any thread: ``bound(x, w, out, workers)``."""

    __slots__ = ("_along", "_case", "_edges", "_flat")

    def __init__(self, case: Case) -> None:
        self._case = case
        depth = case.output_sizes[0]
        self._edges = list(pairwise([*range(0, depth, planes(case)), depth])) if prod(case.output_sizes) else []
        self._flat = {count: Bound(plane_case(case, count)) for count in {high - low for low, high in self._edges}}
        self._along = [self._pillars(low, high) for low, high in self._edges]

    def _pillars(self, low: int, high: int) -> tuple[slice, Any]:
        """Return the input planes that these outputs read, and the bound sums: the same for all that read nothing outside."""
        case, window, n, k = self._case, self._case.windows[0], self._case.input_sizes[0], self._case.kernel_sizes[0]
        made = along_case(case, slice(low, high, 1))
        first, last = position(window, low, 0), position(window, high - 1, k - 1)
        if first < 0 or last >= n:
            return slice(None), direct.bind(made)
        inner = replace(made.windows[0], pad_low=0, pad_high=0)
        inside = replace(made, windows=(inner, made.windows[1]), input_sizes=(last - first + 1, made.input_sizes[1]))
        return slice(first, last + 1), direct.bind(inside)

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> None:
        """Write the sums to `out`; shapes and dtypes are those of the Case and are not checked.

        Raises
        ------
        PlanError
            When the kernel is no product of a pillar and a separable plane.
        """
        found = pillar(w[0, 0], exact=self._case.exact is not None)
        if found is None:
            raise PlanError("separable: the kernel is no product of one factor for each axis; use another method")
        x = x if _flat_planes(x) else np.ascontiguousarray(x)
        along, plane = found.along[None, None, :, None], found.plane[None, None]
        count = len(self._edges)

        def one(i: int) -> None:
            item, at = divmod(i, count)
            (low, high), (read, pillars) = self._edges[at], self._along[at]
            samples = x[item, 0, read]
            between = _scratch((high - low) * prod(samples.shape[1:]), w.dtype).reshape(high - low, 1, *samples.shape[1:])
            pillars(samples.reshape(1, 1, len(samples), -1), along, between.reshape(1, 1, high - low, -1), 1)
            self._flat[high - low](between, plane, out[item, 0, low:high, None], 1)

        share(one, count * x.shape[0], workers)


def _flat_planes(x: Array) -> bool:
    """Return whether the planes of x are rows without gaps."""
    return x.strides[4] == x.itemsize and x.strides[3] == x.shape[4] * x.itemsize


def _scratch(size: int, dtype: Any) -> Array:
    """Return this thread's planes."""
    if getattr(_planes, "kept", None) is None or _planes.kept.nbytes < size * dtype.itemsize:
        _planes.kept = np.empty(size * dtype.itemsize, np.uint8)
    kept: Array = _planes.kept
    return kept[: size * dtype.itemsize].view(dtype)
