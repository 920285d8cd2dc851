"""The door: the public functions, over the engine and the spec; `like` and `translate`, over the dialects, are modules of their own here.

They are not loaded with the others: a hundred dialects are no part of computing a convolution.
"""

from faltung.api.calls import convolve, correlate, plan, problem, run
from faltung.api.lags import lag_region, lags, tap_volume
from faltung.spec.adjoint import adjoint
from faltung.spec.differences import differences
from faltung.spec.parse import parse

__all__ = [
    "adjoint", "convolve", "correlate", "differences", "lag_region", "lags", "parse", "plan", "problem",
    "run", "tap_volume",
]  # fmt: skip
