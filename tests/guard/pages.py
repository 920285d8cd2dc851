"""Arrays that lie flush against memory which may not be touched: a kernel that reads or writes outside of one ends the process."""

import ctypes
import mmap

import numpy as np

_protect = ctypes.CDLL(None, use_errno=True).mprotect
_protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_maps = []  # a mapping may not be closed while an array looks at it; they are small, and end with the process
NO_ACCESS = 0
_spare: dict[int, list[np.ndarray]] = {}


def region(size):
    """Return a writable array of bytes, whole pages, with an untouchable page before it and one behind it."""
    pages = -(-max(size, 1) // mmap.PAGESIZE)
    if _spare.get(pages):
        return _spare[pages].pop()
    memory = mmap.mmap(-1, (pages + 2) * mmap.PAGESIZE)
    _maps.append(memory)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for fence in (start, start + (pages + 1) * mmap.PAGESIZE):
        if _protect(fence, mmap.PAGESIZE, NO_ACCESS):
            raise OSError(ctypes.get_errno(), "mprotect")
    return np.frombuffer(memory, np.uint8, pages * mmap.PAGESIZE, mmap.PAGESIZE)


def flush(values, end):
    """Return a copy of `values`, contiguous, that touches the untouchable page at its ``"low"`` or ``"high"`` end.

    Give it back with `release` when it is no longer used, so that the next array can stand there.
    """
    values = np.ascontiguousarray(values)
    pages = region(values.nbytes)
    first = 0 if end == "low" else pages.size - values.nbytes
    placed = pages[first : first + values.nbytes].view(values.dtype).reshape(values.shape)
    placed[...] = values
    return placed


def release(*arrays):
    """Let the pages of arrays that `flush` returned be used again."""
    for array in arrays:
        pages = array
        while pages.base is not None and isinstance(pages.base, np.ndarray):
            pages = pages.base
        _spare.setdefault(pages.size // mmap.PAGESIZE, []).append(pages)
