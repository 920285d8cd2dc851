"""One call of somebody's function, observed; and, run as a program, a process of its own in which such calls are made.

The program imports nothing of this package: ``python -P child.py``. It speaks on standard input and output in frames: two lengths
(big-endian, 4 and 8 bytes), a JSON object, and the bytes of arrays in the npy format, never pickled.
"""

import importlib
import io
import json
import os
import struct
import sys
import warnings
from collections.abc import Callable
from functools import reduce
from typing import Any, BinaryIO

import numpy as np

Array = np.ndarray[Any, Any]
HEAD = struct.Struct(">IQ")
MOST_JSON, MOST_BYTES = 2**20, 2**26  # of one frame; no probe comes near
LONGEST = 300  # characters of an error's message that are kept


def observe(function: Callable[[Array, Array], Any], x: Array, k: Array) -> tuple[dict[str, Any], Array | None]:
    """Return what one call did, as words, and its array; it is given copies, so that a change of them shows and does no harm."""
    given = x.copy(), k.copy()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = function(*given)
            found = np.array(result)  # a copy: the function may keep its own and change it later
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())[:LONGEST]
        return _words("raised", f"{type(error).__name__}: {message}" if message else type(error).__name__, x, k, given), None
    returned = type(result).__name__
    if found.dtype.kind not in "biufc":
        said = f"returned {returned}, which is no array of numbers"
        return {**_words("no array", said, x, k, given), "returned": returned}, None
    return {**_words("array", "", x, k, given), "returned": returned}, found


def _words(kind: str, said: str, x: Array, k: Array, given: tuple[Array, Array]) -> dict[str, Any]:
    pairs = (("the input", x, given[0]), ("the kernel", k, given[1]))
    changed = [name for name, before, after in pairs if before.shape != after.shape or before.tobytes() != after.tobytes()]
    return {"kind": kind, "said": said, "changed": changed}


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Return the next frame; EOFError where the stream ends, ValueError where it is no frame or too long."""
    words, size = HEAD.unpack(_exactly(stream, HEAD.size))
    if words > MOST_JSON or size > MOST_BYTES:
        raise ValueError(f"a frame of {words} and {size} bytes is above the limits {MOST_JSON} and {MOST_BYTES}")
    content = json.loads(_exactly(stream, words))
    if not isinstance(content, dict):
        raise ValueError("a frame begins with a JSON object")
    return content, _exactly(stream, size)


def write_frame(stream: BinaryIO, content: dict[str, Any], data: bytes = b"") -> None:
    """Write one frame."""
    words = json.dumps(content).encode()
    stream.write(HEAD.pack(len(words), len(data)) + words + data)
    stream.flush()


def npy(array: Array) -> bytes:
    """Return the bytes of an npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) != size:
        raise EOFError("the stream ended within a frame")
    return found


def load(target: str, folders: list[str]) -> Callable[[Array, Array], Any]:
    """Return the function that ``package.module:function`` names."""
    sys.path[:0] = [folder for folder in folders if folder not in sys.path]
    module, _, name = target.partition(":")
    start: Any = importlib.import_module(module)
    function: Callable[[Array, Array], Any] = reduce(getattr, name.split("."), start)
    if not callable(function):
        raise TypeError(f"{target} is {type(function).__name__}, which cannot be called")
    return function


def main() -> None:
    """Serve calls until standard input ends; what the function itself prints goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    content, _ = read_frame(requests)
    try:
        function = load(content["target"], content["folders"])
    except (Exception, SystemExit) as error:
        write_frame(replies, {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:LONGEST]}"})
        return
    write_frame(replies, {"error": ""})
    while True:
        try:
            content, data = read_frame(requests)
        except EOFError:
            return
        cut = content["cut"]
        x, k = (np.load(io.BytesIO(part), allow_pickle=False) for part in (data[:cut], data[cut:]))
        words, found = observe(function, x, k)
        if found is not None and found.nbytes > MOST_BYTES // 2:
            words, found = {**words, "kind": "no array", "said": f"returned {found.nbytes:,} bytes, more than a probe takes"}, None
        write_frame(replies, words, b"" if found is None else npy(found))


if __name__ == "__main__":
    main()
