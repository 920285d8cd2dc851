"""What a test needs that may be absent: another library, a program, a property of the machine.

On a developer's machine a test that lacks one is skipped, and the reason names what is missing. With FALTUNG_REQUIRE_PEERS=1 (`.ci/run`,
`make test-all`) a missing peer is a failure, and so is every other skip (conftest.py). Tests marked `heavy` need a peer that only
`make test-all` installs; `make test` leaves them out.
"""

import ctypes
import importlib
import importlib.util
import os
import shutil
from types import ModuleType
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("FALTUNG_REQUIRE_PEERS", "")
HEAVY = ("torch", "jax", "keras", "SimpleITK", "onnx", "onnxruntime", "mlx", "tinygrad", "kornia", "tensorflow")
MACHINE = "this machine lacks "  # reasons that begin so are accepted even in CI: no package could mend them


def peer(module: str) -> ModuleType:
    """Return the library `module`, or skip (where peers are required: fail) the calling test or test file."""
    name = module.partition(".")[0]
    if importlib.util.find_spec(name) is None:
        missing(name, heavy=name in HEAVY)
    return importlib.import_module(module)


def program(name: str) -> str:
    """Return the path of a system program, or skip (where peers are required: fail) the calling test."""
    return shutil.which(name) or missing(f"the program {name}", heavy=True)


def missing(what: str, *, heavy: bool) -> NoReturn:
    remedy = f"{what} is not installed; `make {'test-all' if heavy else 'test'}` installs it"
    if REQUIRED:
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy, allow_module_level=True)


def machine_lacks(what: str) -> NoReturn:
    """Skip the calling test because of the machine itself, for example ``machine_lacks("PR_SET_MDWE (Linux 6.3)")``."""
    pytest.skip(MACHINE + what, allow_module_level=True)


def compiles() -> bool:
    """Return whether compiled methods are meant to run here: llvmlite is present, and nothing forbids it."""
    return os.environ.get("FALTUNG_JIT") != "0" and importlib.util.find_spec("llvmlite") is not None and not executable_memory_forbidden()


def executable_memory_forbidden() -> bool:
    """Return whether this process was started under PR_SET_MDWE (tests/forbid.py)."""
    libc = ctypes.CDLL(None)
    return hasattr(libc, "prctl") and libc.prctl(66, 0, 0, 0, 0) > 0  # PR_GET_MDWE; an older kernel answers -1
