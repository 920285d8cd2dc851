"""Gaussians, found to be separable by themselves, beside OpenCV and SciPy: times in turn, best of several, output given to all.

    python benchmarks/separable_vs_opencv.py [--size 2048] [--rounds 15] [--workers 2] [--taps 3,5,…] [--no-scipy] [--terms]

`plan` is ft.plan(x, outer(g, g), mode="same", boundary="whole_sample"), whatever method that chooses; sepFilter2D is told the factors,
GaussianBlur that it is a Gaussian, gaussian_filter too (scipy.ndimage, one thread; one round). All write to the same array.

With --terms instead kernels of rank 2, a Laplacian of a Gaussian and a difference of Gaussians: `plan` beside each of our own methods, and
beside cv2.filter2D.
"""

import argparse
import time

import cv2
import numpy as np
from scipy import ndimage

import faltung as ft
from faltung.codegen.host import host


def in_turn(calls, rounds):
    """Return each call's best time in seconds; they are made in turn, so that a noisy moment strikes all.

    In its turn a call is made five times: threads are awake from the second on, and caches hold what the call itself leaves there.
    """
    best = dict.fromkeys(calls, float("inf"))
    for turn in range(rounds):
        for name, call in calls.items():
            if name == "scipy" and turn:
                continue
            time.sleep(0.01)  # OpenCV's threads go on spinning for a moment, at the cost of whoever comes next
            for _ in range(5):
                start = time.perf_counter()
                call()
                best[name] = min(best[name], time.perf_counter() - start)
    return best


def row(image, target, taps, options):
    column = cv2.getGaussianKernel(taps, 0, cv2.CV_32F)
    sigma = 0.3 * ((taps - 1) * 0.5 - 1) + 0.8  # OpenCV's
    start = time.perf_counter()
    plan = ft.plan(image, np.outer(column, column), mode="same", boundary="whole_sample", workers=options.workers)
    plan(image, out=target)
    first, error = time.perf_counter() - start, float(np.abs(target - cv2.sepFilter2D(image, -1, column, column)).max())
    calls = {
        "faltung": lambda: plan(image, out=target),
        "sepFilter2D": lambda: cv2.sepFilter2D(image, -1, column, column, dst=target),
        "GaussianBlur": lambda: cv2.GaussianBlur(image, (taps, taps), 0, dst=target),
    }
    if options.scipy:
        calls["scipy"] = lambda: ndimage.gaussian_filter(image, sigma, output=target, mode="mirror", radius=taps // 2)
    best = in_turn(calls, options.rounds)
    ours = best["faltung"]
    ratio = min(best["sepFilter2D"], best["GaussianBlur"]) / ours
    times = " | ".join(f"{seconds * 1e3:8.2f}" for seconds in best.values())
    print(f"| {taps:4d} | {plan.method:9s} | {times} | {ratio:5.2f} | {first * 1e3:5.0f} | {error:.0e} |", flush=True)
    return list(best)


def rank_two(taps):
    """Return a Laplacian of a Gaussian and a difference of Gaussians by name."""
    line, sigma = np.arange(taps) - taps // 2, taps / 6
    r = (line[:, None] ** 2 + line**2) / (2 * sigma**2)
    narrow, wide = np.exp(-r), np.exp(-r / 1.6**2)
    return {"LoG": ((r - 1) * narrow).astype("float32"), "DoG": (narrow / narrow.sum() - wide / wide.sum()).astype("float32")}


def row_of_terms(image, target, name, kernel, options):
    """Print the times of a kernel of rank 2; methods by name are asked for, and `plan` is the one chosen."""
    given = {"operation": "correlate", "mode": "same", "boundary": "whole_sample", "workers": options.workers}
    methods = ["auto", *["separable"] * (len(kernel) < 32), "fourier", *["direct"] * (len(kernel) < 20)]  # each as far as it can pay
    plans = {method: ft.plan(image, kernel, method=method, **given) for method in methods}
    calls = {method: lambda plan=plan: plan(image, out=target) for method, plan in plans.items()}
    calls["filter2D"] = lambda: cv2.filter2D(image, -1, kernel, dst=target)
    error = float(np.abs(plans["auto"](image) - cv2.filter2D(image, -1, kernel)).max() / np.abs(kernel).sum())
    best = in_turn(calls, options.rounds)
    shown = [f"{best[m] * 1e3:8.2f}" if m in best else " " * 8 for m in ("auto", "separable", "fourier", "direct", "filter2D")]
    ratio = best["filter2D"] / best["auto"]
    print(f"| {name} | {len(kernel):4d} | {plans['auto'].method:9s} | {' | '.join(shown)} | {ratio:5.2f} | {error:.0e} |", flush=True)


def table_of_terms(image, target, options):
    print("times in ms; ratio of filter2D and `plan`; largest difference over the sum of |w|\n")
    print("| name | taps | chosen | plan | separable, 2 terms | fourier | direct | filter2D | ratio | differ |")
    for taps in options.taps.split(","):
        for name, kernel in rank_two(int(taps)).items():
            row_of_terms(image, target, name, kernel, options)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("size", 2048), ("rounds", 15), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--taps", default="3,5,7,9,11,15,21,31,47,63")
    parser.add_argument("--no-scipy", dest="scipy", action="store_false")
    parser.add_argument("--terms", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(options.workers)
    image = np.random.default_rng(0).standard_normal((options.size, options.size)).astype("float32")
    target = np.empty_like(image)
    copy = in_turn({"copy": lambda: np.copyto(target, image)}, options.rounds)["copy"]
    print(f"{host().cpu}, {host().vector_bytes}-byte vectors; float32 {options.size} x {options.size}, {options.workers} threads")
    if options.terms:
        return table_of_terms(image, target, options)
    print(f"copy on one thread {copy * 1e3:.2f} ms; times in ms; ratio of the faster of OpenCV's two; first call; largest difference\n")
    names = ["faltung", "sepFilter2D", "GaussianBlur"] + ["gaussian_filter"] * options.scipy
    print("| taps | method    | " + " | ".join(f"{name:>8s}" for name in names) + " | ratio | first | differ |")
    for taps in options.taps.split(","):
        row(image, target, int(taps), options)
    return None


if __name__ == "__main__":
    main()
