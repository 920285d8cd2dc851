"""How much memory a call of `fourier` takes besides input, kernel and output."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.compiled, pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc"),
]  # fmt: skip
GROWTH = """
import sys
import numpy as np
import faltung as ft
def peak():  # kilobytes; that of getrusage begins with the peak of the process that started this one
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
n, k, method = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
x, w, out = np.ones((n, n), "float32"), np.ones((k, k), "float32"), np.ones((n, n), "float32")
plan = ft.plan(x, w, operation="correlate", mode="same", boundary="half_sample", method=method, workers=2)
small = ft.plan(x[:99, :99].copy(), w[:9, :9], operation="correlate", mode="same", method=method)
small(x[:99, :99].copy())  # what a first call loads
before = peak()
plan(x, out=out)
print(peak() - before, plan.scratch_bytes)
"""


@pytest.mark.parametrize(("n", "k", "most"), [(2048, 63, 16), (6144, 63, 16), (3072, 255, 48)])
def test_growth(n, k, most):
    """It does not depend on the image; megabytes for two threads."""
    grown, scratch = growth(n, k, "fourier")
    assert grown < most * 1024
    assert scratch < most * 2**20


def test_growth_is_seen():
    """A method with temporary arrays as large as the output."""
    assert growth(2048, 3, "shift")[0] > 16 * 1024


def growth(n, k, method):
    """Return kilobytes by which the peak grows, and bytes that the plan says; a process before has left compiled code on disk."""
    for _ in range(2):
        found = subprocess.run([sys.executable, "-c", GROWTH, str(n), str(k), method], capture_output=True, text=True, check=True)
    grown, scratch = (int(word) for word in found.stdout.split())
    return grown, scratch
