"""Convolution and cross-correlation whose convention is a value.

The names below are loaded when they are first used, so that ``import faltung`` costs next to nothing: a name stands in one table,
next to the room that defines it.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names once more, for type checkers and editors; tests/architecture keeps the two lists equal
    from faltung import drop_in as drop_in
    from faltung import laws as laws
    from faltung import testing as testing
    from faltung.api import adjoint as adjoint
    from faltung.api import convolve as convolve
    from faltung.api import correlate as correlate
    from faltung.api import differences as differences
    from faltung.api import lag_region as lag_region
    from faltung.api import lags as lags
    from faltung.api import parse as parse
    from faltung.api import plan as plan
    from faltung.api import problem as problem
    from faltung.api import run as run
    from faltung.api import tap_volume as tap_volume
    from faltung.api.like import like as like
    from faltung.api.translate import translate as translate
    from faltung.diagnose import check_layer as check_layer
    from faltung.diagnose import diagnose as diagnose
    from faltung.diagnose import identify as identify
    from faltung.diagnose import probe as probe
    from faltung.dialects import read as read
    from faltung.dialects import write as write
    from faltung.engine import Plan as Plan
    from faltung.engine.streaming import Stream as Stream
    from faltung.errors import DialectError as DialectError
    from faltung.errors import PlanError as PlanError
    from faltung.errors import SpecError as SpecError
    from faltung.gallery import kernel as kernel
    from faltung.gallery import kernels as kernels
    from faltung.spec import Problem as Problem
    from faltung.spec import Spec as Spec
    from faltung.spec import Window as Window
    from faltung.trace import trace as trace

__version__ = "0.1.0"

_WHERE: dict[str, str] = {
    "convolve": "faltung.api",
    "correlate": "faltung.api",
    "Stream": "faltung.engine.streaming",
    "lags": "faltung.api",
    "lag_region": "faltung.api",
    "tap_volume": "faltung.api",
    "run": "faltung.api",
    "plan": "faltung.api",
    "problem": "faltung.api",
    "adjoint": "faltung.api",
    "diagnose": "faltung.diagnose",
    "parse": "faltung.api",
    "differences": "faltung.api",
    "like": "faltung.api.like",
    "read": "faltung.dialects",
    "translate": "faltung.api.translate",
    "write": "faltung.dialects",
    "check_layer": "faltung.diagnose",
    "identify": "faltung.diagnose",
    "probe": "faltung.diagnose",
    "trace": "faltung.trace",
    "kernel": "faltung.gallery",
    "kernels": "faltung.gallery",
    "Spec": "faltung.spec",
    "Problem": "faltung.spec",
    "Window": "faltung.spec",
    "Plan": "faltung.engine",
    "SpecError": "faltung.errors",
    "DialectError": "faltung.errors",
    "PlanError": "faltung.errors",
}
_ROOMS: tuple[str, ...] = ("drop_in", "laws", "testing")

__all__ = [*_WHERE, *_ROOMS]


class _Package(ModuleType):
    """A package in which a public name wins over a room of the same name.

    Importing a submodule binds it in its package: without this, ``ft.trace`` would be the function or the room ``faltung.trace``,
    depending on what was imported first. ``from faltung.trace import …`` reaches the room as ever, through `sys.modules`.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name in _WHERE:
        value = getattr(import_module(_WHERE[name]), name)
    elif name in _ROOMS:
        value = import_module(f"faltung.{name}")
    else:
        raise AttributeError(f"module 'faltung' has no attribute {name!r}")
    globals()[name] = value  # found without this function from now on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
