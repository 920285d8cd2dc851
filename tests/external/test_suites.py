"""NumPy's and SciPy's own tests of these functions, from the installed wheels, pass on our drop-ins; on wrong ones they do not."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Test modules of an installed project, a ``-k`` expression, and how many of its tests reach our functions at the least.

    The least is what the oldest releases we run on have, so that no suite passes because its tests have gone.
    """

    modules: tuple[str, ...]
    only: str = ""
    least: int
    table: str = "OURS"


SUITES = {
    "numpy": Suite(modules=("numpy._core.tests.test_numeric",), only="TestCorrelate or TestConvolve", least=10),
    "scipy.signal": Suite(modules=("scipy.signal.tests.test_signaltools",), only="onvol or orrel", least=5000),
    "scipy.signal.upfirdn": Suite(modules=("scipy.signal.tests.test_upfirdn",), least=200, table="FILTERS"),
    "scipy.signal.lfilter": Suite(  # the others filter recursively, which the drop-in refuses
        modules=("scipy.signal.tests.test_signaltools",),
        least=50,
        only="(LinearFilter or lfilter) and not (IIR or pseudobroadcast or some_singleton or bad_size_zi or lfiltic)",
    ),
    "scipy.ndimage": Suite(modules=("scipy.ndimage.tests.test_filters",), least=400),
}

# Differences on purpose. Tests of array-API backends other than NumPy need no entry: SciPy collects them only under SCIPY_ARRAY_API=1,
# and the drop-ins take NumPy arrays.
LEFT_OUT = {
    "scipy.signal": {
        "TestFFTConvolve::test_fft_nan[numpy]": "expects a warning that method='fft' spreads NaN over the whole result; ours does not",
    },
}


def run(suite, table, folder, *options, left_out=()):
    """Return exit code, outcomes and output of a suite run on a table of functions."""
    report = folder / "report.json"
    (folder / "pytest.ini").write_text("[pytest]\n")  # ours would apply otherwise
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-q", "-p", "no:cacheprovider", "-p", "substitution", "--tb=short"]
    command += ["-W", "error::RuntimeWarning", "--substitute", f"tables:{table}", "--substitution-report", str(report)]
    command += [part for end in left_out for part in ("--leave-out", end)] + (["-k", suite.only] if suite.only else [])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIPY_"))}
    environment |= {"PYTHONPATH": str(HERE), "FALTUNG_WORKERS": "1"}  # their arrays are small, and other tests run beside these
    done = subprocess.run([*command, *options, "--pyargs", *suite.modules], cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, json.loads(report.read_text()) if report.exists() else {}, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITES)
def test_their_tests_pass_on_our_functions(name, tmp_path):
    code, outcomes, output = run(SUITES[name], SUITES[name].table, tmp_path, left_out=LEFT_OUT.get(name, ()))
    assert code == 0, output
    passed = [test for test, entry in outcomes.items() if entry["outcome"] == "passed" and entry["calls"]]
    assert len(passed) >= SUITES[name].least
    print(f"{name}: {len(passed)} tests that called our functions passed")


# What each suite notices, and where: the first failure is enough.
NOTICED = [
    ("FLIPPED", "numpy", "TestCorrelate"),
    ("FLIPPED", "scipy.signal", "TestConvolve"),
    ("FLIPPED", "scipy.ndimage", "convolve or correlate"),
    ("CONJUGATED", "numpy", "TestCorrelate"),
    ("CONJUGATED", "scipy.signal", "TestCorrelateComplex"),
    ("CONJUGATED", "scipy.ndimage", "complex"),
    ("ROLLED", "numpy", "TestConvolve"),
    ("ROLLED", "scipy.signal", "TestConvolve"),
    ("ROLLED", "scipy.ndimage", "convolve or correlate"),
    ("ROLLED_FILTERS", "scipy.signal.upfirdn", "test_vs_naive_delta"),
    ("FLIPPED_FILTERS", "scipy.signal.upfirdn", "test_vs_convolve"),
    ("MIRRORED", "scipy.ndimage", "convolve or correlate"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("table", "name", "only"), NOTICED)
def test_their_tests_fail_on_wrong_functions(table, name, only, tmp_path):
    code, outcomes, output = run(replace(SUITES[name], only=only), table, tmp_path, "-x")
    assert code == 1, output
    assert any(entry["outcome"] == "failed" and entry["calls"] for entry in outcomes.values())
