"""`fourier` beside OpenCV, SciPy, NumPy and (where installed) torch: times in turn, best of several.

    python benchmarks/fourier_vs_peers.py [images] [full] [signals] [volumes] [growth] [--rounds 9] [--workers 2] [--dtype float32]
                                          [--size 2048] [--sizes 15,31,63,127,255]

Everything writes to a given output where it can: cv2 does, SciPy, NumPy and torch allocate theirs. The boundary is OpenCV's default
(whole_sample) where it can be, and zero for the others, which have nothing else: ours takes the same time for every boundary. A Plan keeps
its kernel's spectrum between calls; "new kernel" is a call with a kernel that it has never seen. `torch.fft` is overlap-save through MKL's
transforms with the best of several tiles. Run it alone, or with a real-time priority (``chrt -f 10 python …``).
"""

import argparse
import itertools
import os
import subprocess
import sys
import time

import numpy as np
import scipy.signal
from timing import machine, table

import faltung as ft
from faltung.methods.fourier.choice import best_cut


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


def ours(x, kernel, options, mode="same", boundary="zero"):
    """Return our calls, the plan and its output: with two threads, with one, with a kernel never seen before."""
    given = {"operation": "correlate", "mode": mode, "boundary": boundary, "method": "fourier"}
    plan, alone = (ft.plan(x, kernel, workers=n, **given) for n in (options.workers, 1))
    out, seen = np.empty(plan.route.shape, plan.route.dtype), itertools.count(1)

    def new_kernel():
        kernel.reshape(-1)[0] = next(seen)
        ft.correlate(x, kernel, mode=mode, boundary=boundary, method="fourier", workers=options.workers, out=out)

    return {"faltung": lambda: plan(x, out=out), "one thread": lambda: alone(x, out=out), "new kernel": new_kernel}, plan, out


def scipy_calls(x, kernel, mode="same"):
    flipped = kernel[(slice(None, None, -1),) * kernel.ndim].copy()
    return {
        "oaconvolve": lambda: scipy.signal.oaconvolve(x, flipped, mode=mode),
        "fftconvolve": lambda: scipy.signal.fftconvolve(x, flipped, mode=mode),
    }


def overlap_save_torch(image, kernel, workers):
    """Return the fastest of several overlap-saves through torch.fft (all that is read is there already), or None without torch."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(workers)
    k = kernel.shape[0]
    tiles = [n for n in (64, 128, 256, 512, 1024) if 2 * k <= n + 2][:3]
    calls = {(n, rows): torch_call(torch, image, kernel, n, rows) for n in tiles for rows in (False, True)}
    found = in_turn(calls, 2)
    return calls[min(found, key=found.get)]


def torch_call(torch, image, kernel, tile, by_rows):
    """Return overlap-save with one size of tile, all at once or a row of tiles at a time (then they stay in a cache)."""
    k, (height, width) = kernel.shape[0], image.shape
    step = tile - k + 1
    down, across = -(-height // step), -(-width // step)
    padded = torch.zeros((down - 1) * step + tile, (across - 1) * step + tile)
    padded[k // 2 : k // 2 + height, k // 2 : k // 2 + width] = torch.from_numpy(image)
    spectrum = torch.fft.rfft2(torch.from_numpy(kernel), s=(tile, tile)).conj()
    out = torch.empty(down, step, across, step)
    tiles = padded.unfold(0, tile, step).unfold(1, tile, step)

    def some(these):
        return torch.fft.irfft2(torch.fft.rfft2(these) * spectrum, s=(tile, tile))[..., :step, :step]

    def call():
        if not by_rows:
            out.copy_(some(tiles).permute(0, 2, 1, 3))
        else:
            for i in range(down):
                out[i].copy_(some(tiles[i]).permute(1, 0, 2))
        return out.view(down * step, across * step)[:height, :width]

    return call


def ms(best, names):
    return [f"{best[name] * 1e3:.2f}" if name in best else "-" for name in names]


def cut_of(plan):
    made = best_cut(plan.route.case)
    parts = f" in {made.summed} parts" if made.parts > 1 else ""
    return f"{made.tile.height} x {made.tile.width}{parts}"


def images(options):
    """Kernels of all sizes on one image."""
    import cv2

    cv2.setNumThreads(options.workers)
    image = np.random.default_rng(0).standard_normal((options.size, options.size)).astype(options.dtype)
    names, rows = ("faltung", "one thread", "new kernel", "cv2", "oaconvolve", "fftconvolve", "torch.fft"), []
    for k in map(int, options.sizes.split(",")):
        kernel = np.random.default_rng(k).standard_normal((k, k)).astype(options.dtype)
        calls, plan, out = ours(image, kernel, options, boundary="whole_sample")
        theirs, fixed = np.empty_like(image), kernel.copy()
        calls["cv2"] = lambda fixed=fixed, theirs=theirs: cv2.filter2D(image, -1, fixed, dst=theirs)
        if options.dtype == "float32" and (call := overlap_save_torch(image, fixed, options.workers)) is not None:
            calls["torch.fft"] = call
        calls |= scipy_calls(image, fixed)  # behind torch, whose threads go on spinning for long: these two use one thread
        best = in_turn(calls, options.rounds)
        plan(image, out=out)
        error = np.abs(out - theirs).max() / np.abs(theirs).max()
        ratios = [min(best["cv2"], best["oaconvolve"]), best["fftconvolve"], best.get("torch.fft", float("nan"))]
        shown = [f"{ratio / best['faltung']:.1f}" for ratio in ratios]
        rows.append([f"{k} x {k}", cut_of(plan), *ms(best, names), *shown, f"{error:.0e}"])
    head = ["kernel", "tile", *names, "faster of cv2, oaconvolve / faltung", "fftconvolve / faltung", "torch.fft / faltung", "difference"]
    return f"{options.size} x {options.size} {options.dtype}; times in ms\n\n{table(head, rows)}"


def against_scipy(cases, options, extra=lambda *_: {}):
    """Return a table of (label, x, kernel, mode) beside SciPy and what `extra` adds."""
    rows, names = [], ["faltung", "one thread", "new kernel", "oaconvolve", "fftconvolve"]
    for label, x, kernel, mode in cases:
        calls, plan, out = ours(x, kernel, options, mode)
        peers = scipy_calls(x, kernel.copy(), mode) | extra(x, kernel.copy(), mode)
        best = in_turn(calls | peers, options.rounds)
        names += [name for name in peers if name not in names]
        plan(x, out=out)
        theirs = scipy.signal.fftconvolve(x, plan.kernel[(slice(None, None, -1),) * x.ndim], mode=mode)
        error = np.abs(out - theirs).max() / np.abs(theirs).max()
        faster = [min(best[name] for name in peers) / best[mine] for mine in ("faltung", "new kernel")]
        rows.append((label, cut_of(plan), best, [*(f"{ratio:.1f}" for ratio in faster), f"{error:.0e}"]))
    head = ["work", "tile", *names, "best peer / faltung", "best peer / new kernel", "difference"]
    return table(head, [[label, tile, *ms(best, names), *shown] for label, tile, best, shown in rows])


def normal(shape, options):
    return np.random.default_rng(0).standard_normal(shape).astype(options.dtype)


def full(options):
    """Kernels as large as the image, and larger than any tile of the second-level cache."""
    cases = [
        (f"{n[0]} x {n[1]} by {k[0]} x {k[1]} {mode}", normal(n, options), normal(k, options), mode)
        for n, k, mode in (
            ((1024, 1024), (1024, 1024), "full"), ((512, 512), (512, 512), "full"), ((2048, 2048), (511, 511), "same"),
            ((2048, 2048), (1023, 1023), "same"), ((4096, 4096), (1023, 1023), "same"),
        )
    ]  # fmt: skip
    return f"{options.dtype}; times in ms\n\n{against_scipy(cases, options)}"


def signals(options):
    """Signals and kernels of all lengths; np.convolve up to 10^9.5 products."""

    def numpy_call(x, kernel, mode):
        flipped = kernel[::-1].copy()
        return {"np.convolve": lambda: np.convolve(x, flipped, mode)} if x.size * kernel.size < 3e9 else {}

    lengths = ((10**6, 33), (10**6, 257), (10**6, 4097), (10**6, 65_537), (10**6, 300_001), (10**6, 10**6), (10**7, 1025))
    cases = [(f"{n:,} x {k:,}", normal(n, options), normal(k, options), "same" if k < n else "full") for n, k in lengths]
    return f"{options.dtype}; times in ms\n\n{against_scipy(cases, options, numpy_call)}"


def volumes(options):
    """Kernels of all sizes on 192^3."""
    cases = [(f"192^3 by {k}^3", normal((192,) * 3, options), normal((k,) * 3, options), "same") for k in (5, 9, 15, 23, 31)]
    return f"{options.dtype}; times in ms\n\n{against_scipy(cases, options)}"


GROWTH = """
import sys, time
import numpy as np
import faltung as ft
def peak():  # kilobytes; that of getrusage begins with the peak of the process that started this one
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
n = int(sys.argv[1])
x, k, out = np.ones((n, n), "float32"), np.ones((63, 63), "float32"), np.ones((n, n), "float32")
given = {"mode": "same", "boundary": "half_sample", "method": "fourier", "workers": int(sys.argv[2])}
ft.correlate(x[:300, :300], k, **given)  # what a first call loads and compiles
before = peak()
ft.correlate(x, k, out=out, **given)
grown, best = peak() - before, 1e9
for _ in range(5):
    start = time.perf_counter()
    ft.correlate(x, k, out=out, **given)
    best = min(best, time.perf_counter() - start)
print(grown / 1024, best / n / n)
"""


def growth(options):
    """Memory and time for each sample as images grow, in processes of their own; 63 x 63."""
    rows = []
    for n in (2048, 4096, 8192, 16384):
        found = subprocess.run([sys.executable, "-c", GROWTH, str(n), str(options.workers)], capture_output=True, text=True, check=True)
        grown, each = (float(word) for word in found.stdout.split())
        rows.append([f"{n} x {n}", f"{grown:.1f} MB", f"{each * 1e9:.2f} ns"])
    return "63 x 63, float32\n\n" + table(["image", "peak growth of resident memory", "time a sample"], rows)


TABLES = {"images": images, "full": full, "signals": signals, "volumes": volumes, "growth": growth}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", choices=[*TABLES, []], default=list(TABLES))
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dtype", default="float32", choices=["float32", "float64"])
    parser.add_argument("--sizes", default="9,11,15,23,31,47,63,95,127,191,255")
    options = parser.parse_args()
    print(machine(), f"\n{options.workers} workers; load {os.getloadavg()[0]:.1f}\n")
    for name in options.tables or TABLES:
        print(f"{name}: {TABLES[name](options)}\n", flush=True)


if __name__ == "__main__":
    main()
