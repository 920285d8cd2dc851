"""Images and arrays in files, as NumPy arrays: PNG, JPEG, .npy, .npz, and arrays written as text."""

from faltung.io.reading import read, read_bytes, read_numbers
from faltung.io.record import MOST_PIXELS, InputError, Picture
from faltung.io.text import parse_array
from faltung.io.writing import check_target, encode, format_of, write, write_standard_output

__all__ = [
    "MOST_PIXELS",
    "InputError",
    "Picture",
    "check_target",
    "encode",
    "format_of",
    "parse_array",
    "read",
    "read_bytes",
    "read_numbers",
    "write",
    "write_standard_output",
]
