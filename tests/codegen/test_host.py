"""What the host may do: every refusal is a sentence, and no process dies of asking."""

import subprocess
import sys

import pytest
from peers import machine_lacks

ASK = "from faltung.codegen.host import refusal; print(refusal())"
LIGHT = "import sys, faltung.codegen.compile, faltung.codegen.host, faltung.methods.direct; print('llvmlite' in sys.modules)"
# PR_SET_MDWE (65) with PR_MDWE_REFUSE_EXEC_GAIN (1), Linux 6.3: no memory of this process becomes executable from here on
FORBIDDEN = "import ctypes; print(ctypes.CDLL(None).prctl(65, 1, 0, 0, 0));"
ABSENT = "import sys; sys.modules['llvmlite'] = None; import importlib.util as u; u.find_spec = lambda name: None;"
DESCRIBE = "from faltung.codegen.host import host; h = host(); print(h.vector_bytes, h.registers, h.fused)"
BITS = """
import hashlib, numpy as np
from faltung.methods import direct
from faltung.spec.case import Case
from faltung.spec.window import Window
digest = hashlib.sha256()
cases = ("float32", (70, 600), (3, 3), 1), ("float64", (31, 90), (7, 7), 1), ("float32", (40, 400), (5, 4), 2)
cases += ("complex64", (33, 300), (3, 3), 1), ("complex128", (20, 80), (9, 8), 1), ("complex64", (20, 300), (2, 3), 3)
for dtype, sizes, kernel, stride in cases:
    rng = np.random.default_rng(0)
    windows = tuple(Window(stride=stride, pad_low=k // 2, pad_high=k // 2, boundary_low="edge") for k in kernel)
    case = Case(windows=windows, input_sizes=sizes, kernel_sizes=kernel, dtype=dtype)
    turn = 1 + 0.3j if dtype[0] == "c" else 1
    x, w = ((turn * rng.standard_normal((1, 1, *n))).astype(dtype) for n in (sizes, kernel))
    for _ in range(2):
        out = np.zeros((1, 1, *case.output_sizes), dtype)
        direct.run(case, x, w, out, 2)
    digest.update(out.tobytes())
print(digest.hexdigest())
"""


def output(code, **environment):
    import os

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_switched_off():
    assert output(ASK, FALTUNG_JIT="0") == ["compiled code is switched off by FALTUNG_JIT=0"]


def test_llvmlite_absent():
    assert output(ABSENT + ASK, FALTUNG_JIT="1") == ["llvmlite, which compiles the code, is not installed"]


@pytest.mark.compiled
@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_MDWE is Linux's")
def test_a_process_that_may_not_execute_memory_is_told_so():
    status, answer = output(FORBIDDEN + ASK)
    if status != "0":
        machine_lacks("PR_SET_MDWE (Linux 6.3)")
    assert answer.startswith("this process may not execute memory that it has written (mprotect: ")


def test_importing_does_not_import_llvmlite():
    assert output(LIGHT) == ["False"]


@pytest.mark.compiled
def test_features_can_be_taken_away_and_bits_stay():
    wide, lesser = output(DESCRIBE)[0].split(), output(DESCRIBE, FALTUNG_CPU_FEATURES="-avx512f")[0].split()
    assert int(lesser[0]) <= min(32, int(wide[0]))
    if wide[2] == lesser[2]:
        assert output(BITS) == output(BITS, FALTUNG_CPU_FEATURES="-avx512f")


@pytest.mark.compiled
def test_a_machine_without_fused_multiply_add_runs_too():
    assert len(output(BITS, FALTUNG_CPU_FEATURES="-avx512f,-fma")[0]) == 64
