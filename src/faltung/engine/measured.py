"""How much longer, or shorter, each method takes on this machine than its constants say, as ``faltung measure`` has written it.

The constants beside the methods come from one machine. `faltung measure` times a few Cases here and keeps, for each method, the factor
between measured and predicted time, in a file of the user's configuration folder. The planner multiplies by it. So the method then
depends on the Case, the memory and these numbers, which stay the same until somebody measures again.

``FALTUNG_MEASURED=off`` leaves the constants as they are; ``FALTUNG_MEASURED=/some/file.json`` names another file.
"""

import os
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from faltung.codegen.folders import user_folder

SCHEMA = "v1"
RANGE = (1 / 30, 30.0)
"""A factor beyond these is no measurement of a working machine."""
MOST_BYTES = 1 << 20


@cache
def factors() -> Mapping[str, float]:
    """Return the factor of each method that was measured; empty where nothing was, or not here."""
    path = place()
    if path is None or not os.path.exists(path):
        return {}
    found = read(path)
    if isinstance(found, str):
        warnings.warn(f"{path} is not used: {found}; measure again: faltung measure", RuntimeWarning, stacklevel=2)
        return {}
    return {name: float(factor) for name, factor in found["factors"].items()}


def place() -> str | None:
    """Return the path of the file, whether it is there or not, or None where it is not wanted."""
    chosen = os.environ.get("FALTUNG_MEASURED", "")
    if chosen.lower() in ("off", "0"):
        return None
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    return os.path.join(user_folder("config"), "measured.json")


def read(path: str) -> dict[str, Any] | str:
    """Return what a file holds, or in a sentence why it cannot be used."""
    import json  # 2 ms, and only where somebody has measured

    try:
        with open(path, "rb") as file:
            text = file.read(MOST_BYTES + 1)
        found = json.loads(text) if len(text) <= MOST_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        return f"it cannot be read ({error})"
    why = wrong(found)
    return why or dict(found or {})


def wrong(found: Any) -> str | None:
    """Return why an object is no measurement of this machine, None where it is one."""
    if not isinstance(found, dict) or found.get("faltung") != SCHEMA or not isinstance(found.get("factors"), dict):
        return f"it is no measurement of schema {SCHEMA}"
    numbers = found["factors"].values()
    if not all(isinstance(n, int | float) and RANGE[0] <= n <= RANGE[1] for n in numbers):
        return f"its factors are not all between {RANGE[0]:.3f} and {RANGE[1]:g}"
    here = {"version": version(), "processor": processor()}
    return next((f"it was measured with {name} {found.get(name)!r}, and here it is {value!r}" for name, value in here.items()
                 if found.get(name) != value), None)  # fmt: skip


@cache
def version() -> str:
    """Return the package's version: with another one, other constants may be meant."""
    from importlib.metadata import version as installed

    return installed("faltung")


@cache
def processor() -> str:
    """Return the processor's name."""
    import platform

    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            named = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        named = ""
    return named or platform.processor() or platform.machine()
