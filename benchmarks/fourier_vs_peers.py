"""`fourier` beside OpenCV, SciPy and (where installed) torch on one image: times in turn, best of several.

    python benchmarks/fourier_vs_peers.py [--size 2048] [--rounds 9] [--dtype float32] [--workers 2] [--sizes 15,31,63,127,255]

Ours and cv2 write to a given output; SciPy and torch allocate theirs. The boundary is OpenCV's default (whole_sample) where it can be,
and zero for SciPy and torch, which have nothing else: ours has the same time for every boundary. The kernel's spectrum is kept
between calls, as a Plan keeps it; a call with a new kernel pays the column "new kernel" besides. Run it alone, or with a real-time
priority (``chrt -f 10 python …``).
"""

import argparse
import time

import cv2
import numpy as np
import scipy.signal
from timing import machine, table

from faltung.methods import direct, fourier
from faltung.methods.fourier.bound import taps_of
from faltung.methods.fourier.choice import best_cut
from faltung.methods.fourier.spectrum import computed
from faltung.spec.case import Case
from faltung.spec.window import Window


def in_turn(calls, rounds):
    """Return each call's best time in seconds; they are made in turn, so that a noisy moment strikes all."""
    best = dict.fromkeys(calls, float("inf"))
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            time.sleep(0.002)  # OpenCV's threads go on spinning for a moment, at the cost of whoever comes next
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def case_of(image, k, boundary):
    window = Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary)
    return Case(windows=(window,) * 2, input_sizes=image.shape, kernel_sizes=(k, k), dtype=image.dtype.name)


def overlap_save_torch(image, kernel, workers):
    """Return a call that computes the valid part by overlap-save through torch.fft, or None where torch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(workers)
    k = kernel.shape[0]
    tile = max(256, 4 * 2 ** (k - 1).bit_length())
    step = tile - k + 1
    padded = torch.nn.functional.pad(torch.from_numpy(image), (k // 2, step + k, k // 2, step + k))
    spectrum = torch.fft.rfft2(torch.from_numpy(kernel), s=(tile, tile)).conj()

    def call():
        tiles = padded.unfold(0, tile, step).unfold(1, tile, step)
        return torch.fft.irfft2(torch.fft.rfft2(tiles) * spectrum, s=(tile, tile))[..., :step, :step].contiguous()

    return call


def row(image, k, options):
    rng = np.random.default_rng(k)
    kernel = rng.standard_normal((k, k)).astype(image.dtype)
    case, theirs, ours = case_of(image, k, "whole_sample"), np.empty_like(image), np.empty_like(image)
    start = time.perf_counter()
    fourier.run(case, image[None, None], kernel[None, None], ours[None, None], options.workers)
    first = time.perf_counter() - start
    calls = {
        "faltung": lambda: fourier.run(case, image[None, None], kernel[None, None], ours[None, None], options.workers),
        "one thread": lambda: fourier.run(case, image[None, None], kernel[None, None], ours[None, None], 1),
        "cv2": lambda: cv2.filter2D(image, -1, kernel, dst=theirs),
    }
    if (call := overlap_save_torch(image, kernel, options.workers)) is not None:
        calls["torch.fft"] = call
    # behind torch, whose threads go on spinning for long: these two use one thread
    calls["oaconvolve"] = lambda: scipy.signal.oaconvolve(image, kernel, mode="same")
    calls["fftconvolve"] = lambda: scipy.signal.fftconvolve(image, kernel, mode="same")
    if k <= 21:
        bound, target = direct.bind(case), np.empty_like(image)[None, None]
        calls["direct"] = lambda: bound(image[None, None], kernel[None, None], target, options.workers)
    best = in_turn(calls, options.rounds)
    error = np.abs(ours - theirs).max() / np.abs(theirs).max()
    made = best_cut(case)
    start = time.perf_counter()
    computed(made.tile, taps_of(case, made, kernel[None, None]))
    new_kernel = time.perf_counter() - start
    shown = [f"{best[name] * 1e3:.2f}" if name in best else "-" for name in NAMES]
    faster = min(best["cv2"], best["oaconvolve"]) / best["faltung"]
    tile = f"{made.tile.height} x {made.tile.width}"
    ratios = [f"{faster:.1f}", f"{best['fftconvolve'] / best['faltung']:.1f}"]
    return [f"{k} x {k}", tile, *shown, *ratios, f"{new_kernel * 1e3:.1f}", f"{first * 1e3:.0f}", f"{error:.1e}"]


NAMES = ("faltung", "one thread", "direct", "cv2", "oaconvolve", "fftconvolve", "torch.fft")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dtype", default="float32", choices=["float32", "float64"])
    parser.add_argument("--sizes", default="9,11,15,23,31,47,63,95,127,191,255")
    options = parser.parse_args()
    cv2.setNumThreads(options.workers)
    image = np.random.default_rng(0).standard_normal((options.size, options.size)).astype(options.dtype)
    print(machine(), f"\n{options.size} x {options.size} {options.dtype}, {options.workers} workers; times in ms\n")
    rows = [row(image, int(k), options) for k in options.sizes.split(",")]
    head = [
        "kernel",
        "tile",
        *NAMES,
        "faster of cv2, oaconvolve / faltung",
        "fftconvolve / faltung",
        "new kernel",
        "first call",
        "difference",
    ]
    print(table(head, rows))


if __name__ == "__main__":
    main()
