"""What was found of a kernel, in numbers and in words."""

import json
from dataclasses import dataclass
from math import sqrt
from textwrap import wrap
from typing import Any

import numpy as np

from faltung.diagnose.estimate.borders import ENDS, Border
from faltung.diagnose.estimate.names import Name, fractions, nearest
from faltung.diagnose.estimate.scene import Box, Scene
from faltung.diagnose.estimate.solve import Fit
from faltung.spec import Spec
from faltung.spec.spec import Anchor

Array = np.ndarray[Any, Any]
WIDTH = 110
SCHEMA = "v1"
MOST_SHOWN = 15
POOR_SHARE = 0.5
"""What a kernel leaves of the result's spread before one must say that it explains nothing."""
POOR = 1e6
"""A condition beyond which some combination of weights is known a thousand times less well than another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a fit was told: constraints, whether nobody said the size, and the larger box that the taps take where one was said."""

    size_chosen: bool
    symmetric: str | None
    separable: bool
    larger: Box | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """The kernel between two arrays, as `faltung.identify` found it; `str` says everything.

    Parameters
    ----------
    kernel : ndarray
        Weights, stated for correlation.
    errors : ndarray
        Their standard errors.
    determined : ndarray of bool
        Whether the data determine this weight at all; the others are the smallest that fit.
    inflation : ndarray
        How many times larger a weight's variance is than if all others were known; 1: independent of them.
    condition : float
        Ratio of the largest to the smallest eigenvalue of the scaled normal equations, of those that count.
    spec : Spec
        The convention with which ``ft.run(spec, x, kernel)`` gives the result.
    offset, offset_error : float
        What is added to every output (0 where nothing is, beyond chance).
    residual : float
        Root mean square of what kernel and offset leave, in units of the result.
    share : float
        The residual over the root mean square of the result about its mean.
    outputs : int
        How many outputs were fitted.
    shrunk : float
        Weight of the penalty of a regularised fit, relative to unit diagonal; 0: none was needed.
    whole : (ndarray of int, int) or None
        The weights as integers over one denominator, where the error bars allow only that.
    name : Name or None
        The gallery's nearest kernel.
    notes : tuple of str
        What the data cannot tell, and what was left out.

    Examples
    --------
    >>> x = np.random.default_rng(0).random(200)
    >>> found = ft.identify(x, np.convolve(x, [1, 2, 1], "same"), 3)
    >>> np.round(found.kernel, 9).tolist(), found.whole[0].tolist(), found.whole[1]
    ([1.0, 2.0, 1.0], [1, 2, 1], 1)
    """

    kernel: Array
    errors: Array
    determined: Array
    inflation: Array
    condition: float
    spec: Spec
    offset: float | complex
    offset_error: float
    residual: float
    share: float
    outputs: int
    shrunk: float
    whole: tuple[Array, int] | None
    name: Name | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def to_json(self) -> str:
        """Return the estimate as JSON (versioned); complex numbers are [real, imaginary]."""
        name = None if self.name is None else {
            "kernel": self.name.kernel, "turned": self.name.turned, "scale": self.name.scale, "off": self.name.off,
            "within_errors": self.name.within_errors,
        }  # fmt: skip
        whole = None if self.whole is None else {"integers": self.whole[0].tolist(), "denominator": self.whole[1]}
        return json.dumps({
            "faltung": SCHEMA, "kind": "estimate", "kernel": _plain(self.kernel), "errors": self.errors.tolist(),
            "determined": self.determined.tolist(), "inflation": self.inflation.tolist(), "condition": self.condition,
            "spec": str(self.spec), "offset": _plain(np.asarray(self.offset)), "offset_error": self.offset_error, "residual": self.residual,
            "share": self.share, "outputs": self.outputs, "shrunk": self.shrunk, "whole": whole, "name": name, "notes": list(self.notes),
        })  # fmt: skip


def estimate_of(scene: Scene, box: Box, border: Border, fit: Fit, told: Told) -> Estimate:
    """Return the estimate that a fit is, with its name and what is to be said of it."""
    taps, errors = box.taps, np.sqrt(np.maximum(np.real(np.diag(fit.covariance)), 0))
    kernel = fit.values[:taps].reshape(box.sizes)
    finite = scene.y[np.isfinite(scene.y)]
    spread = float(np.sqrt(np.mean(np.abs(finite - finite.mean()) ** 2))) or 1.0
    variance = max(fit.residual, scene.rounding) ** 2
    known = not fit.left_open[:taps].any() and not fit.shrunk and fit.residual < POOR_SHARE * spread
    return Estimate(
        kernel=kernel, errors=errors[:taps].reshape(box.sizes), determined=~fit.left_open[:taps].reshape(box.sizes),
        inflation=fit.inflation[:taps].reshape(box.sizes), condition=fit.condition, spec=_spec(scene, box, border),
        offset=fit.values[taps].item(), offset_error=float(errors[taps]), residual=fit.residual, share=fit.residual / spread,
        outputs=fit.count, shrunk=fit.shrunk, whole=fractions(kernel, errors[:taps].reshape(box.sizes)) if known else None,
        name=nearest(kernel, fit.gram, variance) if known else None,
        notes=tuple(_notes(scene, box, border, fit, fit.residual / spread, told)),
    )  # fmt: skip


def _spec(scene: Scene, box: Box, border: Border) -> Spec:
    laws, fills = border.outside.laws, border.outside.fills
    real = scene.x.dtype.kind == scene.y.dtype.kind == "f"  # then conjugation cannot be seen, and the usual word is the shortest
    fields: dict[str, Any] = {
        "operation": "correlate", "boundary": _one(laws), "fill": _one(tuple((_tidy(a), _tidy(b)) for a, b in fills)),
        "stride": _one(scene.stride), "conj": "kernel" if real else "none",
    }  # fmt: skip
    same = all(m == -(-n // s) for n, m, s in zip(scene.samples, scene.outputs, scene.stride, strict=True))
    if same and all(0 <= -low < size for low, size in zip(box.low, box.sizes, strict=True)):
        return Spec(mode="same", anchor=_one(tuple(_anchor(-low, size) for low, size in zip(box.low, box.sizes, strict=True))), **fields)
    if all(low == 0 for low in box.low) and not same:
        return Spec(mode="valid", operation="correlate", stride=_one(scene.stride), conj=fields["conj"])
    pads = tuple((-low, s * (m - 1) + high + 1 - n) for low, high, n, m, s in zip(
        box.low, box.high, scene.samples, scene.outputs, scene.stride, strict=True))  # fmt: skip
    full = all(low == high == size - 1 for (low, high), size in zip(pads, box.sizes, strict=True))
    return Spec(mode="full", **fields) if full else Spec(mode="pads", pads=pads, **fields)


def _anchor(tap: int, size: int) -> Anchor:
    return "high" if tap == size // 2 else "low" if tap == (size - 1) // 2 else tap


def _one(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return values[:1] if len(set(values)) == 1 else values


def _tidy(value: float) -> float | int:
    near = round(value, 6)
    return int(near) if near == int(near) else near


def _notes(scene: Scene, box: Box, border: Border, fit: Fit, share: float, told: Told) -> list[str]:
    found = []
    if not np.abs(fit.values[:-1]).max(initial=0) > 1e-9 * abs(fit.values[-1]):
        return ["NOTHING IN THE RESULT DEPENDS ON THE INPUT: every weight may be zero"]
    if told.size_chosen and share <= POOR_SHARE:
        found.append("the size is the smallest box of taps that are not zero beyond chance")
    found += [f"constrained: {word}" for word in (told.symmetric, "separable" if told.separable else None) if word]
    if fit.free:
        found.append(
            f"THE DATA DO NOT DETERMINE THE KERNEL: {_why(scene)}; {fit.free} of {fit.values.size} combinations of weights are open, and "
            "the weights shown are the smallest that fit"
        )
    elif fit.count < 2 * box.taps:
        found.append(f"{fit.count} outputs for {box.taps} taps: little is left to judge the fit by")
    if fit.shrunk:
        found.append(f"noise would be larger than the kernel, so the weights are shrunk (Tikhonov, {fit.shrunk:.2g} of a unit diagonal): "
                     "their error bars leave out what the shrinking does")  # fmt: skip
    elif fit.condition > POOR:
        found.append(f"the input is so smooth that neighbouring weights are hard to tell apart (condition {fit.condition:.1g})")
    if share > POOR_SHARE:
        found.append(f"NO KERNEL OF THIS SIZE EXPLAINS THE RESULT: what it leaves is {100 * share:.0f} % of the result's spread")
    if told.larger is not None:
        found.append("THE KERNEL IS LARGER THAN THIS: weights just beyond it are not zero; give a larger shape, or none")
    elif share > POOR_SHARE and told.size_chosen:
        found.append("if it should be larger than what could be tried here, give its shape")
    if scene.clipped:
        found.append(f"{scene.clipped:,} outputs at the ends of their dtype's range may be clipped, and were left out")
    for axis, end in border.unexplained:
        found.append(f"no boundary explains the {ENDS[end]} end of axis {axis}; outputs whose window leaves the input were left out")
    return found + [f"boundaries that cannot be told apart here: {text}" for text in border.equal]


def _why(scene: Scene) -> str:
    """Return what is the matter with the input."""
    x = scene.x
    if np.ptp(np.abs(x)) == 0:
        return "the input is constant"
    flat = [axis - 1 for axis in range(1, x.ndim) if x.shape[axis] > 1 and not np.abs(np.diff(x, axis=axis)).any()]
    if flat:
        return f"the input is constant along axis {', '.join(map(str, flat))}"
    zero = float(np.mean(x == 0))
    return f"{100 * zero:.0f} % of the input is zero" if zero > 0.9 else "the input repeats itself or lacks some frequencies"


def _lines(found: Estimate) -> list[str]:
    size = " x ".join(map(str, found.kernel.shape)) if found.kernel.ndim > 1 else f"{found.kernel.size}-tap"
    title = f"{size} kernel, {found.spec}"
    named = [f"  {found.name}"] if found.name else []
    offset = f", offset {_number(found.offset)} ± {found.offset_error:.2g}" if found.offset else ""
    quality = f"residual {found.residual:.3g} ({100 * found.share:.2g} % of the result's spread), {found.outputs:,} outputs{offset}"
    notes = [line for note in found.notes for line in wrap(note, WIDTH - 2, initial_indent="  ", subsequent_indent="    ")]
    return [title, *named, "", *_weights(found), "", f"  {quality}", *notes]


def _weights(found: Estimate) -> list[str]:
    if max(found.kernel.shape) > MOST_SHOWN or found.kernel.ndim > 2:
        return _summary(found)
    rows = np.atleast_2d(found.kernel)
    texts = [[_number(value) for value in row] for row in rows]
    if found.whole is not None:
        texts = [[str(value) for value in row] for row in np.atleast_2d(found.whole[0]).tolist()]
    open_ = ~np.atleast_2d(found.determined)
    texts = [[text + ("?" if mark else "") for text, mark in zip(row, marks, strict=True)] for row, marks in zip(texts, open_, strict=True)]
    width = max(len(text) for row in texts for text in row)
    if (width + 2) * rows.shape[1] > WIDTH:
        return _summary(found)
    lines = ["  " + "  ".join(text.rjust(width) for text in row) for row in texts]
    if found.whole is not None and found.whole[1] > 1:
        lines[-1] += f"    all divided by {found.whole[1]}"
    low, high = float(found.errors.min()), float(found.errors.max())
    bars = f"± {high:.2g}" if high < 1.05 * low or high == 0 else f"± {low:.2g} to {high:.2g}"
    inflation = float(np.sqrt(found.inflation.max(initial=1)))
    blown = f"; up to {inflation:.3g} times what they would be if the other weights were known" if inflation > 2 else ""
    return [*lines, f"  {bars} (standard errors{blown})"]


def _summary(found: Estimate) -> list[str]:
    rms = sqrt(float(np.mean(found.errors**2)))
    return [f"  {found.kernel.size} weights from {found.kernel.real.min():.4g} to {found.kernel.real.max():.4g}, ± {rms:.2g}"]


def _number(value: Any) -> str:
    return f"{value:.4g}" if not isinstance(value, complex | np.complexfloating) else f"{value.real:.4g}{value.imag:+.4g}j"


def _plain(values: Array) -> Any:
    return np.stack([values.real, values.imag], -1).tolist() if np.iscomplexobj(values) else values.tolist()
