"""What a file holds, and the refusal of one."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
Format = Literal["PNG", "JPEG", "TIFF", "NPY", "NPZ"]  # those that are written, too
Kind = Literal[Format, "MAT", "HDF5", "SAFETENSORS", "ZARR", "TEXT"]
SUFFIXES: dict[str, Format] = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".npy": "NPY", ".npz": "NPZ",
}  # fmt: skip
# 2**27 = 134 million: 128 MiB of grey, 1 GiB of float64. A file of a few kilobytes can claim more.
MOST_PIXELS = 2**27


class InputError(ValueError):
    """A file or a text cannot be read or written as what it should be; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """The content of a file.

    Attributes
    ----------
    data
        (rows, columns) or (rows, columns, channels) for an image, without its alpha channel; any shape for an array.
    alpha
        (rows, columns), or None.
    format
        What the file is, whatever its name says.
    is_image
        Whether the axes are rows, columns and perhaps channels.
    pages
        Whether the first axis counts the pages of a TIFF file; the others are then those of an image.
    notes
        What was done on the way, a sentence each: a palette converted, a picture turned as its EXIF orientation says.
    """

    data: Array
    alpha: Array | None = None
    format: Kind
    is_image: bool
    pages: bool = False
    notes: tuple[str, ...] = ()
