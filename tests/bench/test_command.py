"""The README's command for the benchmarks starts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_bench_starts():
    said = subprocess.run(["make", "--no-print-directory", "-n", "bench"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    python, *rest = said.splitlines()[-1].split()
    assert python.endswith("python")
    run = subprocess.run([sys.executable, *rest, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "--quick" in run.stdout
