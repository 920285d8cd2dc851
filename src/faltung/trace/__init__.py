"""One output, term by term: what its window reads, the kernel as applied, every product, the running sum."""

from faltung.trace.door import trace
from faltung.trace.record import Sample, Side, Steps, Term, Walk

__all__ = ["Sample", "Side", "Steps", "Term", "Walk", "trace"]
