"""``faltung identify``: the kernel between two files."""

import numpy as np
import pytest
from cli.runner import program, run

import faltung as ft
from faltung.io import write

RANDOM = np.random.default_rng(4)
X = RANDOM.integers(0, 256, (40, 50)).astype(float)
BINOMIAL = np.outer([1, 2, 1], [1, 2, 1])
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)
    np.save("y.npy", ft.correlate(X, SOBEL / 8, mode="same", boundary="edge"))
    np.save("noise.npy", RANDOM.normal(size=X.shape))
    np.save("small.npy", X[:7, :7])
    return tmp_path


def test_name_boundary_and_kernel_file():
    said = run("identify", "x.npy", "y.npy", "-o", "k.npy")
    assert said.status == 0
    assert "sobel-x, scaled by 0.125" in said.text
    assert said.err == "wrote k.npy: 3 x 3 float64, stated for correlation\n"
    assert np.allclose(np.load("k.npy"), SOBEL / 8)
    assert "exists already" in run("identify", "x.npy", "y.npy", "-o", "k.npy").refusal
    assert run("apply", "x.npy", "-k", "k.npy", "--boundary", "edge", "-o", "again.npy").status == 0
    assert np.allclose(np.load("again.npy"), np.load("y.npy"))


def test_json_and_options():
    said = run("identify", "x.npy", "y.npy", "--json", "--shape", "3x3", "--boundary", "edge", "--symmetric", "odd", "--separable")
    assert said.status == 0
    assert (said.data["faltung"], said.data["kind"]) == ("v1", "estimate")
    assert np.allclose(said.data["kernel"], SOBEL / 8)
    assert said.data["spec"] == "correlate same:high boundary=edge"


def test_pictures():
    blurred = ft.correlate(X.astype(np.uint8), BINOMIAL / 16, mode="same", boundary="half_sample", dtype="uint8")
    write("before.png", X.astype(np.uint8))
    write("after.png", blurred)
    said = run("identify", "before.png", "after.png", "--json")
    assert said.status == 0
    assert np.allclose(said.data["kernel"], BINOMIAL / 16, atol=2e-3)  # rounding to whole numbers is noise of 0.3


def test_no_kernel_is_status_4():
    assert run("identify", "x.npy", "noise.npy", "--shape", "3").status == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x.npy"], "Missing argument 'AFTER'"),
        (["x.npy", "none.npy"], "there is no file none.npy"),
        (["-", "-"], "standard input"),
        (["x.npy", "small.npy", "--stride", "0"], ""),
        (["x.npy", "y.npy", "--shape", "three"], "write sizes as 5x5"),
        (["x.npy", "y.npy", "--boundary", "reflect"], "ambiguous"),
        (["x.npy", "y.npy", "--symmetric", "odd?"], "--symmetric"),
        (["x.npy", "y.npy", "-o", "k.png"], "cannot hold weights"),
        (["x.npy", "y.npy", "-o", "none/k.npy"], "there is no folder"),
        (["x.npy", "[]"], "empty"),
    ],
)
def test_refused(folder, arguments, words):
    before = sorted(folder.iterdir())
    assert words in run("identify", *arguments).refusal
    assert sorted(folder.iterdir()) == before


def test_as_a_program(folder):
    said = program("identify", folder / "x.npy", folder / "y.npy")
    assert said.status == 0
    assert "sobel-x" in said.text


def test_columns_of_a_text_are_signals(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    signal = np.random.default_rng(3).integers(-9, 10, 60)
    np.savetxt("before.txt", signal, fmt="%d")
    np.savetxt("after.txt", np.convolve(signal, [1, 3, 2], "same"), fmt="%d")
    said = run("identify", "before.txt", "after.txt")
    assert said.status == 0
    assert "axis 1 has one entry in BEFORE and AFTER: they are taken as signals" in said.err
    assert "\n  2  3  1\n" in said.text
