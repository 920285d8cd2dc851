"""Results as aligned text, and as plain dicts for JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from math import isfinite, log
from typing import Any

from faltung.laws.record import Law, Result
from faltung.laws.table import LAWS

HEAD = (
    "convolve(x, k)[n] = Σ_m x[m]·k[n − m], written x ∗ k;  correlate(x, w)[n] = Σ_m x[m + n]·conj(w[m]), written x ⋆ w.",
    "Signals are 0 outside; n counts from 0 for a convolution, and from −(K − 1), the most negative lag, for a correlation.",
    "A cell holds the largest difference between both sides and, in brackets, what rounding may cause by the stated error bounds.",
)


def report(results: Sequence[Result]) -> str:
    """Return the results as text: each law with formula, derivation, errors and verdict, then a list of the verdicts.

    Parameters
    ----------
    results : sequence of Result
        From `check`.

    Returns
    -------
    str
        Aligned lines, without colours.

    Examples
    --------
    >>> print(ft.laws.report(ft.laws.check("identity", dims=1)).splitlines()[-1])
    1 law, 4 checks: all as stated
    """
    blocks = [_block(LAWS[name], list(found)) for name, found in groupby(results, key=lambda result: result.law)]
    return "\n\n".join(["\n".join(HEAD), *blocks, _summary(results)])


def as_dict(result: Result) -> dict[str, Any]:
    """Return a result with its law's words as plain values for JSON; an infinite error is None.

    Parameters
    ----------
    result : Result
        From `check`.

    Returns
    -------
    dict
        With the fields of Result, and title, formula, latex and derivation of the law.

    Examples
    --------
    >>> as_dict(ft.laws.check("shift", dims=2)[0])["verdict"]
    'holds'
    """
    law = LAWS[result.law]
    words = {"title": law.title, "formula": law.formula, "latex": law.latex, "derivation": list(law.derivation)}
    plain = asdict(result) | words
    plain["shapes"] = [list(shape) for shape in result.shapes]
    plain["table"] = [{"spacing": spacing, "error": error} for spacing, error in result.table]
    plain["error"] = result.error if isfinite(result.error) else None
    return plain


def _block(law: Law, found: list[Result]) -> str:
    lines = [f"{law.name}: {law.title}", f"  {law.formula}", *(f"    {line}" for line in law.derivation), *_rows(found)]
    tables = {result.rank: result.table for result in reversed(found) if result.table}
    lines += [f"  {rank}-D  {_table(tables[rank])}" for rank in sorted(tables)]
    notes = {result.note: None for result in found if result.note}  # a dict keeps the order
    return "\n".join([*lines, *(f"  note: {note}" for note in notes)])


def _rows(found: list[Result]) -> list[str]:
    ranks = sorted({result.rank for result in found})
    cells = [("engine", "data", *(f"{rank}-D" for rank in ranks), "verdict")]
    for (engine, samples), row in groupby(found, key=lambda result: (result.engine, result.samples)):
        by_rank = {result.rank: result for result in row}
        told = [f"{_number(by_rank[rank].error)} ({_number(by_rank[rank].allowed)})" for rank in ranks]
        words = dict.fromkeys(result.verdict for result in by_rank.values())
        cells.append((engine, samples, *told, ", ".join(words)))
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _number(value: float) -> str:
    return f"{value:.1e}" if value else "0"


def _table(entries: tuple[tuple[float, float], ...]) -> str:
    told = "  ".join(f"h=1/{round(1 / spacing)}: {error:.3g}" for spacing, error in entries)
    (before, larger), (spacing, smaller) = entries[-2:]
    return f"error at {told}  (falls like h^{log(larger / smaller, before / spacing):.2f})" if smaller else f"error at {told}"


def _summary(results: Sequence[Result]) -> str:
    verdicts = [(name, [*found]) for name, found in groupby(results, key=lambda result: result.law)]
    width = max((len(name) for name, _ in verdicts), default=0)
    lines = [f"{name.ljust(width)}  {_overall(found)}" for name, found in verdicts]
    failed = sum(result.verdict == "fails" for result in results)
    count = f"{len(verdicts)} law{'s' * (len(verdicts) != 1)}, {len(results)} check{'s' * (len(results) != 1)}"
    return "\n".join([*lines, "", f"{count}: {f'{failed} failed' if failed else 'all as stated'}"])


def _overall(found: list[Result]) -> str:
    if failing := [f"{result.engine} in {result.rank}-D" for result in found if result.verdict == "fails"]:
        return f"fails    {'; '.join(failing)}"
    if found[0].verdict == "differs":
        return f"differs  by {_number(min(result.error for result in found))} and more"
    return f"holds    largest error {_number(max(result.error for result in found))}"
