"""What no library can go beyond on this machine: copying memory, and multiplying and adding."""

import time
from collections.abc import Callable
from functools import cache
from math import inf

import numpy as np

from faltung.codegen.builder import Builder, Value, vector, zeros
from faltung.codegen.compile import compile_function, dialect
from faltung.codegen.host import host, refusal
from faltung.methods.workers import share

ACCUMULATORS = 12
"""Independent sums: more than latency (4 cycles) times rate (2 a cycle) of today's processors, fewer than AVX2's registers."""
ALONE = 1 << 20


def copier(read: int, written: int, workers: int) -> Callable[[], None]:
    """Return a call that copies as many bytes as are both read and written, shared by `workers` threads."""
    size = max(1, min(read, written))
    source, target = np.ones(size, "uint8"), np.ones(size, "uint8")
    bands = workers if size > ALONE else 1
    edges = [size * i // bands for i in range(bands + 1)]

    def part(i: int) -> None:
        np.copyto(target[edges[i] : edges[i + 1]], source[edges[i] : edges[i + 1]])

    return lambda: share(part, bands, workers)


def beyond_copied(read: int, written: int) -> float:
    """Return how many times as long as that copy it would take to copy all that is read, or written."""
    return max(read, written) / max(1, min(read, written))


def copy_seconds(read: int, written: int, workers: int, turns: int = 7) -> float:
    """Return the best time of reading `read` bytes and writing `written` of them, shared by `workers` threads."""
    copy, found = copier(read, written, workers), inf
    for _ in range(turns):
        started = time.perf_counter()
        copy()
        found = min(found, time.perf_counter() - started)
    return found * beyond_copied(read, written)


def peak_flops(workers: int, turns: int = 7) -> float | None:
    """Return how many float32 operations a second fused multiply-adds reach (two each), None where nothing is compiled."""
    if refusal() is not None:
        return None
    call, rounds = _multiply_adds(), 2_000_000
    sinks = [np.zeros(64, "float32") for _ in range(workers)]
    operations = 2 * workers * rounds * ACCUMULATORS * host().lanes(4)
    found = inf
    for _ in range(turns):
        started = time.perf_counter()
        share(lambda i: call(sinks[i].ctypes.data, rounds), workers, workers)
        found = min(found, time.perf_counter() - started)
    return operations / found


@cache
def _multiply_adds():  # type: ignore[no-untyped-def]
    """Return a compiled function of (where to store, rounds) that does ACCUMULATORS vector multiply-adds a round."""
    lanes = host().lanes(4)
    builder = Builder("faltung_peak", ["ptr", "i64"], dialect())
    where, rounds = builder.arguments
    factor = builder.load(vector(lanes, "float"), where)

    def body(_: Value, sums: list[Value]) -> list[Value]:
        return [builder.fma(total, factor, factor) for total in sums]

    sums = builder.loop(0, rounds, body, [zeros(vector(lanes, "float"))] * ACCUMULATORS)
    total = sums[0]
    for other in sums[1:]:
        total = builder.arithmetic("fadd", total, other)
    builder.store(total, where)
    return compile_function([builder]).call
