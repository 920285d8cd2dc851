"""Timing side by side: the candidates take turns, and the best of several turns counts, because other work on a machine only adds time."""

import time
from collections.abc import Callable, Mapping, Sequence

Candidates = dict[str, Callable[[], object]]
PAUSE = 0.002
"""Seconds between two candidates: OpenCV's threads go on spinning for a moment, at the cost of whoever comes next."""


def best(
    candidates: Mapping[str, Callable[[], object]], turns: int = 9, least: float = 0.002, budget: float = float("inf")
) -> dict[str, float]:
    """Return the best time of each candidate in seconds.

    Quick ones are repeated within a turn until it lasts `least` seconds; one that has used up `budget` seconds has no further turns.
    """
    repeats, found, used = {}, {}, {}
    for name, call in candidates.items():
        used[name] = _seconds(call)
        found[name] = once = _seconds(call) if used[name] < budget else used[name]
        used[name] += once
        repeats[name] = max(1, int(least / max(once, 1e-9)))
    for _ in range(turns):
        for name, call in candidates.items():
            if used[name] < budget:
                took = _turn(call, repeats[name])
                used[name] += took * (repeats[name] + 1)
                found[name] = min(found[name], took)
    return found


def _turn(call: Callable[[], object], repeats: int) -> float:
    time.sleep(PAUSE)
    call()  # not timed: the data of the candidate before fill the caches
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - started) / repeats


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def threads_used(call: Callable[[], object], seconds: float = 0.3) -> float:
    """Return CPU time over wall time of repeated calls: how many threads a library really used."""
    call()
    time.sleep(PAUSE)
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    while time.perf_counter() - wall < seconds:
        call()
    return (time.process_time() - cpu) / (time.perf_counter() - wall)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def shown(seconds: float) -> str:
    """Return a time with its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e6:.1f} µs"
