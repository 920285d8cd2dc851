"""What is written for a machine that this one is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CROSS = Path(__file__).with_name("cross.py")
FROM_C = {"memset", "memcpy", "memmove"}  # which LLVM may call wherever it likes, and every process has


@pytest.mark.slow
@pytest.mark.compiled
def test_everything_compiles_for_aarch64_and_calls_nothing_from_outside():
    environment = os.environ | {"FALTUNG_CPU_FEATURES": "", "FALTUNG_MEASURED": "off"}
    done = subprocess.run([sys.executable, str(CROSS)], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr  # LLVM ends the process where it meets an instruction of another processor
    rooms, outside, _ = done.stdout.split("\n")
    assert rooms.split() == ["crew", "direct", "fourier", "separable"]
    assert set(outside.split()) <= FROM_C
    assert done.stderr == ""  # nor does it warn of features that the processor has not
