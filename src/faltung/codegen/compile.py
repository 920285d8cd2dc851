"""IR text to machine code in this process.

There is one execution engine; objects are added to it and never leave, for code that a plan may still call must not go away. An object
comes from the cache on disk where it can, and what is compiled goes there. It is found there by its text, and where that has been noted
(see `compiled`) by what the text is made from: then nothing is written, and no emitter is loaded.

LLVM is not safe for several threads at once, so everything here happens under one lock, which a fork takes and gives back, so that
the child never inherits it locked.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from faltung.codegen import object_cache, sources
from faltung.codegen.digest import digest
from faltung.codegen.host import Host, host

if TYPE_CHECKING:
    from faltung.codegen.builder import Builder, Dialect

_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)

PASSES = 1
"""To be raised when the same text would become other machine code: a change of passes or options below."""
C_TYPES: dict[str, Any] = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64}
_SOURCES = sources.state()  # now, before any emitter is loaded


class Compiled(NamedTuple):
    """A function in memory: its address, and a callable that takes addresses and ints and runs without Python's lock."""

    address: int
    call: Callable[..., None]


def compiled(recipe: str, emit: Callable[[], "Sequence[Builder]"]) -> Compiled:
    """Return the function that `emit` writes (the last one), which is called only where its machine code is not on disk.

    Parameters
    ----------
    recipe : str
        Everything on which the text depends besides the sources and the machine: which emitter, and the values that it is given.
    emit : callable
        Returns the functions, as `compile_function` takes them. It should load the emitter's module itself.
    """
    with _lock:
        place = object_cache.folder() if _SOURCES is not None else None
        if place is None:
            return compile_function(emit())
        key = f"{_machine_key()}\nsources {digest(str(_SOURCES).encode()).hex()}\nrecipe {recipe}"
        return _noted(place, key) or _written(place, key, emit())


def _noted(place: str, key: str) -> Compiled | None:
    """Return the function of a recipe if its text has been noted and the text's code is there."""
    note = object_cache.load(place, key)
    if note is None:
        return None
    text, name, *types = note.decode().split()
    code = object_cache.load(place, _text_key(text))
    return None if code is None else _in_memory(code, name, types)


def _written(place: str, key: str, builders: "Sequence[Builder]") -> Compiled:
    """Return the function, and note which text belongs to the recipe."""
    made, entry = compile_function(builders), builders[-1]
    if sources.state() == _SOURCES:  # else the emitter may be older or newer than the state says
        note = [_digest(_text(builders)), entry.name, *(a.type for a in entry.arguments)]
        object_cache.save(place, key, " ".join(note).encode())
    return made


def compile_function(builders: "Sequence[Builder]") -> Compiled:
    """Return the last of the functions that `builders` wrote, compiled for this machine together with the others."""
    entry = builders[-1]
    with _lock:
        return _in_memory(machine_code(_text(builders)), entry.name, [a.type for a in entry.arguments])


def _in_memory(code: bytes, name: str, types: Sequence[str]) -> Compiled:
    engine, _ = _engine()
    engine.add_object_file(_llvm().ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address(name)
    prototype = ctypes.CFUNCTYPE(None, *(C_TYPES[type_] for type_ in types))
    return Compiled(address, prototype(address))


def _text(builders: "Sequence[Builder]") -> str:
    from faltung.codegen.builder import module_text  # whoever has builders has loaded it

    return module_text(builders)


def machine_code(text: str) -> bytes:
    """Return the object that a module's text becomes, from the cache on disk or compiled now and kept there."""
    place = object_cache.folder()
    key = _text_key(_digest(text))
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


def _digest(text: str) -> str:
    return digest(text.encode()).hex()


def _text_key(text: str) -> str:
    return f"{_machine_key()}\ntext {text}"


@cache
def _machine_key() -> str:
    """Return everything but the text on which machine code depends."""
    llvm, target = _llvm(), host()
    version = ".".join(map(str, llvm.llvm_version_info))
    lines = [f"passes {PASSES}", f"llvmlite {_version()}", f"LLVM {version}", llvm.get_process_triple(), target.cpu, target.features]
    return "\n".join(lines)


@cache
def dialect() -> "Dialect":
    """Return how this llvmlite wants its text."""
    from faltung.codegen.builder import Dialect  # not above: where code comes from the cache, no text is written

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
