"""Zarr arrays, which are folders: their metadata is checked before Zarr opens them, since it can name codecs that unpickle."""

import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from faltung.io.claims import broken, check_claim
from faltung.io.extras import needed
from faltung.io.record import Array, InputError, Picture

METADATA = ("zarr.json", ".zarray")  # of format 3 and of format 2
_LONGEST = 2**20  # bytes of metadata
# The codecs that turn bytes into bytes or numbers, and none that builds objects.
CODECS = (
    "bytes", "endian", "gzip", "zlib", "zstd", "blosc", "lz4", "lzma", "bz2", "crc32c", "crc32", "adler32", "transpose", "shuffle",
    "delta", "sharding_indexed", "fletcher32",
)  # fmt: skip


def is_zarr(name: str | Path) -> bool:
    """Return whether a folder is a Zarr array or group."""
    path = Path(name)
    try:
        return path.is_dir() and any((path / file).is_file() for file in (*METADATA, ".zgroup"))
    except ValueError:  # a null character
        return False


def read_zarr(path: Path, member: str | None, most: int) -> Picture:
    """Return one array of a Zarr folder; an array within a group is named by its path."""
    folder = path if member is None else _inside(path, member)
    check_metadata(folder, most)
    zarr = needed("zarr", str(folder))
    try:
        data: Array = np.asarray(zarr.open_array(str(folder), mode="r")[...])
    except (ValueError, TypeError, KeyError, OSError, RuntimeError, NotImplementedError, MemoryError) as error:
        raise broken(str(folder), error) from None
    return Picture(data=data, format="ZARR", is_image=False)


def _inside(path: Path, member: str) -> Path:
    folder = path.joinpath(*(part for part in member.split("/") if part))
    if ".." in member.split("/") or not is_zarr(folder):
        raise InputError(f"{path} holds no array {member!r}")
    return folder


def check_metadata(folder: Path, most: int) -> None:
    """Refuse, from the JSON alone, groups, objects, codecs that are not known, and arrays larger than allowed."""
    file = next((folder / name for name in METADATA if (folder / name).is_file()), None)
    if file is None:
        raise InputError(f"{folder} is a Zarr group; name an array in it, as in {folder}:name")
    try:
        with file.open("rb") as opened:
            said = json.loads(opened.read(_LONGEST))
        if said.get("node_type", "array") != "array":
            raise InputError(f"{folder} is a Zarr group; name an array in it, as in {folder}:name")
        shape = tuple(int(n) for n in said["shape"])
        chunks = tuple(int(n) for n in (said.get("chunks") or said["chunk_grid"]["configuration"]["chunk_shape"]))
        dtype = np.dtype(said.get("dtype") or said["data_type"])
        unknown = sorted(set(_codecs(said)) - set(CODECS))
    except InputError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise broken(str(file), error) from None
    check_claim(shape, dtype, str(folder), most)
    check_claim(chunks, np.uint8, f"a chunk of {folder}", most)
    if unknown:
        raise InputError(f"{folder} is stored with the codec {unknown[0]!r}, which is not among those opened: {', '.join(CODECS)}")
    if prod(shape) and not any(path.is_file() and path.name not in (*METADATA, ".zattrs") for path in folder.rglob("*")):
        raise InputError(f"{folder} was never written: no data is stored for its shape {shape}")


def _codecs(said: Any) -> list[str]:
    """Return the names of all codecs, also of those within a shard."""
    found = []
    for codec in [*(said.get("codecs") or ()), *(said.get("filters") or ()), *(filter(None, [said.get("compressor")]))]:
        found.append(str(codec.get("name") or codec.get("id")).removeprefix("numcodecs."))
        found += _codecs(codec.get("configuration") or {})
        found += _codecs({"codecs": (codec.get("configuration") or {}).get("index_codecs")})
    return found
