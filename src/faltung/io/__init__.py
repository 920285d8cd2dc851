"""Images and arrays in files, as NumPy arrays: PNG, JPEG, TIFF, npy, npz, mat, HDF5, safetensors, Zarr, and arrays written as text."""

from faltung.io.members import names_a_file, split_member
from faltung.io.reading import read, read_bytes, read_numbers
from faltung.io.record import MOST_PIXELS, InputError, Picture
from faltung.io.text import parse_array, parse_json
from faltung.io.writing import check_target, encode, format_of, write, write_standard_output

__all__ = [
    "MOST_PIXELS",
    "InputError",
    "Picture",
    "check_target",
    "encode",
    "format_of",
    "names_a_file",
    "parse_array",
    "parse_json",
    "read",
    "read_bytes",
    "read_numbers",
    "split_member",
    "write",
    "write_standard_output",
]
