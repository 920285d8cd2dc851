"""How much memory a call of `fourier` takes besides input, kernel and output."""

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.compiled, pytest.mark.slow]
GROWTH = """
import resource, sys
import numpy as np
import faltung as ft
n, k = int(sys.argv[1]), int(sys.argv[2])
x, w, out = np.ones((n, n), "float32"), np.ones((k, k), "float32"), np.ones((n, n), "float32")
plan = ft.plan(x, w, operation="correlate", mode="same", boundary="half_sample", method="fourier", workers=2)
small = ft.plan(x[:99, :99].copy(), w[:9, :9], operation="correlate", mode="same", method="fourier")
small(x[:99, :99].copy())  # what a first call loads
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
plan(x, out=out)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, plan.scratch_bytes)
"""


@pytest.mark.parametrize(("n", "k", "most"), [(2048, 63, 16), (6144, 63, 16), (3072, 255, 48)])
def test_growth(n, k, most):
    """It does not depend on the image; megabytes for two threads."""
    found = subprocess.run([sys.executable, "-c", GROWTH, str(n), str(k)], capture_output=True, text=True, check=True)
    grown, scratch = (int(word) for word in found.stdout.split())
    assert grown < most * 1024
    assert scratch < most * 2**20
