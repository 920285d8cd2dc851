"""A probe survives whatever a function does, and says it."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from diagnose.probing import hostile

import faltung as ft
from faltung.errors import SpecError

HERE = [str(Path(__file__).parent)]
LIMIT = 300.0  # of functions that end: the machine may be busy
HANGS = 20.0  # of one that hangs: a call may take a quarter of it


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "RuntimeError: out of order"),
        ("exits", "SystemExit: 3"),
        ("nothing", "returned NoneType, which is no array of numbers"),
        ("text", "returned str, which is no array of numbers"),
        ("returns_objects", "which is no array of numbers"),
        ("flat", "answers have 1 axes; it answers with ndim=1"),
        ("scalar", "answers have 0 axes"),
        ("one_operand", "TypeError: one_operand() takes 1 positional argument but 2 were given"),
        ("random", "answered differently from call to call"),
        ("nan", "finite operands are answered with NaN"),
    ],
)
def test_what_gives_no_convention_is_said(name, said):
    card = ft.probe(getattr(hostile, name))
    assert card.spec is None
    assert said in " ".join(card.problems)
    assert said.split("\n")[0][:30] in " ".join(str(card).split())


def test_changed_operands_are_said_and_do_no_harm():
    card = ft.probe(hostile.changes_operands)
    assert str(card.spec).startswith("correlate same:high boundary=half_sample")
    assert "CHANGES the input and the kernel" in str(card)
    assert "it changes its operands: pass copies" in card.problems


def test_an_array_that_is_kept_and_changed_later_is_copied():
    assert ft.probe(hostile.gives_its_input_back_changed).spec is None


def test_lists_are_answers():
    card = ft.probe(hostile.lists)
    assert card.spec is not None
    assert "returns list" in str(card)


def test_a_function_that_changes_its_mind():
    calls = []

    def late(x, k):
        calls.append(1)
        return ft.correlate(x, k, mode="same") + (len(calls) > 150)

    card = ft.probe(late)
    assert card.spec is None
    assert "depends on earlier calls" in card.problems[0]


def test_hanging_is_killed():
    start = time.monotonic()
    card = ft.probe("hostile:hangs", limit=8, path=HERE)
    assert card.spec is None
    assert "no answer within 2 s; the process was killed" in card.problems[0]
    assert time.monotonic() - start < 30


@pytest.mark.slow
def test_hanging_at_some_sizes_only_leaves_the_rest():
    card = ft.probe("hostile:hangs_on_longer_kernels", limit=HANGS, path=HERE)
    assert str(card.spec).startswith("correlate same:high boundary=half_sample")
    assert any("a call hung" in problem for problem in card.problems)


def test_processes_left_behind_are_killed():
    ft.probe("hostile:leaves_a_process", limit=8, path=HERE)
    if not Path("/proc").is_dir():
        return
    time.sleep(0.2)
    mine = [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if b"-faltung-hostile" in _read(entry)]
    assert mine == []


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.slow
def test_dying_is_said():
    card = ft.probe("hostile:dies", limit=LIMIT, path=HERE)
    assert card.spec is None
    assert "exit status 7" in card.problems[0]
    card = ft.probe("hostile:dies_of_nan", limit=LIMIT, path=HERE)
    assert str(card.spec).startswith("correlate same:high")
    assert any("exit status 7" in problem for problem in card.problems)


def test_what_it_prints_is_not_taken_for_an_answer(capfd):
    card = ft.probe("hostile:prints", limit=LIMIT, path=HERE)
    assert str(card.spec).startswith("correlate same:high")
    assert capfd.readouterr() == ("", "")


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    card = ft.probe("hostile:returns_objects", limit=LIMIT, path=HERE)
    assert card.spec is None
    assert os.listdir(tmp_path) == []


def test_both_ways_of_asking_say_the_same():
    one, other = ft.probe(np.convolve, 1), ft.probe(np.convolve, 1, isolate=True, limit=LIMIT)
    assert (one.spec, one.lines, one.dtypes) == (other.spec, other.lines, other.dtypes)
    assert one.name == "numpy:convolve"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_module_here:f", "ModuleNotFoundError"),
        ("hostile:no_such_function", "has no attribute"),
        ("hostile:not_callable", "is int, which cannot be called"),
        ("hostile", "names no function; write package.module:function"),
        ("os:system;x", "names no function"),
        ("a" * 500 + ":b", "names no function"),
    ],
)
def test_targets_that_cannot_be(target, said):
    with pytest.raises(SpecError, match=said):
        ft.probe(target, limit=LIMIT, path=HERE)


def test_the_current_folder_is_not_on_the_path(tmp_path, monkeypatch):
    (tmp_path / "lonely.py").write_text("import numpy\nf = numpy.convolve\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError, match="No module named 'lonely'"):
        ft.probe("lonely:f", 1, limit=LIMIT)
    assert ft.probe("lonely:f", 1, limit=LIMIT, path=["."]).spec is not None


def test_what_no_process_can_import_cannot_be_isolated():
    with pytest.raises(SpecError, match="cannot be isolated"):
        ft.probe(lambda x, k: x, isolate=True)
    with pytest.raises(SpecError, match="needs a function"):
        ft.probe(3)
    with pytest.raises(SpecError, match="a probe has 1, 2, 3 axes"):
        ft.probe(np.convolve, ndim=4)
