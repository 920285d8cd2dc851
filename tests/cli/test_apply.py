"""`faltung apply` gives what the API gives, on real files of every kind."""

import io

import numpy as np
import pytest
from cli.runner import program, run
from peers import peer
from PIL import Image

import faltung as ft
from faltung.demo.card import card, grey_card
from faltung.io import encode, read, write

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
SHARPEN = "0 -1 0; -1 5 -1; 0 -1 0"


def saturated(x: np.ndarray, k: object, **more: object) -> np.ndarray:
    settings = {"mode": "same", "boundary": "half_sample", "dtype": x.dtype, "overflow": "saturate", "axes": (0, 1)}
    return ft.correlate(x, np.asarray(k), **settings | more)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    write(path, card(64, 72))
    return path


def test_colour_picture(photo, tmp_path):
    said = run("apply", photo, "--kernel", "sharpen", "-o", tmp_path / "out.png")
    assert (said.status, said.out) == (0, b"")
    assert said.err.splitlines()[0] == ("uint8[64,72] * int64[3,3] correlate same:high boundary=half_sample dtype=uint8 overflow=saturate")
    assert f"wrote {tmp_path / 'out.png'}: 64 x 72 x 3 uint8" in said.err
    assert np.array_equal(read(tmp_path / "out.png").data, saturated(card(64, 72), ft.kernel("sharpen")))


def test_result_is_opencvs(photo, tmp_path):
    cv2 = peer("cv2")
    assert run("apply", photo, "-k", SHARPEN, "--boundary", "cv2:reflect_101", "-o", tmp_path / "out.png").status == 0
    theirs = cv2.filter2D(card(64, 72), -1, np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], np.float32))
    assert np.array_equal(read(tmp_path / "out.png").data, theirs)


def test_printed_notation_does_it_again(photo, tmp_path):
    said = run("apply", photo, "-k", "sobel-x", "--boundary", "edge", "--stride", "2,1", "--mode", "same:low", "-o", tmp_path / "a.png")
    notation = said.err.splitlines()[0].split("] ", 2)[2]
    assert run("apply", photo, "-k", "sobel-x", "--spec", notation, "-o", tmp_path / "b.png").status == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        {"operation": "convolve"},
        {"mode": "valid"},
        {"mode": "full", "boundary": "zero"},
        {"boundary": "constant", "fill": "200"},
        {"stride": "2"},
        {"dilation": "2,3"},
        {"anchor": "low"},
        {"anchor": "0,2"},
        {"overflow": "wrap"},
        {"method": "shift"},
    ],
)
def test_options_are_the_arguments_of_the_api(photo, tmp_path, options):
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    assert run("apply", photo, "-k", "-1 2 0; 0 3 -1; 1 0 2", *words, "-o", tmp_path / "out.png").status == 0
    operation = getattr(ft, options.pop("operation", "correlate"))
    numbers = {"fill": lambda text: int(text), "stride": int, "dilation": lambda text: tuple(map(int, text.split(",")))}
    given = {name: numbers.get(name, str)(value) for name, value in options.items()}
    if given.get("anchor") == "0,2":
        given["anchor"] = (0, 2)
    settings = {"mode": "same", "boundary": "half_sample", "dtype": "uint8", "overflow": "saturate", "axes": (0, 1)} | given
    assert np.array_equal(
        read(tmp_path / "out.png").data, operation(card(64, 72), np.array([[-1, 2, 0], [0, 3, -1], [1, 0, 2]]), **settings)
    )


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 3])
def test_depth_and_channels_are_kept(tmp_path, dtype, channels):
    given = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (9, 8, channels), dtype=dtype).squeeze()
    write(tmp_path / "x.png", given)
    assert run("apply", tmp_path / "x.png", "-k", "gaussian:sigma=1.5,size=3x5", "-o", tmp_path / "y.png").status == 0
    assert np.array_equal(read(tmp_path / "y.png").data, saturated(given, ft.kernel("gaussian", sigma=1.5, size=(3, 5))))


def test_alpha_is_copied(tmp_path):
    alpha = np.arange(64 * 72, dtype=np.uint8).reshape(64, 72)
    write(tmp_path / "x.png", card(64, 72), alpha=alpha)
    assert run("apply", tmp_path / "x.png", "-k", "box", "-o", tmp_path / "y.png").status == 0
    assert np.array_equal(read(tmp_path / "y.png").alpha, alpha)
    assert np.array_equal(read(tmp_path / "y.png").data, saturated(card(64, 72), ft.kernel("box")))
    assert run("apply", tmp_path / "x.png", "-k", "box", "--stride", "3", "-o", tmp_path / "z.png").status == 0
    assert np.array_equal(read(tmp_path / "z.png").alpha, alpha[::3, ::3])
    refused = run("apply", tmp_path / "x.png", "-k", "box", "--mode", "full", "-o", tmp_path / "w.png")
    assert "remove the alpha channel" in refusal_without_file(refused, tmp_path / "w.png")


def refusal_without_file(said, path):
    assert not path.exists()
    return said.refusal


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "complex64"])
def test_float_arrays_stay_as_they_are(tmp_path, dtype):
    given = np.random.default_rng(1).standard_normal((9, 8)).astype(dtype)
    np.save(tmp_path / "x.npy", given)
    assert run("apply", tmp_path / "x.npy", "-k", "gaussian", "-o", tmp_path / "y.npy").status == 0
    found = read(tmp_path / "y.npy").data
    assert found.dtype == dtype
    assert np.array_equal(found, ft.correlate(given, ft.kernel("gaussian").weights, mode="same", boundary="half_sample", dtype=dtype))


def test_signals_volumes_and_archives(tmp_path):
    np.save(tmp_path / "line.npy", np.arange(7.0))
    assert run("apply", tmp_path / "line.npy", "-k", "1 2 1", "-o", tmp_path / "a.npy").status == 0
    assert np.array_equal(read(tmp_path / "a.npy").data, ft.correlate(np.arange(7.0), [1, 2, 1], mode="same", boundary="half_sample"))
    volume = np.arange(60.0).reshape(3, 4, 5)
    np.savez(tmp_path / "volume.npz", a=volume, b=volume)
    assert run("apply", f"{tmp_path}/volume.npz:b", "-k", "[[[1, 2]]]", "-o", tmp_path / "b.npz").status == 0
    assert np.array_equal(read(tmp_path / "b.npz").data, ft.correlate(volume, [[[1, 2]]], mode="same", boundary="half_sample"))


def test_kernels_from_files(photo, tmp_path):
    np.save(tmp_path / "k.npy", np.array(SOBEL))
    (tmp_path / "k.txt").write_text("-1 0 1\n-2 0 2\n-1 0 1\n")
    (tmp_path / "k.json").write_text(str(SOBEL))
    for name in ("k.npy", "k.txt", "k.json"):
        assert run("apply", photo, "-k", tmp_path / name, "-o", tmp_path / f"{name}.png").status == 0
        assert np.array_equal(read(tmp_path / f"{name}.png").data, saturated(card(64, 72), SOBEL))


def test_fractions_and_rows(photo, tmp_path):
    assert run("apply", photo, "-k", "1/3 1/3 1/3", "-o", tmp_path / "row.png").status == 0
    assert np.array_equal(read(tmp_path / "row.png").data, saturated(card(64, 72), np.full((1, 3), 1 / 3)))


def test_jpeg(tmp_path):
    Image.fromarray(grey_card(64, 64)).save(tmp_path / "x.jpg")
    assert run("apply", tmp_path / "x.jpg", "-k", "identity", "-o", tmp_path / "y.png").status == 0
    assert np.array_equal(read(tmp_path / "y.png").data, read(tmp_path / "x.jpg").data)
    assert run("apply", tmp_path / "x.jpg", "-k", "identity", "-o", tmp_path / "z.JPG").status == 0
    assert read(tmp_path / "z.JPG").format == "JPEG"


def test_pipes(photo):
    said = program("apply", "-", "-k", "sobel-y", "-o", "-", stdin=photo.read_bytes())
    assert said.status == 0
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(said.out))), saturated(card(64, 72), ft.kernel("sobel-y")))
    said = program("apply", "-", "-k", "sobel-y", "-o", "-", "--format", "npy", "--dtype", "int16", stdin=photo.read_bytes())
    assert np.load(io.BytesIO(said.out)).min() < 0


def test_other_dtype_and_hint(photo, tmp_path):
    said = run("apply", photo, "-k", "sobel-x", "-o", tmp_path / "out.png")
    assert "negative results become 0 in uint8" in said.err
    said = run("apply", photo, "-k", "sobel-x", "--dtype", "int16", "-o", tmp_path / "out.npy")
    assert "negative results" not in said.err
    assert np.array_equal(read(tmp_path / "out.npy").data, saturated(card(64, 72), SOBEL, dtype="int16"))


def test_json_report(photo, tmp_path):
    said = run("apply", photo, "-k", "box", "--json", "-o", tmp_path / "out.png")
    assert said.data["notation"] == said.err.splitlines()[0]
    assert said.data["faltung"] == "v1"
    assert said.data["input"] == {"path": str(photo), "format": "PNG", "shape": [64, 72, 3], "dtype": "uint8", "alpha": False}
    assert said.data["output"]["maximum"] == int(read(tmp_path / "out.png").data.max())
    assert run("apply", photo, "-k", "box", "--json").data["output"]["path"] is None


def test_overwriting(photo, tmp_path):
    before = photo.read_bytes()
    assert "exists already" in run("apply", photo, "-k", "box", "-o", photo).refusal
    assert photo.read_bytes() == before
    assert run("apply", photo, "-k", "box", "-o", photo, "--force").status == 0
    assert np.array_equal(read(photo).data, saturated(card(64, 72), ft.kernel("box")))


def test_orientation_is_said(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(grey_card(64, 48)).save(tmp_path / "x.jpg", exif=exif)
    said = run("apply", tmp_path / "x.jpg", "-k", "box", "-o", tmp_path / "y.png")
    assert "note: EXIF orientation 6 applied" in said.err
    assert read(tmp_path / "y.png").data.shape == (48, 64)


def test_encoded_bytes_are_the_same_as_a_files(photo, tmp_path):
    run("apply", photo, "-k", "box", "-o", tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes() == encode(saturated(card(64, 72), ft.kernel("box")), "PNG")
