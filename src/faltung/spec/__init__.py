"""The convention as a value: plain integers and words, no NumPy."""

from faltung.spec.adjoint import adjoint
from faltung.spec.boundary import BOUNDARIES, Boundary, parse_boundary, source
from faltung.spec.canonical import canonical
from faltung.spec.case import Case, Weights
from faltung.spec.differences import Difference, Differences, differences
from faltung.spec.layout import Groups, Layout, parse_layout
from faltung.spec.notation import format_problem, format_spec
from faltung.spec.parse import from_json, parse, to_json
from faltung.spec.problem import Problem
from faltung.spec.same import canonical_problem, same_operation
from faltung.spec.spec import Spec
from faltung.spec.window import Fold, Window

__all__ = [
    "BOUNDARIES", "Boundary", "Case", "Difference", "Differences", "Fold", "Groups", "Layout", "Problem", "Spec", "Weights", "Window",
    "adjoint", "canonical", "canonical_problem", "differences", "format_problem", "format_spec", "from_json", "parse", "parse_boundary",
    "parse_layout", "same_operation", "source", "to_json",
]  # fmt: skip
