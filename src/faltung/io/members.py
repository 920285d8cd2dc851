"""Names of arrays within files: ``data.npz:x``, ``weights.safetensors:conv1.weight``, ``stack.tif:0``."""

import re
from pathlib import Path

_HOLDS_SEVERAL = re.compile(r"(.+\.(?:npz|mat|h5|hdf5|safetensors|zarr|tiff?)):(.+)", re.IGNORECASE | re.DOTALL)
# What a name that is meant as a file's ends in, with or without the name of an array behind it.
_FILE = re.compile(r"\.(npy|npz|png|jpe?g|tiff?|mat|h5|hdf5|safetensors|zarr|txt|csv|tsv|json)(:\S+)?$", re.IGNORECASE)


def split_member(text: str) -> tuple[str, str | None]:
    """Return the file's name and the name of the array in it; a file that is called so itself comes first."""
    found = _HOLDS_SEVERAL.fullmatch(text)
    return (found[1], found[2]) if found and not Path(text).exists() else (text, None)


def names_a_file(text: str) -> bool:
    """Return whether a text is meant as the name of a file, there or not."""
    return _FILE.search(text) is not None
