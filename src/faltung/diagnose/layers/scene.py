"""One case of a layer in numbers, and the gradients of any layer of that size, right or wrong.

On each axis a relation R[m, t, q] says whether output m meets sample q through tap t (in storage order). With D their product,

    dx[n, c, q] = Σ over o, m, t of  g[n, o, m] · conj(w[o, c, t]) · D[m, t, q]
    dw[o, c, t] = Σ over n, m, q of  g[n, o, m] · conj(x[n, c, q]) · D[m, t, q]

A wrong gradient is the right one of another layer: of other windows, of a part of the relation, or of changed operands. Values are
multiples of 1/2, so that every sum is exact in float32.
"""

from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from faltung.diagnose.layers.axes import Form, Sizes, full, groups_of, own
from faltung.engine import compute
from faltung.errors import SpecError
from faltung.spec import Problem, Spec, Window, adjoint
from faltung.spec.adjoint import spec_of_windows
from faltung.spec.spec import Conj
from faltung.spec.window import position, reading

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """The operands of one case, in the layer's own axes, and the windows of its forward function (None: no Spec says them)."""

    form: Form
    sizes: Sizes
    settings: dict[str, Any]
    windows: tuple[Window, ...] | None
    conj: Conj
    x: Array
    w: Array
    b: Array | None
    g: Array

    @property
    def operands(self) -> dict[str, Array]:
        """What the forward function is given."""
        return {"x": self.x, "w": self.w} | ({"b": self.b} if self.b is not None else {})


def problem_of(scene: Scene) -> Problem:
    """Return the Problem of a case, for operands in which absent axes stand in front."""
    assert scene.windows is not None
    layout = scene.form.layout
    spec = spec_of_windows(
        scene.windows, Spec(operation="correlate"), layout=layout, groups=groups_of(scene.form, scene.sizes), conj=scene.conj
    )
    shapes = (spread(scene.x, layout.input).shape, spread(scene.w, layout.kernel).shape)
    return Problem(
        spec=spec, input_shape=shapes[0], kernel_shape=shapes[1], input_dtype=scene.x.dtype.name, kernel_dtype=scene.w.dtype.name
    )


def spread(array: Array, letters: str) -> Array:
    """Return an array with axes of one entry in front, so that it has an axis for each letter."""
    return array.reshape((1,) * (len(letters) - array.ndim) + array.shape)


def outputs(scene: Scene) -> Array:
    """Return what the windows say that the forward function gives, without the bias."""
    problem, layout = problem_of(scene), scene.form.layout
    y = compute(problem.spec, spread(scene.x, layout.input), spread(scene.w, layout.kernel), method="shift")
    return y.reshape(y.shape[len(layout.output) - len(scene.form.output) :])


def exact(scene: Scene, kind: str, conjugate: bool = True) -> Array:
    """Return the exact gradient: the adjoint of the forward operation, without finite differences."""
    layout = scene.form.layout
    g = spread(scene.g, layout.output)
    if kind == "bias":
        axes = tuple(axis for axis, letter in enumerate(scene.form.output) if letter != "C")
        return np.asarray(scene.g.sum(axis=axes))
    if kind == "input":
        spec = adjoint(problem_of(scene), "input", conjugate).spec
        return compute(spec, g, spread(scene.w, layout.kernel), method="shift").reshape(scene.x.shape)
    spec = adjoint(problem_of(scene), "kernel", conjugate).spec
    return compute(spec, spread(scene.x, layout.input), g, method="shift").reshape(scene.w.shape)


@lru_cache(maxsize=4096)
def relation(window: Window, n: int, k: int, m: int) -> Array:
    """Return R[m, t, q] of one axis."""
    found = np.zeros((m, k, n))
    for o in range(m):
        for t in range(k):
            q = reading(window, position(window, o, t), n)
            if isinstance(q, int):
                found[o, k - 1 - t if window.reversal else t, q] = 1
    return found


def joined(relations: list[Array]) -> Array:
    """Return D[m, t, q] of all axes, each of the three flattened."""

    def pair(a: Array, b: Array) -> Array:
        both = a[:, None, :, None, :, None] * b[None, :, None, :, None, :]
        return both.reshape(a.shape[0] * b.shape[0], a.shape[1] * b.shape[1], a.shape[2] * b.shape[2])

    return reduce(pair, relations)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Full operands and relations of one gradient: what changes act upon. `conj`: which of (cotangent, other operand) is conjugated."""

    kind: str
    g: Array
    other: Array
    relations: list[Array]
    conj: tuple[bool, bool]
    form: Form
    sizes: Sizes
    target: Shape
    windows: tuple[Window, ...]


# Which of (cotangent, other operand) the right gradient conjugates, by the forward's conj.
CONJUGATED: dict[tuple[str, str], tuple[bool, bool]] = {
    ("input", "none"): (False, True), ("input", "kernel"): (False, False), ("input", "input"): (True, False),
    ("kernel", "none"): (False, True), ("kernel", "kernel"): (True, False), ("kernel", "input"): (False, False),
}  # fmt: skip


def conjugated(kind: str, conj: str) -> tuple[bool, bool]:
    """Return which of (cotangent, other operand) the right gradient conjugates."""
    return CONJUGATED[kind, conj]


def gradient(parts: Parts) -> Array:
    """Return the gradient that these parts make, in the layer's own axes.

    Everything is np.einsum and not matmul: products this small lose more to the threads of a BLAS than they gain.
    """
    form, groups = parts.form, parts.sizes.groups
    g = np.conj(parts.g) if parts.conj[0] else parts.g
    other = np.conj(parts.other) if parts.conj[1] else parts.other
    d = joined(parts.relations)
    g = _grouped(g, 1, groups)
    if parts.kind == "input":
        products = np.einsum("ngom,goct->ngcmt", g, _grouped(other, 0 if form.carrier == "O" else 1, groups, kernel=True))
        answer = np.einsum("ab,bc->ac", products.reshape(-1, d.shape[0] * d.shape[1]), d.reshape(-1, d.shape[2]))
        return own(answer.reshape(g.shape[0], -1, *parts.target), form.input, "NC", form.spatial)
    x = _grouped(other, 1, groups)
    windows = np.einsum("ab,cb->ac", x.reshape(-1, x.shape[-1]), d.reshape(-1, d.shape[2])).reshape(*x.shape[:3], *d.shape[:2])
    answer = np.einsum("ngom,ngcmt->goct", g, windows)
    if form.carrier == "I":
        answer = np.moveaxis(answer, 0, 1)
        answer = answer.reshape(answer.shape[0], -1, *parts.target)
    return own(answer.reshape(-1, answer.shape[-2], *parts.target) if form.carrier == "O" else answer, form.kernel, "OI", form.spatial)


def _grouped(array: Array, axis: int, groups: int, kernel: bool = False) -> Array:
    """Return (N, G, C/G, flat) of an operand, (G, O/G, I, flat) of a kernel."""
    flat = array.reshape(*array.shape[:2], -1)
    shape = (*flat.shape[:axis], groups, flat.shape[axis] // groups, *flat.shape[axis + 1 :])
    found = flat.reshape(shape)
    return np.moveaxis(found, axis, 0) if kernel else found


def parts_of(scene: Scene, kind: str, shape: Shape | None = None, windows: tuple[Window, ...] | None = None) -> Parts:
    """Return the parts of the right gradient; of other windows, and of a result of another shape, if given."""
    form = scene.form
    assert scene.windows is not None
    letters = form.input if kind == "input" else form.kernel
    right = scene.x.shape if kind == "input" else scene.w.shape
    sizes = dict(zip(letters, shape or right, strict=True))
    target = tuple(sizes[s] for s in form.spatial)
    g = full(scene.g, form.output, "NC", form.spatial)
    rows = []
    for axis, window in enumerate(windows or scene.windows):
        n = target[axis] if kind == "input" else scene.sizes.samples[axis]
        k = target[axis] if kind == "kernel" else scene.sizes.taps[axis]
        rows.append(relation(window, n, k, g.shape[axis + 2]))
    other = full(scene.w, form.kernel, "OI", form.spatial) if kind == "input" else full(scene.x, form.input, "NC", form.spatial)
    return Parts(
        kind=kind, g=g, other=other, relations=rows, conj=conjugated(kind, scene.conj), form=form, sizes=scene.sizes, target=target,
        windows=windows or scene.windows,
    )  # fmt: skip


def values(shape: Shape, dtype: str, rng: np.random.Generator) -> Array:
    """Return multiples of 1/2 other than 0 (whole numbers for whole dtypes), complex ones in both parts."""
    kind = np.dtype(dtype).kind
    if kind not in "fciu":
        raise SpecError(f"dtype {dtype} is not one that layers have: give a float, complex or integer dtype")

    def draw() -> Array:
        return np.asarray(rng.integers(1, 10, shape) * rng.choice([-1, 1], shape))

    if kind in "iu":
        return (draw() if kind == "i" else np.abs(draw())).astype(dtype)
    found: Array = ((draw() / 2) + (1j * draw() / 2 if kind == "c" else 0)).astype(dtype)
    return found
