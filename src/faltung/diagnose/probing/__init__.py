"""A black box's convention, found by calling it: on a card."""

from faltung.diagnose.probing.card import Card
from faltung.diagnose.probing.probe import probe

__all__ = ["Card", "probe"]
