"""Writing: the whole file or nothing, and never over another one unasked."""

import io
import os
import secrets
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from faltung.io.png import encode_16_bit
from faltung.io.record import SUFFIXES, Array, Format, InputError
from faltung.io.tiff_encoding import encode_tiff

JPEG_QUALITY = 95  # Pillow's documentation: above it files grow with hardly any gain


def format_of(path: str | Path) -> Format:
    """Return the format that a file name asks for.

    Raises
    ------
    InputError
        For a name that ends in none of those known.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path} does not say its format; end the name in {', '.join(SUFFIXES)}")
    return SUFFIXES[suffix]


def check_target(path: str | Path, *, force: bool = False) -> None:
    """Refuse a place where no file can be written, before there is anything to write."""
    target = Path(path)
    try:
        if target.is_dir():
            raise InputError(f"{target} is a folder; name a file in it")
        if target.exists() and not target.is_file():
            raise InputError(f"{target} is no regular file; only those are replaced")
        if target.exists() and not force:
            raise InputError(f"{target} exists already; --force (force=True) replaces it")
        if not target.parent.is_dir():
            raise InputError(f"there is no folder {target.parent} to write {target.name} into")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{str(target)!r} cannot be written: {error}") from None


def write(path: str | Path, data: Array, *, alpha: Array | None = None, force: bool = False, pages: bool = False) -> None:
    """Write an array to a file whose name says the format.

    Written beside its place under another name and then renamed, so that no half-written file is ever seen.

    Parameters
    ----------
    path : str or Path
        A name that ends in .png, .jpg, .jpeg, .tif, .tiff, .npy or .npz.
    data : ndarray
        For PNG uint8 or uint16, for JPEG uint8, of shape (rows, columns) or (rows, columns, 3); for TIFF of any dtype and number of
        channels; any array of numbers for npy and npz.
    alpha : ndarray, optional
        Of shape (rows, columns) and the dtype of `data`; for PNG and TIFF, and as last channel for npy and npz.
    force : bool
        Replace the file if it exists.
    pages : bool
        For TIFF: the first axis counts pages.

    Raises
    ------
    InputError
        When the format cannot hold the array, or the file exists, or the folder does not.
    """
    check_target(path, force=force)
    _place(encode(data, format_of(path), alpha=alpha, pages=pages), Path(path), force)


def encode(data: Array, kind: Format, *, alpha: Array | None = None, pages: bool = False) -> bytes:
    """Return the bytes of a file that holds the array (arguments as for `write`)."""
    if kind in ("NPY", "NPZ"):
        return _encode_numpy(data if alpha is None else np.concatenate([data.reshape(*alpha.shape, -1), alpha[:, :, None]], 2), kind)
    if kind == "TIFF":
        return encode_tiff(_pages(data, alpha, pages), alpha=alpha is not None)
    samples = _samples(data, alpha, kind)
    if samples.dtype == np.uint16:
        return encode_16_bit(samples)
    image = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    file = io.BytesIO()
    if kind == "JPEG":
        image.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        image.save(file, "PNG")
    return file.getvalue()


def _encode_numpy(data: Array, kind: Format) -> bytes:
    file = io.BytesIO()
    if data.dtype.hasobject:
        raise InputError(
            f"npy files of Python objects would be pickles, which are not written; ask for a dtype of numbers, not {data.dtype}"
        )
    if kind == "NPY":
        np.save(file, data, allow_pickle=False)
    else:
        np.savez_compressed(file, data)
    return file.getvalue()


def _samples(data: Array, alpha: Array | None, kind: Format) -> Array:
    """Return (rows, columns, channels) samples that the format can hold."""
    depths = ("uint8", "uint16") if kind == "PNG" else ("uint8",)
    if data.dtype.name not in depths:
        wide = " or npy" if data.dtype.name != "bool" else ""
        remedy = f"ask for dtype {' or '.join(depths)}, or write {'png' + wide if data.dtype == np.uint16 else 'npy'}"
        raise InputError(f"{kind} holds {' and '.join(depths)} samples, not {data.dtype}; {remedy}")
    if data.ndim not in (2, 3) or (data.ndim == 3 and data.shape[2] not in (1, 3)) or 0 in data.shape:
        raise InputError(f"{kind} holds pictures of shape (rows, columns) or (rows, columns, 3), not {data.shape}; write npy")
    if kind == "JPEG" and max(data.shape[:2]) > 65535:
        raise InputError(f"JPEG holds at most 65,535 rows and columns, not {data.shape[:2]}; write png")
    samples = data[:, :, None] if data.ndim == 2 else data
    if alpha is None:
        return np.ascontiguousarray(samples)
    if kind == "JPEG":
        raise InputError("JPEG has no alpha channel; write png")
    return _with_alpha(samples, alpha)


def _with_alpha(samples: Array, alpha: Array) -> Array:
    if alpha.shape != samples.shape[:2] or alpha.dtype != samples.dtype:
        raise InputError(
            f"alpha has shape {alpha.shape} and dtype {alpha.dtype}; "
            f"beside this picture it must have {samples.shape[:2]} and {samples.dtype}"
        )
    return np.concatenate([samples, alpha[:, :, None]], axis=2)


def _pages(data: Array, alpha: Array | None, pages: bool) -> Array:
    """Return (pages, rows, columns, channels)."""
    stack = data if pages else data[None]
    if stack.ndim not in (3, 4):
        form = "(pages, rows, columns) or (pages, rows, columns, channels)" if pages else "(rows, columns) or (rows, columns, channels)"
        raise InputError(f"TIFF holds pictures of shape {form}, not {data.shape}; write npy")
    samples = stack[..., None] if stack.ndim == 3 else stack
    return samples if alpha is None else _with_alpha(samples[0], alpha)[None]


def _place(content: bytes, target: Path, force: bool) -> None:
    """Write the content beside its place, then rename."""
    try:
        target = target.resolve() if force else target  # a link stays one
        temporary = target.parent / f".{target.name[:100]}.{secrets.token_hex(6)}.part"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            _rename(temporary, target, force)
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError:
        raise InputError(f"{target} exists already; --force (force=True) replaces it") from None
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from None


def _rename(temporary: Path, target: Path, force: bool) -> None:
    if force:
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)  # fails if the target came into being meanwhile, which a rename would replace
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(str(target)) from None
        os.replace(temporary, target)


def write_standard_output(content: bytes) -> None:
    """Write bytes to standard output; refused where that is a terminal."""
    if sys.stdout.isatty():
        raise InputError("standard output is a terminal, and a file's bytes are not for reading; name a file, or send them on with >")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
