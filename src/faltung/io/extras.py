"""Modules that only some files need: imported when such a file is met, and asked for by the extra that brings them."""

from importlib import import_module
from typing import Any

# module: the extra to install
EXTRAS: dict[str, str] = {"tifffile": "io", "h5py": "io", "zarr": "io", "safetensors": "weights"}


def needed(module: str, what: str) -> Any:
    """Return an imported module.

    Raises
    ------
    ModuleNotFoundError
        When it is not installed; the message is the line that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ModuleNotFoundError(f"{what} needs {module}: pip install 'faltung[{EXTRAS[module]}]'", name=module) from None
