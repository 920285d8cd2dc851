"""Convolution through spectra."""

from faltung.methods.fourier.whole import NAME, cost, refuses, run

__all__ = ["NAME", "cost", "refuses", "run"]
