"""TIFF to arrays: through tifffile, and through Pillow what that converts or decodes and tifffile does not, or where it is absent."""

import io
import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from faltung.io.claims import broken, check_bytes, check_claim
from faltung.io.extras import needed
from faltung.io.images import turned
from faltung.io.pillow_tiff import read_simple
from faltung.io.record import Array, InputError, Picture

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GREY_OR_RGB = (0, 1, 2)  # the tag PhotometricInterpretation: white is zero, black is zero, RGB
_STORED, _DEFLATED = (1,), (8, 32946)  # the tag Compression; others go through Pillow
_ALPHA = (1, 2)  # the tag ExtraSamples: associated, unassociated
_BROKEN = (
    ValueError, TypeError, OSError, EOFError, KeyError, IndexError, RuntimeError, NotImplementedError, OverflowError, MemoryError,
    AttributeError, ZeroDivisionError, AssertionError, UnicodeError, struct.error, zlib.error,
)  # fmt: skip


def read_tiff(content: bytes, name: str, member: str | None, most: int) -> Picture:
    """Return the page of a TIFF file, or all pages where there are several; `member` is a page's number."""
    try:
        tifffile = needed("tifffile", name)
    except ModuleNotFoundError:
        found = read_simple(content, name, member, most)
        if found is None:
            raise
        return found
    try:
        with _quiet(), tifffile.TiffFile(io.BytesIO(content)) as file:
            pages, notes = _pages(file, name, member)
            if all(page.photometric in _GREY_OR_RGB and page.compression in (*_STORED, *_DEFLATED) for page in pages):
                return _picture(pages, content, name, most, notes)
            kind = f"photometric {int(pages[0].photometric)}, compression {int(pages[0].compression)}"
    except InputError:
        raise
    except _BROKEN as error:
        raise broken(name, error) from None
    found = read_simple(content, name, member, most)
    if found is None:
        raise InputError(f"{name} is a TIFF of a kind that is not read ({kind}); save it uncompressed, grey or RGB")
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what tifffile logs of broken files off standard error: the refusal says it."""
    log = logging.getLogger("tifffile")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _pages(file: Any, name: str, member: str | None) -> tuple[list[Any], list[str]]:
    """Return the pages to read, and what there is to say of those left out."""
    pages = list(file.pages)
    if not pages:
        raise InputError(f"{name} is truncated or broken: it holds no page")
    if member is not None:
        if not member.isdecimal() or int(member) >= len(pages):
            raise InputError(f"{name} has no page {member!r}; its pages are 0 to {len(pages) - 1}")
        return [pages[int(member)].aspage()], []
    full = [page.aspage() for page in pages]
    alike = [page for page in full if (page.shape, page.dtype, page.axes) == (full[0].shape, full[0].dtype, full[0].axes)]
    left_out = len(full) - len(alike)
    return alike, [f"{left_out} of {len(full)} pages of {name} have another size or dtype than the first, and are not read"] * bool(
        left_out
    )


def _picture(pages: list[Any], content: bytes, name: str, most: int, notes: list[str]) -> Picture:
    first = pages[0]
    several = len(pages) > 1
    if first.dtype is None:
        raise InputError(
            f"{name} has samples of {first.bitspersample} bits of a kind that NumPy lacks; save it as uint8, uint16 or float32"
        )
    check_claim((len(pages), *first.shape) if several else _sizes(first), first.dtype, name, most)
    for page in pages:
        _check_segments(page, content, name)
    arrays = [_channels_last(page.asarray(maxworkers=1), page.axes) for page in pages]
    if arrays[0].ndim not in (2, 3):
        raise InputError(f"{name} has pages with axes {first.axes}; rows and columns, with channels, are read")
    if first.photometric == 0:
        notes = [*notes, "white is zero in this file; its numbers are taken as stored"]
    if several:
        return Picture(data=np.stack(arrays), format="TIFF", is_image=False, pages=True, notes=tuple(notes))
    orientation = int(first.tags.valueof(274, 1))
    if orientation in range(2, 9):
        notes = [*notes, f"orientation {orientation} applied: rows go down as the picture is seen"]
    data, alpha = _without_alpha(turned(arrays[0], orientation), tuple(int(extra) for extra in first.extrasamples))
    return Picture(data=data, alpha=alpha, format="TIFF", is_image=True, notes=tuple(notes))


def _sizes(page: Any) -> tuple[int, ...]:
    """Return rows and columns: of a single picture the pixels are limited, not the samples, as in other formats."""
    return page.imagelength, page.imagewidth


def _check_segments(page: Any, content: bytes, name: str) -> None:
    """Refuse strips and tiles that lie outside the file, are too short, or that unpack to more than they hold."""
    offsets, counts = page.dataoffsets, page.databytecounts
    if not offsets or len(offsets) != len(counts):
        raise InputError(f"{name} is truncated or broken: a page has {len(offsets)} strips and {len(counts)} lengths of strips")
    for offset, count in zip(offsets, counts, strict=True):
        check_bytes(count, max(len(content) - offset, 0), name)
    if page.compression in _STORED:
        check_bytes(-(-prod(page.shape) * page.bitspersample // 8), sum(counts), name)
        return
    most = prod(page.chunks) * page.dtype.itemsize
    for offset, count in zip(offsets, counts, strict=True):
        unpacked = zlib.decompressobj().decompress(content[offset : offset + count], most + 1) if count else b""
        if len(unpacked) > most:
            raise InputError(f"{name} is broken: a strip of {most:,} bytes unpacks to more")


def _channels_last(array: Array, axes: str) -> Array:
    return np.moveaxis(array, 0, -1) if axes == "SYX" else array


def _without_alpha(array: Array, extra: tuple[int, ...]) -> tuple[Array, Array | None]:
    """Return the colours and the alpha channel; extra samples that are no alpha stay channels."""
    if array.ndim == 3 and len(extra) == 1 and extra[0] in _ALPHA:
        colour = array[:, :, 0] if array.shape[2] == 2 else array[:, :, :-1]
        return np.ascontiguousarray(colour), np.ascontiguousarray(array[:, :, -1])
    return np.ascontiguousarray(array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array), None
