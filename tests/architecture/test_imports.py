"""The rooms import in one direction, and `import faltung` stays light."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import faltung
from faltung import spec

ROOT = Path(__file__).parents[2]
HEAVY = ("scipy", "llvmlite", "torch", "jax", "dask", "fastapi", "rich")
LIMIT = 0.15  # seconds of CPU time beyond NumPy: what others do on a shared machine does not count
MEASURE = """
import sys, json, time
import numpy
start = time.process_time()
{statement}
seconds = time.process_time() - start
print(json.dumps([seconds, [name for name in {heavy} if name in sys.modules]]))
"""


def python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_rooms_keep_the_contract():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "160"})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("statement", "limit"),
    [("import faltung", LIMIT), ("import faltung as ft; ft.Spec, ft.parse, ft.convolve, ft.plan, ft.trace", 2 * LIMIT)],
)
def test_import_is_light(statement, limit):
    runs = [json.loads(python(MEASURE.format(statement=statement, heavy=HEAVY))) for _ in range(7)]
    assert runs[0][1] == []
    assert min(seconds for seconds, _ in runs) < limit  # the least disturbed run: the machine is shared


def test_a_function_wins_over_the_room_of_the_same_name():
    shared = [name for name in faltung.__all__ if name in faltung._WHERE and (ROOT / "src/faltung" / name).exists()]
    for name in ("trace", *shared):
        program = f"import faltung.{name}; from faltung import {name}; import faltung as ft; print(callable(ft.{name}), callable({name}))"
        assert python(program).split() == ["True", "True"]


def test_rooms_named_in_the_table_are_modules():
    for name in faltung._ROOMS:
        assert python(f"import faltung as ft; print(type(ft.{name}).__name__)").strip() == "module"


def seen_by_type_checkers(file):
    """Return name -> module of what a file imports for type checkers alone."""
    tree = ast.parse((ROOT / "src/faltung" / file).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_type_checkers_see_the_same_table():
    assert seen_by_type_checkers("__init__.py") == faltung._WHERE | dict.fromkeys(faltung._ROOMS, "faltung")
    assert seen_by_type_checkers("spec/__init__.py") == {name: f"faltung.spec.{room}" for name, room in spec._WHERE.items()}


def test_a_name_of_the_spec_wins_over_the_module_of_the_same_name():
    for name in ("adjoint", "canonical", "differences", "parse"):
        program = f"import faltung.spec.{name}; from faltung.spec import {name}; import faltung.spec as s; print(callable(s.{name}))"
        assert python(program).split() == ["True"]
    with pytest.raises(AttributeError, match="no attribute 'Spek'"):
        spec.Spek


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'convole'"):
        faltung.convole
