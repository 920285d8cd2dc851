"""Naming a mistake: the changes, one or two and a factor, under which the right formula gives exactly what the layer gave.

A name is given only if it explains every case in which the gradient is wrong, and changes nothing where it is right. Where no single
name does, the cases are shared out among the fewest names that explain some of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from faltung.diagnose.layers.change import Change
from faltung.diagnose.layers.operands import parts_changes, result_changes
from faltung.diagnose.layers.scales import ratio, scale_names, scale_rank, scale_words
from faltung.diagnose.layers.scene import Scene, gradient, parts_of
from faltung.diagnose.layers.windows import window_changes
from faltung.spec import Window

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Windows = tuple[Window, ...]
Changes = tuple[Change, ...]
DEEP = 1  # how many cases are searched for two changes: the first is the most telling
MOST_SHOWN = 3  # other descriptions that are kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """One gradient in one case: what the layer gave, and what is right; `error`: by how much the dtype of the former may miss."""

    scene: Scene
    kind: str
    found: Array
    expected: Array
    error: float

    @property
    def agrees(self) -> bool:
        """Whether both are equal, to the rounding of the layer's dtype."""
        return agree(self.found, self.expected, self.error)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """Changes, and the name of a factor (empty for none)."""

    changes: tuple[Change, ...]
    scale: str

    @property
    def cost(self) -> int:
        """How many things are wrong."""
        return len(self.changes) + bool(self.scale)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of what is wrong."""
        return tuple(change.name for change in self.changes) + ((self.scale,) if self.scale else ())

    @property
    def words(self) -> tuple[str, str]:
        """What is wrong, and what to change."""
        pairs = [change.words for change in self.changes] + ([scale_words(self.scale)] if self.scale else [])
        return " and ".join(what for what, _ in pairs), "; ".join(remedy for _, remedy in pairs)


def agree(found: Array, expected: Array, error: float) -> bool:
    """Return whether two arrays are equal up to `error`."""
    return found.shape == expected.shape and bool(np.all(np.abs(found - expected) <= error))


def explained(compared: list[Compared]) -> list[tuple[tuple[Explanation, ...], list[Compared]]]:
    """Return groups of wrong cases, each with the explanations that fit all of it, the best first; an empty tuple where none fits."""
    left = [each for each in compared if not each.agrees]
    groups: list[tuple[tuple[Explanation, ...], list[Compared]]] = []
    while left:
        found = _fitting(left[0], deep=len(groups) < DEEP)
        if not groups:
            whole = [e for e in found if all(_reproduces(e, each) for each in compared)]
            if whole:
                return [(_ranked(whole), left)]
        shares = [(e, [each for each in left if _reproduces(e, each)]) for e in found]
        best = max((len(share) for _, share in shares), default=0)
        fitting = _ranked([e for e, share in shares if len(share) == best])
        share = next((share for e, share in shares if fitting and e is fitting[0]), left[:1])
        groups.append((fitting, share))
        left = [each for each in left if each not in share]
    return groups


def _ranked(found: list[Explanation]) -> tuple[Explanation, ...]:
    """Return the cheapest explanations, in the order of the tables; with the plainest names of factors."""
    least = min(e.cost for e in found) if found else 0
    cheapest = [e for e in found if e.cost == least]
    plainest = min((scale_rank(e.scale) for e in cheapest), default=0)
    return tuple(e for e in cheapest if scale_rank(e.scale) == plainest)[: MOST_SHOWN + 1]


def _reproduces(explanation: Explanation, each: Compared) -> bool:
    candidate = _made(explanation.changes, each)
    if candidate is None:  # no meaning here: it must change nothing
        return each.agrees and not explanation.scale
    factor = ratio(each.found, candidate, each.error)
    return factor is not None and explanation.scale in scale_names(factor, each.scene)


def _made(changes: tuple[Change, ...], each: Compared) -> Array | None:
    """Return the gradient with these changes; changes without effect in a case are left out, None if all are."""
    windows, some = _changed(each.scene.windows, [c for c in changes if c.stage == "windows"], each)
    shape = None if any(c.stage == "result" for c in changes) else _shape(each)
    parts, more = _changed(parts_of(each.scene, each.kind, shape, windows), [c for c in changes if c.stage == "parts"], each)
    array, most = _changed(gradient(parts), [c for c in changes if c.stage == "result"], each)
    found: Array = array
    return None if changes and not (some or more or most) else found


def _changed(value: Any, changes: list[Change], each: Compared) -> tuple[Any, bool]:
    """Return the changed value, and whether any change had an effect."""
    effect = False
    for change in changes:
        changed = change.apply(value, each.scene)
        value, effect = (value, effect) if changed is None else (changed, True)
    return value, effect


def _shape(each: Compared) -> Shape | None:
    """Return the found shape where only spatial sizes differ from the right ones: the gradient is then computed on that many samples."""
    letters = each.scene.form.input if each.kind == "input" else each.scene.form.kernel
    if each.found.ndim != len(letters) or not each.found.size:
        return None
    pairs = zip(letters, each.found.shape, each.expected.shape, strict=True)
    return each.found.shape if all(a == b for letter, a, b in pairs if letter in "NCOI") else None


def _fitting(each: Compared, deep: bool) -> list[Explanation]:
    """Return all explanations of one case with the fewest changes, of at most two if `deep`, else of one."""
    kind, scene = each.kind, each.scene
    search = _Search(
        each=each, windows=window_changes(kind, scene.form.spatial), parts=parts_changes(kind, scene), results=result_changes(kind, scene)
    )
    for count in range(3 if deep else 2):
        found = list(search.fitting(count))
        if found:
            break
    return [e for e in found if e.changes or e.scale or each.found.shape != each.expected.shape]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """The changes of one case, combined; a gradient is computed once for all changes that lead to the same windows."""

    each: Compared
    windows: list[Change]
    parts: list[Change]
    results: list[Change]

    def fitting(self, count: int) -> Iterator[Explanation]:
        """Yield what fits with exactly `count` changes."""
        for of_windows in range(count, -1, -1):
            for windows, ways in self._windows(of_windows).items():
                yield from self._with_windows(windows, ways, count - of_windows)

    def _with_windows(self, windows: Windows, ways: list[Changes], count: int) -> Iterator[Explanation]:
        """Yield what fits with given windows and `count` changes of parts and results."""
        shaped = parts_of(self.each.scene, self.each.kind, _shape(self.each), windows)
        usual = (
            shaped if _shape(self.each) in (None, self.each.expected.shape) else parts_of(self.each.scene, self.each.kind, None, windows)
        )
        several = count == 2 or (count == 1 and bool(ways[0]))
        parts = [c for c in self.parts if not (several and c.single)]
        results = [c for c in self.results if not (several and c.single)]
        for chosen in combinations(parts, count):
            made, effect = _all_changed(shaped, chosen, self.each)
            if effect:
                yield from self._fits(gradient(made), ways, chosen)
        if not count:
            return
        for chosen in combinations(parts, count - 1):
            made, effect = _all_changed(usual, chosen, self.each)
            array = gradient(made) if effect else None
            for result in results if array is not None else ():
                changed = result.apply(array, self.each.scene)
                if changed is not None:
                    yield from self._fits(changed, ways, (*chosen, result))

    def _windows(self, count: int) -> dict[Windows, list[Changes]]:
        """Return every set of windows that `count` changes lead to, with the changes."""
        right = self.each.scene.windows
        assert right is not None
        found: dict[Windows, list[Changes]] = {}
        for chosen in combinations(self.windows, count):
            windows, effect = _all_changed(right, chosen, self.each)
            if effect and (windows != right or not count):
                found.setdefault(windows, []).append(chosen)
        return found

    def _fits(self, candidate: Array, ways: list[Changes], more: Changes) -> Iterator[Explanation]:
        factor = ratio(self.each.found, candidate, self.each.error)
        for name in scale_names(factor, self.each.scene) if factor is not None else ():
            yield from (Explanation(changes=(*way, *more), scale=name) for way in ways)


def _all_changed(value: Any, changes: Changes, each: Compared) -> tuple[Any, bool]:
    """Return the changed value, and whether every change had an effect."""
    for change in changes:
        value = change.apply(value, each.scene)
        if value is None:
            return None, False
    return value, True
