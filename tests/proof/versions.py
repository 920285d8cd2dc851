"""The versions of the libraries that are here, by their names in the atlas."""

import json
import platform
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from dialects.node_peers import MODULES

# Distributions of Python packages; of two, the second says which library is called underneath.
PACKAGES: dict[str, str] = {
    "NumPy": "numpy", "SciPy": "scipy", "OpenCV": "opencv-python-headless", "PyTorch": "torch", "Kornia": "kornia",
    "scikit-image": "scikit-image", "dask-image": "dask-image", "SimpleITK": "SimpleITK", "Pillow": "pillow", "JAX": "jax",
    "Astropy": "astropy", "Keras": "keras", "ONNX Runtime": "onnxruntime", "MLX": "mlx", "tinygrad": "tinygrad",
    "TensorFlow": "tensorflow-cpu",
}  # fmt: skip
# Commands that print a version, the first number with a dot in it. GEGL itself does not say: its package does.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "GNU Octave": ("octave", "--version"), "R": ("Rscript", "--version"), "ImageMagick": ("convert", "-version"),
    "FFmpeg": ("ffmpeg", "-version"), "librsvg": ("rsvg-convert", "--version"),
    "GEGL": ("dpkg-query", "--show", "gegl"),
}  # fmt: skip
NODE: dict[str, str] = {"resvg": "@resvg/resvg-js", "node-web-audio-api": "node-web-audio-api"}


def versions() -> dict[str, str]:
    """Return name → version of what is installed."""
    found = {"Python": platform.python_version()}
    for name, package in PACKAGES.items():
        try:
            found[name] = metadata.version(package).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    for name, command in PROGRAMS.items():
        if shutil.which(command[0]):
            found[name] = printed(command)
    for name, package in NODE.items():
        if (manifest := MODULES / package / "package.json").is_file():
            found[name] = json.loads(Path(manifest).read_text())["version"]
    return {**found, **vips()}


def printed(command: tuple[str, ...]) -> str:
    """Return the version that a program prints, on either stream."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"\d+(\.\d+)+(-\d+(?= ))?", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def vips() -> dict[str, str]:
    """Return the version of libvips, which pyvips calls."""
    try:
        import pyvips
    except ImportError:
        return {}
    return {"libvips": ".".join(str(pyvips.version(place)) for place in range(3))}
