"""The guard guards: one element further is a fault, at either end."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

CODE = """
import ctypes, sys
import numpy as np
from pages import flush
a = flush(np.arange(5, dtype=np.float32), sys.argv[1])
assert a.tolist() == [0, 1, 2, 3, 4]
print(ctypes.c_float.from_address(a.ctypes.data + int(sys.argv[2])).value)
"""


@pytest.mark.parametrize(("end", "offset", "status"), [("low", 0, 0), ("low", -4, 1), ("high", 16, 0), ("high", 20, 1)])
def test_reading_outside_ends_the_process(end, offset, status):
    done = subprocess.run([sys.executable, "-c", CODE, end, str(offset)], cwd=Path(__file__).parent, capture_output=True, check=False)
    assert done.returncode == (-signal.SIGSEGV if status else 0), done.stderr


def test_pages_are_used_again():
    from guard.pages import flush, release

    first = flush(np.zeros(7), "high")
    address = first.ctypes.data
    release(first)
    assert flush(np.zeros(7), "high").ctypes.data == address
