"""Run as a program: make a long call of `fourier` over and over, say so, and on Ctrl-C say how many threads still work.

python interrupted.py image|signal|large
"""

import signal
import sys
import threading
import time

import numpy as np

import faltung as ft

CALLS = {
    "image": ((8192, 8192), (63, 63)),
    "signal": ((30_000_000,), (4097,)),
    "large": ((3000, 3000), (1500, 1500)),  # one tile, which the threads share
}


def main(name):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored
    size, kernel = CALLS[name]
    x, w, out = np.ones(size, np.float32), np.ones(kernel, np.float32), np.empty(size, np.float32)
    plan = ft.plan(x, w, operation="correlate", mode="same", boundary="half_sample", method="fourier", workers=2)
    plan(x, out=out)
    print("ready", flush=True)
    try:
        while True:
            plan(x, out=out)
    except KeyboardInterrupt:
        caught = time.monotonic()
        busy = time.process_time()
        time.sleep(0.3)
        alive = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.name.startswith("faltung")]
        print(caught, time.process_time() - busy, len(alive), flush=True)


main(sys.argv[1])
