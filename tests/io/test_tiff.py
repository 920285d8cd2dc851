"""TIFF comes in with every bit it has, and goes out as other programs read it."""

import contextlib
import io
import sys

import numpy as np
import pytest
from peers import peer
from PIL import Image

from faltung.io import InputError, encode, read, read_bytes, write

tifffile = peer("tifffile")
RANDOM = np.random.default_rng(6)
DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64", "complex64"]


def samples(dtype: str, *shape: int) -> np.ndarray:
    values = RANDOM.integers(0, 2**15 if dtype == "float16" else 2**31, shape)
    return (values + 1j if dtype.startswith("complex") else values).astype(dtype)


def file_of(data: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, data, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3), (1, 1), (2, 9, 1)])
def test_written_as_tifffile_reads_it_and_read_again(dtype, shape):
    given = samples(dtype, *shape)
    content = encode(given, "TIFF")
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        page = file.pages.first
        assert (page.photometric, len(file.pages)) == (2 if shape[2:] == (3,) else 1, 1)
        assert page.dtype == dtype
        assert np.array_equal(page.asarray().reshape(shape), given)
    picture = read_bytes(content, "it")
    assert (picture.format, picture.is_image, picture.pages, picture.data.dtype) == ("TIFF", True, False, given.dtype)
    assert np.array_equal(picture.data.reshape(shape), given)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_written_as_opencv_and_pillow_read_it(dtype):
    cv2 = peer("cv2")
    given = samples(dtype, 7, 5, 3)
    assert np.array_equal(cv2.imdecode(np.frombuffer(encode(given, "TIFF"), np.uint8), cv2.IMREAD_UNCHANGED)[:, :, ::-1], given)
    with Image.open(io.BytesIO(encode(given[..., 0], "TIFF"))) as image:
        assert np.array_equal(np.asarray(image), given[..., 0])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_alpha(dtype, channels):
    given = samples(dtype, 7, 5, channels + 1)
    colour = given[..., :-1].squeeze() if channels == 1 else given[..., :-1]
    picture = read_bytes(encode(colour, "TIFF", alpha=given[..., -1]), "it")
    assert np.array_equal(picture.data, colour)
    assert np.array_equal(picture.alpha, given[..., -1])
    theirs = read_bytes(file_of(given, photometric="minisblack" if channels == 1 else "rgb", extrasamples=["unassalpha"]), "it")
    assert np.array_equal(theirs.data, colour)
    assert np.array_equal(theirs.alpha, given[..., -1])


def test_channels_that_are_no_alpha_stay():
    given = samples("uint16", 7, 5, 4)
    picture = read_bytes(encode(given, "TIFF"), "it")
    assert picture.alpha is None
    assert np.array_equal(picture.data, given)


@pytest.mark.parametrize("shape", [(4, 7, 5), (2, 7, 5, 3)])
def test_pages(tmp_path, shape):
    given = samples("float32", *shape)
    write(tmp_path / "stack.tif", given, pages=True)
    assert np.array_equal(tifffile.imread(tmp_path / "stack.tif"), given)
    picture = read(tmp_path / "stack.tif")
    assert (picture.pages, picture.is_image) == (True, False)
    assert np.array_equal(picture.data, given)
    one = read(f"{tmp_path}/stack.tif:1")
    assert (one.pages, one.is_image) == (False, True)
    assert np.array_equal(one.data, given[1])
    with pytest.raises(InputError, match=f"has no page '{len(given)}'; its pages are 0 to {len(given) - 1}"):
        read(f"{tmp_path}/stack.tif:{len(given)}")


def test_pages_of_another_size_are_left_out_and_that_is_said(tmp_path):
    with tifffile.TiffWriter(tmp_path / "thumb.tif") as writer:
        writer.write(samples("uint8", 8, 6))
        writer.write(samples("uint8", 4, 3))
    picture = read(tmp_path / "thumb.tif")
    assert picture.data.shape == (8, 6)
    assert "1 of 2 pages" in picture.notes[0]


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"bigtiff": True},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": 2},
        {"tile": (16, 16)},
        {"tile": (16, 16), "compression": "zlib"},
        {"rowsperstrip": 3},
        {"planarconfig": "separate", "photometric": "rgb"},
    ],
    ids=str,
)
def test_kinds_of_files(options):
    planar = "planarconfig" in options
    given = samples("uint16", 3, 19, 21) if planar else samples("uint16", 19, 21, 3)
    picture = read_bytes(file_of(given, **({"photometric": "rgb"} | options)), "it")
    assert picture.data.dtype == np.uint16
    assert np.array_equal(picture.data, np.moveaxis(given, 0, -1) if planar else given)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "jpeg", "tiff_deflate"])
def test_compressed_by_others(compression):
    buffer = io.BytesIO()
    Image.fromarray(samples("uint8", 16, 24, 3)).save(buffer, "TIFF", compression=compression)
    picture = read_bytes(buffer.getvalue(), "it")
    assert np.array_equal(picture.data, np.asarray(Image.open(buffer)))


def test_palette_cmyk_and_white_is_zero():
    buffer = io.BytesIO()
    palette = Image.fromarray(samples("uint8", 7, 5, 3)).quantize(5)
    palette.save(buffer, "TIFF")
    picture = read_bytes(buffer.getvalue(), "it")
    assert np.array_equal(picture.data, np.asarray(palette.convert("RGB")))
    assert picture.notes == ("palette converted to RGB",)
    buffer = io.BytesIO()
    Image.new("CMYK", (3, 2), (255, 0, 0, 0)).save(buffer, "TIFF")
    assert read_bytes(buffer.getvalue(), "it").notes == ("CMYK converted to RGB",)
    given = samples("uint8", 4, 3)
    picture = read_bytes(file_of(given, photometric="miniswhite"), "it")
    assert np.array_equal(picture.data, given)
    assert "white is zero" in picture.notes[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation):
    given = samples("uint8", 5, 4, 3)
    content = file_of(given, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    picture = read_bytes(content, "it")
    with Image.open(io.BytesIO(content)) as image:
        image.load()  # which turns it
        assert np.array_equal(picture.data, np.asarray(image))
    assert len(picture.notes) == (orientation != 1)


SIMPLE = {
    "uint8": samples("uint8", 7, 5), "rgb": samples("uint8", 7, 5, 3), "uint16": samples("uint16", 7, 5),
    "float32": samples("float32", 7, 5),
}  # fmt: skip


@pytest.mark.parametrize("name", SIMPLE)
@pytest.mark.parametrize("byteorder", "<>")
def test_simple_kinds_without_tifffile(monkeypatch, name, byteorder):
    content = file_of(SIMPLE[name], byteorder=byteorder)
    monkeypatch.setitem(sys.modules, "tifffile", None)
    picture = read_bytes(content, "it")
    assert picture.data.dtype == SIMPLE[name].dtype
    assert np.array_equal(picture.data, SIMPLE[name])


@pytest.mark.parametrize(
    "content",
    [
        file_of(samples("uint16", 7, 5, 3), photometric="rgb"),
        file_of(samples("int16", 7, 5)),
        file_of(samples("float64", 7, 5)),
        file_of(samples("uint8", 2, 7, 5), photometric="minisblack"),
        file_of(samples("uint8", 7, 5), photometric="miniswhite"),
    ],
    ids=["rgb16", "int16", "float64", "pages", "white is zero"],
)
def test_what_pillow_would_spoil_needs_tifffile(monkeypatch, content):
    assert read_bytes(content, "it").data.size
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(ModuleNotFoundError, match=r"it needs tifffile: pip install 'faltung\[io\]'"):
        read_bytes(content, "it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros((2, 3), bool), "not bool"),
        (np.zeros((2, 3), np.longdouble), "floats of up to 64 bits"),
        (np.zeros((2, 3), object), "not object"),
        (np.zeros((0, 3)), "at least one sample"),
        (np.zeros(3), "(rows, columns)"),
        (np.zeros((1, 2, 3, 4)), "(rows, columns)"),
        (np.zeros((1, 1, 2**16), np.uint8), "65,536"),
    ],
)
def test_what_tiff_cannot_hold(data, words):
    with pytest.raises(InputError) as caught:
        encode(data, "TIFF")
    assert words in str(caught.value)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"tile": (16, 16)}], ids=str)
def test_truncated_and_broken_files_are_refused(options, capfd):
    given = RANDOM.integers(0, 256, (40, 50), dtype=np.uint8)
    content = file_of(given, **options)
    for length in (4, 8, 20, 200, len(content) // 2, len(content) - 30):
        with pytest.raises(InputError) as caught:
            read_bytes(content[:length], "it")
        assert len(str(caught.value).splitlines()) == 1
    for place in range(4, 400):  # whatever else is broken: an InputError, an extra that is missing, or a picture, and silence
        for bits in (0xFF, 0x01, 0x80):
            damaged = bytearray(content)
            damaged[place] ^= bits
            with contextlib.suppress(InputError):
                read_bytes(bytes(damaged), "it", max_pixels=10**6)
    assert capfd.readouterr() == ("", "")


def test_claims_are_checked_before_anything_is_decoded():
    content = bytearray(encode(np.zeros((8, 6), np.uint8), "TIFF"))
    place = content.index(bytes([0, 1, 4, 0]))  # the tag ImageWidth
    content[place + 8 : place + 12] = (2**31 - 1).to_bytes(4, "little")
    with pytest.raises(InputError, match="above the limit"):
        read_bytes(bytes(content), "it")
    content[place + 8 : place + 12] = (60_000).to_bytes(4, "little")
    with pytest.raises(InputError, match="promises 480,000 bytes of data and 48 are there"):
        read_bytes(bytes(content), "it")


def test_strips_that_unpack_to_more_than_they_hold_are_refused():
    content = bytearray(file_of(np.zeros((4000, 4000), np.uint8), compression="zlib"))
    for tag in (256, 257, 278):  # columns, rows, rows of a strip
        place = content.index(tag.to_bytes(2, "little") + bytes([3, 0]) if tag.to_bytes(2, "little") + bytes([3, 0]) in content
                              else tag.to_bytes(2, "little") + bytes([4, 0]))  # fmt: skip
        content[place + 8 : place + 12] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"unpacks to more|strips"):
        read_bytes(bytes(content), "it")
