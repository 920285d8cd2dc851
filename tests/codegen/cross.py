"""Run as a program: write and compile for AArch64, on whatever machine, what a few calls of every method need; none of it runs.

python cross.py    prints the rooms whose functions became machine code, and on the next line every name from outside that they call
"""

import ctypes
import platform
import struct
from itertools import product

import llvmlite.binding as llvm
import numpy as np

platform.machine = lambda: "aarch64"  # before anything of faltung's asks

from faltung.codegen import compile as compiler  # noqa: E402
from faltung.codegen import host as machine  # noqa: E402

ARM = machine.Host(cpu="generic", features="+neon", vector_bytes=16, registers=32, fused=True)
machine.host, machine.refusal = lambda: ARM, lambda: None
compiler.host = machine.host

import faltung as ft  # noqa: E402

FLOATS = ("float32", "complex128")
NARROW = (("uint8", "int8"), ("int16", "int16"), ("uint8", "float32"), ("uint16", "float64"))
names = []
outside = set()


def target():
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return llvm.Target.from_triple("aarch64-unknown-linux-gnu").create_target_machine(cpu=ARM.cpu, features=ARM.features, opt=2, jit=True)


def undefined(code):
    """Return the names that an ELF object of 64 bits wants from outside."""
    sections = {section.name(): section.data() for section in llvm.ObjectFileRef.from_data(code).sections()}
    text = sections[b".strtab"]
    symbols = struct.iter_unpack("<IBBHQQ", sections[b".symtab"])
    return {text[at : text.index(b"\0", at)].decode() for at, _, _, section, _, _ in symbols if section == 0 and at}


def in_memory(code, name, types):
    """Return a function that does nothing; if it takes turns, it says that all are taken."""
    names.append(name)
    outside.update(undefined(code))

    def call(*arguments):
        if name.startswith(("faltung_crew_turns", "faltung_crew_lead")):
            board = (ctypes.c_int64 * 2).from_address(arguments[0])
            board[0] = board[1]

    return compiler.Compiled(1, call)


def calls():
    rng = np.random.default_rng(0)
    column, row = np.array([[1], [2], [3]]), np.array([[1, 0, -1]])
    kernels = (("direct", np.ones((5, 4))), ("fourier", np.ones((25, 20))), ("separable", column * row), ("separable", np.ones((9, 9))))
    for dtype, (method, kernel) in product(FLOATS, kernels):
        if (dtype, method) != ("complex128", "separable"):
            x = rng.standard_normal((70, 90)).astype(dtype)
            yield x, kernel.astype(dtype), {"method": method, "mode": "same", "boundary": "half_sample"}
    for (samples, weights), method in product(NARROW, ("direct", "separable")):
        x = rng.integers(0, 100, (70, 90)).astype(samples)
        yield x, (column * row).astype(weights), {"method": method, "mode": "same", "dtype": samples, "overflow": "saturate"}
    yield rng.standard_normal(300_000).astype("float32"), np.ones(5000, "float32"), {"method": "fourier"}


MADE = None, target()
compiler._engine = lambda: MADE
compiler._in_memory = in_memory
compiler.object_cache.folder = lambda: None
for x, k, how in calls():
    ft.correlate(x, k, workers=2, **how)
print(*sorted({name.split("_")[1] for name in names}))
print(*sorted(outside))
