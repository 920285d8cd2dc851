"""Named kernels, weights stated for correlation: where they come from, why they work, what they are used for."""

from faltung.gallery.facts import Reversal
from faltung.gallery.record import Kernel
from faltung.gallery.table import defaults, kernel, kernels

__all__ = ["Kernel", "Reversal", "defaults", "kernel", "kernels"]
