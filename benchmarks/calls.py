"""What a call costs beside its arithmetic: small arrays, the first call of a process, memory."""

import subprocess
import sys
from textwrap import dedent

import numpy as np
import scipy.ndimage
import scipy.signal
from timing import best, shown, table

import faltung as ft

FIRST = dedent("""
    import time
    import numpy as np
    x, k, out = np.ones((2048, 2048), "float32"), np.ones((3, 3), "float32"), np.empty((2048, 2048), "float32")
    start = time.perf_counter()
    import faltung as ft
    ft.correlate(x, k, mode="same", out=out)
    first = time.perf_counter()
    ft.correlate(x, k, mode="same", out=out)
    print(first - start, time.perf_counter() - first)
""")
MEMORY = dedent("""
    import resource, sys
    import numpy as np
    import faltung as ft
    size, method = int(sys.argv[1]), sys.argv[2]
    x, k, out = np.ones((4096, 4096), "float32"), np.ones((size, size), "float32"), np.ones((4096, 4096), "float32")
    ft.correlate(x[:300, :300], k, mode="same", boundary="half_sample", method=method, workers=2)  # what a first call loads and compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ft.correlate(x, k, mode="same", boundary="half_sample", method=method, workers=2, out=out)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
""")


def small() -> str:
    """Return the times of 5 x 5 by 3 x 3 calls, where Python's own cost is all there is."""
    import cv2

    x, k = np.random.default_rng(0).random((5, 5)).astype("float32"), np.ones((3, 3), "float32")
    plan, out = ft.plan(x, k, operation="correlate", mode="same"), np.empty_like(x)
    found = best(
        {
            "faltung.correlate": lambda: ft.correlate(x, k, mode="same"),
            "a bound Plan, out=": lambda: plan(x, out=out),
            "cv2.filter2D": lambda: cv2.filter2D(x, -1, k),
            "scipy.signal.convolve2d": lambda: scipy.signal.convolve2d(x, k, mode="same"),
            "scipy.ndimage.correlate": lambda: scipy.ndimage.correlate(x, k),
            "scipy.signal.correlate": lambda: scipy.signal.correlate(x, k, mode="same"),
        }
    )
    return table(["5 x 5 by 3 x 3", "time"], [[name, shown(seconds)] for name, seconds in found.items()])


def first_call() -> str:
    """Return the time of the first call of a new process, importing included: the best of three processes."""
    runs = [[float(word) for word in _python(FIRST).split()] for _ in range(3)]
    first, second = min(r[0] for r in runs), min(r[1] for r in runs)
    return table(
        ["2048 x 2048 by 3 x 3 in a new process", "time"], [["import and first call", shown(first)], ["second call", shown(second)]]
    )


def memory() -> str:
    """Return by how much the peak resident memory of a process grows during one call beyond input, kernel and output."""
    rows = [[f"{size} x {size}", method, f"{int(_python(MEMORY, str(size), method)) / 1024:.2f} MB"] for size, method in _MEMORY]
    return table(["4096 x 4096 float32, two threads", "method", "peak growth"], rows)


_MEMORY = ((3, "direct"), (7, "direct"), (31, "direct"), (31, "fourier"), (3, "shift"))


def _python(script: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True).stdout
