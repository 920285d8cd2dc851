"""Reading: what a file is, is told from its first bytes; its size is checked before it is decoded."""

import sys
from collections.abc import Callable
from pathlib import Path

from faltung.io import hdf5_files, matlab_files, safetensors_files, tiff, zarr_folders
from faltung.io.images import read_image
from faltung.io.members import split_member
from faltung.io.numpy_files import read_npy, read_npz
from faltung.io.record import MOST_PIXELS, SUFFIXES, Array, InputError, Kind, Picture
from faltung.io.tables import read_table

# The bytes that a file of the most pixels may have: 4 channels of 16 bits. Larger ones are refused before they are read.
BYTES_PER_PIXEL = 8
SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    *((signature, "TIFF") for signature in tiff.SIGNATURES),
    (b"\x93NUMPY", "NPY"),
    (b"PK\x03\x04", "NPZ"),
    (b"PK\x05\x06", "NPZ"),
    (matlab_files.SIGNATURE, "MAT"),
    (hdf5_files.MATLAB, "HDF5"),
    (hdf5_files.SIGNATURE, "HDF5"),
)
# Those of which one array is named behind a colon.
SEVERAL: dict[Kind, Callable[[bytes, str, str | None, int], Picture]] = {
    "NPZ": read_npz,
    "MAT": matlab_files.read_mat,
    "HDF5": hdf5_files.read_hdf5,
    "SAFETENSORS": safetensors_files.read_safetensors,
    "TIFF": tiff.read_tiff,
}
# Names of files that hold no text: what is in them is none of these then.
BINARY = (*SUFFIXES, ".mat", ".h5", ".hdf5", ".safetensors")
KNOWN = "PNG, JPEG, TIFF, npy, npz, mat, HDF5 or safetensors file"


def read(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> Picture:
    """Return what a file holds.

    PNG: 1 to 16 bits, grey, colour, palette, alpha. JPEG: grey and colour; CMYK becomes RGB. TIFF: any dtype; several pages become the
    first axis. A picture is turned as its EXIF orientation says, so that rows go down as it is seen. Numbers are those stored: no colour
    profile and no gamma is applied. npy, npz, MATLAB's mat, HDF5, safetensors and Zarr: plain numbers, never pickled objects; one array
    of several is named behind a colon, ``data.npz:x``. Text: rows of numbers, as in csv, or a JSON array.

    Parameters
    ----------
    path : str or Path
        The file; ``-`` is standard input.
    max_pixels : int
        Refuse images with more pixels, and arrays with more entries.

    Returns
    -------
    Picture

    Raises
    ------
    InputError
        When there is no such file, or it is truncated, too large, or none of these.
    ModuleNotFoundError
        When its format needs a package that is not installed; the message is the line that installs it.
    """
    text = str(path)
    if text == "-":
        return read_bytes(_standard_input(max_pixels), "standard input", max_pixels=max_pixels)
    name, member = split_member(text)
    if zarr_folders.is_zarr(name):
        return zarr_folders.read_zarr(Path(name), member, max_pixels)
    return read_bytes(_file_bytes(Path(name), max_pixels), name, member=member, max_pixels=max_pixels)


def read_bytes(content: bytes, name: str, *, member: str | None = None, max_pixels: int = MOST_PIXELS) -> Picture:
    """Return what these bytes hold; `name` is for messages, `member` names an array of a file that holds several."""
    kind = kind_of(content)
    if member is not None and kind not in SEVERAL:
        raise InputError(f"{name} is a file without arrays of a name; npz, mat, HDF5, safetensors and Zarr have them, as in data.npz:x")
    if kind in SEVERAL:
        return SEVERAL[kind](content, name, member, max_pixels)
    if kind == "PNG" or kind == "JPEG":
        return read_image(content, name, max_pixels)
    if kind == "NPY":
        return read_npy(content, name, max_pixels)
    if not content:
        raise InputError(f"{name} is empty")
    return Picture(data=read_table(_text(content, name), name), format="TEXT", is_image=False)


def kind_of(content: bytes) -> Kind | None:
    """Return what these bytes begin as; None for text, and for what is none of the formats known."""
    found = next((kind for signature, kind in SIGNATURES if content.startswith(signature)), None)
    return "SAFETENSORS" if found is None and safetensors_files.looks_so(content) else found


def read_numbers(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> Array:
    """Return the numbers of a file: those of an image or of an array."""
    return read(path, max_pixels=max_pixels).data


def _text(content: bytes, name: str) -> str:
    if Path(name).suffix.lower() in BINARY:
        raise InputError(f"{name} is no {KNOWN}: it begins with {content[:8]!r}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(f"{name} is no {KNOWN}, and no text: it begins with {content[:8]!r}")
    return text


def _file_bytes(path: Path, max_pixels: int) -> bytes:
    limit = _most_bytes(max_pixels)
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; name a file in it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a name with a null character
        raise InputError(f"{str(path)!r} is no file name: {error}") from None
    return _checked_size(content, str(path), limit)


def _standard_input(max_pixels: int) -> bytes:
    limit = _most_bytes(max_pixels)
    return _checked_size(sys.stdin.buffer.read(limit + 1), "standard input", limit)


def _most_bytes(max_pixels: int) -> int:
    return max(max_pixels * BYTES_PER_PIXEL, 1) + 2**20  # and a megabyte for what stands beside the pixels


def _checked_size(content: bytes, name: str, limit: int) -> bytes:
    if len(content) > limit:
        raise InputError(f"{name} has more than {limit:,} bytes; the limit of pixels allows no more: raise it if the file is meant")
    return content
