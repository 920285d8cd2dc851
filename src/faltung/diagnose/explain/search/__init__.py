"""The search for all explanations of a result."""

from faltung.diagnose.explain.search.search import search

__all__ = ["search"]
