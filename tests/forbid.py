"""Start Python where no memory may become executable: ``python tests/forbid.py -m pytest …``; children inherit it."""

import ctypes
import os
import sys

PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1  # linux/prctl.h, since Linux 6.3

if __name__ == "__main__":
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0):
        print("this kernel has no PR_SET_MDWE (Linux 6.3): nothing was run")
        sys.exit(0)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
