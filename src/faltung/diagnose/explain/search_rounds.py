"""The rounds of a search: which arrangements are looked at, how widely, and in which order. Later rounds need more changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain.search_locate import Scope
from faltung.diagnose.explain.space import Arrangement, exchanged, plain, transposed_inputs
from faltung.diagnose.explain.space_channels import depthwise, reordered, with_channels, without_batch

Array = np.ndarray[Any, Any]
Looks = Iterator[tuple[Arrangement, Scope]]
DEEP = 4
"""Axes from which on the first guess is a layout: all of them sliding is looked at only then."""
ANYWHERE = 1 << 23
"""Products of both sizes up to which every shift of the result is tried."""
EXCHANGEABLE = 1 << 14
"""Products of both sizes up to which the kernel is taken for the input, under every law."""


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
    return ((way, Scope()) for way in plain(of.x, of.k, of.y) if of.x.ndim < DEEP)


def _all_sliding(of: Operands) -> Looks:
    return ((way, Scope()) for way in plain(of.x, of.k, of.y) if of.x.ndim >= DEEP)


def _stiff(of: Operands) -> Iterator[Arrangement]:
    """Yield the usual arrangements; in three dimensions the kernel keeps its axes."""
    return (replace(way, may_permute=way.may_permute and way.rank < 3) for way in ways(of))


def _worded(of: Operands) -> Looks:
    return ((way, Scope(steps="worded")) for way in _stiff(of))


def _flipped(of: Operands) -> Looks:
    for way in _stiff(of):
        for flips in list(product((True, False), repeat=way.rank))[:-1]:
            yield way, Scope(flips=flips)


def _flipped_freely(of: Operands) -> Looks:
    return ((way, replace(scope, steps="unit")) for way, scope in _flipped(of))


def _moved(of: Operands) -> Looks:
    for kind in (transposed_inputs, depthwise, reordered):
        for way in kind(of.x, of.k, of.y):
            yield way, Scope()


def _moved_mixed(of: Operands) -> Looks:
    return ((way, replace(scope, steps="mixed")) for way, scope in _moved(of) if of.x.ndim == 2)


def _moved_freely(of: Operands) -> Looks:
    return ((way, replace(scope, steps="unit")) for way, scope in _moved(of))


def _freely(of: Operands) -> Looks:
    return ((way, Scope(steps="unit")) for way in ways(of))


def _mixed(of: Operands) -> Looks:
    return ((way, Scope(steps="mixed")) for way in _stiff(of))


def _anywhere(of: Operands) -> Looks:
    return ((way, Scope(steps="unit", anywhere=True)) for way in _stiff(of) if of.x.size * of.k.size <= ANYWHERE)


def _any_steps(of: Operands) -> Looks:
    return ((way, Scope(steps="any")) for way in _stiff(of))


def _exchanged(of: Operands) -> Looks:
    if of.x.size * of.k.size <= EXCHANGEABLE:
        for way in exchanged(of.x, of.k, of.y):
            yield replace(way, may_permute=False), Scope(steps="unit")


ROUNDS: tuple[tuple[Callable[[Operands], Looks], bool], ...] = (
    (_layouts, True), (_fewest, True), (_flipped, True), (_moved, True), (_layouts, False), (_fewest, False), (_all_sliding, True),
    (_worded, True), (_freely, True), (_mixed, True), (_flipped_freely, True), (_moved_freely, True), (_moved_mixed, True),
    (_flipped, False), (_moved, False),
    (_worded, False), (_freely, False), (_anywhere, True), (_any_steps, True), (_exchanged, True), (_mixed, False),
)  # fmt: skip
"""What is looked at, in this order, and whether outputs must equal the sums there or may resemble them."""
EARLY = 1
"""Rounds after which the words with exchanged operands are tried."""
