"""Functions that behave badly; imported here, and by name in child processes."""

import os
import subprocess
import sys
import time

import numpy as np


def correlate(x, k):
    from scipy import ndimage  # where it is needed: a process that hangs need not have waited for it

    return ndimage.correlate(x, k)


def hangs(x, k):
    time.sleep(1000)


def hangs_on_longer_kernels(x, k):
    if k.shape[0] > x.shape[0]:
        time.sleep(1000)
    return correlate(x, k)


def leaves_a_process(x, k):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", x.tobytes().hex()[:8] + "-faltung-hostile"])
    time.sleep(1000)


def dies(x, k):
    os._exit(7)


def dies_of_nan(x, k):
    if x.dtype.kind == "f" and np.isnan(x).any():
        os._exit(7)
    return correlate(x, k)


def prints(x, k):
    print("rubbish" * 1000)
    os.write(1, b"\x00\x00\x00\x01" * 100)
    sys.stderr.write("noise" * 50000)
    return correlate(x, k)


class Trap:
    def __reduce__(self):
        return os.mkdir, ("trap-was-sprung",)


def returns_objects(x, k):
    found = np.empty(x.shape, dtype=object)
    found[...] = Trap()
    return found


def raises(x, k):
    raise RuntimeError("out of order")


def exits(x, k):
    sys.exit(3)


def changes_operands(x, k):
    found = correlate(x, k)
    x[...] = 0
    k *= 0
    return found


def gives_its_input_back_changed(x, k):
    x += 1
    return x


def random(x, k):
    return correlate(x, k) + np.random.default_rng().random()


def nan(x, k):
    return correlate(x, k) * np.nan


def nothing(x, k):
    return None


def text(x, k):
    return "abc"


def flat(x, k):
    return correlate(x, k).ravel()


def scalar(x, k):
    return float((x * x).sum())


def lists(x, k):
    return correlate(x, k).tolist()


def one_operand(x):
    return x


not_callable = 3
