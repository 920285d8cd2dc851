"""Home-made layers: the forward's convention, the exact adjoints, and the name of the mistake."""

from faltung.diagnose.layers.check import check_layer
from faltung.diagnose.layers.report import LayerReport, Mistake

__all__ = ["LayerReport", "Mistake", "check_layer"]
