"""A process that may not compile still computes: JIT switched off, llvmlite absent, executable memory forbidden."""

import ctypes
import importlib.util
import os
import subprocess
import sys
from textwrap import dedent

from peers import machine_lacks

SCRIPT = dedent("""
    import numpy as np
    import faltung as ft
    x, k = np.arange(35.0).reshape(5, 7), np.arange(6.0).reshape(2, 3)
    want = ft.correlate(x, k, mode="same", boundary="half_sample", method="shift")
    got = ft.correlate(x, k, mode="same", boundary="half_sample")
    assert np.allclose(got, want, atol=1e-9)
    plan = ft.plan(x, k)
    assert plan.method != "direct"
    reason = dict(plan.others)["direct"]
    assert np.allclose(ft.correlate(np.ones((300, 300)), np.ones((31, 31)), mode="valid"), 961)
    try:
        ft.correlate(x, k, method="direct")
    except ft.PlanError as error:
        assert reason in str(error)
    else:
        raise SystemExit("method='direct' was not refused")
    print(reason)
""")


def reason(prelude: str = "", **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", prelude + SCRIPT], capture_output=True, text=True, timeout=120,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_switched_off() -> None:
    assert "FALTUNG_JIT" in reason(FALTUNG_JIT="0")


def test_llvmlite_absent() -> None:
    assert "llvmlite" in reason("import sys\nsys.modules['llvmlite'] = None\n", FALTUNG_JIT="1")


def test_executable_memory_forbidden() -> None:
    pr_set_mdwe, refuse_exec_gain = 65, 1  # linux/prctl.h, since Linux 6.3
    probe = "import ctypes; raise SystemExit(ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0)"  # PR_GET_MDWE
    if not hasattr(ctypes.CDLL(None), "prctl") or subprocess.run([sys.executable, "-c", probe]).returncode:
        machine_lacks("PR_SET_MDWE (Linux 6.3)")
    prelude = f"import ctypes\nassert ctypes.CDLL(None).prctl({pr_set_mdwe}, {refuse_exec_gain}, 0, 0, 0) == 0\n"
    if importlib.util.find_spec("llvmlite") is None:
        assert "llvmlite" in reason(prelude, FALTUNG_JIT="1")
        return
    assert "memory" in reason(prelude, FALTUNG_JIT="1")
