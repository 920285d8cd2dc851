"""What is counted for the atlas: comparisons of tests that pass, each in the cells that its call and operands vary."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from proof import counting
from proof.cells import cells

ROOT = Path(__file__).parents[2]


def array(*shape, dtype="float64"):
    return np.ones(shape, dtype)


CALLS = [
    ("numpy.convolve", {"mode": "same"}, array(5), array(4), {"even kernel", "same", "zero"}),
    ("numpy.convolve", {}, array(2, dtype="int8"), array(3), {"longer kernel", "integer", "full", "zero"}),
    ("numpy.convolve", {}, array(3), array(3), {"full", "zero"}),
    ("scipy.signal.correlate2d", {"mode": "valid", "boundary": "wrap"}, array(5, 5), array(3, 3, dtype="complex64"), {"complex", "valid"}),
    ("scipy.ndimage.correlate", {"mode": "mirror"}, array(5, 5), array(3, 2), {"even kernel", "same", "whole_sample"}),
    ("torch.nn.functional.conv2d", {"stride": 2, "padding": 1, "groups": 2}, array(2, 4, 6, 6), array(4, 2, 3, 3),
     {"pads", "zero", "stride", "groups"}),
    ("torch.nn.functional.conv2d", {"dilation": (1, 2)}, array(2, 4, 6, 6), array(4, 4, 3, 3), {"valid", "dilation"}),
    ("keras.ops.conv", {"padding": "same"}, array(1, 2, 4), array(3, 4, 2), {"longer kernel", "same_upper", "zero"}),
    ("cv2.filter2D", {"borderType": 1}, array(5, 6, 3, dtype="uint8"), array(2, 3), {"even kernel", "integer", "same", "edge"}),
    ("astropy.convolution.convolve", {}, np.array([1, np.nan, 1]), array(1), {"nan", "same", "zero"}),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "x", "k", "wanted"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_cells(function, arguments, x, k, wanted):
    assert set(cells(function, arguments, x, k)) == wanted


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.setattr(counting, "FOLDER", "somewhere")
    for name in ("counted", "_pending"):
        monkeypatch.setattr(counting, name, type(counting.counted)())
    monkeypatch.setattr(counting, "_tallies", [])


class Tally:
    executed, refused, wrong = 3, 2, ()


def test_only_what_was_committed_counts(fresh):
    counting.begin()
    counting.compared("numpy.convolve", {}, array(5), array(3))
    counting.begin()  # that test failed
    counting.compared("numpy.convolve", {}, array(5), array(4))
    counting.refused("numpy.convolve")
    counting.tallies(Tally())
    counting.commit()
    found = {key.replace("\t", " "): count for key, count in counting.counted.items() if count}
    assert found == {
        "numpy.convolve comparisons": 1, "numpy.convolve even kernel": 1, "numpy.convolve full": 1, "numpy.convolve zero": 1,
        "numpy.convolve refused": 1, " executed": 3, " refused": 2,
    }  # fmt: skip


def test_nothing_is_counted_unless_asked_for(fresh, monkeypatch):
    monkeypatch.setattr(counting, "FOLDER", "")
    counting.compared("numpy.convolve", {}, array(5), array(3))
    counting.tallies(Tally())
    counting.commit()
    assert not counting.counted


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["0", "2"])
def test_processes_add_up(tmp_path, processes):
    tests = "tests/dialects/test_scipy_filters.py"
    command = [sys.executable, "-m", "pytest", "-q", "-n", processes, "-p", "no:cacheprovider", tests, "-k", "test_upfirdn"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "FALTUNG_PROOF": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = tmp_path.glob("*.json")
    run = json.loads(file.read_text())
    assert run["counts"]["scipy.signal.upfirdn\tcomparisons"] == 6 * 3 * 4 * 3 * 2
    assert (run["workers"], run["failed"]) == (max(int(processes), 1), 0)
