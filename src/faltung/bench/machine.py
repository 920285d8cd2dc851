"""On what a time was measured: the processor, its cores, and the versions of all libraries that took part."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from faltung.engine.measured import processor

PACKAGES = (
    "numpy", "scipy", "llvmlite", "opencv-python-headless", "scikit-image", "pyvips", "torch", "jax", "onnxruntime", "ducc0",
    "pyfftw", "numba",
)  # fmt: skip


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Return the versions of the peers that are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """Return one line: processor, cores, system, versions."""
    return f"{processor()}, {cores()} cores, {platform.system()}, " + ", ".join(f"{name} {number}" for name, number in versions().items())
