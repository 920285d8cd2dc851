"""Convolution of a signal that arrives in blocks: a Filter says what, a State where in the signal, and a Stream holds both."""

from faltung.engine.streaming.stream import Stream

__all__ = ["Stream"]
