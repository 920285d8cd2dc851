"""The one pool of threads, and how many of them to use.

The calling thread works too, so that small work costs no hand-over, a busy pool cannot lock anyone out, and Ctrl-C is seen between
two parts. Parts should last at most about 50 ms.
"""

import os
import threading
from collections.abc import Callable
from functools import cache
from itertools import count as counter
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

LONGEST_CALL = 0.05
"""Seconds which one native call may last, so that Ctrl-C is seen soon."""

_lock = threading.Lock()
_pools: dict[int, "ThreadPoolExecutor"] = {}  # at most one entry: worker count -> pool


def _forget_after_fork() -> None:
    """Threads do not survive a fork: the child makes a pool of its own."""
    global _lock
    _lock = threading.Lock()
    _pools.clear()
    default_workers.cache_clear()


@cache
def default_workers() -> int:
    """Return how many threads to use when nobody says: CPU affinity, capped by the cgroup's CPU quota and FALTUNG_WORKERS."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [float(affinity), *cgroup_quotas(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))]
    asked = os.environ.get("FALTUNG_WORKERS", "")
    if asked.isdecimal() and int(asked) > 0:
        limits.append(float(asked))
    return max(1, ceil(min(limits)))


def cgroup_quotas(membership: Path, mount: Path) -> list[float]:
    """Return every CPU quota, in CPUs, that the cgroups (v1 or v2) of this process and their parents set."""
    quotas = []
    for line in (read(membership) or "").splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = mount / "cpu" if controllers else mount
        here = root / group.lstrip("/")
        for folder in (here, *here.parents):
            quotas.append(quota(folder, v1=bool(controllers)))
            if folder == root:
                break
    return [q for q in quotas if q is not None]


def quota(folder: Path, *, v1: bool) -> float | None:
    """Return the CPU quota of one cgroup in CPUs, or None where it sets none."""
    if v1:
        words = [read(folder / "cpu.cfs_quota_us"), read(folder / "cpu.cfs_period_us")]
    else:
        words = [*(read(folder / "cpu.max") or "").split()]
    try:
        used, period = (float(word or "") for word in words)
    except ValueError:  # "max", or no such file
        return None
    return used / period if used > 0 and period > 0 else None


def read(path: Path) -> str | None:
    """Return a file's text, or None where it cannot be read."""
    try:
        return path.read_text()
    except OSError:
        return None


def share(part: Callable[[int], None], parts: int, workers: int) -> None:
    """Call ``part(i)`` for i = 0 … parts - 1, on up to `workers` threads of which the caller is one.

    Parts are handed out one by one, so a slow thread takes fewer. The first exception, KeyboardInterrupt too, ends the handing-out
    and is raised here once the parts under way are done.
    """
    numbers = counter()
    failed = threading.Event()

    def work() -> None:
        try:
            while not failed.is_set() and (i := next(numbers)) < parts:
                part(i)
        except BaseException:
            failed.set()
            raise

    helpers: list[Future[None]] = []
    try:
        helpers = _start(work, min(workers, parts) - 1)
        work()
    except BaseException:
        failed.set()  # Ctrl-C may come while helpers begin, before this thread does
        raise
    finally:
        for helper in helpers:
            helper.cancel()  # one that has not begun has nothing left to do
        for helper in helpers:
            if not helper.cancelled():
                helper.result()


def _start(work: Callable[[], None], helpers: int) -> "list[Future[None]]":
    if helpers < 1:
        return []
    from concurrent.futures import ThreadPoolExecutor  # 5 ms, and only where threads are used

    with _lock:
        size = max([helpers, *_pools])
        if size not in _pools:
            _pools.clear()  # the smaller pool ends once its work is done
            _pools[size] = ThreadPoolExecutor(size, thread_name_prefix="faltung")
        return [_pools[size].submit(work) for _ in range(helpers)]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
