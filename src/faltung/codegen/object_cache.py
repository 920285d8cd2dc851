"""Machine code kept on disk from one process to the next.

A file holds MAGIC, the key (everything that the code depends on), the SHA-256 of the code, and the code. It is loaded only when all of
them match and the file is the user's own; whatever else is found is ignored, and replaced when the code has been compiled anew. Files
are written beside their place and renamed, so a reader meets a whole one or none.

``FALTUNG_CACHE=off`` keeps code in memory only (``on`` is the default); ``FALTUNG_CACHE=/some/folder`` keeps it there instead of in the
user's cache folder.
"""

import os
import stat
import struct
import warnings
from contextlib import suppress
from functools import cache

from faltung.codegen.digest import digest
from faltung.codegen.folders import user_folder

MAGIC = b"faltung machine code 1\n"
MOST_BYTES = 200 << 20
"""Beyond, the files that were used longest ago go. A kernel has 4 to 40 kB."""
SUFFIX = ".faltung"
DIGEST = 32
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# a pipe must not block, a link must not lead elsewhere; Windows has neither flag, and a translation of line ends instead
READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@cache
def folder() -> str | None:
    """Return where code is kept, made if need be, or None when it stays in memory; with a warning where that was not asked for."""
    chosen = os.environ.get("FALTUNG_CACHE", "")
    if chosen.lower() in ("off", "0"):
        return None
    if chosen.lower() in ("", "on", "1"):
        chosen = user_folder("cache")
    place = os.path.abspath(os.path.expanduser(chosen))
    reason = refusal(place)
    if reason is not None:
        _warn(reason)
    return place if reason is None else None


def refusal(place: str) -> str | None:
    """Return why code from this folder could not be trusted, or not be written there, or None when all is well; makes the folder."""
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
        found = os.stat(place)
    except OSError as error:
        return f"the folder {place} cannot be made ({error.strerror})"
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        return f"the folder {place} belongs to user {found.st_uid}, not to {os.geteuid()}"
    if hasattr(os, "geteuid") and found.st_mode & WRITABLE_BY_OTHERS:
        return f"others may write to the folder {place} (its mode is {stat.S_IMODE(found.st_mode):o}; chmod 700 mends it)"
    if not os.access(place, os.W_OK | os.X_OK):
        return f"the folder {place} may not be written to"
    return None


def load(place: str, key: str) -> bytes | None:
    """Return the code that was saved under `key`, or None when there is none that can be trusted."""
    path = os.path.join(place, file_name(key))
    try:
        data = _own_file(path)
    except OSError:
        return None
    head = _head(key)
    kept, code = data[len(head) : len(head) + DIGEST], data[len(head) + DIGEST :]
    if not data.startswith(head) or digest(code) != kept:
        return None
    with suppress(OSError):  # another process may have removed it; what was read is good
        os.utime(path)  # now it is the one that was used last
    return code


def save(place: str, key: str, code: bytes) -> None:
    """Keep `code` under `key`, and remove what is too much; a warning says so where that fails."""
    path = os.path.join(place, file_name(key))
    beside = os.path.join(place, f"{os.urandom(8).hex()}{SUFFIX}")
    try:
        descriptor = os.open(beside, WRITE_FLAGS, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(_head(key) + digest(code) + code)
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise
        shrink(place, MOST_BYTES)
    except OSError as error:
        _warn(f"{path} cannot be written ({error.strerror})")


def shrink(place: str, most: int) -> None:
    """Remove the files used longest ago until at most `most` bytes are left; other files than ours are not touched."""
    found = []
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.name.endswith(SUFFIX):
                with suppress(FileNotFoundError):  # another process has renamed or removed it meanwhile
                    found.append((entry.stat(follow_symlinks=False), entry.path))
    total = sum(facts.st_size for facts, _ in found)
    for facts, path in sorted(found, key=lambda one: one[0].st_mtime_ns):
        if total <= most:
            return
        total -= facts.st_size
        with suppress(OSError):  # another process was quicker, or it is in use (Windows)
            os.unlink(path)


def file_name(key: str) -> str:
    """Return the name of the file in which the code of `key` stands."""
    return digest(key.encode()).hex() + SUFFIX


def _head(key: str) -> bytes:
    text = key.encode()
    return MAGIC + struct.pack("<I", len(text)) + text


def _own_file(path: str) -> bytes:
    """Return what a file holds if it is a plain one, of this user, that others may not write to; else raise OSError."""
    with open(os.open(path, READ_FLAGS), "rb") as file:
        facts = os.fstat(file.fileno())
        plain = stat.S_ISREG(facts.st_mode) and facts.st_size <= MOST_BYTES
        if not plain or (hasattr(os, "geteuid") and (facts.st_uid != os.geteuid() or facts.st_mode & WRITABLE_BY_OTHERS)):
            raise PermissionError(path)
        return file.read()


@cache
def _warn(reason: str) -> None:
    message = f"compiled kernels are kept in memory only: {reason}. FALTUNG_CACHE=off keeps them there, FALTUNG_CACHE=/a/folder moves them"
    warnings.warn(message, RuntimeWarning, stacklevel=2)
