"""The rounds of a search: which arrangements are looked at, how widely, and in which order. Later rounds need more changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain.search.locate import Scope
from faltung.diagnose.explain.space import Arrangement, converted, exchanged, framed, plain, shortened, transposed_inputs, unpadded
from faltung.diagnose.explain.space_channels import depthwise, reordered, with_channels, without_batch

Array = np.ndarray[Any, Any]
Looks = Iterator[tuple[Arrangement, Scope]]
SOLID = 3
"""Axes from which on a kernel's axes are taken in their order at first."""
DEEP = 4
"""Axes from which on the first guess is a layout: all of them sliding is looked at only then."""
ANYWHERE = 1 << 23
"""Products of both sizes up to which every shift of the result is tried."""
EXCHANGEABLE = 1 << 14
"""Products of both sizes up to which the kernel is taken for the input, under every law, and reversed results have steps that differ."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operands:
    """What was given."""

    x: Array
    k: Array
    y: Array


def ways(of: Operands) -> Iterator[Arrangement]:
    """Yield the usual arrangements."""
    for way in (with_channels, without_batch, plain) if of.x.ndim < DEEP else (with_channels, without_batch):
        yield from way(of.x, of.k, of.y)


def _layouts(of: Operands) -> Looks:
    for way in (with_channels, without_batch):
        for arrangement in way(of.x, of.k, of.y):
            yield arrangement, Scope()


def _fewest(of: Operands) -> Looks:
    return ((_stiffened(way), Scope()) for way in plain(of.x, of.k, of.y) if of.x.ndim < DEEP)


def _permuted(of: Operands) -> Looks:
    """Yield what `_fewest` leaves out: in three dimensions, kernels with their axes in another order."""
    return ((way, Scope()) for way in plain(of.x, of.k, of.y) if of.x.ndim < DEEP and way.rank == SOLID and way.may_permute)


def _all_sliding(of: Operands) -> Looks:
    return ((way, Scope()) for way in plain(of.x, of.k, of.y) if of.x.ndim >= DEEP)


def _stiffened(way: Arrangement) -> Arrangement:
    """Return an arrangement in which, in three dimensions, the kernel keeps its axes."""
    return replace(way, may_permute=way.may_permute and way.rank < SOLID)


def _stiff(of: Operands) -> Iterator[Arrangement]:
    return (_stiffened(way) for way in ways(of))


def _worded(of: Operands) -> Looks:
    return ((way, Scope(steps="worded")) for way in _stiff(of))


def _flipped(of: Operands) -> Looks:
    for way in _stiff(of):
        for flips in list(product((True, False), repeat=way.rank))[:-1]:
            yield way, Scope(flips=flips)


def _flipped_permuted(of: Operands) -> Looks:
    """Yield what `_flipped` leaves out in three dimensions."""
    for way in plain(of.x, of.k, of.y):
        if way.rank == SOLID and way.may_permute:
            for flips in list(product((True, False), repeat=way.rank))[:-1]:
                yield way, Scope(flips=flips, steps="unit")


def _flipped_freely(of: Operands) -> Looks:
    return ((way, replace(scope, steps="unit")) for way, scope in _flipped(of))


def _moved(of: Operands) -> Looks:
    for kind in (transposed_inputs, depthwise, reordered):
        for way in kind(of.x, of.k, of.y):
            yield way, Scope()


def _converted(of: Operands) -> Looks:
    return ((_stiffened(way), Scope()) for way in converted(of.x, of.k, of.y) if of.x.ndim < DEEP)


def _without_frame(of: Operands) -> Looks:
    return ((_stiffened(way), Scope(steps="unit")) for way in framed(of.x, of.k, of.y))


def _shortened(of: Operands) -> Looks:
    return ((_stiffened(way), Scope(steps="unit")) for way in shortened(of.x, of.k, of.y))


def _moved_mixed(of: Operands) -> Looks:
    return ((way, replace(scope, steps="mixed")) for way, scope in _moved(of) if of.x.ndim == 2)


def _moved_flipped(of: Operands) -> Looks:
    for way in transposed_inputs(of.x, of.k, of.y) if of.x.ndim < SOLID else ():
        for flips in list(product((True, False), repeat=way.rank))[:-1]:
            yield way, Scope(flips=flips)


def _flipped_mixed(of: Operands) -> Looks:
    small = of.x.ndim < SOLID and of.x.size * of.k.size <= EXCHANGEABLE
    return ((way, replace(scope, steps="mixed")) for way, scope in _flipped(of) if small)


def _moved_freely(of: Operands) -> Looks:
    return ((way, replace(scope, steps="unit")) for way, scope in _moved(of))


def _freely(of: Operands) -> Looks:
    return ((way, Scope(steps="unit")) for way in ways(of))


def _mixed(of: Operands) -> Looks:
    return ((way, Scope(steps="mixed")) for way in _stiff(of))


def _anywhere(of: Operands) -> Looks:
    if of.x.size * of.k.size <= ANYWHERE:
        yield from ((way, Scope(steps="unit", anywhere=True)) for way in _stiff(of))
        yield from ((way, Scope(steps="mixed", anywhere=True)) for way in _stiff(of))


def _any_steps(of: Operands) -> Looks:
    return ((way, Scope(steps="any", anywhere=of.x.size * of.k.size <= ANYWHERE)) for way in _stiff(of))


def _exchanged(of: Operands) -> Looks:
    if of.x.size * of.k.size <= EXCHANGEABLE:
        for way in exchanged(of.x, of.k, of.y):
            yield replace(way, may_permute=False), Scope(steps="unit")
            yield replace(way, may_permute=False), Scope(steps="worded")
        for inner, change in unpadded(of.y):
            for way in exchanged(of.x, of.k, inner, (change,)):
                yield replace(way, may_permute=False), Scope(steps="unit")


ROUNDS: tuple[tuple[Callable[[Operands], Looks], bool], ...] = (
    (_layouts, True), (_fewest, True), (_flipped, True), (_moved, True), (_without_frame, True),
    (_layouts, False), (_fewest, False), (_without_frame, False), (_shortened, True), (_permuted, True),
    (_all_sliding, True), (_worded, True), (_freely, True), (_exchanged, True), (_mixed, True), (_flipped_freely, True),
    (_moved_freely, True), (_moved_mixed, True), (_moved_flipped, True), (_flipped_permuted, True), (_flipped, False), (_moved, False),
    (_permuted, False), (_converted, True), (_converted, False), (_worded, False), (_freely, False), (_anywhere, True),
    (_any_steps, True), (_flipped_mixed, True), (_mixed, False), (_exchanged, False),
)  # fmt: skip
"""What is looked at, in this order, and whether outputs must equal the sums there or may resemble them."""
EARLY = 1
"""Rounds after which the words with exchanged operands are tried."""
LAYERS = 1
"""Rounds after which layers with a bias for each channel are tried."""
