"""npy and npz, without pickle, and without trusting what a header says about sizes."""

import io
import zipfile
from math import prod
from typing import Any

import numpy as np

from faltung.io.claims import broken, check_bytes, check_claim, chosen
from faltung.io.record import Array, InputError, Picture

_BROKEN = (ValueError, EOFError, OSError, TypeError, SyntaxError, KeyError, MemoryError, OverflowError, zipfile.BadZipFile)


def read_npy(content: bytes, name: str, most: int) -> Picture:
    """Return the array of an npy file."""
    return Picture(data=_array(content, name, most), format="NPY", is_image=False)


def read_npz(content: bytes, name: str, member: str | None, most: int) -> Picture:
    """Return one array of an npz file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry.filename.removesuffix(".npy") for entry in archive.infolist() if entry.filename.endswith(".npy")]
            info = archive.getinfo(f"{chosen(names, member, name)}.npy")
            with archive.open(info) as file:
                header = file.read(4096)
                _check_header(header, info.file_size, name, most)
                data = header + file.read(info.file_size - len(header))
    except InputError:
        raise
    except (*_BROKEN, NotImplementedError, RuntimeError, zipfile.LargeZipFile) as error:  # RuntimeError: encrypted
        raise broken(name, error) from None
    return Picture(data=_array(data, name, most), format="NPZ", is_image=False)


def _array(content: bytes, name: str, most: int) -> Array:
    _check_header(content, len(content), name, most)
    try:
        array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    except _BROKEN as error:
        raise broken(name, error) from None
    return array


def _check_header(content: bytes, size: int, name: str, most: int) -> None:
    """Refuse, from the header alone, what is not plain numbers, is larger than allowed, or than the file."""
    shape, dtype, start = _header(content, name)
    check_claim(shape, dtype, name, most)
    check_bytes(prod(shape) * dtype.itemsize, size - start, name)


def _header(content: bytes, name: str) -> tuple[tuple[int, ...], Any, int]:
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        elif version == (2, 0):
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
        else:
            raise InputError(f"{name} has npy version {version}, which only records with Unicode names need; save it as plain numbers")
    except InputError:
        raise
    except (*_BROKEN, RecursionError) as error:
        raise broken(name, error) from None
    return shape, dtype, file.tell()
