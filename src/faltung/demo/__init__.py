"""What ``faltung demo`` shows: the classic report, the Sobel example, even kernels, and the gallery on one contact sheet."""

from faltung.demo.tour import run

__all__ = ["run"]
