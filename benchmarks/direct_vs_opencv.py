"""`direct` beside cv2.filter2D on one image, and the rates behind it: times in turn, best of several, output given.

    python benchmarks/direct_vs_opencv.py [--size 2048] [--rounds 40] [--dtype float32] [--workers 2]

OpenCV has no periodic boundary; its default (whole_sample) stands beside every boundary of ours. FALTUNG_CPU_FEATURES=-avx512f
shows the kernels of a machine without AVX-512.
"""

import argparse
import time

import cv2
import numpy as np

from faltung.codegen.host import host
from faltung.methods import direct
from faltung.methods.workers import share
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Case
from faltung.spec.window import Window


def in_turn(calls, rounds):
    """Return each call's best time in seconds; they are made in turn, so that a noisy moment strikes all."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            time.sleep(0.002)  # OpenCV's threads go on spinning for a moment, at the cost of whoever comes next
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def case_of(image, kernel, boundary, stride=1):
    windows = tuple(
        Window(stride=stride, pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary, fill_low=1.5)
        for k in kernel.shape
    )
    return Case(windows=windows, input_sizes=image.shape, kernel_sizes=kernel.shape, dtype=image.dtype.name)


def bound_call(image, kernel, boundary, workers):
    case = case_of(image, kernel, boundary)
    bound, out = direct.bind(case), np.empty((1, 1, *case.output_sizes), image.dtype)
    start = time.perf_counter()
    bound(image[None, None], kernel[None, None], out, workers)
    first = time.perf_counter() - start
    return first, lambda: bound(image[None, None], kernel[None, None], out, workers)


def copier(image, workers):
    target, bands = np.empty_like(image), 4 * workers
    edges = [len(image) * i // bands for i in range(bands + 1)]

    def part(i):
        np.copyto(target[edges[i] : edges[i + 1]], image[edges[i] : edges[i + 1]])

    return lambda: share(part, bands, workers)


def row(image, shape, boundaries, options):
    kernel = np.random.default_rng(1).standard_normal(shape).astype(image.dtype)
    target = np.empty_like(image)
    made = {b: bound_call(image, kernel, b, options.workers) for b in boundaries}
    calls = {"cv2": lambda: cv2.filter2D(image, -1, kernel, dst=target)} | {b: call for b, (_, call) in made.items()}
    best = in_turn(calls, options.rounds)
    theirs = best.pop("cv2")
    worst = max(best.values())
    rate = 2 * kernel.size * image.size / min(best.values()) / 1e9
    times = "  ".join(f"{t * 1e3:6.2f}" for t in best.values())
    print(
        f"{shape[0]:2d} x {shape[1]:<2d} {theirs * 1e3:7.2f} | {times} | worst ratio {theirs / worst:5.2f} | {rate:5.0f} GFLOP/s"
        f" | first call {max(f for f, _ in made.values()) * 1e3:4.0f} ms", flush=True,
    )  # fmt: skip


def small(dtype):
    image, kernel = np.ones((5, 5), dtype), np.ones((3, 3), dtype)
    case = case_of(image, kernel, "half_sample")
    bound, out, x, w = direct.bind(case), np.empty((1, 1, 5, 5), dtype), image[None, None], kernel[None, None]
    best = in_turn({"bound": lambda: [bound(x, w, out, 2) for _ in range(1000)]}, 20)["bound"]
    print(f"5 x 5 by 3 x 3, bound: {best * 1e3:.2f} µs a call")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("size", 2048), ("rounds", 40), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--kernels", default="1,3,5,7,9,11,13,15")
    options = parser.parse_args()
    cv2.setNumThreads(options.workers)
    image = np.random.default_rng(0).standard_normal((options.size, options.size)).astype(options.dtype)
    print(f"{host().cpu}, {host().vector_bytes}-byte vectors; {options.dtype} {options.size} x {options.size}, {options.workers} threads")
    copy = in_turn({"copy": copier(image, options.workers)}, options.rounds)["copy"]
    print(f"copy {copy * 1e3:.2f} ms; times in ms, OpenCV then {', '.join(BOUNDARIES)}")
    for k in options.kernels.split(","):
        row(image, (int(k), int(k)), BOUNDARIES, options)
    small(options.dtype)


if __name__ == "__main__":
    main()
