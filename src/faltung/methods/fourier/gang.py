"""Work in phases: all threads take pieces of one phase, and none begins with the next before it is done.

A thread that sleeps takes up to 0.1 ms to wake, which is what a small phase lasts: so the threads are called once, and whoever has to
wait looks again and again. Nobody waits for a thread that has not begun: what it might have done, the others do.
"""

import time
from collections.abc import Callable, Sequence
from itertools import count

from faltung.methods.workers import share

Phase = tuple[int, Callable[[int], None]]
"""How many pieces, and what does one of them."""
LOOKS = 2000
"""Before a waiting thread sleeps in earnest: about a millisecond."""


def in_phases(phases: Sequence[Phase], workers: int) -> None:
    """Do every piece of every phase, one phase after another. An exception ends the work and is raised here."""
    numbers = [count() for _ in phases]
    done: list[list[None]] = [[] for _ in phases]
    failed: list[None] = []

    def work(_: int) -> None:
        try:
            for (pieces, piece), number, ready in zip(phases, numbers, done, strict=True):
                while not failed and (i := next(number)) < pieces:
                    piece(i)
                    ready.append(None)
                wait(ready, pieces, failed)
        except BaseException:
            failed.append(None)
            raise

    try:
        share(work, workers, workers)
    except BaseException:
        failed.append(None)  # Ctrl-C may come while helpers begin, before this thread does
        raise


def wait(ready: list[None], pieces: int, failed: list[None]) -> None:
    """Return once all pieces are done, or one has failed."""
    looks = 0
    while len(ready) < pieces and not failed:
        looks += 1
        time.sleep(0 if looks < LOOKS else 1e-4)
