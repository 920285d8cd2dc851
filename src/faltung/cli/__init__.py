"""The command ``faltung``."""

from faltung.cli.entry import main

__all__ = ["main"]
