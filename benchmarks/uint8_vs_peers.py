"""Integer images beside OpenCV, pyvips and SciPy: 2048 x 2048, output given where a library takes one.

    python benchmarks/uint8_vs_peers.py [--turns 9] [--sizes 3,5,7,9,11] [--workers 2]

Run it alone, or with a real-time priority (``chrt -f 10 python …``). *Whole* weights have a sum that saturates; *float* weights are those
over their sum, in float32, rounded half to even. pyvips sums whole weights (precision="integer") and allocates its output. What differs in
meaning: cv2.GaussianBlur rounds the weights of uint8 images to 8 bits, cv2.blur and boxes of ours are exact before the rounding.
"""

import argparse

import cv2
import numpy as np
import scipy.ndimage
from timing import best, machine, table, threads_used

import faltung as ft

SIZE = 2048
SAME = {"mode": "same", "boundary": "whole_sample", "overflow": "saturate"}


def image(dtype):
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (SIZE, SIZE), endpoint=True).astype(dtype)


def vips(x, k):
    """Return a call of pyvips, or None where it is not installed."""
    try:
        import pyvips
    except (ImportError, OSError):
        return None
    names = {"uint8": "uchar", "uint16": "ushort"}
    picture = pyvips.Image.new_from_memory(x.data, x.shape[1], x.shape[0], 1, names[x.dtype.name])
    mask = pyvips.Image.new_from_array(k.tolist())
    return lambda: picture.conv(mask, precision="integer").write_to_memory()


def filters(dtype, sizes, options):
    """Return the rows of the table of general kernels: whole weights and float weights."""
    x, rows = image(dtype), []
    ours, theirs = np.empty_like(x), np.empty_like(x)
    for n in sizes:
        whole = np.random.default_rng(n).integers(-4, 9, (n, n))
        single, fraction = whole.astype("float32"), (whole / whole.sum()).astype("float32")
        calls = {
            "whole": lambda k=whole: ft.correlate(x, k, dtype=dtype, out=ours, workers=options.workers, **SAME),
            "float": lambda k=fraction: ft.correlate(x, k, dtype=dtype, out=ours, workers=options.workers, **SAME),
            "cv2": lambda k=single: cv2.filter2D(x, -1, k, dst=theirs),
            "cv2 float": lambda k=fraction: cv2.filter2D(x, -1, k, dst=theirs),
        }
        if (call := vips(x, whole)) is not None:
            calls["pyvips"] = call
        if n <= 5:
            calls["ndimage"] = lambda k=whole: scipy.ndimage.correlate(x, k, mode="mirror", output=theirs)
        found = best(calls, options.turns)
        rows.append([f"{n} x {n} {dtype}", *shown(found, ("whole", "float", "cv2", "cv2 float", "pyvips", "ndimage")),
                     ratio(found, "cv2", "whole"), ratio(found, "cv2 float", "float"), ratio(found, "pyvips", "whole")])  # fmt: skip
    return rows


def blurs(sizes, options):
    """Return the rows of the table of Gaussians and boxes on uint8."""
    x, rows = image("uint8"), []
    ours, theirs = np.empty_like(x), np.empty_like(x)
    for n in sizes:
        line = cv2.getGaussianKernel(n, 0, cv2.CV_32F).ravel()
        gaussian, ones = np.outer(line, line), np.ones((n, n), int)
        box = f"correlate same:high boundary=whole_sample scale=1/{n * n} dtype=uint8 overflow=saturate"
        found = best(
            {
                "Gaussian": lambda k=gaussian: ft.correlate(x, k, dtype="uint8", out=ours, workers=options.workers, **SAME),
                "sepFilter2D": lambda v=line: cv2.sepFilter2D(x, -1, v, v, dst=theirs),
                "GaussianBlur": lambda n=n: cv2.GaussianBlur(x, (n, n), 0, dst=theirs),
                "box": lambda k=ones, spec=box: ft.run(spec, x, k, out=ours, workers=options.workers),
                "blur": lambda n=n: cv2.blur(x, (n, n), dst=theirs),
            }, options.turns,
        )  # fmt: skip
        pairs = (("sepFilter2D", "Gaussian"), ("GaussianBlur", "Gaussian"), ("blur", "box"))
        rows.append([f"{n} x {n}", *shown(found, tuple(found)), *(ratio(found, *pair) for pair in pairs)])
    return rows


def shown(found, names):
    return [f"{found[name] * 1e3:.2f}" if name in found else "-" for name in names]


def ratio(found, theirs, ours):
    return f"{found[theirs] / found[ours]:.2f}" if theirs in found else "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sizes", default="3,5,7,9,11")
    options = parser.parse_args()
    cv2.setNumThreads(options.workers)
    sizes = [int(n) for n in options.sizes.split(",")]
    print(machine(), f"\n{SIZE} x {SIZE}, {options.workers} workers; times in ms; a ratio above 1: faltung is faster\n")
    x, k, out = image("uint8"), np.ones((5, 5), "float32"), np.empty((SIZE, SIZE), "uint8")
    used = {"cv2.filter2D": lambda: cv2.filter2D(x, -1, k, dst=out), "pyvips": vips(x, k.astype(int))}
    print("threads used:", ", ".join(f"{name} {threads_used(call):.1f}" for name, call in used.items() if call), "\n")
    head = [
        "ours, whole",
        "ours, float",
        "cv2.filter2D",
        "with floats",
        "pyvips",
        "ndimage",
        "cv2 / whole",
        "cv2 / float",
        "pyvips / whole",
    ]
    print(table(["kernel", *head], [row for dtype in ("uint8", "uint16") for row in filters(dtype, sizes, options)]), "\n", flush=True)
    head = [
        "Gaussian",
        "cv2.sepFilter2D",
        "cv2.GaussianBlur",
        "box",
        "cv2.blur",
        "sepFilter2D / ours",
        "GaussianBlur / ours",
        "blur / ours",
    ]
    print(table(["uint8", *head], blurs([*sizes, 15, 31, 63], options)))


if __name__ == "__main__":
    main()
