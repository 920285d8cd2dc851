"""The kernel that turns one array into another: the door, and the order of the steps."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from faltung.diagnose.estimate.borders import LAWS, Border, find_borders, nothing_outside
from faltung.diagnose.estimate.checked import boxes, scene_of
from faltung.diagnose.estimate.constraints import basis, separable
from faltung.diagnose.estimate.result import Estimate, Told, estimate_of
from faltung.diagnose.estimate.scene import Box, Outside, Scene, blocks, interior, whole
from faltung.diagnose.estimate.sizes import at_the_rim, centred, held, radii
from faltung.diagnose.estimate.solve import SURELY, Equations, Fit, Rows, equations, solved
from faltung.errors import SpecError
from faltung.spec.boundary import parse_boundary

Array = np.ndarray[Any, Any]
Part = tuple[slice, ...]
LEAST_A_TAP = 3
"""Outputs inside for each tap, for a look beyond a given size."""
FEW, OUTPUTS_A_TAP, MANY_TAPS = 10_000, 12, 400
"""Outputs that a first look takes, at least so many for each tap; with MANY_TAPS the last look takes no more: their square is the cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the caller asks for."""

    boundary: str | None
    symmetric: str | None
    product: bool
    outputs: int


def identify(
    x: Any, y: Any, shape: int | tuple[int, ...] | None = None, *, stride: int | tuple[int, ...] = 1, boundary: str | None = None,
    symmetric: str | None = None, separable: bool = False, outputs: int = 200_000,
) -> Estimate:  # fmt: skip
    r"""Return the kernel between two images or signals: least squares, with error bars, its boundary, and its name.

    y[o] = Σ over t of k[t]·X[stride·o + t − pad_low] + offset is solved for k (stated for correlation), first on the outputs whose window
    lies inside x; the boundary that explains the others is then found for each end, and all outputs are fitted once more.

    Parameters
    ----------
    x, y : array_like
        Input and result, of real or complex numbers, with 1 to 3 axes; colours may lie on a last axis of at most 4. y has as many samples
        as x (divided by the stride), or fewer (mode valid), or more (mode full); the last two give the kernel's size.
    shape : int or tuple of int, optional
        Of the kernel; None: chosen by itself, as the smallest box of taps that are not zero beyond chance.
    stride : int or tuple of int
        From one output to the next, in samples.
    boundary : str, optional
        What lies outside x; None: found.
    symmetric : {"even", "odd", "each_axis"}, optional
        A kernel that equals its reversal, its negative reversal, or its reversal along every axis.
    separable : bool
        Whether the kernel is a product of one vector an axis.
    outputs : int
        How many outputs are used at most, spread evenly; their share of the noise goes down with the root of their number.

    Returns
    -------
    Estimate
        ``.kernel``, ``.errors`` (standard errors), ``.determined``, ``.inflation``, ``.condition``, ``.spec``, ``.offset``, ``.residual``,
        ``.name``; ``print`` says all of it.

    Raises
    ------
    SpecError
        For arrays that are empty, of objects, without finite numbers, or whose sizes do not go with each other.

    Notes
    -----
    Error bars are those of Gauss and Markov: they hold if what the kernel leaves is noise, independent and alike in every output. Where
    noise would be larger than the kernel itself the weights are shrunk (Tikhonov, the strength from generalised cross-validation) and the
    report says so.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.integers(0, 256, (40, 50)).astype(float)
    >>> y = ft.convolve(x, np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 8, mode="same", boundary="half_sample")
    >>> found = ft.identify(x, y)
    >>> found.kernel.shape, str(found.name)
    ((3, 3), 'sobel-x, scaled by 0.125 (within the error bars)')
    >>> print(found.spec)
    correlate same:high boundary=half_sample
    """
    scene = scene_of(x, y, stride)
    wanted = Wanted(boundary=boundary, symmetric=symmetric, product=separable, outputs=max(int(outputs), 100))
    basis((1,), symmetric, offset=False)  # a wrong word is refused before anything is computed
    given = boxes(scene, shape)
    laws = None if boundary is None else _everywhere(parse_boundary(boundary), scene.axes)
    box = _sized(scene, wanted, laws) if given is None else _best(scene, given, wanted, laws)
    border = _border(scene, box, wanted) if laws is None else Border(outside=laws, unexplained=(), equal=())
    part = interior(scene, box) if border.unexplained else whole(scene)
    fit = _fitted(scene, box, border.outside, part, wanted)
    told = Told(size_chosen=given is None, symmetric=symmetric, separable=separable, larger=_larger(scene, box, wanted) if given else None)
    return estimate_of(scene, box, border, fit, told)


def _everywhere(law: Any, axes: int) -> Outside:
    return Outside(laws=((law, law),) * axes, fills=((0.0, 0.0),) * axes)


def _sized(scene: Scene, wanted: Wanted, laws: Outside | None) -> Box:
    """Return the smallest box that holds the kernel."""
    tried = radii(scene)
    if not tried:
        sizes = " x ".join(map(str, scene.samples))
        raise SpecError(f"{sizes} samples are too few to find the kernel's size; give its shape")
    zero, box = nothing_outside(scene.axes), centred(scene.axes, tried[0])
    found: Box | None = None
    for radius in tried:
        box = centred(scene.axes, radius)
        fit = _plain(scene, box, zero, interior(scene, box), wanted)
        inner = held(scene, box, fit) if fit.free == 0 and not fit.shrunk else None
        if inner is None:
            continue
        if found is not None and inner == found and not at_the_rim(box, inner):
            return inner
        found = inner
    return found or centred(scene.axes, tried[0])


def _best(scene: Scene, given: list[Box], wanted: Wanted, laws: Outside | None) -> Box:
    """Return the box with the least residual."""
    outside = laws or nothing_outside(scene.axes)
    fits = [_plain(scene, box, outside, _usable(scene, box, laws is not None), wanted) for box in given]
    return min(zip(given, fits, strict=True), key=lambda pair: pair[1].residual)[0]


def _larger(scene: Scene, box: Box, wanted: Wanted) -> Box | None:
    """Return the box of taps that are not zero if it goes beyond the one given, None where it does not or cannot be seen."""
    if any(m != -(-n // s) for n, m, s in zip(scene.samples, scene.outputs, scene.stride, strict=True)):
        return None
    wide = Box(low=tuple(low - 1 for low in box.low), sizes=tuple(size + 2 for size in box.sizes))
    part = interior(scene, wide)
    if np.prod([s.stop - s.start for s in part]) < LEAST_A_TAP * wide.taps:
        return None
    fit = _plain(scene, wide, nothing_outside(scene.axes), part, wanted)
    found = held(scene, wide, fit) if fit.free == 0 and not fit.shrunk else None
    beyond = found is not None and any(a < b or c > d for a, b, c, d in zip(found.low, box.low, found.high, box.high, strict=True))
    return found if beyond else None


def _usable(scene: Scene, box: Box, known: bool) -> Part:
    """Return the outputs that can be fitted before the boundary is known."""
    inside = interior(scene, box)
    return whole(scene) if known or not _enough(inside, box) else inside


def _enough(part: Part, box: Box) -> bool:
    return bool(np.prod([s.stop - s.start for s in part]) >= box.taps + 1)


def _border(scene: Scene, box: Box, wanted: Wanted) -> Border:
    """Return the boundary: from the interior's kernel, or where there is too little interior, the law with the least residual on all."""
    inside = interior(scene, box)
    if _enough(inside, box):
        fit = _plain(scene, box, nothing_outside(scene.axes), inside, wanted)
        return find_borders(scene, box, fit.values, fit.residual)
    fits = {law: _plain(scene, box, _everywhere(law, scene.axes), whole(scene), wanted) for law in LAWS if law != "constant"}
    law = min(fits, key=lambda each: fits[each].residual)
    return Border(outside=_everywhere(law, scene.axes), unexplained=(), equal=())


def _rows(scene: Scene, box: Box, outside: Outside, part: Part, most: int) -> Rows:
    return partial(blocks, scene, box, outside, part, most)


def _plain(scene: Scene, box: Box, outside: Outside, part: Part, wanted: Wanted) -> Fit:
    """Return the fit without constraints, with an offset, from some of the outputs: to see where the kernel lies and what is outside."""
    rows = _rows(scene, box, outside, part, min(wanted.outputs, max(FEW, OUTPUTS_A_TAP * box.taps)))
    return solved(equations(rows, box.taps, _dtype(scene)), basis(box.sizes, None, offset=True), rows, scene.rounding)


def _fitted(scene: Scene, box: Box, outside: Outside, part: Part, wanted: Wanted) -> Fit:
    """Return the fit with the constraints; the offset stays only where it is not zero beyond chance."""
    rows = _rows(scene, box, outside, part, max(wanted.outputs if box.taps < MANY_TAPS else FEW, OUTPUTS_A_TAP * box.taps))
    sums = equations(rows, box.taps, _dtype(scene))
    if not sums.count:
        raise SpecError("no output has a window of finite numbers; nothing can be fitted")
    solve = partial(_constrained, sums, box, wanted, rows, scene.rounding)
    fit = solve(True)
    error = float(np.sqrt(max(np.real(fit.covariance[-1, -1]), 0)))
    small = abs(fit.values[-1]) <= max(SURELY * error, 1e-9 * float(np.abs(scene.y[np.isfinite(scene.y)]).max()))
    return solve(False) if small else fit


def _constrained(sums: Equations, box: Box, wanted: Wanted, rows: Rows, floor: float, offset: bool) -> Fit:
    fit = solved(sums, basis(box.sizes, wanted.symmetric, offset=offset), rows, floor)
    return separable(sums, box.sizes, fit, rows, floor) if wanted.product and len(box.sizes) > 1 else fit


def _dtype(scene: Scene) -> Any:
    return np.result_type(scene.x.dtype, scene.y.dtype)
