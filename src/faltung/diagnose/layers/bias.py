"""Naming a wrong gradient of the bias: sums over other axes, means, lost images, conjugates, shapes."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from faltung.diagnose.layers.change import Words
from faltung.diagnose.layers.naming import Compared
from faltung.diagnose.layers.scales import ratio, scale_names, scale_rank, scale_words
from faltung.diagnose.layers.scene import Array, Scene

Named = tuple[tuple[str, ...], Words]


def bias_mistake(compared: list[Compared]) -> Named | None:
    """Return the names and words of the one mistake that explains every wrong case and keeps the right ones, or None."""
    remaining: dict[tuple[str, ...], Named] | None = None
    for each in compared:
        fitting = {named[0]: named for named in _fitting(each)}
        remaining = fitting if remaining is None else {key: value for key, value in remaining.items() if key in fitting}
    found = sorted((remaining or {}).values(), key=lambda named: (len(named[0]), max(map(scale_rank, named[0]), default=0)))
    return next((named for named in found if any(named[0])), None)


def _fitting(each: Compared) -> Iterator[Named]:
    for name, words, candidate in _candidates(each.scene):
        shaped = candidate
        shape_said: tuple[str, ...] = ()
        if candidate.shape != each.found.shape and candidate.size == each.found.size:
            shaped, shape_said = candidate.reshape(each.found.shape), ("shape",)
        factor = ratio(each.found, shaped, each.error)
        if factor is None:
            continue
        for scale in scale_names(factor, each.scene):
            pairs = [words] if name else []
            pairs += [scale_words(scale)] if scale else []
            pairs += [("its shape is not that of the bias", "reshape it to the bias's shape")] if shape_said else []
            names = ((name,) if name else ()) + ((scale,) if scale else ()) + shape_said
            yield names, (" and ".join(what for what, _ in pairs), "; ".join(remedy for _, remedy in pairs))


def _candidates(scene: Scene) -> Iterator[tuple[str, Words, Array]]:
    g, letters = scene.g, scene.form.output
    right = tuple(axis for axis, letter in enumerate(letters) if letter != "C")
    remedy = f"sum over every axis but the channels: g.sum(axis={right})"
    yield "", ("", ""), g.sum(right)
    if g.dtype.kind == "c":
        yield "conjugate", ("g is conjugated", "do not conjugate g"), np.conj(g).sum(right)
    if "N" in letters:
        n = letters.index("N")
        for index, word in ((0, "first"), (-1, "last")):
            rest = tuple(axis - (axis > n) for axis in right if axis != n)
            yield f"batch {word}", (f"only the {word} image of the batch counts", "sum over the batch: db += …"), g.take(index, n).sum(rest)
    for count in range(g.ndim + 1):
        for axes in combinations(range(g.ndim), count):
            if axes != right:
                yield f"axes {axes}", (_summed(letters, axes, right), remedy), g.sum(axes)


def _summed(letters: str, axes: tuple[int, ...], right: tuple[int, ...]) -> str:
    missing = [letters[axis] for axis in right if axis not in axes]
    extra = [letters[axis] for axis in axes if axis not in right]
    told = [f"it is not summed over {', '.join(_axis(letter) for letter in missing)}"] if missing else []
    told += [f"it is summed over {', '.join(_axis(letter) for letter in extra)}"] if extra else []
    return " and ".join(told)


def _axis(letter: str) -> str:
    return {"N": "the batch", "C": "the channels"}.get(letter, f"axis {letter}")
