"""What a layer does besides computing: changed operands, random or growing answers, errors, lost precision."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.layers.calling import Layer, Outcome, ask_backward, ask_forward
from faltung.diagnose.layers.judge import compared_in, expected_gradient
from faltung.diagnose.layers.naming import agree
from faltung.diagnose.layers.report import Mistake
from faltung.diagnose.layers.scene import Scene, outputs
from faltung.diagnose.layers.settle import rounding

Array = np.ndarray[Any, Any]
CALLED = {"x": "the input", "w": "the kernel", "b": "the bias", "g": "the gradient of the outputs"}
FINE = 2.0**-26  # steps of a cotangent that float32 cannot hold, while float64 still holds every sum exactly
LOST = 2.0**-40  # relative errors above this are no rounding of float64
NEAR = 2.0**-7  # and below this they are those of another dtype: bfloat16 has 8 bits


GROWS = ("it grows from call to call: the gradients of earlier calls are added", "set it to zeros at the start of every call")
RANDOM = (
    "the same operands differently from call to call: it is random, or depends on earlier calls", "make it depend on its arguments alone",
)  # fmt: skip
NARROW = "it is computed in a narrower dtype{} than that of the operands, {}: relative error {:.1g}"


def _mistake(of: str, name: str, what: str, remedy: str) -> Mistake:
    return Mistake(of=of, names=(name,), what=what, remedy=remedy)


def unsteady(layer: Layer, scene: Scene, first: Outcome) -> list[Mistake]:
    """Return the mistake of answering the same operands differently: growing from call to call, or random."""
    y = [ask_forward(layer, scene.operands, scene.settings).values.get("y") for _ in range(2)]
    if y[0] is None or y[1] is None or not _equal(y[0], y[1]):
        return [_mistake("forward", "unsteady", "answers " + RANDOM[0], RANDOM[1])]
    second = ask_backward(layer, scene.g, scene.operands, scene.settings)
    found = []
    for kind, array in first.values.items():
        again = second.values.get(kind)
        if again is None or _equal(array, again):
            continue
        step = again - array if again.shape == array.shape else np.zeros(0)
        expected = expected_gradient(layer, scene, kind) if kind != "bias" or scene.b is not None else step
        if agree(step, expected, rounding(array, expected)) or (step.shape == array.shape and agree(step, array, rounding(array, array))):
            found.append(_mistake(kind, "stale", *GROWS))
        else:
            found.append(_mistake(kind, "unsteady", *RANDOM))
    return found


def _equal(a: Array, b: Array) -> bool:
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")


def changed_operands(of: str, outcomes: list[Outcome]) -> list[Mistake]:
    """Return the mistake of writing into an operand."""
    names = [name for name in CALLED if any(name in outcome.changed for outcome in outcomes)]
    if not names:
        return []
    spelled = " and ".join(f"{name} ({CALLED[name]})" for name in names)
    return [
        Mistake(of=of, names=("changes operands",), what=f"changes {spelled}", remedy=f"work on a copy: {names[0]} = {names[0]}.copy()")
    ]


def raising(pairs: list[tuple[Scene, Outcome]]) -> list[Mistake]:
    """Return the mistake of a backward function that answers nothing where the forward function answers."""
    bad = [(scene, outcome) for scene, outcome in pairs if outcome.said]
    if not bad:
        return []
    scene, outcome = min(bad, key=lambda pair: pair[0].x.size + pair[0].w.size)
    shown = "".join(f", {name}={value!r}" for name, value in scene.settings.items())
    some = f"in {len(bad)} of {len(pairs)} cases" if len(bad) < len(pairs) else "in every case"
    what = f"{outcome.said.removeprefix('it ')}, {some}; the smallest: g {scene.g.shape}, x {scene.x.shape}, w {scene.w.shape}{shown}"
    return [Mistake(of="backward", names=("raises",), what=what, remedy=_hint(bad, pairs))]


def _hint(bad: list[tuple[Scene, Outcome]], pairs: list[tuple[Scene, Outcome]]) -> str:
    good = [scene for scene, outcome in pairs if not outcome.said]
    equal = [scene.sizes.channels_in == scene.sizes.channels_out for scene in good]
    if good and all(equal) and all(scene.sizes.channels_in != scene.sizes.channels_out for scene, _ in bad):
        return "it answers only where there are as many input channels as output channels: exchange the kernel's channels in dx"
    if good and all(len(set(scene.sizes.taps)) == 1 for scene in good) and all(len(set(scene.sizes.taps)) > 1 for scene, _ in bad):
        return "it answers only for square kernels: rotate by 180 degrees, w[..., ::-1, ::-1], and not by 90"
    if good and all(max(scene.windows[0].stride if scene.windows else 1, 1) == 1 for scene in good):
        return "it answers only without a stride: spread g by the stride first, up[..., ::s] = g"
    return ""


def imprecise(layer: Layer, scene: Scene) -> list[Mistake]:
    """Return the mistake of computing in a narrower dtype than that of the operands, where the forward function keeps it."""
    if scene.windows is None or scene.x.dtype.name not in ("float64", "complex128"):
        return []
    fine = np.arange(1, scene.x.size + 1).reshape(scene.x.shape) * FINE
    delicate = replace(scene, x=scene.x + fine, b=None if scene.b is None else np.zeros_like(scene.b))
    y = ask_forward(layer, delicate.operands, scene.settings).values.get("y")
    if y is None or _lost(y, outputs(delicate)) is not None:
        return []
    steps = np.arange(1, scene.g.size + 1).reshape(scene.g.shape) * FINE
    sharp = replace(scene, g=scene.g + steps)
    outcome = ask_backward(layer, sharp.g, sharp.operands, sharp.settings)
    found = []
    for each in compared_in(layer, sharp, outcome):
        error = _lost(each.found, each.expected)
        if error is not None and error < NEAR:
            dtype = f" ({each.found.dtype})" if each.found.dtype != scene.g.dtype else ""
            what = NARROW.format(dtype, scene.g.dtype, error)
            found.append(_mistake(each.kind, "precision", what, "allocate it with the dtype of x, w and g"))
    return found


def _lost(found: Array, expected: Array) -> float | None:
    """Return the relative error where it is more than the rounding of the expected dtype."""
    if found.shape != expected.shape or not found.size:
        return None
    error = float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-300))
    return error if error > LOST else None
