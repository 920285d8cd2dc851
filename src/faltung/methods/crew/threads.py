"""The threads that take part in native work, and the caller's side of it.

A helper that has just worked goes on looking for work for a moment before it sleeps: to wake a thread takes 20 to 60 µs, and Python's own
pool twice that, which was a tenth of the time of 3 x 3 on 2048 x 2048. The caller works too, so nobody waits for a helper that has not
begun; and while one caller has the helpers, others work alone.
"""

import atexit
import ctypes
import os
import platform
import threading
import time
from functools import cache
from typing import Any

import numpy as np

from faltung.codegen.compile import Compiled, compiled, dialect
from faltung.methods.address import address
from faltung.methods.crew.places import ASLEEP, BOX, IDLE, LEAVE, POSTED, SERVE, WORKING, X86
from faltung.methods.scratch import LINE, aligned_bytes, scratch

Array = np.ndarray[Any, Any]
LOOKS = 3000
"""Looks for work before a helper sleeps: about 60 µs."""
PATIENCE = 20_000
"""Looks at a helper that still works before the caller lets Python see whether Ctrl-C was pressed."""
ORDERED = platform.machine().lower() in X86
"""Whether a plain look at a state, as Python's, brings what was written before it; else the native look has to follow."""
STATE, BOARD_AT, SCRATCH, TURNS, FOUND = range(len(BOX))
Words = ctypes.c_int64 * 4
"""A board."""


class Helper:
    """A thread: the box through which it is asked and its address, the lock it sleeps on, its scratch, and what its work needs alive."""

    __slots__ = ("box", "kept", "place", "scratch", "wake")

    def __init__(self) -> None:
        memory = aligned_bytes(2 * LINE)
        memory[:] = 0
        self.box: Any = (ctypes.c_int64 * len(BOX)).from_buffer(memory.data)
        self.place, self.wake = ctypes.addressof(self.box), threading.Lock()
        self.wake.acquire()
        self.scratch: Array = aligned_bytes(0)
        self.kept: tuple[object, ...] = ()


_helpers: list[Helper] = []
_free = threading.Lock()


def work_through(entries: Array, kept: tuple[object, ...], *, scratch_at: int, scratch_bytes: int, workers: int, most: int) -> None:
    """Make every call of a table, by up to `workers` threads of which the caller is one.

    Parameters
    ----------
    entries : ndarray of int64
        A call in each row: the address of a function, and its arguments without the scratch.
    kept : tuple
        Whatever owns the memory at these addresses.
    scratch_at : int
        Which argument the scratch is.
    scratch_bytes : int
        How much each thread needs.
    workers : int
        Threads at most.
    most : int
        Calls after which the caller looks whether Ctrl-C was pressed: as many as last about 50 ms.
    """
    calls, columns = entries.shape
    turns = turns_function(columns, scratch_at)
    board = Words(0, calls, address(entries), 8 * columns)
    place, own = ctypes.addressof(board), scratch(scratch_bytes)
    helpers = min(workers, calls) - 1
    if helpers < 1 or not _free.acquire(blocking=False):
        _take_part(turns, board, place, own, most)
        return
    asked: list[Helper] = []
    try:
        asked = _ready(helpers, place, turns.address, scratch_bytes, (board, entries, kept))
        if asked:
            boxes = (ctypes.c_int64 * len(asked))(*(helper.place for helper in asked))
            lead_function().call(place, own, most, ctypes.addressof(boxes), len(asked), PATIENCE)
        for helper in asked:
            if helper.box[FOUND] != IDLE and helper.wake.locked():
                helper.wake.release()
        _take_part(turns, board, place, own, most)
    finally:
        board[0] = calls  # after an exception nobody takes another one
        try:
            _until_left(asked)
        finally:
            _free.release()


def _take_part(turns: Compiled, board: Any, place: int, own: int, most: int) -> None:
    while board[0] < board[1]:
        turns.call(place, own, most)


def _ready(count: int, board: int, turns: int, scratch_bytes: int, kept: tuple[object, ...]) -> list[Helper]:
    """Return up to `count` helpers whose boxes say what is to be done; they have not been asked yet."""
    found = []
    for helper in _grown_to(count)[:count]:
        if helper.box[STATE] == WORKING:  # Ctrl-C, twice, in the wrong places: it is still at an earlier piece of work
            continue
        if helper.scratch.size < scratch_bytes:
            helper.scratch = aligned_bytes(scratch_bytes)
        helper.kept = kept
        helper.box[BOARD_AT:FOUND] = board, address(helper.scratch), turns
        found.append(helper)
    return found


def _until_left(asked: list[Helper]) -> None:
    """Take the posts back which no helper has seen, and wait for the others; Ctrl-C meanwhile is raised when they are done."""
    interrupted: BaseException | None = None
    for helper in asked:
        while helper.box[STATE] in (POSTED, WORKING):
            try:
                attend_function().call(helper.place, LEAVE, PATIENCE)
                if helper.box[STATE] == WORKING:
                    time.sleep(1e-4)
            except BaseException as error:
                interrupted = error
        if not ORDERED:
            attend_function().call(helper.place, LEAVE, 1)
        helper.kept = ()
    if interrupted is not None:
        raise interrupted


def _grown_to(count: int) -> list[Helper]:
    """Return the helpers, so many of them where the system has threads left."""
    while len(_helpers) < count:
        attend_function()  # not in the thread: two would load it
        helper = Helper()
        try:
            threading.Thread(target=_live, args=(helper,), name=f"faltung_{len(_helpers)}", daemon=True).start()
        except RuntimeError:
            break
        _helpers.append(helper)
    return _helpers


def _live(helper: Helper) -> None:
    attend, place = attend_function().call, helper.place
    while True:
        helper.wake.acquire()
        attend(place, SERVE, LOOKS)


@cache
def turns_function(columns: int, scratch_at: int) -> Compiled:
    """Return the code with which a thread takes turns through a table of so many columns."""
    return compiled(f"crew turns {columns} {scratch_at}", lambda: _emit().emit_turns(columns, scratch_at, dialect()))


@cache
def attend_function() -> Compiled:
    """Return the code with which threads wait for one another."""
    return compiled("crew attend", lambda: _emit().emit_attend(dialect()))


@cache
def lead_function() -> Compiled:
    """Return the code with which a caller posts, takes part and leaves."""
    return compiled("crew lead", lambda: _emit().emit_lead(dialect()))


def _emit() -> Any:
    from faltung.methods.crew import emit  # only where something is compiled

    return emit


def _forget_after_fork() -> None:
    """Threads do not survive a fork: the child starts its own."""
    global _free
    _free = threading.Lock()
    _helpers.clear()


def _rest() -> None:
    """Before the process ends, let no helper look at memory that is about to go."""
    for helper in _helpers:
        for _ in range(1000):
            if helper.box[STATE] == ASLEEP:
                break
            time.sleep(1e-4)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(_rest)
