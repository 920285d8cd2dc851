"""npy and npz, without pickle, and without trusting what a header says about sizes."""

import io
import zipfile
from math import prod
from typing import Any

import numpy as np

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
            info = archive.getinfo(f"{_member(names, member, name)}.npy")
            with archive.open(info) as file:
                header = file.read(4096)
                _check_header(header, info.file_size, name, most)
                data = header + file.read(info.file_size - len(header))
    except InputError:
        raise
    except (*_BROKEN, NotImplementedError, RuntimeError, zipfile.LargeZipFile) as error:  # RuntimeError: encrypted
        raise InputError(f"{name} is truncated or broken: {' '.join(str(error).split())[:200]}") from None
    return Picture(data=_array(data, name, most), format="NPZ", is_image=False)


def _member(names: list[str], member: str | None, name: str) -> str:
    if member is not None:
        if member not in names:
            raise InputError(f"{name} holds no array {member!r}; it holds {', '.join(names[:20]) or 'none'}")
        return member
    if len(names) != 1:
        example = f"; name one, as in {name}:{names[0]}" if names else ""
        raise InputError(f"{name} holds {len(names)} arrays ({', '.join(names[:20]) or 'none'}){example}")
    return names[0]


def _array(content: bytes, name: str, most: int) -> Array:
    _check_header(content, len(content), name, most)
    try:
        array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    except _BROKEN as error:
        raise InputError(f"{name} is truncated or broken: {' '.join(str(error).split())[:200]}") from None
    return array


def _check_header(content: bytes, size: int, name: str, most: int) -> None:
    """Refuse, from the header alone, what is not plain numbers, is larger than allowed, or than the file."""
    shape, dtype, start = _header(content, name)
    if dtype.hasobject:
        raise InputError(f"{name} holds pickled Python objects, which are not read; save it as numbers")
    if dtype.kind not in "biufc":
        raise InputError(f"{name} holds {dtype} entries, which are no numbers; save it as numbers")
    entries = prod(shape)
    if entries > most:
        raise InputError(f"{name} has shape {shape} = {entries:,} entries, above the limit of {most:,}; raise the limit if it is meant")
    if start + entries * dtype.itemsize > size:
        raise InputError(
            f"{name} is truncated: its header promises {entries * dtype.itemsize:,} bytes of data and {size - start:,} are there"
        )


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
        raise InputError(f"{name} is truncated or broken: {' '.join(str(error).split())[:200]}") from None
    if any(n < 0 for n in shape):
        raise InputError(f"{name} is broken: its header says shape {shape}")
    return shape, dtype, file.tell()
