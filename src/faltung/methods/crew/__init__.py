"""Threads that work through a table of native calls, without Python's lock in between (see `threads`)."""

from faltung.methods.crew.threads import work_through

__all__ = ["work_through"]
