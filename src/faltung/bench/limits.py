"""What no library can go beyond on this machine: copying memory, and multiplying and adding."""

import time
from functools import cache
from math import inf

import numpy as np

from faltung.codegen.builder import Builder, Value, vector, zeros
from faltung.codegen.compile import compile_function, dialect
from faltung.codegen.host import host, refusal
from faltung.methods.workers import share

ACCUMULATORS = 12
"""Independent sums: more than latency (4 cycles) times rate (2 a cycle) of today's processors, fewer than AVX2's registers."""
BANDS = 8


def copy_seconds(read: int, written: int, workers: int, turns: int = 7) -> float:
    """Return the best time of reading `read` bytes and writing `written` of them, shared by `workers` threads."""
    size = max(1, min(read, written))
    source, target = np.ones(size, "uint8"), np.ones(size, "uint8")
    bands = BANDS * workers if size > 1 << 20 else 1
    edges = [size * i // bands for i in range(bands + 1)]

    def part(i: int) -> None:
        np.copyto(target[edges[i] : edges[i + 1]], source[edges[i] : edges[i + 1]])

    found = inf
    for _ in range(turns):
        started = time.perf_counter()
        share(part, bands, workers)
        found = min(found, time.perf_counter() - started)
    return found * max(read, written) / size


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
