"""Images come in with every bit they have, and go out as other programs read them."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from peers import peer
from PIL import Image, ImageOps

from faltung.io import InputError, encode, read, read_bytes, write

BGR = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
RANDOM = np.random.default_rng(5)


def samples(dtype: str, channels: int, rows: int = 7, columns: int = 5) -> np.ndarray:
    return RANDOM.integers(0, np.iinfo(dtype).max + 1, (rows, columns, channels), dtype=dtype)


def file_of(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_png_is_what_opencv_says_it_is(dtype, channels):
    cv2 = peer("cv2")
    given = samples(dtype, channels)
    content = cv2.imencode(".png", given[:, :, BGR[channels]])[1].tobytes()
    picture = read_bytes(content, "it")
    together = picture.data.reshape(7, 5, -1) if picture.alpha is None else np.dstack([picture.data, picture.alpha])
    assert (picture.format, picture.is_image, picture.notes) == ("PNG", True, ())
    assert picture.data.dtype == dtype
    assert np.array_equal(together, given)
    written = cv2.imdecode(np.frombuffer(encode(picture.data, "PNG", alpha=picture.alpha), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(written.reshape(given.shape)[:, :, BGR[channels]], given)


def test_jpeg_is_what_pillow_says_it_is():
    for mode, shape in (("L", (40, 30)), ("RGB", (40, 30, 3))):
        content = file_of(Image.fromarray(samples("uint8", len(mode), 40, 30).reshape(shape)), "JPEG")
        picture = read_bytes(content, "it")
        assert picture.format == "JPEG"
        assert np.array_equal(picture.data, np.asarray(Image.open(io.BytesIO(content))))


def test_jpeg_written_is_close():
    flat = np.full((16, 16, 3), (200, 60, 20), np.uint8)
    assert np.abs(read_bytes(encode(flat, "JPEG"), "it").data.astype(int) - flat).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_exif_orientation_is_applied_and_said(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = file_of(Image.fromarray(samples("uint8", 3)), kind, exif=exif)
    picture = read_bytes(content, "it")
    assert np.array_equal(picture.data, np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content)))))
    assert picture.notes == (() if orientation == 1 else (f"EXIF orientation {orientation} applied: rows go down as the picture is seen",))


def test_palette_one_bit_transparency_and_cmyk_are_converted_and_said():
    palette = Image.fromarray(samples("uint8", 3)).quantize(5)
    picture = read_bytes(file_of(palette, "PNG"), "it")
    assert np.array_equal(picture.data, np.asarray(palette.convert("RGB")))
    assert picture.notes == ("palette converted to RGB",)
    bits = Image.fromarray(samples("uint8", 1)[:, :, 0]).convert("1")
    picture = read_bytes(file_of(bits, "PNG"), "it")
    assert np.array_equal(picture.data, np.asarray(bits.convert("L")))
    assert "1-bit" in picture.notes[0]
    picture = read_bytes(file_of(Image.fromarray(np.zeros((2, 2, 3), np.uint8)), "PNG", transparency=(0, 0, 0)), "it")
    assert picture.alpha is not None
    assert (picture.alpha == 0).all()
    assert read_bytes(file_of(Image.new("CMYK", (3, 2), (255, 0, 0, 0)), "JPEG"), "it").data.shape == (2, 3, 3)


def test_sixteen_bit_grey_with_alpha_is_written_and_refused_when_read():
    content = encode(samples("uint16", 1)[:, :, 0], "PNG", alpha=samples("uint16", 1)[:, :, 0])
    assert content[24:26] == bytes([16, 4])
    with pytest.raises(InputError, match="16-bit grey samples with alpha"):
        read_bytes(content, "it")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_truncated_and_broken_files_are_refused(kind):
    content = file_of(Image.fromarray(samples("uint8", 3, 60, 50)), kind)
    for length in (8, 20, 30, len(content) // 2, len(content) - 40):
        with pytest.raises(InputError, match=r"it (is truncated or broken|is no PNG)"):
            read_bytes(content[:length], "it")
    for place in range(10, 200, 7):  # whatever else is broken: an InputError or a picture, nothing else
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        with contextlib.suppress(InputError):
            read_bytes(bytes(damaged), "it", max_pixels=10**6)


def bomb(columns: int, rows: int) -> bytes:
    """Return a small PNG that claims to be large."""
    chunks = (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")
    parts = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("side", [12_000, 60_000, 2**31 - 1])
def test_decompression_bombs_are_refused_before_they_are_decoded(side):
    with pytest.raises(InputError, match=r"the limit"):
        read_bytes(bomb(side, side), "it")


def test_pixel_limit_is_the_callers():
    content = file_of(Image.fromarray(samples("uint8", 1, 10, 10)[:, :, 0]), "PNG")
    assert read_bytes(content, "it", max_pixels=100).data.size == 100
    with pytest.raises(InputError, match="10 x 10 = 100 pixels, above the limit of 99"):
        read_bytes(content, "it", max_pixels=99)


def test_what_a_file_is_decides_and_not_its_name(tmp_path):
    (tmp_path / "a.jpg").write_bytes(file_of(Image.fromarray(samples("uint8", 3)), "PNG"))
    assert read(tmp_path / "a.jpg").format == "PNG"


def test_round_trip_through_files(tmp_path):
    for name, given in (
        ("a.png", samples("uint8", 3)),
        ("b.PNG", samples("uint16", 3)),
        ("c.npy", samples("uint8", 5)),
        ("d.npz", samples("uint8", 2)),
    ):
        write(tmp_path / name, given)
        assert np.array_equal(read(tmp_path / name).data, given)
