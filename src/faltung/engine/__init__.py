"""Planning and computing: a Spec with arrays becomes a Route, a Case, a method's sums, and the steps behind them."""

from faltung.engine.compute import compute
from faltung.engine.plan import Plan, make_plan

__all__ = ["Plan", "compute", "make_plan"]
