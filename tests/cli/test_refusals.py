"""Bad input: exit status 2, one line, no traceback, nothing written, nothing changed."""

import io
import json

import numpy as np
import pytest
from cli.runner import program, run

from faltung.demo.card import card
from faltung.io import write

OUT = ["-o", "out.png"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("photo.png", card(64, 64))
    np.save("empty.npy", np.zeros((0, 3)))
    np.save("float.npy", np.full((4, 4), 1e300))
    np.save("objects.npy", np.array([[1, "a"]], dtype=object), allow_pickle=True)
    (tmp_path / "truncated.png").write_bytes((tmp_path / "photo.png").read_bytes()[:400])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "nothing.png").write_bytes(b"")
    (tmp_path / "there.png").write_bytes(b"theirs")
    (tmp_path / "a folder").mkdir()
    return tmp_path


APPLY = [
    (["photo.png"], "Missing option '--kernel'"),
    (["photo.png", "-k", "box"], "say where the result goes"),
    (["none.png", "-k", "box", *OUT], "there is no file none.png"),
    (["a folder", "-k", "box", *OUT], "is a folder"),
    (["truncated.png", "-k", "box", *OUT], "truncated.png is truncated or broken"),
    (["text.png", "-k", "box", *OUT], "is no PNG, JPEG, TIFF"),
    (["nothing.png", "-k", "box", *OUT], "nothing.png is empty"),
    (["photo.png", "-k", "box", "--max-pixels", "4095", *OUT], "64 x 64 = 4,096 pixels, above the limit of 4,095"),
    (["empty.npy", "-k", "box", "-o", "out.npy"], "empty"),
    (["objects.npy", "-k", "box", "-o", "out.npy"], "pickled Python objects"),
    (["photo.png", "-k", "soble-x", *OUT], "nearest: sobel-x"),
    (["photo.png", "-k", "none.npy", *OUT], "there is no file none.npy"),
    (["photo.png", "-k", "gaussian:sigma=-1", *OUT], "sigma -1 must be greater than 0"),
    (["photo.png", "-k", "gaussian:width=1", *OUT], "has no parameter 'width'"),
    (["photo.png", "-k", "gaussian:sigma", *OUT], "is no parameter of gaussian"),
    (["photo.png", "-k", "gaussian:sigma=two", *OUT], "is no number"),
    (["photo.png", "-k", "gaussian:sigma=1,sigma=2", *OUT], "is given twice"),
    (["photo.png", "-k", "1 2; 3", *OUT], "the rows of the kernel have 2, 1 numbers"),
    (["photo.png", "-k", "[[1, 2], [3]]", *OUT], "ragged"),
    (["photo.png", "-k", "", *OUT], ""),
    (["photo.png", "-k", "[[[1]]]", *OUT], "a picture takes kernels of rows and columns"),
    (["photo.png", "-k", "1 " * 2001, *OUT], "at most 4,000"),
    (["photo.png", "-k", "1j 1", *OUT], "complex"),
    (["photo.png", "-k", "box:size=99", "--mode", "valid", *OUT], "the kernel does not fit"),
    (["photo.png", "-k", "box", "--mode", "sane", *OUT], "unknown mode 'sane'"),
    (["photo.png", "-k", "box", "--mode", "same low", *OUT], "must be one word"),
    (["photo.png", "-k", "box", "--mode", "", *OUT], "must be one word"),
    (["photo.png", "-k", "box", "--operation", "correlation", *OUT], "unknown operation"),
    (["photo.png", "-k", "box", "--boundary", "reflect", *OUT], "ambiguous"),
    (["photo.png", "-k", "box", "--boundary", "mirrored", *OUT], "unknown boundary"),
    (["photo.png", "-k", "box", "--fill", "3", *OUT], "a fill needs boundary 'constant'"),
    (["photo.png", "-k", "box", "--stride", "0", *OUT], "at least 1"),
    (["photo.png", "-k", "box", "--stride", "1,2,3", *OUT], "3 entries"),
    (["photo.png", "-k", "box", "--anchor", "9", *OUT], "is not a tap"),
    (["photo.png", "-k", "box", "--mode", "full", "--anchor", "low", *OUT], "goes with --mode same"),
    (["photo.png", "-k", "box", "--dtype", "int7", *OUT], "dtype 'int7' is not supported"),
    (["photo.png", "-k", "box", "--overflow", "clip", *OUT], "overflow is 'clip'"),
    (["photo.png", "-k", "box", "--rounding", "up", *OUT], "rounding is 'up'"),
    (["photo.png", "-k", "box", "--method", "magic", *OUT], "unknown method 'magic'"),
    (["photo.png", "-k", "5", "--overflow", "raise", *OUT], "but uint8 holds 0 to 255"),
    (["photo.png", "-k", "box", "--spec", "correlate", "--mode", "full", *OUT], "leave out --mode"),
    (["photo.png", "-k", "box", "--spec", "correlate fulll", *OUT], "unknown mode"),
    (["photo.png", "-k", "box", "--spec", "uint8[3,3] * uint8[3,3] correlate", *OUT], "without sizes"),
    (["photo.png", "-k", "box", "--spec", "x" * 5000, *OUT], "at most 4000"),
    (["photo.png", "-k", "box", "--spec", "correlate layout=NCHW,OIHW->NCHW", *OUT], ""),
    (["photo.png", "-k", "box", "--bounday", "edge", *OUT], "No such option '--bounday'"),
    (["photo.png", "more.png", "-k", "box", *OUT], "unexpected extra argument"),
    (["photo.png", "-k", "box", "-o", "out.bmp"], "end the name in .png"),
    (["photo.png", "-k", "box", "-o", "out"], "end the name in .png"),
    (["photo.png", "-k", "box", "-o", "a folder"], ""),
    (["photo.png", "-k", "box", "-o", "none/out.png"], "there is no folder none"),
    (["photo.png", "-k", "box", "-o", "there.png"], "exists already"),
    (["photo.png", "-k", "box", "--dtype", "float32", *OUT], "PNG holds uint8 and uint16 samples, not float32"),
    (["photo.png", "-k", "box", "--dtype", "uint16", "-o", "out.jpg"], "JPEG holds uint8 samples"),
    (["photo.png", "-k", "box", "--dtype", "object", "-o", "out.npy"], "Python objects"),
    (["photo.png", "-k", "box", "-o", "-", "--json"], "name a file"),
    (["-", "-k", "-", *OUT], "cannot both come from standard input"),
    (["-", "-k", "box", *OUT], "standard input is empty"),
    (["photo.png", "-k", "box", "--max-pixels", "0", *OUT], "--max-pixels"),
]
TRACE = [
    (["1 2 3"], "Missing argument 'K'"),
    (["1 2 3", "1 2 3 4"], "does not fit"),
    (["1 2; 3 4", "[[[1]]]"], "give both the same number"),
    (["1 2 3", "abc"], "is no number"),
    (["none.npy", "1"], "there is no file none.npy"),
    (["1 2 3", "1", "--at", "3"], "output (3,) does not exist"),
    (["1 2 3", "1", "--at", "one"], "write an index for each axis"),
    (["1 2 3", "1", "--at", "1,1"], "has 2 entries"),
    (["1 2 3", "1", "--boundary", "wrap"], "ambiguous"),
    (["1 2 3", "1", "--format", "pdf"], "--format"),
    (["-", "-"], "cannot both come from standard input"),
    (["[" * 1500, "1"], "JSON"),
    (["photo.png", "1 0 -1"], "X has 3 channels, and a trace shows one"),
    (["photo.png", "1 0 -1", "--channel", "3"], "no channel 3"),
    (["1 2 3", "1", "--spec", "correlate layout=NCHW,OIHW->NCHW"], "trace one image"),
]
OTHERS = [
    (["aply"], "No such command 'aply'"),
    (["--nope"], "No such option"),
    (["kernels", "sobel"], "nearest: sobel"),
    (["kernels", "gaussian:sigma=0"], "greater than 0"),
    (["laws", "commutative"], "no law is named"),
    (["laws", "--seed", "x"], "--seed"),
    (["laws", "--seed", "-1"], "--seed"),
    (["demo", "--output", "photo.png"], "photo.png"),
]
EVERY = [*((["apply", *a], w) for a, w in APPLY), *((["trace", *a], w) for a, w in TRACE), *OTHERS]


@pytest.mark.parametrize(("arguments", "words"), EVERY, ids=[" ".join(a)[:60] for a, _ in EVERY])
def test_refused_in_one_line_and_nothing_written(folder, arguments, words):
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    said = run(*arguments)
    assert words in said.refusal
    assert "--json" in arguments or said.out == b""
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("arguments", [APPLY[2][0], APPLY[4][0], APPLY[-3][0]])
def test_refused_as_a_program(arguments):
    said = program("apply", *arguments)
    assert said.refusal
    assert said.out == b""


@pytest.mark.parametrize(
    "arguments", [["apply", "none.png", "-k", "box"], ["trace", "1", "x"], ["kernels", "nix"], ["aply"], ["laws", "nix"]]
)
def test_refused_as_json(arguments):
    said = run(*arguments, "--json")
    assert said.refusal == said.data["message"]
    assert {key: said.data[key] for key in ("faltung", "kind", "status")} == {"faltung": "v1", "kind": "error", "status": 2}


def test_broken_pipe_of_numbers_and_bytes(folder):
    assert "is no PNG" in run("apply", "-", "-k", "box", *OUT, stdin=b"\xff" * 100).refusal
    assert "no text" in run("trace", "-", "1", stdin=b"\xff\xfe\x00" * 100).refusal
    buffer = io.BytesIO()
    np.save(buffer, np.eye(2))
    assert json.loads(run("trace", "-", "1;", "--json", stdin=buffer.getvalue()).out)["sum"] == 1.0
