"""TIFF of any numeric dtype, uncompressed, little-endian, one strip a page: what every reader of TIFF reads, if it knows the dtype."""

import struct

import numpy as np

from faltung.io.record import Array, InputError

_MOST_BYTES = 2**32 - 2**20  # offsets are 32-bit numbers
_SHORT, _LONG = 3, 4  # types of tag values
_SAMPLE_FORMATS = {"u": 1, "i": 2, "f": 3, "c": 6}  # kind of dtype: the tag SampleFormat
_BLACK_IS_ZERO, _RGB = 1, 2
_UNKNOWN, _ALPHA = 0, 2  # the tag ExtraSamples: unspecified, unassociated alpha


def encode_tiff(pages: Array, *, alpha: bool) -> bytes:
    """Return the file of samples (pages, rows, columns, channels); with `alpha` the last channel is that."""
    _check(pages)
    data = np.ascontiguousarray(pages, pages.dtype.newbyteorder("<"))
    parts, end = [b"II*\0" + struct.pack("<I", 8)], 8
    for number, page in enumerate(data):
        head = _directory(page, end, alpha, last=number == len(data) - 1)
        parts += [head, page.tobytes(), b"\0" * (page.nbytes % 2)]  # directories begin at even places
        end += len(head) + page.nbytes + page.nbytes % 2
    return b"".join(parts)


def _check(pages: Array) -> None:
    if pages.dtype.kind not in _SAMPLE_FORMATS or pages.dtype.itemsize > (16 if pages.dtype.kind == "c" else 8):
        kinds = "integers, floats of up to 64 bits and complex numbers"
        raise InputError(f"TIFF holds {kinds}, not {pages.dtype}; ask for one of these, or write npy")
    if 0 in pages.shape:
        raise InputError(f"TIFF holds pictures of at least one sample, not {pages.shape}; write npy")
    if pages.nbytes > _MOST_BYTES:
        raise InputError(f"TIFF files hold less than 4 GiB, not {pages.nbytes:,} bytes; write npy")
    if pages.shape[3] > 2**16 - 1:
        raise InputError(f"TIFF holds at most 65,535 channels, not {pages.shape[3]:,}; write npy")


def _directory(page: Array, start: int, alpha: bool, *, last: bool) -> bytes:
    """Return the directory of a page that stands at `start`, followed by the values that do not fit into their entries."""
    rows, columns, channels = page.shape
    colours = channels - alpha
    rgb = colours == 3
    extra = channels - (3 if rgb else 1)
    tags: list[tuple[int, int, list[int]]] = [
        (256, _LONG, [columns]), (257, _LONG, [rows]), (258, _SHORT, [page.dtype.itemsize * 8] * channels),
        (259, _SHORT, [1]), (262, _SHORT, [_RGB if rgb else _BLACK_IS_ZERO]),
        (273, _LONG, [0]), (277, _SHORT, [channels]), (278, _LONG, [rows]), (279, _LONG, [page.nbytes]), (284, _SHORT, [1]),
        *([(338, _SHORT, [_UNKNOWN] * (extra - alpha) + [_ALPHA] * alpha)] if extra else []),
        (339, _SHORT, [_SAMPLE_FORMATS[page.dtype.kind]] * channels),
    ]  # fmt: skip
    beyond = start + 2 + 12 * len(tags) + 4
    size = beyond - start + sum(len(_packed(kind, values)) for _, kind, values in tags if len(_packed(kind, values)) > 4)
    tags = [(tag, kind, [start + size] if tag == 273 else values) for tag, kind, values in tags]
    entries, tail = [struct.pack("<H", len(tags))], b""
    for tag, kind, values in tags:
        value = _packed(kind, values)
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", beyond + len(tail))
        entries.append(struct.pack("<HHI", tag, kind, len(values)) + place)
        tail += value if len(value) > 4 else b""
    following = 0 if last else start + size + page.nbytes + page.nbytes % 2
    return b"".join(entries) + struct.pack("<I", following) + tail


def _packed(kind: int, values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}{'H' if kind == _SHORT else 'I'}", *values)
