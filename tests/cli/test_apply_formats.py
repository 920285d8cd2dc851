"""``faltung apply`` on TIFF and on the files of other programs."""

import io
import sys

import numpy as np
from cli.runner import program, run
from peers import peer
from scipy.io import savemat

import faltung as ft
from faltung.io import read, write

tifffile = peer("tifffile")
K = np.array([[1, 2, 0], [0, -1, 3]])
RANDOM = np.random.default_rng(8)


def filtered(x: np.ndarray, k: np.ndarray = K, **options) -> np.ndarray:
    return ft.correlate(x, k, mode="same", boundary="half_sample", dtype=x.dtype, overflow="saturate", **options)


def test_tiff_keeps_its_dtype(tmp_path):
    for dtype, shape in (("float32", (9, 8)), ("uint16", (9, 8, 3)), ("int16", (9, 8))):
        given = RANDOM.integers(0, 30_000, shape).astype(dtype)
        tifffile.imwrite(tmp_path / "x.tif", given)
        assert run("apply", tmp_path / "x.tif", "-k", K.tolist(), "-o", tmp_path / f"{dtype}.tif").status == 0
        found = tifffile.imread(tmp_path / f"{dtype}.tif")
        assert found.dtype == dtype
        assert np.array_equal(found, filtered(given, axes=(0, 1)))


def test_pages(tmp_path):
    given = RANDOM.integers(0, 100, (4, 9, 8)).astype(np.float32)
    write(tmp_path / "x.tif", given, pages=True)
    said = run("apply", tmp_path / "x.tif", "-k", K.tolist(), "-o", tmp_path / "each.tiff")
    assert "note: the kernel goes over each of 4 pages by itself" in said.err
    assert np.array_equal(tifffile.imread(tmp_path / "each.tiff"), filtered(given, axes=(1, 2)))
    assert run("apply", tmp_path / "x.tif", "-k", [K.tolist()], "-o", tmp_path / "across.tiff").status == 0
    assert np.array_equal(tifffile.imread(tmp_path / "across.tiff"), filtered(given, K[None]))
    assert run("apply", f"{tmp_path}/x.tif:2", "-k", K.tolist(), "-o", tmp_path / "one.tif").status == 0
    assert np.array_equal(tifffile.imread(tmp_path / "one.tif"), filtered(given[2]))


def test_alpha_is_copied(tmp_path):
    given = RANDOM.integers(0, 255, (9, 8, 4)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", given, photometric="rgb", extrasamples=["unassalpha"])
    assert run("apply", tmp_path / "x.tif", "-k", K.tolist(), "-o", tmp_path / "y.tif").status == 0
    found = read(tmp_path / "y.tif")
    assert np.array_equal(found.alpha, given[..., 3])
    assert np.array_equal(found.data, filtered(given[..., :3], axes=(0, 1)))


def test_matlab_hdf5_and_tables(tmp_path):
    given = RANDOM.integers(0, 100, (9, 8)).astype(float)
    savemat(tmp_path / "x.mat", {"x": given, "k": K})
    np.savetxt(tmp_path / "x.csv", given, delimiter=",", fmt="%g")
    with peer("h5py").File(tmp_path / "x.h5", "w") as file:
        file["a/x"] = given
    for number, name in enumerate(("x.mat:x", "x.csv", "x.h5", "x.h5:a/x")):
        assert run("apply", f"{tmp_path}/{name}", "-k", f"{tmp_path}/x.mat:k", "-o", tmp_path / f"{number}.npy").status == 0
        assert np.array_equal(np.load(tmp_path / f"{number}.npy").astype(float), filtered(given))
    assert "holds 2 arrays (x, k)" in run("apply", tmp_path / "x.mat", "-k", "box", "-o", tmp_path / "no.npy").refusal


def test_pipes(tmp_path):
    given = RANDOM.integers(0, 255, (9, 8)).astype(np.uint8)
    write(tmp_path / "x.tif", given)
    said = program("apply", "-", "-k", "identity", "-o", "-", stdin=(tmp_path / "x.tif").read_bytes())
    assert np.array_equal(tifffile.imread(io.BytesIO(said.out)), given)


def test_what_is_missing_is_status_3(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((4, 4)))
    monkeypatch.setitem(sys.modules, "tifffile", None)
    said = run("apply", tmp_path / "x.tif", "-k", "box", "-o", tmp_path / "y.tif")
    assert said.status == 3
    assert said.err == "faltung: this needs tifffile: pip install 'faltung[io]'\n"
    assert not (tmp_path / "y.tif").exists()
