"""``scipy.signal``'s convolutions, correlations and FIR filters under their own names."""

from faltung.drop_in.scipy_signal.choosing import choose_conv_method
from faltung.drop_in.scipy_signal.convolutions import (
    convolve,
    convolve2d,
    correlate,
    correlate2d,
    correlation_lags,
    fftconvolve,
    oaconvolve,
)
from faltung.drop_in.scipy_signal.filters import lfilter, upfirdn

__all__ = [
    "choose_conv_method", "convolve", "convolve2d", "correlate", "correlate2d", "correlation_lags", "fftconvolve", "lfilter", "oaconvolve",
    "upfirdn",
]  # fmt: skip
