"""The door: the public functions, over the engine, the dialects and the spec."""

from faltung.api.calls import convolve, correlate, plan, problem, run
from faltung.api.lags import lag_region, lags, tap_volume
from faltung.api.like import like
from faltung.api.translate import translate
from faltung.dialects import read, write
from faltung.engine.streaming import Stream
from faltung.spec.adjoint import adjoint
from faltung.spec.differences import differences
from faltung.spec.parse import parse

__all__ = [
    "Stream", "adjoint", "convolve", "correlate", "differences", "lag_region", "lags", "like", "parse", "plan", "problem",
    "read", "run", "tap_volume", "translate", "write",
]  # fmt: skip
