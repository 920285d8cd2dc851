"""Checking a home-made layer: the door, and the order in which things are asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.layers.axes import Form, parse_form
from faltung.diagnose.layers.calling import Layer, Outcome, ask_backward, ask_forward, layer_of
from faltung.diagnose.layers.conduct import changed_operands, imprecise, raising, unsteady
from faltung.diagnose.layers.judge import compared_in, failure_of, mistakes_of
from faltung.diagnose.layers.matrix import NotLinearError
from faltung.diagnose.layers.naming import Compared, agree
from faltung.diagnose.layers.reading import in_words
from faltung.diagnose.layers.report import NAMES, Failure, LayerReport, Mistake
from faltung.diagnose.layers.scene import Scene, problem_of, spread
from faltung.diagnose.layers.settle import Options, Settled, rounding, scenes, settle, understood
from faltung.engine import compute
from faltung.errors import SpecError
from faltung.spec import Problem, Spec, differences, parse

Shapes = Iterable[tuple[tuple[int, ...], tuple[int, ...]]]
MATRIX_MOST = 200  # numbers of an operand whose matrix is still made


def check_layer(
    forward: Callable[..., Any] | str, backward: Callable[..., Any] | dict[str, Any] | str, *, layout: str | None = None,
    spec: Spec | str | None = None, shapes: Shapes | None = None, groups: int | None = None,
    settings: Iterable[dict[str, Any]] | None = None, dtype: str = "float64", forward_order: str | None = None,
    backward_order: str | None = None, framework: str | None = None, limit: float = 60.0, path: Sequence[str] = (), seed: int = 0,
) -> LayerReport:  # fmt: skip
    """Return what is wrong with the gradients of a home-made convolution layer, by exact arithmetic and not by finite differences.

    The forward function is asked with impulses; from what its outputs read follow stride, dilation, pads, boundary, reversal, groups and
    layout. Its exact adjoints are then compared with the gradients in several cases: kernels that are not square or of even size, strides
    that do not divide, more input channels than output channels, batches. A difference is named by the mistake that gives the very same
    numbers, with the line that would be right. All values are multiples of 1/2, so that float32 is exact too.

    Parameters
    ----------
    forward : callable or str
        ``forward(x, w)`` or ``forward(x, w, b)``, in NumPy, torch or JAX. It may return ``(y, cache)``. A text
        ``"package.module:function"`` is imported and checked in a child process, and so is `backward` then.
    backward : callable, dict of callable, or str
        ``backward(g, x, w)``, which returns ``(dx, dw)``, ``(dx, dw, db)`` or a dict of them; ``backward(g, cache)``; or a dict with the
        keys ``"input"``, ``"kernel"`` and ``"bias"``, of which any may be missing, of functions that return one gradient each. Parameters
        are recognised by their usual names (g, dy, dout, grad_output; x, input; w, weight, kernel; b; cache), else by their order.
    layout : str, optional
        Axis letters, as in ``"NCHW,OIHW->NCHW"``, ``"NHWC,HWIO->NHWC"`` or ``"HW,HW->HW"``. None: found by trying the usual ones.
    spec : Spec or str, optional
        What the forward function is meant to compute; where it computes something else, that is a mistake too.
    shapes : iterable of (tuple of int, tuple of int), optional
        Shapes of input and kernel, for layers that take special ones only. None: several.
    groups : int, optional
        How many groups the layer has, where it takes no argument of that name.
    settings : iterable of dict, optional
        Keyword arguments for both functions, a dict a case. None: a grid of those among stride, padding, dilation and groups that all
        functions take.
    dtype : str
        Of the operands. With a complex one, conjugates are checked: gradients are adjoints, with ⟨a, b⟩ = Σ conj(a)·b.
    forward_order, backward_order : str, optional
        The positional arguments, as in ``"x,w,b"`` and ``"x,w,g"``.
    framework : {"numpy", "torch", "jax"}, optional
        Which arrays the functions take. None: NumPy's, else those of a framework that is imported already and that they answer to.
    limit : float
        Seconds for the child process of a text.
    path : sequence of str
        Folders in which the module of a text is looked for before the usual ones.
    seed : int
        Of the random numbers.

    Returns
    -------
    LayerReport
        ``print(report)`` says it in words; ``.correct``, ``.mistakes``, ``.to_json()``.

    Raises
    ------
    SpecError
        When the forward function answers in no layout and at no size, or the arguments say nothing that can be asked. What the functions
        do wrong is no error: the report says it.

    Examples
    --------
    >>> def forward(x, w):
    ...     return ft.run("correlate valid layout=NCHW,OIHW->NCHW", x, w)
    >>> def backward(g, x, w):
    ...     dx = ft.run("correlate full layout=NCHW,IOHW->NCHW", g, w)
    ...     dw = ft.run("correlate valid layout=CNHW,IOHW->CNHW", x, g)
    ...     return dx, dw
    >>> report = ft.check_layer(forward, backward)
    >>> [mistake.what for mistake in report.mistakes]
    ['the kernel is not reversed (or reversed twice)']
    >>> print(report.mistakes[0].remedy)
    reverse the kernel against the forward function
    """
    options = Options(
        form=None if layout is None else parse_form(layout), groups=groups, dtype=dtype, framework=framework, seed=seed,
        shapes=() if shapes is None else tuple((tuple(x), tuple(w)) for x, w in shapes),
        settings=None if settings is None else tuple(settings),
    )  # fmt: skip
    meant = parse(spec) if isinstance(spec, str) else spec
    if meant is not None and not isinstance(meant, Spec):
        raise SpecError(f"{spec!r} has sizes; give the convention without them, and sizes as shapes=")
    if isinstance(forward, str) or isinstance(backward, str):
        from faltung.diagnose.layers.isolated import isolated_check

        orders = {"forward_order": forward_order, "backward_order": backward_order}
        asked = {"layout": layout, "spec": None if meant is None else str(meant), "shapes": options.shapes or None, "groups": groups,
                 "settings": options.settings, "dtype": dtype, "framework": framework, "seed": seed, **orders}  # fmt: skip
        return isolated_check(forward, backward, asked, limit, path)
    return checked(layer_of(forward, backward, forward_order, backward_order), options, meant)


def checked(layer: Layer, options: Options, meant: Spec | None) -> LayerReport:
    """Return the report on a layer."""
    settled = settle(layer, options)
    cases, refused = scenes(layer, settled, options)
    report = LayerReport(
        name=layer.name, correct=None, layout=str(settled.form), convention=_convention(cases), notes=_notes(cases, refused)
    )
    if not cases:
        return replace(report, notes=(f"the forward function refuses every case: {refused[0]}",), calls=layer.calls)
    cases = _decidable(cases)
    pairs = [(scene, ask_backward(layer, scene.g, scene.operands, scene.settings)) for scene in cases]
    try:
        found, compared = _mistakes(layer, pairs)
    except NotLinearError as error:
        return replace(report, notes=(str(error),), calls=layer.calls)
    found = _forward_mistakes(layer, cases, meant) + found
    kinds = list(dict.fromkeys(each.kind for each in compared))
    notes = report.notes + _missing(settled, kinds)
    if not found and compared:
        notes += _complex_note(layer, settled, options)
    return replace(
        report, correct=not found if compared or found else None, mistakes=tuple(found), notes=notes, calls=layer.calls,
        checked=tuple(NAMES[kind] for kind in kinds), cases=len({id(each.scene) for each in compared}), failure=_failure(compared, found),
    )  # fmt: skip


def _decidable(cases: list[Scene]) -> list[Scene]:
    """Return the cases with windows, and of the others two that are small enough for a matrix, or the smallest."""
    others = sorted((scene for scene in cases if scene.windows is None), key=lambda scene: scene.x.size)
    small = [scene for scene in others if scene.x.size <= MATRIX_MOST]
    return [scene for scene in cases if scene.windows is not None] + (small[:2] or others[:1])


def _mistakes(layer: Layer, pairs: list[tuple[Scene, Outcome]]) -> tuple[list[Mistake], list[Compared]]:
    answered = [(scene, outcome) for scene, outcome in pairs if not outcome.said]
    outcomes = [outcome for _, outcome in pairs]
    forward = [ask_forward(layer, pairs[0][0].operands, pairs[0][0].settings)]
    found = changed_operands("forward", forward) + changed_operands("backward", outcomes) + raising(pairs)
    if not answered:
        return found, []
    unstable = unsteady(layer, answered[0][0], ask_backward(layer, answered[0][0].g, answered[0][0].operands, answered[0][0].settings))
    if unstable:
        return found + unstable, []
    compared = [each for scene, outcome in answered for each in compared_in(layer, scene, outcome)]
    if layer.framework == "jax" and answered[0][0].x.dtype.kind == "c":
        transposed = [each for scene, outcome in answered for each in compared_in(layer, scene, outcome, conjugate=False)]
        compared = transposed if all(each.agrees for each in transposed) else compared
    if _exchanged(compared):
        what = "returns dx and dw in each other's place"
        return [*found, Mistake(of="backward", names=("exchanged",), what=what, remedy="return dx, dw")], compared
    for kind in dict.fromkeys(each.kind for each in compared):
        found += mistakes_of(layer, kind, [each for each in compared if each.kind == kind])
    return found or imprecise(layer, answered[0][0]), compared


def _exchanged(compared: list[Compared]) -> bool:
    """Return whether dx is everywhere the right dw and the other way round."""
    by_scene: dict[int, dict[str, Compared]] = {}
    for each in compared:
        by_scene.setdefault(id(each.scene), {})[each.kind] = each
    pairs = [(group.get("input"), group.get("kernel")) for group in by_scene.values()]
    return bool(pairs) and all(
        a is not None and b is not None and not a.agrees and agree(a.found, b.expected, b.error) and agree(b.found, a.expected, a.error)
        for a, b in pairs
    )


def _failure(compared: list[Compared], found: list[Mistake]) -> Failure | None:
    return failure_of(compared) if found else None


def _convention(cases: list[Scene]) -> str:
    readable = [scene for scene in cases if scene.windows is not None]
    if not readable:
        return ""
    scene = readable[0]
    assert scene.windows is not None
    spec = in_words(scene.windows, scene.sizes.samples, scene.sizes.taps, problem_of(scene).spec)
    return str(replace(spec, layout=None) if scene.form.plain else spec)


def _notes(cases: list[Scene], refused: list[str]) -> tuple[str, ...]:
    notes = []
    unread = [scene for scene in cases if scene.windows is None]
    if unread and len(unread) == len(cases):
        notes.append("the forward function is no convolution that a Spec says; its matrix was compared")
    elif unread:
        notes.append(f"in {len(unread)} of {len(cases)} cases the forward function is no convolution; at most two were compared, by matrix")
    if any(_reverses(scene) for scene in cases):
        notes.append("the forward function is a convolution: it reverses the kernel, which layers of deep-learning libraries do not")
    if refused:
        notes.append(f"{len(refused)} cases are refused by the forward function, the first: {refused[0]}")
    return tuple(notes)


def _reverses(scene: Scene) -> bool:
    """Return whether a layer that is no transposed one reverses its kernel on every axis."""
    windows = scene.windows or ()
    return scene.form.carrier == "O" and bool(windows) and all(w.reversal and w.input_dilation == 1 for w in windows)


def _missing(settled: Settled, kinds: list[str]) -> tuple[str, ...]:
    wanted = ["input", "kernel"] + (["bias"] if settled.bias is not None else [])
    left_out = [NAMES[kind] for kind in wanted if kind not in kinds]
    return (f"not compared, since it is not there: {', '.join(left_out)}",) if left_out else ()


def _forward_mistakes(layer: Layer, cases: list[Scene], meant: Spec | None) -> list[Mistake]:
    """Return the mistake of a forward function that does not compute what the caller says."""
    if meant is None:
        return []
    for scene in cases:
        said = _deviation(layer, scene, meant)
        if said:
            shown = "".join(f", {name}={value!r}" for name, value in scene.settings.items())
            what = f"does not compute `{meant}`: for x {scene.x.shape}, w {scene.w.shape}{shown}: {said}"
            return [
                Mistake(of="forward", names=("convention",), what=what, remedy=f"y = ft.run({str(_with_layout(meant, scene))!r}, x, w)")
            ]
    return []


def _with_layout(meant: Spec, scene: Scene) -> Spec:
    form: Form = scene.form
    return meant if meant.layout is not None or form.plain else replace(meant, layout=form.layout, groups=problem_of(scene).spec.groups)


def _deviation(layer: Layer, scene: Scene, meant: Spec) -> str:
    if scene.windows is None:
        return "it is no convolution"
    layout = scene.form.layout
    spec = replace(meant, layout=meant.layout or layout, groups=problem_of(scene).spec.groups if meant.layout is None else meant.groups)
    x, w = spread(scene.x, layout.input), spread(scene.w, layout.kernel)
    without = {**scene.operands, "b": np.zeros_like(scene.b)} if scene.b is not None else scene.operands
    y = ask_forward(layer, without, scene.settings).values["y"]
    try:
        expected = compute(spec, x, w, method="shift")
        expected = expected.reshape(expected.shape[expected.ndim - y.ndim :])
        if expected.shape == y.shape and bool(np.all(np.abs(expected - y) <= rounding(y, expected))):
            return ""
        given = Problem(spec=spec, input_shape=x.shape, kernel_shape=w.shape)
        told = [str(each) for each in differences(problem_of(scene), given) if each.visible is not False]
        return "; ".join(told) or f"outputs have shape {y.shape}, expected {expected.shape}"
    except SpecError as error:
        return str(error)


def _complex_note(layer: Layer, settled: Settled, options: Options) -> tuple[str, ...]:
    """Return what happens to complex operands in a layer that is right for real ones: a note, since it may not be made for them."""
    first = settled.first
    if first.windows is None or first.x.dtype.kind != "f":
        return ()
    wide = "complex64" if first.x.dtype.name == "float32" else "complex128"
    rng = np.random.default_rng(options.seed)
    x, w, b = ((array + 1j * rng.integers(1, 9, array.shape)).astype(wide) if array is not None else None for array in
               (first.x, first.w, first.b))  # fmt: skip
    assert x is not None and w is not None  # noqa: PT018  # for mypy
    scene, _ = understood(layer, replace(first, x=x, w=w, b=b))
    if scene.windows is None or scene.g.dtype.kind != "c":
        return ("complex operands are not taken",)
    outcome = ask_backward(layer, scene.g, scene.operands, scene.settings)
    if outcome.said:
        return (f"complex operands: the backward function {outcome.said}",)
    wrong = [each.kind for each in compared_in(layer, scene, outcome) if not each.agrees]
    if not wrong:
        return ("complex operands: the gradients are the adjoints, exactly",)
    transposed = all(each.agrees for each in compared_in(layer, scene, outcome, conjugate=False))
    how = "the transposes, as in jax.vjp: the conjugate is missing in" if transposed else "not the adjoints:"
    return (f"complex operands: the gradients are {how} {', '.join(NAMES[kind] for kind in wrong)}; dtype='complex128' checks them",)
