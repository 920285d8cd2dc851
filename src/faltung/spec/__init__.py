"""The convention as a value: plain integers and words, no NumPy.

The names below are loaded when they are first used, as those of the package are.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names once more; tests/architecture keeps the two lists equal
    from faltung.spec.adjoint import adjoint as adjoint
    from faltung.spec.boundary import BOUNDARIES as BOUNDARIES
    from faltung.spec.boundary import Boundary as Boundary
    from faltung.spec.boundary import parse_boundary as parse_boundary
    from faltung.spec.boundary import source as source
    from faltung.spec.canonical import canonical as canonical
    from faltung.spec.case import Case as Case
    from faltung.spec.case import Weights as Weights
    from faltung.spec.comparison import Difference as Difference
    from faltung.spec.comparison import Differences as Differences
    from faltung.spec.differences import differences as differences
    from faltung.spec.fold import Fold as Fold
    from faltung.spec.groups import Groups as Groups
    from faltung.spec.layout import Layout as Layout
    from faltung.spec.layout import parse_layout as parse_layout
    from faltung.spec.notation import format_problem as format_problem
    from faltung.spec.notation import format_spec as format_spec
    from faltung.spec.parse import from_json as from_json
    from faltung.spec.parse import parse as parse
    from faltung.spec.parse import to_json as to_json
    from faltung.spec.problem import Problem as Problem
    from faltung.spec.same import canonical_problem as canonical_problem
    from faltung.spec.same import same_operation as same_operation
    from faltung.spec.spec import Spec as Spec
    from faltung.spec.window import Window as Window

_WHERE: dict[str, str] = {
    "adjoint": "adjoint",
    "BOUNDARIES": "boundary", "Boundary": "boundary", "parse_boundary": "boundary", "source": "boundary",
    "canonical": "canonical",
    "Case": "case", "Weights": "case",
    "Difference": "comparison", "Differences": "comparison",
    "differences": "differences",
    "Groups": "groups", "Layout": "layout", "parse_layout": "layout",
    "format_problem": "notation", "format_spec": "notation",
    "from_json": "parse", "parse": "parse", "to_json": "parse",
    "Problem": "problem",
    "canonical_problem": "same", "same_operation": "same",
    "Spec": "spec",
    "Fold": "fold", "Window": "window",
}  # fmt: skip

__all__ = [*_WHERE]


class _Room(ModuleType):
    """A room in which a name of the table wins over a module of the same name, whichever is loaded first."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'faltung.spec' has no attribute {name!r}")
    value = getattr(import_module(f"faltung.spec.{_WHERE[name]}"), name)
    globals()[name] = value  # found without this function from now on
    return value
