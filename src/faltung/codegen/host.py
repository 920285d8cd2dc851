"""What the machine can do, and whether this process may run code that it has just written.

``FALTUNG_JIT=0`` switches compiled code off. ``FALTUNG_CPU_FEATURES`` is appended to LLVM's list of features, so that code for a
lesser machine can be tested on a greater one: ``FALTUNG_CPU_FEATURES=-avx512f`` gives the AVX2 kernels.
"""

import ctypes
import importlib.util
import mmap
import os
import platform
import sys
from functools import cache
from typing import NamedTuple

# A function that returns at once: what is written to the page that is then asked to be executable.
RETURN_INSTRUCTION = {"x86_64": b"\xc3", "amd64": b"\xc3", "aarch64": b"\xc0\x03\x5f\xd6", "arm64": b"\xc0\x03\x5f\xd6"}


class Host(NamedTuple):
    """A machine as the emitters see it."""

    cpu: str
    features: str
    vector_bytes: int
    registers: int
    fused: bool
    pair_sums: bool = False
    """Whether an instruction multiplies 16-bit numbers and adds neighbouring products in 32 bits (pmaddwd of the vector's width)."""
    byte_sums: bool = False
    """Whether one multiplies unsigned by signed bytes and adds four neighbouring products, and a sum, in 32 bits (vpdpbusd)."""

    def lanes(self, itemsize: int) -> int:
        """Return how many elements of `itemsize` bytes one vector register holds."""
        return self.vector_bytes // itemsize


@cache
def refusal() -> str | None:
    """Return why compiled code cannot run in this process, in one sentence, or None when it can."""
    if os.environ.get("FALTUNG_JIT", "1") == "0":
        return "compiled code is switched off by FALTUNG_JIT=0"
    if platform.machine().lower() not in RETURN_INSTRUCTION:
        return f"code is compiled for x86-64 and AArch64, and this machine is {platform.machine()}"
    if importlib.util.find_spec("llvmlite") is None:
        return "llvmlite, which compiles the code, is not installed"
    return execution_refusal()


def execution_refusal() -> str | None:
    """Return why this process may not execute memory that it has written, or None when it may.

    LLVM ends the process when the system refuses to make its code executable, so the same steps are tried here on one page first.
    """
    if sys.platform == "win32":
        return None  # there the right is taken away by a policy (Arbitrary Code Guard) that no Python process has by default
    page = mmap.mmap(-1, mmap.PAGESIZE)
    view = ctypes.c_char.from_buffer(page)
    try:
        code = RETURN_INSTRUCTION[platform.machine().lower()]
        page[: len(code)] = code
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        if protect(ctypes.addressof(view), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC):
            reason = os.strerror(ctypes.get_errno())
            return f"this process may not execute memory that it has written (mprotect: {reason})"
        return None
    finally:
        del view
        page.close()


@cache
def host() -> Host:
    """Return this machine, with the features that ``FALTUNG_CPU_FEATURES`` changes."""
    import llvmlite.binding as llvm  # not before it is needed: `import faltung` must stay light

    features = dict(llvm.get_host_cpu_features())
    changes = [word for word in os.environ.get("FALTUNG_CPU_FEATURES", "").split(",") if word]
    for word in changes:
        features[word[1:]] = word[0] == "+"
    text = ",".join([llvm.get_host_cpu_features().flatten(), *changes])
    if platform.machine().lower() in ("aarch64", "arm64"):
        return Host(cpu=llvm.get_host_cpu_name(), features=text, vector_bytes=16, registers=32, fused=True)
    wide = features.get("avx512f", False) and features.get("avx512vl", False)
    if wide:
        text += ",-prefer-256-bit"  # else LLVM splits the 512-bit vectors that we ask for
    vector_bytes = 64 if wide else 32 if features.get("avx", False) else 16
    pair_sums = features.get("avx512bw" if wide else "avx2", False)
    byte_sums = pair_sums and features.get("avx512vnni" if wide else "avxvnni", False)
    return Host(
        cpu=llvm.get_host_cpu_name(), features=text, vector_bytes=vector_bytes, registers=32 if wide else 16,
        fused=features.get("fma", False), pair_sums=pair_sums, byte_sums=byte_sums,
    )  # fmt: skip
