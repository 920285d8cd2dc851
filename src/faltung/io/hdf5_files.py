"""HDF5, and MATLAB's .mat files from version 7.3 on, which are HDF5 with the axes in reverse order."""

import io
from math import prod
from typing import Any

import numpy as np

from faltung.io.claims import broken, check_bytes, check_claim, chosen
from faltung.io.extras import needed
from faltung.io.record import Array, InputError, Picture

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MATLAB = b"MATLAB 7.3 MAT-file"
_CLASS = "MATLAB_class"  # the attribute that names MATLAB's class of a dataset
_BROKEN = (ValueError, TypeError, OSError, EOFError, KeyError, RuntimeError, OverflowError, MemoryError, UnicodeError)


def read_hdf5(content: bytes, name: str, member: str | None, most: int) -> Picture:
    """Return one dataset of an HDF5 file. Links to other files and data kept in other files are not followed."""
    h5py = needed("h5py", name)
    matlab = content.startswith(MATLAB)
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            found = _datasets(file, h5py.Dataset)
            dataset = found[chosen(list(found), None if member is None else member.strip("/"), name)]
            data = _numbers(dataset, name, most, len(content))
            logical = matlab and dataset.attrs.get(_CLASS) == b"logical"
    except InputError:
        raise
    except _BROKEN as error:
        raise broken(name, error) from None
    data = np.ascontiguousarray(data.T) if matlab else data
    return Picture(data=data.astype(np.bool_) if logical else data, format="MAT" if matlab else "HDF5", is_image=False)


def _datasets(file: Any, kind: type) -> dict[str, Any]:
    """Return the datasets by their paths; `visititems` follows neither soft nor external links."""
    found: dict[str, Any] = {}

    def note(path: str, thing: Any) -> None:
        if isinstance(thing, kind) and not path.startswith("#"):  # MATLAB keeps the contents of cells in #refs#
            found[path] = thing

    file.visititems(note)
    return found


def _numbers(dataset: Any, name: str, most: int, size: int) -> Array:
    label = f"{dataset.name.lstrip('/')} in {name}"
    if dataset.external or dataset.is_virtual:
        raise InputError(f"{label} keeps its data in other files, which are not opened; copy it into one file")
    if dataset.shape is None or dataset.attrs.get("MATLAB_empty", 0):
        raise InputError(f"{label} is empty")
    if dataset.attrs.get(_CLASS) in (b"char", b"cell", b"struct"):
        raise InputError(f"{label} is of MATLAB's class {dataset.attrs[_CLASS].decode()}; only full matrices of numbers are read")
    if dataset.dtype.hasobject:
        raise InputError(f"{label} holds texts or references, which are no numbers")
    complex_pair = dataset.dtype.names == ("real", "imag")
    check_claim(dataset.shape, dataset.dtype["real"] if complex_pair else dataset.dtype, label, most)
    stored = dataset.id.get_storage_size()
    if dataset.chunks is None:
        check_bytes(prod(dataset.shape) * dataset.dtype.itemsize, min(stored, size), label)
    elif not stored and dataset.size:
        raise InputError(f"{label} was never written: no data is stored for its shape {dataset.shape}")
    else:
        check_claim(dataset.chunks, np.uint8, f"a chunk of {label}", most)
    array: Array = dataset[()]
    return array["real"] + 1j * array["imag"] if complex_pair else array
