"""Ctrl-C during a long call: it returns at once, and no thread goes on working."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.compiled, pytest.mark.slow]
PROGRAM = Path(__file__).with_name("interrupted.py")


@pytest.mark.parametrize("name", ["image", "signal", "large"])
def test_interrupted_calls_return_at_once(name):
    delays = []
    for wait in (0.21, 0.37):
        child = subprocess.Popen([sys.executable, str(PROGRAM), name], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        time.sleep(wait)
        sent = time.monotonic()  # the same clock in all processes
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=60)
        caught, busy, others = (float(word) for word in out.split())
        delays.append(caught - sent)
        assert busy < 0.05  # seconds of work while the main thread slept for 0.3
        assert others == 0
        assert child.returncode == 0
    assert min(delays) < 0.2
