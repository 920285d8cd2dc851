"""Mistakes with the operands and the result of a gradient: rotated kernels, exchanged axes, lost batches, groups and conjugates."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from faltung.diagnose.layers.axes import full, own
from faltung.diagnose.layers.change import Change
from faltung.diagnose.layers.scene import Parts, Scene, conjugated, relation

Array = np.ndarray[Any, Any]
PartsRule = Callable[[Parts, Scene], Parts | None]
ResultRule = Callable[[Array, Scene], Array | None]


def parts_changes(kind: str, scene: Scene) -> list[Change]:
    """Return the changes of operands, relations and conjugates that a form of this many axes allows."""
    found = [*_kernel_turned(scene)] if kind == "input" else []
    found += [*_conjugates(kind, scene), *_batches(kind), *_overwritten(kind), *_groups(kind), *_flipped(scene), _repeated()]
    return [*found, *_reshaped_operands(kind, scene)]


def _change(name: str, what: str, remedy: str, rule: PartsRule, single: bool = False) -> Change:
    return Change(name=name, stage="parts", words=(what, remedy), apply=rule, single=single)


def _kernel_turned(scene: Scene) -> Iterator[Change]:
    def turned(turn: Callable[[Array], Array]) -> PartsRule:
        def rule(parts: Parts, _: Scene) -> Parts | None:
            other = turn(parts.other)
            if other.shape[:2] != parts.other.shape[:2] or np.array_equal(other, parts.other):
                return None
            axes = zip(parts.windows, parts.target, other.shape[2:], parts.g.shape[2:], strict=True)
            return replace(parts, other=other, relations=[relation(*axis) for axis in axes])

        return rule

    swap = turned(lambda w: w.swapaxes(0, 1))
    yield _change("channels", "input and output channels of the kernel are not exchanged", "exchange them: sum over the output channels",
                  swap)  # fmt: skip
    if len(scene.form.spatial) >= 2:
        right = "w[..., ::-1, ::-1], which is np.rot90(w, 2, axes=(-2, -1))"
        for quarter, word in ((1, "rot90"), (3, "rot270")):
            yield _change(word, "the kernel is rotated by 90 degrees and not by 180", f"rotate by 180 degrees: {right}",
                          turned(partial(np.rot90, k=quarter, axes=(-2, -1))))  # fmt: skip
        yield _change("transposed", "the kernel's spatial axes are transposed", "leave the spatial axes in their order",
                      turned(lambda w: w.swapaxes(-1, -2)))  # fmt: skip
        yield _change("transposed, not reversed", "the kernel is transposed where it should be reversed", f"reverse both axes: {right}",
                      turned(lambda w: np.rot90(w, 2, axes=(-2, -1)).swapaxes(-1, -2)))  # fmt: skip


def _conjugates(kind: str, scene: Scene) -> Iterator[Change]:
    other = "w" if kind == "input" else "x"
    words = {
        (False, False): (f"the conjugate of {other} is missing", f"use np.conj({other})"),
        (True, False): (f"g is conjugated and not {other}", f"conjugate {other}, not g"),
        (True, True): (f"both g and {other} are conjugated", f"conjugate {other} only"),
        (False, True): (f"{other} is conjugated", f"leave {other} as it is"),
    }
    right = conjugated(kind, scene.conj)
    text = {(False, False): "nothing", (True, False): "g", (False, True): other, (True, True): f"g and {other}"}
    if right != (False, True):  # the forward function conjugates something itself
        words = {flags: (f"{said} is conjugated, and {text[right]} should be", f"conjugate {text[right]}") for flags, said in text.items()}
    for flags, (what, remedy) in words.items():
        if flags != right and scene.x.dtype.kind == "c":
            yield _change(f"conjugate {flags}", what, remedy, _with_conj(flags))


def _with_conj(flags: tuple[bool, bool]) -> PartsRule:
    return lambda parts, _: replace(parts, conj=flags)


def _kept(axis: int, index: int) -> PartsRule:
    """Return the rule that sets all but one entry of an axis of g to zero."""

    def rule(parts: Parts, _: Scene) -> Parts | None:
        if parts.g.shape[axis] == 1:
            return None
        mask = np.zeros(parts.g.shape[axis])
        mask[index] = 1
        return replace(parts, g=parts.g * mask.reshape([-1 if a == axis else 1 for a in range(parts.g.ndim)]))

    return rule


def _batches(kind: str) -> Iterator[Change]:
    for index, word in ((0, "first"), (-1, "last")):
        what = f"only the {word} image of the batch counts" if kind == "kernel" else f"only the {word} image of the batch gets a gradient"
        remedy = "sum over the batch: dw += …" if kind == "kernel" else "compute it for every image of the batch"
        yield _change(f"batch {word}", what, remedy, _kept(0, index))
        yield _change(f"output channel {word}", f"only the {word} output channel counts", "sum over the output channels: dx += …",
                      _kept(1, index))  # fmt: skip

    def summed(parts: Parts, _: Scene) -> Parts | None:
        return replace(parts, g=np.broadcast_to(parts.g.sum(0, keepdims=True), parts.g.shape)) if len(parts.g) > 1 else None

    if kind == "input":
        yield _change(
            "batch summed", "it is summed over the batch, and every image gets the sum", "leave the batch axis of dx alone", summed
        )


def _overwritten(kind: str) -> Iterator[Change]:
    """An assignment in a loop over outputs keeps the last contribution only."""

    def last(relation: Array, reverse: bool) -> Array:
        if kind == "kernel":
            found = np.zeros_like(relation)
            index = 0 if reverse else -1
            found[index] = relation[index]
            return found
        rank = np.arange(1, relation.shape[0] + 1)[:, None, None] * relation
        rank = np.where(relation > 0, relation.shape[0] + 1 - rank, 0) if reverse else rank
        return np.asarray(relation * ((rank == rank.max(axis=(0, 1), keepdims=True)) & (rank > 0)))

    for reverse, word in ((False, "last"), (True, "first")):
        what = f"it is overwritten and not accumulated: only the {word} output position counts"
        if kind == "input":
            what = f"it is overwritten and not accumulated: of each sample's contributions only that of the {word} output counts"

        def rule(parts: Parts, _: Scene, reverse: bool = reverse) -> Parts | None:
            return replace(parts, relations=[last(r, reverse) for r in parts.relations])

        yield _change(f"overwritten, {word}", what, "write += in place of = (np.add.at for index arrays)", rule)


def _repeated() -> Change:
    def rule(parts: Parts, _: Scene) -> Parts | None:
        steps = [window.stride for window in parts.windows]
        if max(steps) == 1:
            return None
        g = parts.g
        for axis, step in enumerate(steps, start=2):
            g = np.repeat(g, step, axis)
        sizes = parts.target if parts.kind == "input" else parts.other.shape[2:]
        taps = parts.other.shape[2:] if parts.kind == "input" else parts.target
        axes = zip(parts.windows, sizes, taps, g.shape[2:], strict=True)
        return replace(parts, g=g, relations=[relation(replace(window, stride=1), n, k, m) for window, n, k, m in axes])

    return _change(
        "repeated", "the samples of g are repeated where zeros belong between them", "spread g with zeros: up[..., ::s] = g", rule
    )


def _interleaved(array: Array, axis: int, groups: int, back: bool) -> Array:
    count = array.shape[axis]
    order = np.arange(count).reshape((count // groups, groups) if back else (groups, count // groups)).T.ravel()
    return np.take(array, order, axis)


def _groups(kind: str) -> Iterator[Change]:
    def permuted(of: str, back: bool) -> PartsRule:
        def rule(parts: Parts, scene: Scene) -> Parts | None:
            groups = scene.sizes.groups
            axis = 1 if of == "g" or kind == "kernel" else (0 if scene.form.carrier == "O" else 1)
            array = parts.g if of == "g" else parts.other
            found = _interleaved(array, axis, groups, back)
            if groups == 1 or np.array_equal(found, array):
                return None
            return replace(parts, g=found) if of == "g" else replace(parts, other=found)

        return rule

    def forgotten(parts: Parts, scene: Scene) -> Parts | None:
        if scene.sizes.groups == 1:
            return None
        n, rest, groups = parts.g.shape[0], parts.g.shape[2:], scene.sizes.groups
        summed = parts.g.reshape(n, groups, -1, *rest).sum(1, keepdims=True)
        return replace(parts, g=np.broadcast_to(summed, (n, groups, *summed.shape[2:])).reshape(parts.g.shape))

    def first_kernel(parts: Parts, scene: Scene) -> Parts | None:
        groups, axis = scene.sizes.groups, 1 if kind == "kernel" or scene.form.carrier == "I" else 0
        count = parts.other.shape[axis] // groups
        found = np.take(parts.other, np.tile(np.arange(count), groups), axis)
        return None if groups == 1 else replace(parts, other=found)

    other = "kernel" if kind == "input" else "input"
    remedy = "group j takes channels j·C/groups to (j+1)·C/groups − 1"
    yield _change("groups forgotten", "the groups are forgotten: every group gets the sum over all groups", remedy, forgotten)
    yield _change("first group", f"every group uses the {other}'s part of the first group", remedy, first_kernel)
    for back in (False, True):
        for of, text in (("g", "g"), ("other", f"the {other}")):
            what = f"the channels of {text} are dealt to the groups in turn, not in blocks"
            yield _change(f"groups of {of} interleaved {back}", what, remedy, permuted(of, back))


def _flipped(scene: Scene) -> Iterator[Change]:
    rank = len(scene.form.spatial)
    for count in range(rank, 0, -1):
        for axes in combinations(range(rank), count):
            text = "" if count == rank else f" along {' and '.join(scene.form.spatial[a] for a in axes)}"

            def rule(parts: Parts, _: Scene, axes: tuple[int, ...] = axes) -> Parts | None:
                return replace(parts, g=np.flip(parts.g, tuple(a + 2 for a in axes)))

            yield _change(f"g reversed{text}", f"g is reversed{text}", "do not reverse g", rule)


def _reshaped_operands(kind: str, scene: Scene) -> Iterator[Change]:
    """An array is reshaped to other axes where its axes should have been transposed."""
    form = scene.form
    other, letters = ("w", form.kernel) if kind == "input" else ("x", form.input)
    for name, text, needed in (("g", form.output, "NC"), (other, letters, "OI" if kind == "input" else "NC")):
        for order in _orders(len(text)):

            def rule(
                parts: Parts, scene: Scene, name: str = name, text: str = text, needed: str = needed, order: tuple[int, ...] = order
            ) -> Parts | None:
                whole = parts.g if name == "g" else parts.other
                mine = own(whole, text, needed, scene.form.spatial)
                found = full(_reread(mine, order), text, needed, scene.form.spatial)
                if np.array_equal(found, whole):
                    return None
                return replace(parts, g=found) if name == "g" else replace(parts, other=found)

            wanted = "".join(text[a] for a in order)
            yield _change(f"{name} reshaped to {wanted}", f"{name} is reshaped to axes {wanted} where it should be transposed",
                          f"{name}.transpose({', '.join(map(str, order))}) before any reshape", rule, single=True)  # fmt: skip


def _orders(rank: int) -> Iterator[tuple[int, ...]]:
    yield from (order for order in permutations(range(rank)) if order != tuple(range(rank)))


def _reread(array: Array, order: tuple[int, ...]) -> Array:
    """Return the array whose entries, in the order of its memory, were taken for those of its transpose."""
    return array.reshape([array.shape[a] for a in order]).transpose(np.argsort(order))


def result_changes(kind: str, scene: Scene) -> list[Change]:
    """Return the changes of a finished gradient: axes exchanged, reshaped, reversed, groups or a batch lost."""
    letters = scene.form.input if kind == "input" else scene.form.kernel
    found = [_result(f"axes {''.join(letters[a] for a in order)}",
                     f"its axes are in the order {''.join(letters[a] for a in order)} and not {letters}",
                     f"transpose the result by {tuple(int(a) for a in np.argsort(order))}", _transposed(order))
             for order in _orders(len(letters))]  # fmt: skip
    found += [*_result_groups(kind)]
    if "N" in letters:
        found.append(_result("batch lost", "it is summed over the batch", "keep the batch axis of dx", _batch_lost))
    if kind == "input":
        rank = len(scene.form.spatial)
        for count in range(rank, 0, -1):
            for axes in combinations(scene.form.spatial, count):
                text = "" if count == rank else f" along {' and '.join(axes)}"
                found.append(_result(f"dx reversed{text}", f"the result is reversed{text}", "do not reverse the result", _reversed(axes)))
    for order in _orders(len(letters)):
        wanted = "".join(letters[a] for a in order)
        found.append(_result(f"result reshaped from {wanted}", f"the result, with axes {wanted}, is reshaped where it should be transposed",
                             "transpose the axes of the result", _misread(order), single=True))  # fmt: skip
    return found


def _result(name: str, what: str, remedy: str, rule: ResultRule, single: bool = False) -> Change:
    return Change(name=name, stage="result", words=(what, remedy), apply=rule, single=single)


def _reversed(letters: tuple[str, ...]) -> ResultRule:
    return lambda array, scene: np.flip(array, tuple(scene.form.input.index(c) for c in letters))


def _transposed(order: tuple[int, ...]) -> ResultRule:
    return lambda array, _: array.transpose(order)


def _misread(order: tuple[int, ...]) -> ResultRule:
    return lambda array, _: array.transpose(order).reshape(array.shape)


def _batch_lost(array: Array, scene: Scene) -> Array | None:
    return np.asarray(array.sum(scene.form.input.index("N")))


def _result_groups(kind: str) -> Iterator[Change]:
    remedy = "group j writes channels j·C/groups to (j+1)·C/groups − 1"

    def carrier(scene: Scene) -> int:
        return scene.form.input.index("C") if kind == "input" else scene.form.kernel.index(scene.form.carrier)

    def interleaved(back: bool) -> ResultRule:
        return lambda array, scene: _interleaved(array, carrier(scene), scene.sizes.groups, back) if scene.sizes.groups > 1 else None

    def summed(array: Array, scene: Scene) -> Array | None:
        groups = scene.sizes.groups
        if groups == 1:
            return None
        axis = carrier(scene)
        blocks = array.reshape(*array.shape[:axis], groups, -1, *array.shape[axis + 1 :])
        return np.asarray(np.broadcast_to(blocks.sum(axis, keepdims=True), blocks.shape)).reshape(array.shape)

    def one_group(index: int) -> ResultRule:
        def rule(array: Array, scene: Scene) -> Array | None:
            groups = scene.sizes.groups
            if groups == 1:
                return None
            axis = carrier(scene)
            blocks = np.arange(array.shape[axis]) // (array.shape[axis] // groups)
            mask = (blocks == index % groups).astype(float)
            return np.asarray(array * mask.reshape([-1 if a == axis else 1 for a in range(array.ndim)]))

        return rule

    yield _result("groups summed", "the groups are forgotten: every group gets the sum over all groups", remedy, summed)
    for back in (False, True):
        yield _result(f"groups of the result interleaved {back}", "the channels of the groups are interleaved in the result", remedy,
                      interleaved(back))  # fmt: skip
    for index, word in ((0, "first"), (-1, "last")):
        yield _result(f"{word} group only", f"only the {word} group gets a gradient", remedy, one_group(index))
