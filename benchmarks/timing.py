"""Timing side by side: the candidates take turns, and the best of several turns counts, because other work on a machine only adds time."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Candidates = dict[str, Callable[[], object]]
PEERS = ("numpy", "scipy", "opencv-python-headless", "llvmlite")


def best(candidates: Candidates, turns: int = 9, least: float = 0.002) -> dict[str, float]:
    """Return the best time of each candidate in seconds; quick ones are repeated within a turn until it lasts `least` seconds."""
    repeats, found = {}, {}
    for name, call in candidates.items():
        call()
        started = time.perf_counter()
        call()
        once = time.perf_counter() - started
        repeats[name], found[name] = max(1, int(least / max(once, 1e-9))), once
    for _ in range(turns):
        for name, call in candidates.items():
            time.sleep(0.002)  # OpenCV's threads go on spinning for a moment, at the cost of whoever comes next
            call()  # not timed: the data of the candidate before fill the caches
            started = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            found[name] = min(found[name], (time.perf_counter() - started) / repeats[name])
    return found


def threads_used(call: Callable[[], object], seconds: float = 0.3) -> float:
    """Return CPU time over wall time of repeated calls: how many threads a library really used."""
    call()
    cpu, wall = time.process_time(), time.perf_counter()
    while time.perf_counter() - wall < seconds:
        call()
    return (time.process_time() - cpu) / (time.perf_counter() - wall)


def machine() -> str:
    """Return one line: processor, cores, system, versions."""
    model = "unknown processor"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}, " + ", ".join(_version(p) for p in PEERS)


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def shown(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"
