"""Machine code that is found by what its text is made from: never once the sources are others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import faltung
from faltung.codegen import compile as compiling
from faltung.codegen import object_cache, sources
from faltung.codegen.builder import Builder

pytestmark = pytest.mark.compiled
RUN = """
import sys, numpy as np
from faltung.codegen import compile as c
compiled = []
inner = c._optimise
c._optimise = lambda *given: (compiled.append(1), inner(*given))
import faltung as ft
x, k = np.arange(3000, dtype="float32").reshape(50, 60), np.arange(6, dtype="float32").reshape(2, 3) ** 2
answer = ft.correlate(x, k, mode="valid", method="direct")
print(len(compiled), "faltung.codegen.builder" in sys.modules, float(answer[0, 0]), ft.__file__)
"""


def ran(package: Path, cache: Path) -> tuple[int, bool, float]:
    environment = os.environ | {"FALTUNG_CACHE": str(cache), "PYTHONPATH": str(package.parent)}
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True, env=environment)
    compiled, written, answer, file = done.stdout.split()
    assert Path(file).parent == package
    return int(compiled), written == "True", float(answer)


def test_an_emitter_that_is_edited_is_asked_again(tmp_path):
    package, cache = tmp_path / "faltung", tmp_path / "cache"
    shutil.copytree(Path(faltung.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    first = ran(package, cache)
    assert first[0] > 0
    assert ran(package, cache) == (0, False, first[2])
    emitter = package / "methods" / "direct" / "strip.py"
    text = emitter.read_text()
    emitter.write_text(text + "\n# another size, the same code\n")
    assert ran(package, cache) == (0, True, first[2])  # written anew, and found by its text
    assert ran(package, cache) == (0, False, first[2])
    builder = package / "codegen" / "builder.py"
    builder.write_text(builder.read_text())  # the same text at another time
    assert ran(package, cache) == (0, True, first[2])
    edited = text.replace('f"faltung_direct_', 'f"faltung_DIRECT_')
    assert edited != text
    emitter.write_text(edited)  # of the same size
    assert ran(package, cache)[:2] == (1, True)
    assert ran(package, cache)[:2] == (0, False)


@pytest.fixture
def place(tmp_path, monkeypatch):
    found = str(tmp_path / "cache")
    assert object_cache.refusal(found) is None
    monkeypatch.setattr(object_cache, "folder", lambda: found)
    return found


class Emitter:
    """Writes a function that adds a number, and counts how often it is asked."""

    def __init__(self, number):
        self.number, self.asked = number, 0

    def __call__(self):
        self.asked += 1
        b = Builder("added_by_recipe", ["ptr"], compiling.dialect())
        b.store(b.add(b.load("i64", b.arguments[0]), self.number), b.arguments[0])
        return [b]


def added(compiled):
    import numpy as np

    out = np.array([100])
    compiled.call(out.ctypes.data)
    return int(out[0])


def test_it_is_written_once_for_each_recipe_and_state_of_the_sources(place, monkeypatch):
    emit = Emitter(7)
    assert [added(compiling.compiled("seven", emit)) for _ in range(2)] == [107, 107]
    assert emit.asked == 1
    compiling.compiled("seven again", emit)
    assert emit.asked == 2
    state = "another state"
    monkeypatch.setattr(compiling, "_SOURCES", state)
    monkeypatch.setattr(sources, "state", lambda: state)
    for _ in range(2):
        compiling.compiled("seven", emit)
    assert emit.asked == 3


def test_nothing_is_noted_once_the_sources_have_changed(place, monkeypatch):
    emit = Emitter(8)
    monkeypatch.setattr(sources, "state", lambda: "edited since")
    for _ in range(2):
        compiling.compiled("eight", emit)
    assert emit.asked == 2


def test_a_note_without_its_code(place):
    emit = Emitter(9)
    compiling.compiled("nine", emit)
    for path in Path(place).iterdir():
        if b"\ntext " in path.read_bytes():
            path.unlink()
    assert added(compiling.compiled("nine", emit)) == 109
    assert emit.asked == 2


def test_sources_that_are_no_files(monkeypatch, place, tmp_path):
    assert sources.state(str(tmp_path / "archive.zip")) is None
    emit = Emitter(10)
    monkeypatch.setattr(compiling, "_SOURCES", None)
    for _ in range(2):
        compiling.compiled("ten", emit)
    assert emit.asked == 2


def test_the_state_says_size_and_time_of_every_module(tmp_path):
    package = tmp_path / "faltung"
    for room in sources.ROOMS:
        (package / room / "below").mkdir(parents=True)
        (package / room / "below" / "one.py").write_text("1")
    states = [sources.state(str(package))]
    one = package / "methods" / "below" / "one.py"
    one.write_text("12")
    states.append(sources.state(str(package)))
    os.utime(one, ns=(1, 1))
    states.append(sources.state(str(package)))
    (package / "spec" / "two.py").write_text("")
    states.append(sources.state(str(package)))
    one.unlink()
    states.append(sources.state(str(package)))
    assert len(set(states)) == 5
    (package / "spec" / "__pycache__").mkdir()
    (package / "spec" / "__pycache__" / "two.py").write_text("")
    assert sources.state(str(package)) == states[-1]
