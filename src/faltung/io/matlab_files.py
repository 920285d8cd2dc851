"""MATLAB's .mat files of versions 5 to 7.2; later ones are HDF5 (hdf5_files)."""

import io
import struct
import zlib
from typing import Any

import numpy as np

from faltung.io.claims import broken, check_entries, chosen
from faltung.io.record import Array, InputError, Picture

SIGNATURE = b"MATLAB 5.0 MAT-file"
CLASSES = ("double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
_BROKEN = (
    ValueError, TypeError, OSError, EOFError, KeyError, IndexError, NotImplementedError, OverflowError, MemoryError, UnicodeError,
    struct.error, zlib.error,
)  # fmt: skip


def read_mat(content: bytes, name: str, member: str | None, most: int) -> Picture:
    """Return one array of a .mat file, with MATLAB's class as dtype; cells, structs, texts and sparse matrices are refused."""
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadError

    file: Any = io.BytesIO(content)  # the stubs know paths only
    try:
        listed = {label: (tuple(shape), kind) for label, shape, kind in whosmat(file)}
        label = chosen(list(listed), member, name)
        shape, kind = listed[label]
        if kind not in CLASSES:
            raise InputError(f"{label} in {name} is of MATLAB's class {kind}; only full matrices of numbers are read")
        check_entries(shape, name, most)
        found: Array = np.asarray(loadmat(file, variable_names=[label], spmatrix=False)[label])
    except InputError:
        raise
    except (*_BROKEN, MatReadError) as error:
        raise broken(name, error) from None
    if found.shape != shape or found.dtype.kind not in "biufc":
        raise broken(name, f"{label} was announced as {shape} {kind} and is {found.shape} {found.dtype}")
    return Picture(data=_of_class(found, kind), format="MAT", is_image=False)


def _of_class(stored: Array, kind: str) -> Array:
    """Return the array in its MATLAB class: whole numbers are stored in fewer bytes. SciPy's own `mat_dtype` loses imaginary parts."""
    dtype = {"double": "f8", "single": "f4", "logical": "?"}.get(kind, kind)
    return stored.astype(np.result_type(dtype, np.complex64) if stored.dtype.kind == "c" else dtype)
