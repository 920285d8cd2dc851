"""Finding out which convention something used."""

from faltung.diagnose.estimate import Estimate, identify
from faltung.diagnose.explain.diagnose import diagnose
from faltung.diagnose.explain.report import Report
from faltung.diagnose.layers import LayerReport, check_layer
from faltung.diagnose.probing import Card, probe

__all__ = ["Card", "Estimate", "LayerReport", "Report", "check_layer", "diagnose", "identify", "probe"]
