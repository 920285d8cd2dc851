"""The kernel between two images or signals: least squares, what the data determine of it, and what it is called."""

from faltung.diagnose.estimate.identify import identify
from faltung.diagnose.estimate.result import Estimate

__all__ = ["Estimate", "identify"]
