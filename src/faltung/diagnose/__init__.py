"""Finding out which convention something used."""

from faltung.diagnose.card import Card
from faltung.diagnose.probe import probe

__all__ = ["Card", "probe"]
