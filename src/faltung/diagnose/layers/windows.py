"""Mistakes that are another window: a wrong gradient which is the right one of a layer with other settings on one axis or on all."""

from collections.abc import Callable
from dataclasses import replace

from faltung.diagnose.layers.change import Change, Words
from faltung.diagnose.layers.scene import Scene
from faltung.spec import Window
from faltung.spec.window import dilated_size, reach

Rule = Callable[[Window, int, int], Window]
"""From the window of the forward function, the samples and the taps of its axis, to the window whose gradient was computed."""


def _moved(window: Window, by: int) -> Window:
    return replace(window, pad_low=window.pad_low + by)


def _left_over(window: Window, n: int, k: int) -> int:
    """Return how many samples at the high end no window reaches because the stride does not divide."""
    return (dilated_size(window, n) + window.pad_low + max(window.pad_high, 0) - reach(window, k) - 1) % window.stride


def _law(law: str) -> Rule:
    return lambda w, n, k: replace(w, boundary_low=law, boundary_high=law)  # type: ignore[arg-type]  # one of the words


RULES: dict[str, Rule] = {
    "reversal": lambda w, n, k: replace(w, reversal=not w.reversal),
    "stride forgotten": lambda w, n, k: replace(w, stride=1),
    "spread forgotten": lambda w, n, k: replace(w, input_dilation=1),
    "dilation forgotten": lambda w, n, k: replace(w, kernel_dilation=1),
    "boundary forgotten": _law("zero"),
    "pads forgotten": lambda w, n, k: replace(w, pad_low=0),
    "pads exchanged": lambda w, n, k: replace(w, pad_low=w.pad_high),
    "pad for reach": lambda w, n, k: replace(w, pad_low=reach(w, k) - w.pad_low),
    "undilated reach": lambda w, n, k: _moved(w, reach(w, k) - (k - 1)),
    "dilation forgotten, centred": lambda w, n, k: replace(w, kernel_dilation=1, pad_low=w.pad_low - (reach(w, k) - (k - 1)) // 2),
    "one early": lambda w, n, k: _moved(w, 1),
    "one late": lambda w, n, k: _moved(w, -1),
    "two early": lambda w, n, k: _moved(w, 2),
    "two late": lambda w, n, k: _moved(w, -2),
    "phase": lambda w, n, k: _moved(w, 1 - w.stride),
    "phase, early": lambda w, n, k: _moved(w, w.stride - 1),
    "rest at the low end": lambda w, n, k: _moved(w, -_left_over(w, n, k)),
    "full for same": lambda w, n, k: replace(w, pad_low=reach(w, k)),
    "pads twice": lambda w, n, k: replace(w, pad_low=2 * w.pad_low),
    "stride too large": lambda w, n, k: replace(w, stride=w.stride + 1) if w.stride > 1 else w,
    "edge": _law("edge"), "half_sample": _law("half_sample"), "whole_sample": _law("whole_sample"), "periodic": _law("periodic"),
}  # fmt: skip

# What is wrong, and what to change: for dx, then for dw. {axes} is filled in, {s}: the stride, {d}: the dilation.
SAID: dict[str, tuple[Words, Words]] = {
    "reversal": (
        ("the kernel is not reversed (or reversed twice){axes}", "reverse the kernel against the forward function{axes}"),
        ("the result is reversed (operands exchanged, or a reversal too many){axes}", "reverse the result once more, or exchange the two"
         " operands{axes}"),
    ),
    "stride forgotten": (
        ("no zeros are inserted between the samples of g for the stride{axes}", "spread g first: up[..., ::s] = g"),
        ("g is not spread by the stride{axes}, as if the stride were 1", "put zeros between the samples of g, or read x[..., t::s]"),
    ),
    "spread forgotten": (
        ("the stride of the transposed convolution is forgotten{axes}", "take every s-th sample: read g at s·q"),
        ("the stride of the transposed convolution is forgotten{axes}", "put zeros between the samples of x, or read g[..., t::s]"),
    ),
    "dilation forgotten": (
        ("the dilation is forgotten{axes}", "dilate the kernel in the gradient as well"),
        ("the dilation is forgotten{axes}", "let the taps of dw step by the dilation"),
    ),
    "boundary forgotten": (
        ("the boundary is not folded back{axes}: the gradient is that of zero padding", "add the gradient of each padded sample to the"
         " sample that it copies"),
        ("x is padded with zeros{axes}, and not as the forward function pads it", "pad x as the forward function does"),
    ),
    "pads forgotten": (
        ("the padding is forgotten{axes}: nothing is cropped at the low end", "crop the pads from the gradient of the padded input"),
        ("the padding is forgotten{axes}: x is read from its first sample", "pad x as the forward function does"),
    ),
    "pads exchanged": (
        ("the crop is at the wrong side{axes}: low and high pads are exchanged", "crop pad_low samples at the low end"),
        ("x is padded at the wrong side{axes}: low and high pads are exchanged", "put pad_low samples in front of x"),
    ),
    "pad for reach": (
        ("g is padded by the pad p and not by reach − p{axes}", "pad g by dilation·(K−1) − p, or crop the full result by p"),
        ("x is padded by reach − p and not by the pad p{axes}", "pad x as the forward function does"),
    ),
    "undilated reach": (
        ("the pads are counted without the dilation{axes}", "pad g by dilation·(K−1) − p"),
        ("the pads are counted without the dilation{axes}", "pad x as the forward function does"),
    ),
    "dilation forgotten, centred": (
        ("the dilation is forgotten, in the pads too{axes}", "dilate the kernel in the gradient as well"),
        ("the dilation is forgotten, in the pads too{axes}", "let the taps of dw step by the dilation"),
    ),
    "one early": (
        ("the crop is off by one{axes}: the gradient is one sample too far back", "crop one sample less at the low end"),
        ("the pad of x is one too large{axes}", "pad one sample less at the low end"),
    ),
    "one late": (
        ("the crop is off by one{axes}: the gradient is one sample too far ahead", "crop one sample more at the low end"),
        ("the pad of x is one too small{axes}", "pad one sample more at the low end"),
    ),
    "two early": (("the crop is off by two{axes}", "crop two samples less at the low end"),
                  ("the pad of x is two too large{axes}", "pad two samples less at the low end")),
    "two late": (("the crop is off by two{axes}", "crop two samples more at the low end"),
                 ("the pad of x is two too small{axes}", "pad two samples more at the low end")),
    "phase": (("the zeros stand before the samples of g and not behind them{axes}", "spread g so that up[0] is g[0]"),
              ("the zeros stand before the samples of g and not behind them{axes}", "spread g so that up[0] is g[0]")),
    "phase, early": (("the phase of the stride is wrong{axes}", "spread g so that up[0] is g[0]"),
                     ("the phase of the stride is wrong{axes}", "spread g so that up[0] is g[0]")),
    "rest at the low end": (
        ("the samples that no window reads are put at the low end{axes}", "append them at the high end"),
        ("the samples that no window reads are cut from the low end of x{axes}", "cut them from the high end"),
    ),
    "full for same": (("the full result is cropped at the high end only{axes}", "crop pad_low samples at the low end"),
                      ("x is padded by the whole reach{axes}", "pad x as the forward function does")),
    "pads twice": (("the pads are cropped by half only{axes}", "crop pad_low samples at the low end"),
                   ("x is padded twice{axes}", "pad x once")),
    "stride too large": (("one zero too many stands between the samples of g{axes}", "put s − 1 zeros between them"),
                         ("one zero too many stands between the samples of g{axes}", "put s − 1 zeros between them")),
    **{law: ((f"the gradient is folded as for the boundary {law}{{axes}}", "fold it by the boundary of the forward function"),
             (f"x is continued as for the boundary {law}{{axes}}", "continue x as the forward function does"))
       for law in ("edge", "half_sample", "whole_sample", "periodic")},
}  # fmt: skip


def window_changes(kind: str, spatial: str) -> list[Change]:
    """Return every rule on all axes, then on each single axis where there are several."""
    where: list[tuple[int, ...]] = [tuple(range(len(spatial)))]
    where += [(axis,) for axis in range(len(spatial))] if len(spatial) > 1 else []
    where += [(0, 1), (0, 2), (1, 2)] if len(spatial) == 3 else []
    found = []
    for axes in where:
        for name, rule in RULES.items():
            text = "" if axes == where[0] else f" along {' and '.join(spatial[a] for a in axes)}"
            what, remedy = SAID[name][kind == "kernel"]
            spelled = what.format(axes=text), remedy.format(axes=text)
            found.append(Change(name=name + text, stage="windows", words=spelled, apply=_on(rule, axes)))
    return found


def _on(rule: Rule, axes: tuple[int, ...]) -> Callable[[tuple[Window, ...], Scene], tuple[Window, ...] | None]:
    def apply(windows: tuple[Window, ...], scene: Scene) -> tuple[Window, ...] | None:
        sizes = zip(windows, scene.sizes.samples, scene.sizes.taps, strict=True)
        found = tuple(rule(w, n, k) if axis in axes else w for axis, (w, n, k) in enumerate(sizes))
        return None if found == windows else found

    return apply
