"""PNG and JPEG to arrays, through Pillow."""

import io
import struct
import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageFile

from faltung.io.claims import broken
from faltung.io.record import Array, Format, InputError, Picture

# Pillow raises these for broken files, beside OSError.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, ZeroDivisionError)
_ORIENTATION = 0x0112  # EXIF tag


def read_image(content: bytes, name: str, max_pixels: int) -> Picture:
    """Return the first picture of a PNG or JPEG file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs and of odd metadata; sizes are checked here
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                check_size(image.size, name, max_pixels)
                return _decoded(image, content, name)
    except Image.DecompressionBombError:
        raise InputError(f"{name} is larger than {max_pixels:,} pixels, the limit; raise it if the file is meant") from None
    except InputError:
        raise
    except BROKEN as error:
        raise broken(name, error) from None


def check_size(size: tuple[int, int], name: str, max_pixels: int) -> None:
    """Refuse a picture of more pixels than allowed."""
    columns, rows = size
    if columns * rows > max_pixels:
        raise InputError(
            f"{name} has {columns} x {rows} = {columns * rows:,} pixels, above the limit of {max_pixels:,}; raise the limit if it is meant"
        )


def _decoded(image: ImageFile.ImageFile, content: bytes, name: str) -> Picture:
    kind: Format = "PNG" if image.format == "PNG" else "JPEG"
    frames = getattr(image, "n_frames", 1)
    notes = [f"{name} holds {frames} pictures; the first is read"] if frames > 1 else []
    orientation = image.getexif().get(_ORIENTATION, 1)
    if kind == "PNG" and _sixteen_bits(content) and image.mode != "I;16" and not image.mode.startswith("I"):
        array = _sixteen_bit_colour(image, content, name)
    else:
        shown, words = converted(image)
        notes += words
        array = np.asarray(shown)
        array = array.astype(np.uint16) if array.dtype.kind == "i" or array.dtype == np.dtype(">u2") else array
    if orientation in range(2, 9):
        notes.append(f"EXIF orientation {orientation} applied: rows go down as the picture is seen")
    data, alpha = without_alpha(turned(array, orientation))
    return Picture(data=data, alpha=alpha, format=kind, is_image=True, notes=tuple(notes))


def converted(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Return the image in a mode whose samples can be filtered: grey or colour, with or without alpha."""
    mode, transparent = image.mode, "transparency" in image.info
    if mode == "P":
        target = "RGBA" if transparent else "RGB"
        return image.convert(target), [f"palette converted to {target}"]
    if mode == "1":
        return image.convert("LA" if transparent else "L"), ["1-bit samples converted to 0 and 255"]
    if transparent and mode in ("L", "RGB"):
        target = {"L": "LA", "RGB": "RGBA"}[mode]
        return image.convert(target), [f"transparent colour converted to alpha ({target})"]
    if mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        return image.convert("RGB"), [f"{mode} converted to RGB"]
    return image, []


def without_alpha(array: Array) -> tuple[Array, Array | None]:
    """Return the colours, and the alpha channel where two or four channels say that there is one."""
    if array.ndim == 3 and array.shape[2] in (2, 4):
        colour = array[:, :, 0] if array.shape[2] == 2 else array[:, :, :3]
        return np.ascontiguousarray(colour), np.ascontiguousarray(array[:, :, -1])
    return np.ascontiguousarray(array), None


def _sixteen_bits(content: bytes) -> bool:
    return len(content) > 25 and content[24] == 16  # IHDR stands first: length, name, width, height, bit depth


def _sixteen_bit_colour(image: ImageFile.ImageFile, content: bytes, name: str) -> Array:
    """Return the uint16 samples of a colour PNG.

    Pillow keeps one byte of each sample: the first for big-endian samples, which these are, the second if it is told that they are
    little-endian. So the file is decoded twice.
    """
    if image.mode not in ("RGB", "RGBA") or content[25] not in (2, 6):
        raise InputError(
            f"{name} has 16-bit grey samples with alpha, of which half the bits would be lost; save it without alpha, or as npy"
        )
    high = np.asarray(image).astype(np.uint16)
    with Image.open(io.BytesIO(content), formats=("PNG",)) as again:
        tiles: Any = again.tile  # tuples in Pillow 10, named ones later: plugin, box, offset, arguments
        again.tile = [type(tile)(*_with_mode(tile, f"{again.mode};16L")) for tile in tiles]
        low = np.asarray(again).astype(np.uint16)
    return high << np.uint16(8) | low


def _with_mode(tile: Any, mode: str) -> Any:
    return (*tile[:3], mode) if hasattr(tile, "_fields") else [(*tile[:3], mode)]


def turned(array: Array, orientation: int) -> Array:
    """Return the array as its EXIF orientation says that it is seen."""
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    rows, columns = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}.get(orientation, (1, 1))
    return np.ascontiguousarray(array[::rows, ::columns])
