"""What a law is, what it is checked with, and what a check finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from faltung.laws.rounding import Tracked

Array: TypeAlias = np.ndarray[Any, Any]
Operation: TypeAlias = Callable[[Array, Array], Array]
Verdict: TypeAlias = Literal["holds", "differs", "fails"]
Pair: TypeAlias = tuple[Tracked, Tracked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An implementation of both operations, each called as ``operation(x, k)`` and returning all N + K − 1 samples of every axis.

    Attributes
    ----------
    name
        Under which its results are listed.
    convolve, correlate
        The two functions; a correlation conjugates its second operand.
    exact
        True where sums of small complex integers do not round: the laws are then checked on integers, and for equality.
    methods
        The same implementation with one of its methods forced, for the laws that each method must keep.
    """

    name: str
    convolve: Operation
    correlate: Operation
    exact: bool = False
    methods: "tuple[Engine, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The random operands of a check: signals x and y of one shape, kernels w and v, a g of the full result's shape, a number."""

    x: Tracked
    y: Tracked
    w: Tracked
    v: Tracked
    g: Tracked
    scalar: complex


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Both sides of a law, as often as it was tried; a table of (spacing, error) where it is a limit; a note for the reader."""

    pairs: tuple[Pair, ...]
    table: tuple[tuple[float, float], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One identity.

    Attributes
    ----------
    name, title
        A word for the command line, and a line that says it.
    formula, latex
        The identity, as plain text and as LaTeX without dollar signs.
    derivation
        A few lines, one step each.
    sides
        Computes both sides with an engine on drawn operands.
    equal
        False where the law says that both sides differ.
    ranks
        The numbers of axes for which it says something.
    """

    name: str
    title: str
    formula: str
    latex: str
    derivation: tuple[str, ...]
    sides: Callable[[Engine, Draw], Finding]
    equal: bool = True
    ranks: tuple[int, ...] = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One law, checked with one engine on one number of axes.

    Attributes
    ----------
    law, engine, rank
        What was checked, with what, on how many axes.
    samples
        ``"complex uniform"``, on the unit disc, or ``"complex integers"``, for engines whose sums are then exact.
    shapes
        Of the signal and the kernel.
    error
        The largest difference between both sides; infinity where there is a NaN, or the engine returned another shape.
    allowed
        The largest that rounding may cause: what `error_bound` says of both sides, and never more than 1e-10; 0 on integers.
    verdict
        ``"holds"``, or ``"differs"`` where the law says that the sides differ and they do; else ``"fails"``.
    table, note
        Of a limit, (spacing, error); a remark.
    """

    law: str
    engine: str
    rank: int
    samples: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    error: float
    allowed: float
    verdict: Verdict
    table: tuple[tuple[float, float], ...] = ()
    note: str = ""
