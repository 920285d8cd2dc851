"""IR text to machine code in this process.

There is one execution engine; objects are added to it and never leave, for code that a plan may still call must not go away. An object
comes from the cache on disk where it can, and what is compiled goes there.

LLVM is not safe for several threads at once, so everything here happens under one lock, which a fork takes and gives back, so that
the child never inherits it locked.
"""

import ctypes
import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from faltung.codegen import object_cache
from faltung.codegen.builder import Builder, Dialect, module_text
from faltung.codegen.host import Host, host

_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)

PASSES = 1
"""To be raised when the same text would become other machine code: a change of passes or options below."""
C_TYPES: dict[str, Any] = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A function in memory: its address, and a callable that takes addresses and ints and runs without Python's lock."""

    address: int
    call: Callable[..., None]


def compile_function(builders: Sequence[Builder]) -> Compiled:
    """Return the last of the functions that `builders` wrote, compiled for this machine together with the others."""
    entry = builders[-1]
    text = module_text(builders)
    with _lock:
        engine, _ = _engine()
        engine.add_object_file(_llvm().ObjectFileRef.from_data(machine_code(text)))
        engine.finalize_object()
        address = engine.get_function_address(entry.name)
    prototype = ctypes.CFUNCTYPE(None, *(C_TYPES[a.type] for a in entry.arguments))
    return Compiled(address, prototype(address))


def machine_code(text: str) -> bytes:
    """Return the object that a module's text becomes, from the cache on disk or compiled now and kept there."""
    place = object_cache.folder()
    key = f"{_machine_key()}\ntext {hashlib.sha256(text.encode()).hexdigest()}"
    kept = object_cache.load(place, key) if place is not None else None
    if kept is not None:
        return kept
    llvm, (_, machine) = _llvm(), _engine()
    module = llvm.parse_assembly(text)
    module.verify()
    _optimise(llvm, module, machine)
    code: bytes = machine.emit_object(module)
    if place is not None:
        object_cache.save(place, key, code)
    return code


@cache
def _machine_key() -> str:
    """Return everything but the text on which machine code depends."""
    llvm, target = _llvm(), host()
    version = ".".join(map(str, llvm.llvm_version_info))
    lines = [f"passes {PASSES}", f"llvmlite {_version()}", f"LLVM {version}", llvm.get_process_triple(), target.cpu, target.features]
    return "\n".join(lines)


@cache
def dialect() -> Dialect:
    """Return how this llvmlite wants its text."""
    with _lock:
        try:
            # not the other way round: an older LLVM would print a warning about ptr
            _llvm().parse_assembly("define void @probe(i8* %a) {\n ret void\n}\n")
            opaque = False
        except RuntimeError:
            opaque = True
    return Dialect(opaque=opaque, fused=host().fused)


def target_machine(target: Host) -> Any:
    """Return LLVM's description of a machine."""
    llvm = _llvm()
    triple = llvm.Target.from_triple(llvm.get_process_triple())
    return triple.create_target_machine(cpu=target.cpu, features=target.features, opt=2, jit=True)


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm  # 0.05 s, and only where something is compiled

    if tuple(int(part) for part in _version().split(".")[:2]) < (0, 45):
        llvm.initialize()  # later versions initialise themselves, and raise when asked to
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _version() -> str:
    import llvmlite

    return str(llvmlite.__version__)


@cache
def _engine() -> tuple[Any, Any]:
    llvm = _llvm()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine(host()))
    return engine, target_machine(host())  # the engine owns its machine; the passes have one of their own


def _optimise(llvm: Any, module: Any, machine: Any) -> None:
    if hasattr(llvm, "create_pass_builder"):
        options = llvm.create_pipeline_tuning_options(speed_level=2)
        options.loop_vectorization = options.slp_vectorization = False  # the vectors are ours already
        options.loop_unrolling = False
        llvm.create_pass_builder(machine, options).getModulePassManager().run(module, llvm.create_pass_builder(machine, options))
        return
    settings = llvm.create_pass_manager_builder()  # llvmlite before 0.44
    settings.opt_level = 2
    settings.disable_unroll_loops = True
    manager = llvm.create_module_pass_manager()
    machine.add_analysis_passes(manager)
    settings.populate(manager)
    manager.run(module)
