"""On what a time was measured: the processor, its cores, and the versions of all libraries that took part."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from faltung.engine.measured import processor

PACKAGES = (
    "numpy", "scipy", "llvmlite", "opencv-python-headless", "scikit-image", "pyvips", "torch", "jax", "onnxruntime", "ducc0",
    "pyfftw", "numba",
)  # fmt: skip

OURS = ("python", "numpy", "scipy", "llvmlite")
# Under which name the others are imported, where it is another than that of the package.
MODULES = {"opencv-python-headless": "cv2", "scikit-image": "skimage"}


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


def machine(peers: tuple[str, ...] = ()) -> str:
    """Return one line: processor, cores, system, versions; where peers are chosen (by how their names begin), of theirs and ours alone."""
    named = [f"{name} {number}" for name, number in versions().items() if not peers or name in OURS or _takes_part(name, peers)]
    return f"{processor()}, {cores()} cores, {platform.system()}, {', '.join(named)}"


def _takes_part(package: str, peers: tuple[str, ...]) -> bool:
    module = MODULES.get(package, package)
    return any(peer.partition(".")[0] == module or module.startswith(peer) for peer in peers)
