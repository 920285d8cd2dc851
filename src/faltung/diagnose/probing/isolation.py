"""A function in a process of its own, killed at its limit. Arrays go both ways as npy bytes; nothing that comes back is unpickled."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from pathlib import Path
from threading import Thread
from typing import Any, cast, get_args

import numpy as np

from faltung.diagnose.probing import child
from faltung.diagnose.probing.calling import Answer, Ask, Kind, answer_of
from faltung.errors import SpecError
from faltung.io import InputError
from faltung.io.numpy_files import read_npy

Array = np.ndarray[Any, Any]
CALL_SHARE = 4  # one call may take this part of the whole limit, and half of that after each one that hung: a probe survives some
_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def checked_target(text: str) -> str:
    """Return ``package.module:function``, or raise with an example."""
    if len(text) > 200 or not _TARGET.fullmatch(text):
        shown = text if len(text) <= 60 else text[:57] + "…"
        raise SpecError(f"{shown!r} names no function; write package.module:function, as in scipy.ndimage:correlate")
    return text


def target_of(function: Callable[..., Any]) -> str | None:
    """Return the name by which a new process can import a function, or None where there is none (lambdas, closures, methods)."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__" or "<" in name:
        return None
    parts = module.split(".")
    public = (".".join(parts[:count]) for count in range(1, len(parts) + 1))  # scipy.ndimage rather than scipy.ndimage._filters
    return next((f"{place}:{name}" for place in public if _found(place, name) is function), None)


def _found(module: str, name: str) -> Any:
    try:
        return reduce(getattr, name.split("."), cast(Any, sys.modules[module]))
    except (KeyError, AttributeError):
        return None


@contextmanager
def isolated(target: str, limit: float, folders: Sequence[str]) -> Iterator[Ask]:
    """Yield how a function is asked in a child process; the process is killed when a call hangs, and at the end.

    All calls together, and the import before them, may take `limit` seconds each; a process that was killed is started again.

    Raises
    ------
    SpecError
        When the function cannot be imported, with the import's own message.
    """
    processes = [_started(target, folders, limit)]
    end = time.monotonic() + limit

    def ask(x: Array, k: Array) -> Answer:
        try:
            if processes[-1].poll() is not None:
                processes.append(_started(target, folders, end - time.monotonic()))
        except SpecError as error:
            return Answer(kind="hung", said=f"not asked again: {error}")
        left = end - time.monotonic()
        if left <= 0:
            return Answer(kind="hung", said=f"not asked: the probe's {limit:g} s are over")
        return _asked(processes[-1], x, k, min(left, limit / CALL_SHARE / 2 ** (len(processes) - 1)))

    try:
        yield ask
    finally:
        for process in processes:
            kill(process)


def _started(target: str, folders: Sequence[str], limit: float) -> "subprocess.Popen[bytes]":
    if limit <= 0:
        raise SpecError(f"{target} is not started: the time is over")
    process = subprocess.Popen(
        [sys.executable, "-P", str(Path(child.__file__))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    reply = _exchange(process, {"target": target, "folders": list(folders)}, b"", limit)
    if reply is None or reply[0].get("error") != "":
        kill(process)
        if reply is None:
            raise SpecError(f"{target} cannot be imported: the process ended, or was not ready within {limit:g} s; raise the limit")
        raise SpecError(not_imported(target, str(reply[0].get("error"))))
    return process


def not_imported(target: str, said: str) -> str:
    """Return the sentence for an import that failed; it names the remedy where the module itself was not found.

    Examples
    --------
    >>> print(not_imported("mine:f", "ModuleNotFoundError: No module named 'mine'"))
    mine:f cannot be imported: ModuleNotFoundError: No module named 'mine'; --path looks here, too (in Python: path=["."])
    """
    home = target.partition(":")[0].partition(".")[0]
    here = '; --path looks here, too (in Python: path=["."])' if said == f"ModuleNotFoundError: No module named {home!r}" else ""
    return f"{target} cannot be imported: {said}{here}"


def _asked(process: "subprocess.Popen[bytes]", x: Array, k: Array, limit: float) -> Answer:
    first = child.npy(x)
    reply = _exchange(process, {"cut": len(first)}, first + child.npy(k), limit)
    if reply is None:
        died = process.poll() is not None
        kill(process)
        if died:
            return Answer(kind="died", said=f"the process ended ({_ending(process.returncode)})")
        return Answer(kind="hung", said=f"no answer within {limit:g} s; the process was killed")
    words, data = reply
    if words.get("kind") not in get_args(Kind):
        return Answer(kind="died", said="the process sent something else than an answer")
    if words["kind"] != "array":
        return answer_of(words, None)
    try:
        return answer_of(words, read_npy(data, "the answer", child.MOST_BYTES).data)
    except InputError as error:
        return Answer(kind="no array", said=str(error))


def _ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


def _exchange(
    process: "subprocess.Popen[bytes]", content: dict[str, Any], data: bytes, limit: float
) -> tuple[dict[str, Any], bytes] | None:
    """Return the reply to a frame; None when there is none within the limit. A thread waits, since pipes cannot be polled everywhere."""
    replies: list[tuple[dict[str, Any], bytes]] = []

    def talk() -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018  # for mypy
        with suppress(OSError, ValueError, EOFError, RecursionError):
            child.write_frame(cast(Any, process.stdin), content, data)
            replies.append(child.read_frame(cast(Any, process.stdout)))

    thread = Thread(target=talk, daemon=True)
    thread.start()
    thread.join(limit)
    if not thread.is_alive() and not replies:
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
    return replies[0] if replies and not thread.is_alive() else None


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it started (it leads a group of its own where the system has groups)."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
