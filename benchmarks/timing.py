"""The package's own tools for timing, under a short name for the scripts of this folder."""

from faltung.bench.machine import machine
from faltung.bench.timing import Candidates, best, shown, table, threads_used

__all__ = ["Candidates", "best", "machine", "shown", "table", "threads_used"]
