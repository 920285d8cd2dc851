"""Gradients against the exact ones, case by case; what differs gets its name, its place and the lines that would be right."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.layers.bias import bias_mistake
from faltung.diagnose.layers.calling import Layer, Outcome, ask_backward
from faltung.diagnose.layers.matrix import adjoint_by_impulses
from faltung.diagnose.layers.naming import Compared, agree, explained
from faltung.diagnose.layers.report import Failure, Mistake
from faltung.diagnose.layers.right import line, numpy_lines
from faltung.diagnose.layers.right_scipy import scipy_lines
from faltung.diagnose.layers.scales import ratio, scale_names, scale_rank, scale_words
from faltung.diagnose.layers.scene import Scene, exact
from faltung.diagnose.layers.settle import rounding

Array = np.ndarray[Any, Any]
OPERAND = {"input": "x", "kernel": "w", "bias": "b"}


def expected_gradient(layer: Layer, scene: Scene, kind: str, conjugate: bool = True) -> Array:
    """Return the exact gradient in a case, in the shape of its operand."""
    if scene.windows is None:
        return adjoint_by_impulses(layer, scene, OPERAND[kind])
    found = exact(scene, kind, conjugate)
    return found.reshape(scene.b.shape) if kind == "bias" and scene.b is not None and found.size == scene.b.size else found


def compared_in(layer: Layer, scene: Scene, outcome: Outcome, conjugate: bool = True) -> list[Compared]:
    """Return every gradient of an outcome beside the right one; a bias that the forward function lacks is left out."""
    found = []
    for kind, array in outcome.values.items():
        if kind == "bias" and scene.b is None:
            continue
        expected = expected_gradient(layer, scene, kind, conjugate)
        array = array if scene.x.dtype.kind != "c" or array.dtype.kind == "c" else array.astype(complex)
        found.append(Compared(scene=scene, kind=kind, found=array, expected=expected, error=rounding(array, expected)))
    return found


UNNAMED = "it is not the adjoint, and no mistake of the table gives these numbers"


def mistakes_of(layer: Layer, kind: str, compared: list[Compared]) -> list[Mistake]:
    """Return the mistakes of one gradient; none where it agrees in all cases."""
    wrong = [each for each in compared if not each.agrees]
    if not wrong:
        return []
    simple = _not_finite(wrong) or _reshaped(compared) or _whole_numbers(layer, wrong) or _unsummed(kind, wrong)
    if simple:
        return [_mistake(kind, wrong, *simple)]
    if kind == "bias":
        named = bias_mistake(compared)
        return [_mistake(kind, wrong, *named)] if named else [_unnamed(kind, wrong)]
    readable = [each for each in compared if each.scene.windows is not None]
    found: list[Mistake] = []
    for fitting, share in explained(readable):
        if not fitting:
            found.append(_unnamed(kind, share))
            continue
        also = tuple(e.words[0] for e in fitting[1:] if e.words[0] != fitting[0].words[0])
        names, words = (fitting[0].names, fitting[0].words) if fitting[0].cost else (("size",), _size_words(kind, share))
        found.append(replace(_mistake(kind, share, names, words), also=tuple(dict.fromkeys(also))))
    unread = [each for each in wrong if each.scene.windows is None]
    return _merged(found) or ([_scaled(kind, unread) or _unnamed(kind, unread)] if unread else [])


def _size_words(kind: str, wrong: list[Compared]) -> tuple[str, str]:
    """Return words for a gradient that is right as far as it goes, or goes on too far."""
    least = smallest(wrong)
    shapes = f"{least.found.shape}, expected {least.expected.shape}"
    if least.found.size < least.expected.size:
        ends = (
            "the last samples are missing, which no window reads since the stride does not divide"
            if kind == "input"
            else "taps are missing"
        )
        return f"{ends}: it has shape {shapes}", f"allocate it as np.zeros({'x' if kind == 'input' else 'w'}.shape)"
    if kind == "input":
        return f"it goes on beyond the last sample: it has shape {shapes}", "crop it to x.shape"
    return f"it has more taps than the kernel, from samples that the stride leaves over: it has shape {shapes}", "crop it to w.shape"


def _unsummed(kind: str, wrong: list[Compared]) -> tuple[tuple[str, ...], tuple[str, str]] | None:
    """Return words where the kernel's gradient is that of each image, one behind the other."""
    for each in wrong if kind == "kernel" else ():
        scene = each.scene
        if scene.windows is None or "N" not in scene.form.output or each.found.shape != (scene.sizes.batch, *each.expected.shape):
            return None
        axis = scene.form.output.index("N")
        for n, part in enumerate(each.found):
            mask = (np.arange(scene.sizes.batch) == n).reshape([-1 if a == axis else 1 for a in range(scene.g.ndim)])
            if not agree(part, exact(replace(scene, g=scene.g * mask), kind), each.error):
                return None
    return (("batch kept",), ("it is not summed over the batch", "sum over the images: dw.sum(axis=0)")) if kind == "kernel" else None


def _merged(found: list[Mistake]) -> list[Mistake]:
    """Return the mistakes without repeated unnamed ones: one is enough, and beside a named one it says that it is about other cases."""
    named, unnamed = [each for each in found if each.names], [each for each in found if not each.names][:1]
    if named and unnamed and unnamed[0].what == UNNAMED:
        unnamed = [replace(unnamed[0], what=f"in other cases {UNNAMED}", right="", plain="", scipy="")]  # the lines stand there already
    return named + unnamed


def _mistake(kind: str, wrong: list[Compared], names: tuple[str, ...], words: tuple[str, str]) -> Mistake:
    least = smallest(wrong)
    readable = least.scene.windows is not None
    return Mistake(
        of=kind, names=tuple(name for name in names if name), what=words[0], remedy=words[1], where=where(least),
        right=line(least.scene, kind) if readable else "", plain=numpy_lines(least.scene, kind) if readable else "",
        scipy=scipy_lines(least.scene, kind) if readable else "",
    )  # fmt: skip


def _unnamed(kind: str, wrong: list[Compared]) -> Mistake:
    least = smallest(wrong)
    if least.found.shape != least.expected.shape:
        what = f"it has shape {least.found.shape}, expected {least.expected.shape}, for g {least.scene.g.shape}"
    else:
        what = UNNAMED
    return _mistake(kind, wrong, (), (what, ""))


def _not_finite(wrong: list[Compared]) -> tuple[tuple[str, ...], tuple[str, str]] | None:
    bad = [each for each in wrong if not np.all(np.isfinite(each.found))]
    if not bad:
        return None
    least = smallest(bad)
    count = int(np.sum(~np.isfinite(least.found)))
    return ("not finite",), (
        f"{count} of {least.found.size} values are NaN or infinite, for finite operands",
        "look for 0/0 or empty memory",
    )


def _reshaped(compared: list[Compared]) -> tuple[tuple[str, ...], tuple[str, str]] | None:
    """Return words where the values are right and only the shape is not, in all cases."""
    same = all(each.found.size == each.expected.size and agree(each.found.reshape(each.expected.shape), each.expected, each.error)
               for each in compared)  # fmt: skip
    if not same:
        return None
    least = smallest([each for each in compared if not each.agrees])
    what = f"its values are right, but its shape is {least.found.shape}, expected {least.expected.shape}"
    return ("shape",), (what, f"reshape it to {least.expected.shape}")


def _whole_numbers(layer: Layer, wrong: list[Compared]) -> tuple[tuple[str, ...], tuple[str, str]] | None:
    """Return words where fractions are lost: with whole operands the gradient is right."""
    least = smallest(wrong)
    if (
        least.found.shape != least.expected.shape
        or least.scene.x.dtype.kind not in "fc"
        or not np.array_equal(least.found, np.rint(least.found))
    ):
        return None
    for each in wrong:
        scene = each.scene
        whole = replace(scene, x=scene.x * 2, w=scene.w * 2, g=scene.g * 2, b=None if scene.b is None else scene.b * 2)
        outcome = ask_backward(layer, whole.g, whole.operands, whole.settings)
        if each.kind not in outcome.values:
            return None
        expected = expected_gradient(layer, whole, each.kind)
        if not agree(outcome.values[each.kind], expected, rounding(outcome.values[each.kind], expected)):
            return None
    kept = f" ({least.found.dtype})" if least.found.dtype.kind in "iu" else ""
    return ("whole numbers",), (f"fractions are lost: it is accumulated in whole numbers{kept}", "allocate it with the dtype of x, w and g")


def _scaled(kind: str, wrong: list[Compared]) -> Mistake | None:
    """Return the mistake of a factor alone; for forward functions that no Spec says."""
    common: set[str] | None = None
    for each in wrong:
        factor = ratio(each.found, each.expected, each.error)
        names = set(scale_names(factor, each.scene)) if factor is not None else set()
        common = names if common is None else common & names
    best = min((name for name in common or () if name), key=scale_rank, default=None)
    return None if best is None else _mistake(kind, wrong, (best,), scale_words(best))


def smallest(wrong: list[Compared]) -> Compared:
    """Return the case with the fewest numbers."""
    return min(wrong, key=lambda each: each.scene.x.size + each.scene.w.size + each.scene.g.size)


def where(each: Compared) -> str:
    """Return which values differ, in words."""
    if each.found.shape != each.expected.shape:
        return f"shape {each.found.shape}, expected {each.expected.shape}, for x {each.scene.x.shape}, w {each.scene.w.shape}"
    wrong = ~(np.abs(each.found - each.expected) <= each.error)
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    text = f"{int(wrong.sum())} of {wrong.size} values differ, the first at {at}: {each.found[at]}, expected {each.expected[at]}"
    letters = {"input": each.scene.form.input, "kernel": each.scene.form.kernel}.get(each.kind, "")
    for axis, letter in enumerate(letters):
        lines = np.moveaxis(wrong, axis, 0).reshape(wrong.shape[axis], -1).any(axis=1)
        if not lines.all():
            text += f"; on axis {letter} only at {', '.join(str(i) for i in np.flatnonzero(lines)[:8])}"
    return text


def failure_of(compared: list[Compared]) -> Failure | None:
    """Return the smallest case in which some gradient is wrong."""
    wrong = [each for each in compared if not each.agrees]
    if not wrong:
        return None
    least = smallest(wrong)
    return Failure(
        of=least.kind, settings=dict(least.scene.settings), operands={**least.scene.operands, "g": least.scene.g},
        found=least.found, expected=least.expected,
    )  # fmt: skip
