"""What a call costs beside its arithmetic: small arrays, the first call of a process, memory."""

import subprocess
import sys
from compileall import compile_dir
from pathlib import Path
from textwrap import dedent

import numpy as np
import scipy.ndimage
import scipy.signal
from timing import best, shown, table

import faltung as ft

FIRST = dedent("""
    import time
    import numpy as np
    x, k, out = np.ones((2048, 2048), "float32"), np.ones((3, 3), "float32"), np.ones((2048, 2048), "float32")
    times = [time.perf_counter()]
    import llvmlite.binding
    times.append(time.perf_counter())
    import faltung as ft
    ft.correlate
    times.append(time.perf_counter())
    ft.correlate(x, k, mode="same", out=out)
    times.append(time.perf_counter())
    ft.correlate(x, k, mode="same", out=out)
    times.append(time.perf_counter())
    print(*np.diff(times))
""")
MEMORY = dedent("""
    import sys
    import numpy as np
    import faltung as ft
    def peak():  # kilobytes; that of getrusage begins with the peak of the process that started this one
        return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
    n, size, method = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    x, k, out = np.ones((n, n), "float32"), np.ones((size, size), "float32"), np.ones((n, n), "float32")
    before = peak()
    ft.correlate(x[:300, :300], k, mode="same", boundary="half_sample", method=method, workers=2)
    loaded = peak()  # with what a first call loads and compiles
    ft.correlate(x, k, mode="same", boundary="half_sample", method=method, workers=2, out=out)
    print(loaded - before, peak() - loaded)
""")
SCALING = dedent("""
    import sys, time
    import numpy as np
    import faltung as ft
    size, k = int(sys.argv[1]), np.random.default_rng(0).standard_normal((int(sys.argv[1]),) * 2).astype("float32")
    for n in (4096, 16384):
        x, out, times = np.ones((n, n), "float32"), np.ones((n, n), "float32"), []
        plan = ft.plan(x, k, operation="correlate", mode="same", boundary="half_sample", workers=2)
        for _ in range(8 if n < 10_000 else 4):
            start = time.perf_counter()
            plan(x, out=out)
            times.append(time.perf_counter() - start)
        print(min(times) / x.size)
    print(plan.method)
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
    """Return the times of the first steps of a new process, its code on disk already: the best of five processes."""
    compile_dir(str(Path(ft.__file__).parent), quiet=1)  # as an installer does
    runs = [[float(word) for word in _python(FIRST).split()] for _ in range(5)]
    names = ("import llvmlite", "import what a call needs of faltung", "first call", "second call")
    rows = [[name, shown(min(times))] for name, *times in zip(names, *runs, strict=True)]
    return table(["2048 x 2048 by 3 x 3 in a new process", "time"], rows)


def memory() -> str:
    """Return by how much the peak resident memory of a process grows during one call beyond input, kernel and output."""
    rows = []
    for n, size, method in _MEMORY:
        loaded, grown = (int(word) / 1024 for word in _python(MEMORY, str(n), str(size), method).split())
        rows.append([f"{n} x {n} by {size} x {size}", method, f"{loaded:.1f} MB", f"{grown:.2f} MB"])
    return table(["float32, two threads", "method", "a first, small call: code and libraries", "the call: peak growth"], rows)


_MEMORY = (
    (4096, 3, "direct"), (4096, 7, "direct"), (4096, 31, "direct"), (4096, 31, "fourier"), (8192, 63, "fourier"), (4096, 255, "fourier"),
    (4096, 3, "shift"),
)  # fmt: skip


def scaling() -> str:
    """Return the time for each sample of images of two sizes, in a process of their own."""
    rows = []
    for size in (3, 15, 63):
        *seconds, method = _python(SCALING, str(size)).split()
        small, large = (float(word) for word in seconds)
        met = "met" if large <= 1.2 * small else "not met"
        rows.append(
            [f"{size} x {size}", method, f"{small * 1e9:.3f} ns", f"{large * 1e9:.3f} ns", f"{large / small:.2f}", "at most 1.2", met]
        )
    return table(["float32, two threads, time a sample", "method", "4096²", "16384²", "ratio", "aim", ""], rows)


def _python(script: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True).stdout
