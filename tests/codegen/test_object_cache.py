"""Machine code on disk: what does not match in every point is ignored and replaced, and nothing but a hit changes what is computed."""

import hashlib
import os
import subprocess
import sys
import warnings

import pytest

from faltung.codegen import object_cache
from faltung.codegen.builder import Builder
from faltung.codegen.object_cache import DIGEST, MAGIC, SUFFIX, file_name, load, refusal, save, shrink

KEY, CODE = "passes 1\ntext abc", bytes(range(256)) * 20
RUN = """
import hashlib, sys, numpy as np
from faltung.codegen import compile as c
compiled = []
inner = c._optimise
c._optimise = lambda *given: (compiled.append(1), inner(*given))
from faltung.methods import direct
from faltung.spec.case import Case
from faltung.spec.window import Window
case = Case(windows=(Window(pad_low=1, pad_high=1),) * 2, input_sizes=(40, 70), kernel_sizes=(3, 3), dtype="float32")
x, w = (np.random.default_rng(0).standard_normal((1, 1, *n)).astype("float32") for n in ((40, 70), (3, 3)))
out = np.zeros((1, 1, 40, 70), "float32")
direct.run(case, x, w, out, 1)
print(len(compiled), hashlib.sha256(out.tobytes()).hexdigest())
"""


def start(place, **environment):
    environment = os.environ | {"FALTUNG_CACHE": str(place)} | environment
    return subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def answer(process):
    """Return how many kernels a process compiled, what it computed, and what it said."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    compiled, digest = out.split()
    return int(compiled), digest, err


@pytest.fixture
def place(tmp_path):
    found = str(tmp_path / "made" / "cache")
    assert refusal(found) is None
    return found


def path_of(place, key=KEY):
    return os.path.join(place, file_name(key))


def test_what_was_saved_is_loaded(place):
    assert load(place, KEY) is None
    save(place, KEY, CODE)
    assert load(place, KEY) == CODE
    assert load(place, KEY + "d") is None
    assert os.listdir(place) == [file_name(KEY)]
    if os.name == "posix":
        assert os.stat(place).st_mode & 0o777 == 0o700
        assert os.stat(path_of(place)).st_mode & 0o777 == 0o600


def test_a_file_holds_magic_key_digest_and_code(place):
    save(place, KEY, CODE)
    with open(path_of(place), "rb") as file:
        data = file.read()
    assert data.startswith(MAGIC)
    assert data.endswith(KEY.encode() + hashlib.sha256(CODE).digest() + CODE)
    assert hashlib.sha256().digest_size == DIGEST


def spoil(place, change):
    save(place, KEY, CODE)
    with open(path_of(place), "rb") as file:
        data = file.read()
    with open(path_of(place), "wb") as file:
        file.write(change(data))


def test_truncated_at_any_byte(place):
    for kept in (*range(len(MAGIC) + 60), len(MAGIC) + 100, 2000):
        spoil(place, lambda data, kept=kept: data[:kept])
        assert load(place, KEY) is None
    save(place, KEY, CODE)
    assert load(place, KEY) == CODE


@pytest.mark.parametrize("where", [0, len(MAGIC) + 1, len(MAGIC) + 6, len(MAGIC) + 4 + len(KEY), -1], ids=str)
def test_one_bit_wrong(place, where):
    def change(data):
        changed = bytearray(data)
        changed[where] ^= 1
        return bytes(changed)

    spoil(place, change)
    assert load(place, KEY) is None


def test_the_file_of_another_key(place):
    save(place, "other", CODE)
    os.rename(path_of(place, "other"), path_of(place))
    assert load(place, KEY) is None


def test_longer_than_what_was_saved(place):
    spoil(place, lambda data: data + b"\0")
    assert load(place, KEY) is None


@pytest.mark.skipif(os.name != "posix", reason="the machine: no such files or rights there")
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "group", "others"])
def test_files_that_may_not_be_trusted(place, kind, tmp_path):
    save(place, KEY, CODE)
    path = path_of(place)
    if kind == "link":
        os.rename(path, tmp_path / "elsewhere")
        os.symlink(tmp_path / "elsewhere", path)
    elif kind in ("pipe", "folder"):
        os.unlink(path)
        os.mkfifo(path) if kind == "pipe" else os.mkdir(path)
    else:
        os.chmod(path, 0o620 if kind == "group" else 0o602)
    assert load(place, KEY) is None
    if kind != "folder":
        save(place, KEY, CODE)
        assert load(place, KEY) == CODE


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the machine: no owners there")
def test_files_and_folders_of_others(place, monkeypatch):
    save(place, KEY, CODE)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert load(place, KEY) is None
    assert f"belongs to user {me}, not to {me + 1}" in refusal(place)


@pytest.mark.skipif(os.name != "posix", reason="the machine: no such rights there")
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_may_write_to(place, mode):
    os.chmod(place, mode)
    assert f"(its mode is {mode:o}; chmod 700 mends it)" in refusal(place)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be made" in refusal(str(tmp_path / "file"))
    assert "cannot be made" in refusal(str(tmp_path / "file" / "below"))


def test_a_folder_that_may_not_be_written_to(place, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # the rights alone would not keep root from it
    assert "may not be written to" in refusal(place)


def test_a_folder_that_has_gone(place):
    os.rmdir(place)
    assert load(place, KEY) is None
    object_cache._warn.cache_clear()
    with pytest.warns(RuntimeWarning, match=r"kept in memory only: .* cannot be written .*FALTUNG_CACHE=off"):
        save(place, KEY, CODE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(place, KEY, CODE)  # once is enough


def test_the_oldest_files_go_and_no_others(place):
    for i in range(5):
        save(place, str(i), CODE)
        os.utime(path_of(place, str(i)), (1000 + i, 1000 + i))
    mine = os.path.join(place, "letter.txt")
    with open(mine, "wb") as file:
        file.write(CODE)
    os.utime(mine, (1, 1))
    assert load(place, "0") == CODE  # which makes it the newest
    size = os.path.getsize(path_of(place, "1"))
    shrink(place, 3 * size)
    assert [i for i in range(5) if os.path.exists(path_of(place, str(i)))] == [0, 3, 4]
    assert os.path.exists(mine)
    shrink(place, 0)
    assert os.listdir(place) == ["letter.txt"]


def test_saving_keeps_to_the_cap(place, monkeypatch):
    monkeypatch.setattr(object_cache, "MOST_BYTES", 3 * len(CODE))
    for i in range(6):
        save(place, str(i), CODE)
    assert len(os.listdir(place)) == 2


@pytest.mark.parametrize("word", ["off", "OFF", "0"])
def test_switched_off(word, monkeypatch):
    monkeypatch.setenv("FALTUNG_CACHE", word)
    assert object_cache.folder.__wrapped__() is None


def test_the_users_folder_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.setattr(object_cache, "user_folder", lambda kind: str(tmp_path / "faltung" if kind == "cache" else "wrong"))
    monkeypatch.delenv("FALTUNG_CACHE")
    assert object_cache.folder.__wrapped__() == str(tmp_path / "faltung")
    monkeypatch.setenv("FALTUNG_CACHE", "on")  # no folder of that name
    assert object_cache.folder.__wrapped__() == str(tmp_path / "faltung")
    monkeypatch.setenv("FALTUNG_CACHE", str(tmp_path / "mine"))
    assert object_cache.folder.__wrapped__() == str(tmp_path / "mine")


@pytest.mark.compiled
def test_a_second_process_compiles_nothing(tmp_path):
    first, second = answer(start(tmp_path / "cache")), answer(start(tmp_path / "cache"))
    assert (first[0] > 0, second[0]) == (True, 0)
    assert first[1:] == second[1:]
    largest = max((tmp_path / "cache").iterdir(), key=lambda path: path.stat().st_size)  # an object, and no note on one
    largest.write_bytes(b"no code of ours")
    assert answer(start(tmp_path / "cache")) == (1, first[1], "")
    assert answer(start(tmp_path / "cache")) == (0, first[1], "")
    lesser = answer(start(tmp_path / "cache", FALTUNG_CPU_FEATURES="-avx512f"))
    assert lesser[1] == first[1]
    assert answer(start(tmp_path / "cache"))[0] == 0  # code for another machine stands beside it


@pytest.mark.compiled
def test_processes_at_once(tmp_path):
    processes = [start(tmp_path / "cache") for _ in range(3)]
    answers = [answer(process) for process in processes]
    assert {digest for _, digest, _ in answers} == {answers[0][1]}
    assert {said for _, _, said in answers} == {""}
    assert answer(start(tmp_path / "cache"))[0] == 0
    assert all(name.endswith(SUFFIX) and len(name) == 64 + len(SUFFIX) for name in os.listdir(tmp_path / "cache"))


@pytest.mark.compiled
def test_off_and_unusable_folders_compile_in_memory(tmp_path):
    (tmp_path / "file").write_text("")
    off, unusable = answer(start("off")), answer(start(tmp_path / "file"))
    assert (off[0], off[2]) == (unusable[0], "")
    assert off[1] == unusable[1]
    assert unusable[2].count("RuntimeWarning") == 1
    assert "kept in memory only" in unusable[2]


@pytest.mark.compiled
def test_objects_made_anew_and_kept_ones_do_the_same(place, monkeypatch):
    from faltung.codegen.compile import compile_function, dialect, machine_code

    def module(name):
        b = Builder(name, ["ptr"], dialect())
        b.store(b.add(b.load("i64", b.arguments[0]), 35), b.arguments[0])
        return b

    import numpy as np

    monkeypatch.setattr(object_cache, "folder", lambda: place)
    for _ in range(2):
        out = np.array([7])
        compile_function([module("kept_thirty_five")]).call(out.ctypes.data)
        assert out.tolist() == [42]
    text = "define void @kept_other() {\n ret void\n}\n"
    assert machine_code(text) == machine_code(text)
    assert len(os.listdir(place)) == 2
