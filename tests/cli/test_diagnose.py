"""``faltung diagnose``: files of every kind, pasted arrays, exit statuses, the picture, and what is refused."""

import json

import numpy as np
import pytest
from cli.runner import program, run
from peers import peer
from scipy.io import savemat

import faltung as ft
from faltung.io import read, write

X, K = np.array([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3], [5, 8, 9, 7, 9], [3, 2, 3, 8, 4]]), np.array([[1, -2, 0], [3, 0, 5]])
Y = ft.correlate(X, K, mode="valid")
PASTED = ["--x", json.dumps(X.tolist()), "--k", json.dumps(K.tolist()), "--y", json.dumps(Y.tolist())]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, array in (("x", X), ("k", K), ("y", Y)):
        np.save(f"{name}.npy", array)
        np.savetxt(f"{name}.csv", array, fmt="%d", delimiter=",")
        (tmp_path / f"{name}.json").write_text(json.dumps(array.tolist()))
        write(f"{name}.tif", array.astype(np.float32))
    np.savez("all.npz", x=X, k=K, y=Y)
    savemat("all.mat", {"x": X.astype(float), "k": K, "y": Y})
    peer("safetensors.numpy").save_file({"conv.weight": K, "x": X, "y": Y}, "w.safetensors")
    with peer("h5py").File("all.h5", "w") as file:
        for name, array in (("x", X), ("k", K), ("y", Y)):
            file[f"group/{name}"] = array
    (tmp_path / "prose.py").write_text("import numpy as np, sys; sys.exit()\nprint(1, 2)\n")
    np.save("zeros.npy", np.zeros((2, 0)))
    np.save("objects.npy", np.array([[1, "a"]], dtype=object), allow_pickle=True)
    np.save("nan.npy", np.full((3, 3), np.nan))
    return tmp_path


KINDS = {
    "npy": ("x.npy", "k.npy", "y.npy"), "csv": ("x.csv", "k.csv", "y.csv"), "json": ("x.json", "k.json", "y.json"),
    "tif": ("x.tif", "k.tif", "y.tif"), "npz": ("all.npz:x", "all.npz:k", "all.npz:y"), "mat": ("all.mat:x", "all.mat:k", "all.mat:y"),
    "safetensors": ("w.safetensors:x", "w.safetensors:conv.weight", "w.safetensors:y"),
    "h5": ("all.h5:group/x", "all.h5:group/k", "all.h5:/group/y"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_files(kind):
    said = run("diagnose", *KINDS[kind])
    assert (said.status, said.err) == (0, "")
    assert "correlate valid" in said.text


def test_pasted_arrays_and_json():
    said = run("diagnose", *PASTED, "--json")
    assert said.status == 0
    assert (said.data["faltung"], said.data["kind"], said.data["fits"]) == ("v1", "diagnosis", True)
    assert said.data["best"]["spec"].startswith("correlate valid")
    assert run("diagnose", "x.npy", "y.npy", "--k", json.dumps(K.tolist()), "--json").data == said.data


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("scipy.signal.correlate2d(x, k, 'valid')", 0),
        ("correlate valid", 0),
        ("y.npy", 0),
        (json.dumps(Y.tolist()), 0),
        ("scipy.signal.convolve2d(x, k, 'valid')", 1),
        ("convolve valid", 1),
        ("all.npz:k", 1),
    ],
)
def test_expectations(expected, status):
    said = run("diagnose", *PASTED, "--expected", expected, "--json")
    assert said.status == status
    assert said.data["as_expected"] is (status == 0)


def test_a_single_number():
    numbers = ["--x", "[1,2,4]", "--k", "[1,3,5]", "--y", str(1 + 6 + 20)]
    assert run("diagnose", *numbers, "--expected", "27").status == 0
    assert run("diagnose", *numbers, "--expected", "15").status == 1
    assert run("diagnose", *numbers, "--expected", "-3.5").status == 1


@pytest.mark.slow
def test_nothing_fits_is_status_4():
    x = np.random.default_rng(9).integers(-9, 10, (12, 11))
    wrong = ft.correlate(x, K, mode="valid")
    wrong[5, 4] += 1000
    np.save("large.npy", x)
    np.save("wrong.npy", wrong)
    said = run("diagnose", "large.npy", "k.npy", "wrong.npy", "--json")
    assert said.status == 4
    assert said.data["fits"] is False


def test_columns_and_rows_are_signals(tmp_path):
    x, k = np.array([1, 2, 4, 8, 5]), np.array([1, 3])
    for name, array in (("x", x), ("k", k), ("y", np.convolve(x, k))):
        np.savetxt(f"{name}.txt", array, fmt="%d")
    savemat("rows.mat", {"x": x, "k": k, "y": np.convolve(x, k)})
    for files in (("x.txt", "k.txt", "y.txt"), ("rows.mat:x", "rows.mat:k", "rows.mat:y")):
        said = run("diagnose", *files, "--json")
        assert said.status == 0
        assert "are taken as signals" in said.err
        assert said.data["operands"]["x"]["shape"] == [5]


def test_plot(tmp_path):
    said = run("diagnose", *PASTED, "--expected", "convolve valid", "--plot", "out.png")
    assert said.status == 1
    assert said.err == "wrote out.png\n"
    picture = read("out.png")
    assert picture.data.shape[1] > picture.data.shape[0] > 100
    assert "exists already" in run("diagnose", *PASTED, "--plot", "out.png").refusal
    assert run("diagnose", *PASTED, "--plot", "out.png", "--force").status == 0


REFUSED = [
    (["x.npy", "k.npy"], "3 files are needed, for x, k and y, and 2 given (x.npy, k.npy); name the files in this order"),
    ([*PASTED, "x.npy"], "x, k and y are all given as JSON, and so there can be no file: 1 given (x.npy)"),
    ([*PASTED[:4]], "1 file is needed, for y, and none given"),
    (["prose.py", "k.npy", "y.npy"], "prose.py is text, and no rows of numbers: line 1 is 'import numpy as np, sys; sys.exit()'"),
    (["x.npy", "k.npy", "none.npy"], "there is no file none.npy"),
    (["zeros.npy", "k.npy", "y.npy"], "empty"),
    (["objects.npy", "k.npy", "y.npy"], "pickled Python objects"),
    (["nan.npy", "k.npy", "y.npy"], "NaN"),
    (["all.npz", "k.npy", "y.npy"], "holds 3 arrays"),
    (["-", "-", "y.npy"], "standard input"),
    (["x.npy", "k.npy", "--y", "__import__('os')"], "is no JSON array"),
    (["x.npy", "k.npy", "--y", "[[1,2],[3]]"], "ragged"),
    (["x.npy", "k.npy", "--y", '"a"'], "which is no number"),
    (["x.npy", "k.npy", "--y", f"[{2**70}]"], ""),
    (["x.npy", "k.npy", "--y", "[" + "1," * 3000 + "1]"], "at most 4,000"),
    (["x.npy", "k.npy", "y.npy", "--expected", "none.npy"], "there is no file none.npy"),
    (["x.npy", "k.npy", "y.npy", "--expected", "open('x')"], ""),
    (["x.npy", "k.npy", "y.npy", "--expected", "scipy.signal.convolve3d(x, k)"], "nearest: scipy.signal.convolve2d"),
    (["x.npy", "k.npy", "y.npy", "--plot", "out.npy"], "would be no picture"),
    (["x.npy", "k.npy", "y.npy", "--plot", "none/out.png"], "there is no folder"),
    (["x.npy", "k.npy", "y.npy", "--max-pixels", "3"], "above the limit of 3"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=[" ".join(a)[:50] for a, _ in REFUSED])
def test_refused(folder, arguments, words):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert words in run("diagnose", *arguments).refusal
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_as_a_program():
    said = program("diagnose", *PASTED, "--expected", "scipy.signal.convolve2d(x, k, mode='valid')")
    assert said.status == 1
    assert "correlat" in said.text.splitlines()[0]
