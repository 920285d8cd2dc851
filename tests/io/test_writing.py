"""A file is written whole or not at all, and never over another one unasked."""

import os
from pathlib import Path

import numpy as np
import pytest

from faltung.io import InputError, check_target, encode, format_of, read, write, writing

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_no_overwrite_without_force(tmp_path):
    write(tmp_path / "a.png", GREY)
    with pytest.raises(InputError, match="exists already"):
        write(tmp_path / "a.png", GREY + 1)
    assert np.array_equal(read(tmp_path / "a.png").data, GREY)
    write(tmp_path / "a.png", GREY + 1, force=True)
    assert np.array_equal(read(tmp_path / "a.png").data, GREY + 1)
    assert listing(tmp_path) == ["a.png"]


@pytest.mark.parametrize("force", [False, True])
def test_failure_leaves_nothing_behind(tmp_path, monkeypatch, force):
    (tmp_path / "old.npy").write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "replace", fail)
    monkeypatch.setattr(writing.os, "link", fail)
    name = "old.npy" if force else "new.npy"
    with pytest.raises(InputError, match="No space left on device"):
        write(tmp_path / name, GREY, force=force)
    assert listing(tmp_path) == ["old.npy"]
    assert (tmp_path / "old.npy").read_bytes() == b"old"


def test_file_that_appears_meanwhile_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "check_target", lambda *_, **__: None)
    (tmp_path / "a.npy").write_bytes(b"theirs")
    with pytest.raises(InputError, match="exists already"):
        write(tmp_path / "a.npy", GREY)
    assert (tmp_path / "a.npy").read_bytes() == b"theirs"
    assert listing(tmp_path) == ["a.npy"]


def test_file_system_without_links(tmp_path, monkeypatch):
    def fail(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(writing.os, "link", fail)
    write(tmp_path / "a.npy", GREY)
    assert listing(tmp_path) == ["a.npy"]


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        write(tmp_path / "a.npy", GREY)
    finally:
        os.umask(before)
    assert (tmp_path / "a.npy").stat().st_mode & 0o777 == 0o644


def test_a_link_stays_a_link(tmp_path):
    write(tmp_path / "a.npy", GREY)
    (tmp_path / "link.npy").symlink_to(tmp_path / "a.npy")
    write(tmp_path / "link.npy", GREY + 1, force=True)
    assert (tmp_path / "link.npy").is_symlink()
    assert np.array_equal(read(tmp_path / "a.npy").data, GREY + 1)


def test_places_that_are_refused(tmp_path):
    (tmp_path / "folder.png").mkdir()
    for path, words in (
        (tmp_path / "folder.png", "is a folder"),
        (tmp_path / "none" / "a.png", "there is no folder"),
        (Path("/dev/null"), "is no regular file"),
    ):
        with pytest.raises(InputError, match=words):
            check_target(path, force=True)
    with pytest.raises(InputError, match="does not say its format"):
        format_of("a.bmp")


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (GREY.astype(float), "PNG", "PNG holds uint8 and uint16 samples, not float64"),
        (GREY.astype("int16"), "PNG", "not int16"),
        (GREY.astype("uint16"), "JPEG", "JPEG holds uint8 samples, not uint16"),
        (np.zeros((3, 4, 2), np.uint8), "PNG", "not (3, 4, 2); write npy"),
        (np.zeros(4, np.uint8), "PNG", "not (4,)"),
        (np.zeros((0, 4), np.uint8), "PNG", "not (0, 4)"),
        (np.zeros((1, 70000), np.uint8), "JPEG", "at most 65,535"),
        (np.array([1, 2**70], dtype=object), "NPY", "Python objects"),
    ],
)
def test_what_a_format_cannot_hold(data, kind, words):
    with pytest.raises(InputError) as caught:
        encode(data, kind)
    assert words in str(caught.value)


def test_alpha():
    with pytest.raises(InputError, match="JPEG has no alpha"):
        encode(GREY, "JPEG", alpha=GREY)
    with pytest.raises(InputError, match="alpha has shape"):
        encode(GREY, "PNG", alpha=GREY[:2])
    with pytest.raises(InputError, match="alpha has shape"):
        encode(GREY.astype("uint16"), "PNG", alpha=GREY)
