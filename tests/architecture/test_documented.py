"""Public names have numpydoc docstrings, examples run, the README tells the truth, and no file names a registry."""

import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

import faltung

ROOT = Path(__file__).parents[2]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
# no docstring; no summary; parameters missing or unknown; parameter without description; no Returns; no example
FAULTS = ("GL08", "SS01", "PR01", "PR02", "PR07", "RT01", "EX01")
MODULES = sorted(module.name for module in pkgutil.walk_packages(faltung.__path__, "faltung.") if not module.name.endswith("__main__"))
# in two halves, so that this file does not name them itself
REGISTRIES = "|".join(
    re.escape(first) + re.escape(second)
    for first, second in (
        ("py", "pi.org"), ("python", "hosted.org"), ("registry.npm", "js.org"), ("download.py", "torch.org"), ("npm", "mirror.com"),
        ("deb.deb", "ian.org"), ("--index", "-url"), ("--extra-index", "-url"), ("--find", "-links"), ("--trusted", "-host"),
    )
)  # fmt: skip


@pytest.mark.parametrize("name", faltung.__all__)
def test_public_name_has_a_numpydoc_docstring(name):
    thing = getattr(faltung, name)
    assert (thing.__doc__ or "").strip(), "no docstring"
    if inspect.ismodule(thing):
        return
    faults = [f"{code} {text}" for code, text in validate(get_doc_object(thing))["errors"] if code in FAULTS]
    if inspect.isclass(thing) and issubclass(thing, Exception):
        faults = [fault for fault in faults if not fault.startswith(("EX01", "PR"))]  # raised, not built, by a user
    assert faults == []


@pytest.mark.parametrize("name", faltung.__all__)
def test_public_example_runs_as_a_user_types_it(name):
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    text = getattr(faltung, name).__doc__ or ""
    runner.run(doctest.DocTestParser().get_doctest(text, {"np": np, "ft": faltung}, name, None, 0))
    assert runner.failures == 0


@pytest.mark.parametrize("name", ["faltung", *MODULES])
def test_examples_in_docstrings_run(name):
    module = importlib.import_module(name)
    names = {"np": np, "ft": faltung}
    assert doctest.testmod(module, extraglobs=names, optionflags=OPTIONS).failed == 0


def test_readme_examples_run():
    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=OPTIONS).failed == 0


def test_reference_lists_every_public_name():
    listed = re.findall(r"^   (\w+)$", (ROOT / "docs/api.rst").read_text(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(faltung.__all__)


def test_no_file_names_a_registry():
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    present = [path for name in files if name and (path := ROOT / name).is_file()]
    assert present
    assert [str(path) for path in present if re.search(REGISTRIES, path.read_bytes().decode("utf-8", "replace"))] == []
