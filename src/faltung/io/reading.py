"""Reading: what a file is, is told from its first bytes; its size is checked before it is decoded."""

import sys
from pathlib import Path

from faltung.io.images import read_image
from faltung.io.numpy_files import read_npy, read_npz
from faltung.io.record import MOST_PIXELS, Array, InputError, Picture
from faltung.io.text import parse_array

# The bytes that a file of the most pixels may have: 4 channels of 16 bits. Larger ones are refused before they are read.
BYTES_PER_PIXEL = 8
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x93NUMPY", "NPY"),
    (b"PK\x03\x04", "NPZ"),
    (b"PK\x05\x06", "NPZ"),
)


def read(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> Picture:
    """Return what a file holds.

    PNG: 1 to 16 bits, grey, colour, palette, alpha. JPEG: grey and colour; CMYK becomes RGB. A picture is turned as its EXIF orientation
    says, so that rows go down as it is seen. Numbers are those stored: no colour profile and no gamma is applied. npy and npz: plain
    numbers, never pickled objects; one array of several is named behind a colon, ``data.npz:x``.

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
    """
    text = str(path)
    if text == "-":
        return read_bytes(_standard_input(max_pixels), "standard input", max_pixels=max_pixels)
    name, member = _split_member(text)
    return read_bytes(_file_bytes(Path(name), max_pixels), name, member=member, max_pixels=max_pixels)


def read_bytes(content: bytes, name: str, *, member: str | None = None, max_pixels: int = MOST_PIXELS) -> Picture:
    """Return what these bytes hold; `name` is for messages, `member` names an array of an npz file."""
    kind = next((kind for signature, kind in SIGNATURES if content.startswith(signature)), None)
    if member is not None and kind != "NPZ":
        raise InputError(f"{name} is no npz file; only those hold arrays by name, as in data.npz:{member}")
    if kind == "PNG" or kind == "JPEG":
        return read_image(content, name, max_pixels)
    if kind == "NPY":
        return read_npy(content, name, max_pixels)
    if kind == "NPZ":
        return read_npz(content, name, member, max_pixels)
    if not content:
        raise InputError(f"{name} is empty")
    raise InputError(f"{name} is no PNG, JPEG, npy or npz file: it begins with {content[:8]!r}")


def read_numbers(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> Array:
    """Return the numbers of a file: those of an image or of an array, or of a text as `parse_array` reads it."""
    text = str(path)
    name, member = _split_member(text)
    content = _standard_input(max_pixels) if text == "-" else _file_bytes(Path(name), max_pixels)
    label = "standard input" if text == "-" else name
    if any(content.startswith(signature) for signature, _ in SIGNATURES) or member is not None:
        return read_bytes(content, label, member=member, max_pixels=max_pixels).data
    try:
        return parse_array(content.decode("utf-8-sig"), label)
    except UnicodeDecodeError:
        raise InputError(f"{label} is no PNG, JPEG, npy or npz file, and no text") from None


def _split_member(text: str) -> tuple[str, str | None]:
    head, mark, member = text.rpartition(".npz:")
    return (head + ".npz", member) if mark and member and not Path(text).exists() else (text, None)


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
