"""From the two sides of a law to a verdict."""

from collections.abc import Iterable, Sequence
from math import inf, isnan
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.laws.draw import draw
from faltung.laws.engines import ENGINES
from faltung.laws.record import Draw, Engine, Finding, Law, Pair, Result, Verdict
from faltung.laws.rounding import Tracked, WrongShapeError
from faltung.laws.table import LAWS, law

CEILING = 1e-10  # no rounding is excused beyond this, whatever the bounds of long sums say
RANKS = (1, 2, 3)


def check(
    names: str | Iterable[str] | None = None, seed: int = 0, dims: int | Iterable[int] = RANKS, engines: Sequence[Engine] = ENGINES
) -> tuple[Result, ...]:
    """Return what the laws of convolution and correlation say of engines: ours, and SciPy's beside it.

    Every law is computed on random complex arrays (128 samples, 32 x 32, 8 x 8 x 8), and for engines that sum integers exactly on
    random complex integers, where both sides must be equal.

    Parameters
    ----------
    names : str or iterable of str, optional
        Which laws, of `laws.LAWS`; None: all.
    seed : int
        Of the random arrays.
    dims : int or iterable of int
        Numbers of axes, from 1 to 3.
    engines : sequence of Engine
        Implementations of both operations.

    Returns
    -------
    tuple of Result
        One for each law, engine and number of axes for which the law says something; a law that fails is reported, not raised.

    Raises
    ------
    SpecError
        For a name or a number of axes that there is not.

    Examples
    --------
    >>> found = ft.laws.check("commutativity", dims=1)
    >>> [(result.engine, result.verdict) for result in found][:2]
    [('faltung', 'holds'), ('faltung, shift', 'holds')]
    """
    chosen = [law(name) for name in _several(names, LAWS)]
    ranks = list(_several(dims, RANKS))
    for rank in ranks:
        if rank not in RANKS:
            raise SpecError(f"dims holds {rank!r}; the laws are checked on {', '.join(map(str, RANKS))} axes")
    draws = {(rank, exact): draw(rank, exact, seed) for rank in ranks for exact in (False, True)}
    return tuple(
        _result(entry, engine, draws[rank, engine.exact]) for entry in chosen for engine in engines for rank in ranks if rank in entry.ranks
    )


def _several(given: Any, everything: Iterable[Any]) -> Iterable[Any]:
    if given is None:
        return everything
    return (given,) if isinstance(given, str | int) else given


def _result(entry: Law, engine: Engine, operands: Draw) -> Result:
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # of a wrong engine; what it returns is compared all the same
            finding = entry.sides(engine, operands)
    except WrongShapeError as wrong:
        nowhere = Tracked(np.array(inf)), Tracked(np.array(0.0))
        finding = Finding(pairs=(nowhere,), note=str(wrong))
    compared = [_compared(pair) for pair in finding.pairs]
    as_stated = all((error <= allowed) == entry.equal and error < inf for error, allowed in compared)
    # Of several pairs the one that is told is the worst; of a difference the smallest, which is the least convincing.
    error, allowed = (max if entry.equal else min)(compared, key=lambda found: (found[0] > found[1], found[0]))
    word: Verdict = "fails" if not as_stated else "holds" if entry.equal else "differs"
    return Result(
        law=entry.name, engine=engine.name, rank=operands.x.values.ndim, samples="complex integers" if engine.exact else "complex uniform",
        shapes=(operands.x.values.shape, operands.w.values.shape), error=error, allowed=allowed, verdict=word,
        table=finding.table, note=finding.note,
    )  # fmt: skip


def _compared(pair: Pair) -> tuple[float, float]:
    """Return the largest difference of two sides, and how large rounding may make it."""
    left, right = pair
    with np.errstate(invalid="ignore"):
        error = float(np.abs(left.values - right.values).max())
    return (inf if isnan(error) else error), min(left.error + right.error, CEILING)
