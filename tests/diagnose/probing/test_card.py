"""What a card says, as text, JSON and a test module."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from diagnose.probing import hostile
from scipy import ndimage, signal

import faltung as ft
from faltung.errors import SpecError

HERE = Path(__file__).parent
MODULES = (np.convolve, ndimage.correlate, hostile.lists, hostile.flat, hostile.raises)


def test_text_is_aligned_and_fits():
    card = ft.probe(lambda x, k: signal.correlate2d(x, k, "same", "symm"))
    title, *lines = str(card).splitlines()
    assert title.startswith("<lambda>, 2 axes: ")
    assert max(map(len, lines)) <= 110
    texts = {len(line) - len(line[2:].lstrip()) for line in lines if line[2] == " "}
    assert len(texts) == 1  # what is broken goes on under its beginning
    assert [line.split("  ")[1] for line in lines[:4]] == ["convention", "operation", "kernel axes", "outputs"]


def test_json_has_everything():
    card = ft.probe(ndimage.correlate)
    found = json.loads(card.to_json())
    assert (found["faltung"], found["kind"], found["function"]) == ("v1", "card", "scipy.ndimage:correlate")
    assert ft.parse(found["spec"]) == card.spec
    assert "scipy.ndimage.correlate" in found["same_as"]
    assert {"x": "uint8", "k": "float64", "result": "uint8", "refused": "", "agrees": True} in found["dtypes"]
    assert json.loads(ft.probe(hostile.raises).to_json())["spec"] is None


def test_examples_are_answers():
    for example in ft.probe(ndimage.correlate).examples:
        x, k = np.array(example.x, example.x_dtype), np.array(example.k, example.k_dtype)
        np.testing.assert_array_equal(ndimage.correlate(x, k), example.y)


def run(text, folder):
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True)


@pytest.mark.slow
def test_modules_pass_where_the_function_is_as_it_was(tmp_path):
    for number, function in enumerate(MODULES):
        text = ft.probe(function, 1 if function is np.convolve else 2).to_pytest(
            f"hostile:{function.__name__}" if function.__module__.endswith("hostile") else None
        )
        (tmp_path / f"test_{number}.py").write_text(text)
    (tmp_path / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(HERE)!r})\n")
    done = run("", tmp_path)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


@pytest.mark.slow
def test_a_module_fails_where_the_function_has_changed(tmp_path):
    (tmp_path / "mine.py").write_text("from scipy.ndimage import convolve as blur\n")
    (tmp_path / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n")
    done = run(ft.probe(ndimage.correlate).to_pytest("mine:blur"), tmp_path)
    assert done.returncode == 1
    assert "the kernel is reversed before it slides in the first (convolve)" in done.stdout


def test_a_function_without_a_name_needs_one():
    card = ft.probe(lambda x, k: np.convolve(x, k), 1)
    with pytest.raises(SpecError, match="give one, as in to_pytest"):
        card.to_pytest()
    assert "from mine import blur as function" in card.to_pytest("mine:blur")
    with pytest.raises(SpecError, match="names no function"):
        card.to_pytest("mine; import os")


def test_another_seed_finds_the_same():
    one, other = ft.probe(ndimage.correlate), ft.probe(ndimage.correlate, seed=5)
    assert (one.spec, one.lines, one.same_as) == (other.spec, other.lines, other.same_as)
