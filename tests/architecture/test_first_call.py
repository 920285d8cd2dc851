"""What the first call of a process loads when its machine code is on disk: nothing that writes code, and no other method."""

import os
import subprocess
import sys

import pytest

CALL = """
import sys
import numpy as np, llvmlite.binding
x, k = np.ones((2048, 2048), "float32"), np.arange({n}, dtype="float32").reshape({shape}) ** 2
before = set(sys.modules)
import faltung as ft
ft.correlate(x, k, mode="same")
print(*sorted(set(sys.modules) - before))
"""
WRITERS = (
    "codegen.builder", "codegen.convert", "methods.crew.emit", "methods.direct.dots", "methods.direct.driver", "methods.direct.gather",
    "methods.direct.ring", "methods.direct.strip", "methods.separable.driver", "methods.separable.passes", "methods.separable.upright",
)  # fmt: skip
ROOMS = (
    "dialects", "engine.finish", "engine.frame", "engine.integers", "engine.missing", "engine.narrow", "gallery", "methods.fourier",
    "methods.points", "methods.shift", "spec.canonical", "spec.comparison", "spec.fold", "spec.layout", "spec.same",
)  # fmt: skip
SLOW = ("concurrent.futures", "decimal", "fractions", "hashlib", "json", "logging", "numpy.random", "platformdirs", "scipy")
MOST_MODULES = 80
"""Each takes a tenth of a millisecond or more."""


def loaded(tmp_path, n, shape):
    environment = os.environ | {"FALTUNG_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", CALL.format(n=n, shape=shape)]
    for _ in range(2):  # the first process writes and compiles the code
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.split())


@pytest.mark.compiled
def test_what_is_not_needed_is_not_loaded(tmp_path):
    found = loaded(tmp_path, 9, (3, 3))
    assert "faltung.methods.direct.bound" in found  # the call was made
    assert not found & {f"faltung.{name}" for name in (*WRITERS, *ROOMS)}
    assert not found & set(SLOW)
    assert sum(name.startswith("faltung") for name in found) <= MOST_MODULES


@pytest.mark.compiled
def test_a_large_kernel_needs_transforms(tmp_path):
    assert "faltung.methods.fourier" in loaded(tmp_path, 31 * 31, (31, 31))
