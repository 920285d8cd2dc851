"""How a layer wants to be asked: framework, axes, groups and the shape of the bias; and its cases, each with the windows read from it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from faltung.diagnose.layers.axes import FORMS, Form, Shape, Sizes, shapes, sizes_of
from faltung.diagnose.layers.calling import Layer, Settings, ask_forward, frameworks
from faltung.diagnose.layers.cases import FEW, LAST_RESORT, groups_in, settings_for, sizes_for
from faltung.diagnose.layers.reading import UnreadableError, pad_high, read_windows
from faltung.diagnose.layers.scene import Scene, outputs, relation, values
from faltung.diagnose.probing.data import tolerance
from faltung.errors import SpecError
from faltung.spec import Window
from faltung.spec.spec import Conj
from faltung.spec.window import core_size

Array = np.ndarray[Any, Any]
ENOUGH = 3  # cases; with fewer, those of the last resort are tried too


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the caller of a check has said."""

    form: Form | None = None
    groups: int | None = None
    shapes: tuple[tuple[Shape, Shape], ...] = ()
    settings: tuple[Settings, ...] | None = None
    dtype: str = "float64"
    framework: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """The axes, groups and bias shape (letters; None: no bias) that a layer answers with, and the first case."""

    form: Form
    groups: int
    bias: str | None
    first: Scene
    why: str = ""


def settle(layer: Layer, options: Options) -> Settled:
    """Return the first way of asking in which the forward function is some convolution, else the first in which it answers.

    Raises
    ------
    SpecError
        When it answers in none; the message is the function's own.
    """
    fallback: Settled | None = None
    said: list[str] = []
    for framework in frameworks(options.framework):
        layer.framework = framework
        for form, groups, tried in _ways(options):
            for settings in settings_for(layer, options.settings)[:1]:
                found = _first_answer(layer, form, tried, settings, options, said)
                if found is None:
                    continue
                if found.windows is not None:
                    return Settled(form=form, groups=groups, bias=_bias_letters(layer, found), first=found)
                fallback = fallback or Settled(form=form, groups=groups, bias=_bias_letters(layer, found), first=found, why=said[-1])
        if fallback:
            return fallback
    layer.framework = frameworks(options.framework)[0]
    raise SpecError(
        f"the forward function answers in no layout and at no size that was tried: {_most_telling(said)}; give layout= and shapes="
    )


def _most_telling(said: list[str]) -> str:
    return said[0] if said else "nothing was tried"


def _ways(options: Options) -> Iterator[tuple[Form, int, list[Sizes]]]:
    """Yield a form, a number of groups and the sizes to try with them."""
    forms = (options.form,) if options.form else FORMS
    if options.shapes:
        for form in forms:
            try:
                tried = [sizes_of(form, x, w, options.groups) for x, w in options.shapes]
            except SpecError:
                if options.form:
                    raise
                continue
            yield form, tried[0].groups, tried
        return
    for form in forms:
        for groups in (options.groups,) if options.groups else (1, 2, 3):
            tried = list(sizes_for(form, groups, more=True))
            if groups == 3:  # depthwise: one channel in each group
                tried = [replace(s, channels_in=3, channels_out=3) for s in tried]
            if groups == 1 or (form.input.count("C") and "I" in form.kernel):
                yield form, groups, tried


def _first_answer(
    layer: Layer, form: Form, tried: list[Sizes], settings: Settings, options: Options, said: list[str]
) -> Scene | None:  # fmt: skip
    """Return a case that is answered, preferably one with windows; None where there is none. `said` takes the reasons."""
    answered: Scene | None = None
    for sizes in tried:
        scene = made(form, sizes, settings, "C" if "b" in layer.forward.roles else None, options)
        outcome = ask_forward(layer, scene.operands, settings)
        if outcome.said:
            said.append(outcome.said)
            continue
        if not _sensible(outcome.values["y"], scene):
            said.append(f"to {scene.x.shape} and {scene.w.shape} it answers with {outcome.values['y'].shape}")
            continue
        seen, why = understood(layer, scene)
        said.append(why)
        if seen.windows is not None:
            return seen
        return answered or seen
    return answered


def _sensible(y: Array, scene: Scene) -> bool:
    expected = {"N": scene.sizes.batch, "C": scene.sizes.channels_out}
    letters = scene.form.output
    return bool(y.size) and y.ndim == len(letters) and all(expected.get(c, n) == n for c, n in zip(letters, y.shape, strict=True))


def made(form: Form, sizes: Sizes, settings: Settings, bias: str | None, options: Options, windows: Any = None) -> Scene:
    """Return a case with operands, yet without a cotangent."""
    rng = np.random.default_rng([options.seed, *sizes.samples, *sizes.taps, sizes.channels_in])
    x_shape, w_shape = shapes(form, sizes)
    b = None if bias is None else values(tuple(sizes.channels_out if c == "C" else 1 for c in bias), options.dtype, rng)
    return Scene(
        form=form, sizes=sizes, settings=settings, windows=windows, conj="none", x=values(x_shape, options.dtype, rng),
        w=values(w_shape, options.dtype, rng), b=b, g=np.zeros(0),
    )  # fmt: skip


def understood(layer: Layer, scene: Scene) -> tuple[Scene, str]:
    """Return the case with a cotangent, and with windows and conj if they give what the function gives, else with the reason why not."""
    outcome = ask_forward(layer, scene.operands, scene.settings)
    if outcome.said:
        return scene, outcome.said
    y = outcome.values["y"]
    rng = np.random.default_rng([9, *y.shape])
    scene = replace(scene, g=values(y.shape, _kind_of(scene, y), rng))
    try:
        windows = read_windows(layer, scene.form, scene.sizes, scene.settings, scene.b, scene.x.dtype.name)
        return _verified(layer, scene, windows)
    except (UnreadableError, SpecError) as error:
        return scene, str(error)


def _kind_of(scene: Scene, y: Array) -> str:
    """Return the dtype of the cotangent: that of the operands, or real where the outputs are."""
    name = str(scene.x.dtype)
    return {"complex128": "float64", "complex64": "float32"}.get(name, name) if y.dtype.kind in "fiu" else name


def _verified(layer: Layer, scene: Scene, windows: tuple[Window, ...]) -> tuple[Scene, str]:
    operands = scene.operands | ({"b": np.zeros_like(scene.b)} if scene.b is not None else {})
    outcome = ask_forward(layer, operands, scene.settings)
    if outcome.said:
        return scene, outcome.said
    y = outcome.values["y"]
    for conj in get_args(Conj) if scene.x.dtype.kind == "c" else ("none",):
        candidate = replace(scene, windows=windows, conj=conj)
        expected = outputs(candidate)
        if y.shape == expected.shape and bool(np.all(np.abs(y - expected) <= rounding(y, expected))):
            return (candidate, "") if _odd(layer, scene, operands, y) else (scene, "it is not linear: −x is not answered by −y")
    return scene, "its outputs are not the sums of products that its impulses say"


def _odd(layer: Layer, scene: Scene, operands: dict[str, Array], y: Array) -> bool:
    """Return whether −x is answered by −y: what max(y, 0) does not do even where all of y is positive."""
    if scene.x.dtype.kind == "u":
        return True
    other = ask_forward(layer, {**operands, "x": -scene.x}, scene.settings).values.get("y")
    return other is not None and other.shape == y.shape and bool(np.all(np.abs(y + other) <= rounding(y, y)))


def rounding(found: Array, expected: Array) -> float:
    """Return by how much a result may miss: the tolerance of its dtype, and never so much as an eighth (values are multiples of 1/4)."""
    return min(tolerance(found, float(np.abs(expected).max(initial=1))), 0.12)


def _bias_letters(layer: Layer, scene: Scene) -> str | None:
    """Return the letters of the bias: the first shape in which it is added to the channels; one axis where there is none."""
    if "b" not in layer.forward.roles:
        return None
    behind = scene.form.output[scene.form.output.index("C") :] if "C" in scene.form.output else "C"
    for letters in dict.fromkeys(("C", behind, scene.form.output, "")):
        b = np.arange(1, scene.sizes.channels_out + 1).astype(scene.x.dtype)
        b = b.reshape([len(b) if c == "C" else 1 for c in letters]) if letters else b[:1].reshape(())
        with_bias = ask_forward(layer, {**scene.operands, "b": b}, scene.settings)
        without = ask_forward(layer, {**scene.operands, "b": np.zeros_like(b)}, scene.settings)
        if with_bias.said or without.said or with_bias.values["y"].shape != without.values["y"].shape:
            continue
        added = with_bias.values["y"] - without.values["y"]
        axis = scene.form.output.index("C") if "C" in scene.form.output else None
        wanted = b.ravel().reshape([-1 if a == axis else 1 for a in range(added.ndim)])
        if np.all(np.abs(added - wanted) <= rounding(added, wanted)):
            return letters
    return "C"


def scenes(layer: Layer, settled: Settled, options: Options) -> tuple[list[Scene], list[str]]:
    """Return the cases that the forward function answers, and what it said to the others."""
    found: list[Scene] = []
    refused: list[str] = []
    for number, settings in enumerate(settings_for(layer, options.settings)):
        for scene in _planned(settled, settings, number, options):
            outcome = ask_forward(layer, scene.operands, settings)
            if outcome.said or not _sensible(outcome.values["y"], scene):
                shown = "".join(f" {name}={value!r}" for name, value in settings.items())
                said = outcome.said or f"it answers with shape {outcome.values['y'].shape}"
                refused.append(f"x {scene.x.shape}, w {scene.w.shape}{shown}: {said}")
                continue
            found.append(understood(layer, scene)[0])
        if number == 0 and len(found) < ENOUGH and not options.shapes:
            found += _more(layer, settled, settings, options, found)
    return [_told_by(scene, found) for scene in found], refused


def _more(layer: Layer, settled: Settled, settings: Settings, options: Options, known: list[Scene]) -> Iterator[Scene]:
    """Yield cases of the last resort, for layers that take kernels of one size only."""
    for sizes in list(sizes_for(settled.form, groups_in(settings, settled.groups), more=True))[-len(LAST_RESORT[2]) :]:
        scene = made(settled.form, sizes, settings, settled.bias, options)
        if all(scene.sizes != other.sizes for other in known):
            outcome = ask_forward(layer, scene.operands, settings)
            if not outcome.said and _sensible(outcome.values["y"], scene):
                yield understood(layer, scene)[0]


def _told_by(scene: Scene, all_scenes: list[Scene]) -> Scene:
    """Return the case with the windows that explain the most cases of equal settings: a small case alone leaves much open."""
    like = [s for s in all_scenes if s.settings == scene.settings and s.windows is not None]
    if scene.windows is None:
        return scene
    windows = []
    for axis, window in enumerate(scene.windows):
        pool = dict.fromkeys(s.windows[axis] for s in like if s.windows is not None)
        told = sorted(pool, key=lambda candidate: -sum(_fit(s, axis, candidate) for s in like))
        found = (_as_told(scene, axis, each) for each in told)
        windows.append(next((each for each in found if each is not None), window))
    return replace(scene, windows=tuple(windows))


def _fit(scene: Scene, axis: int, told: Window) -> int:
    """Return 2 where a case has this window, its pads included, 1 where other pads at the high end are needed, else 0."""
    found = _as_told(scene, axis, told)
    return 0 if found is None else 2 if found == told else 1


def _as_told(scene: Scene, axis: int, told: Window) -> Window | None:
    """Return another case's window, with its pads or with those of this case, if it reads here what was seen here."""
    assert scene.windows is not None
    window = scene.windows[axis]
    n, k, m = scene.sizes.samples[axis], scene.sizes.taps[axis], scene.g.shape[scene.form.output.index(scene.form.spatial[axis])]
    for candidate in (told, replace(told, pad_low=window.pad_low)):  # pads may depend on the sizes
        if np.array_equal(relation(candidate, n, k, m), relation(window, n, k, m)):
            exact = core_size(candidate, n, k) == m
            return candidate if exact else replace(candidate, pad_high=pad_high(candidate, n, k, m))
    return None


def _planned(settled: Settled, settings: Settings, number: int, options: Options) -> Iterator[Scene]:
    form = settled.form
    if options.shapes:
        sizes = [sizes_of(form, x, w, settings.get("groups", options.groups)) for x, w in options.shapes]
    else:
        groups = groups_in(settings, settled.groups)
        sizes = list(sizes_for(form, groups, more=False))
        if settled.groups == 3 and groups == 3 and options.groups is None:
            sizes = [replace(s, channels_in=3, channels_out=3) for s in sizes]
        first = settled.first.sizes
        sizes = sizes if first in sizes or first.groups != groups else [*sizes, first]
        sizes = [s for index, s in enumerate(sizes) if number == 0 or index in FEW or s == first]
    for each in dict.fromkeys(sizes):
        yield made(form, each, settings, settled.bias, options)
