"""``faltung probe``: cards, exit statuses, the process that is killed, and what is refused."""

import subprocess
import sys
import time

import numpy as np
import pytest
from cli.runner import program, run

import faltung as ft


def test_card():
    said = run("probe", "numpy:convolve", "--ndim", "1")
    assert (said.status, said.err) == (0, "")
    assert said.text == str(ft.probe(np.convolve, 1)) + "\n"


def test_json():
    said = run("probe", "scipy.ndimage:correlate", "--json")
    assert said.status == 0
    assert said.data["kind"] == "card"
    assert said.data["spec"].startswith("correlate same:high boundary=half_sample")


@pytest.mark.slow
def test_module(tmp_path):
    said = run("probe", "scipy.ndimage:correlate", "--pytest")
    (tmp_path / "test_it.py").write_text(said.text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)], capture_output=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout.decode()


def test_nothing_fits_is_status_4():
    said = run("probe", "numpy:kron", "--json")
    assert said.status == 4
    assert said.data["spec"] is None
    assert "no convention fits" in said.err


def test_a_function_that_hangs_is_killed(tmp_path, monkeypatch):
    (tmp_path / "slow.py").write_text("import time\ndef f(x, k):\n    time.sleep(1000)\n")
    monkeypatch.chdir(tmp_path)
    start = time.monotonic()
    said = run("probe", "slow:f", "--path", "--limit", "8")
    assert said.status == 4
    assert "the process was killed" in said.text
    assert time.monotonic() - start < 30


def test_the_current_folder_counts_only_with_path(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("from numpy import convolve as f\n")
    monkeypatch.chdir(tmp_path)
    assert "No module named 'mine'; --path looks here, too" in run("probe", "mine:f", "--ndim", "1").refusal
    assert run("probe", "mine:f", "--ndim", "1", "--path").status == 0


def test_what_is_refused():
    assert "names no function" in run("probe", "numpy.convolve").refusal
    assert "names no function" in run("probe", "os:system('touch x')").refusal
    assert "has no attribute 'nothing'" in run("probe", "numpy:nothing").refusal
    assert "choose one" in run("probe", "numpy:convolve", "--json", "--pytest").refusal
    assert "4 is not in the range" in run("probe", "numpy:convolve", "--ndim", "4").refusal
    assert run("probe", "numpy:nothing", "--json").data["status"] == 2


def test_as_a_program():
    said = program("probe", "numpy:correlate", "--ndim", "1", "--json")
    assert said.status == 0
    assert said.data["same_as"][0] == "numpy.correlate"


def test_calls_of_other_languages_say_whose_they_are():
    said = run("probe", "scipy.ndimage:convolve").text
    named = [line.strip() for line in said.splitlines() if "imfilter(" in line]
    assert len(named) > 1
    assert len(set(named)) == len(named)
    assert all("  # " in line for line in named)
