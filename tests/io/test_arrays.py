"""npy and npz without pickle and without trust; arrays written as text."""

import io
import zipfile
from fractions import Fraction

import numpy as np
import pytest

from faltung.io import InputError, parse_array, read, read_bytes, read_numbers


def npy(array: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def header(shape: str, dtype: str = "<f8") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "float16", "float32", ">f8", "complex64", "longdouble"])
def test_npy(dtype):
    given = np.arange(24).reshape(2, 3, 4).astype(dtype)
    for array in (given, np.asfortranarray(given), given[..., 0]):
        assert np.array_equal(read_bytes(npy(array), "it").data, array)


def test_npz_with_one_and_with_several(tmp_path):
    a, b = np.arange(3), np.arange(4.0)
    assert np.array_equal(read_bytes(npz(a=a), "it").data, a)
    (tmp_path / "two.npz").write_bytes(npz(a=a, b=b))
    assert np.array_equal(read(f"{tmp_path}/two.npz:b").data, b)
    with pytest.raises(InputError, match=r"holds 2 arrays \(a, b\); name one, as in .*two.npz:a"):
        read(tmp_path / "two.npz")
    with pytest.raises(InputError, match="holds no array 'c'; it holds a, b"):
        read(f"{tmp_path}/two.npz:c")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello world", "it is text, and no rows of numbers: line 1 is 'hello world'"),
        (npy(np.array([{}], dtype=object), allow_pickle=True), "pickled Python objects"),
        (npy(np.array(["a"])), "which are no numbers"),
        (npy(np.array([(1, 2)], dtype="i4,i4")), "which are no numbers"),
        (npy(np.zeros(100))[:-1], "its header promises 800 bytes of data and 799 are there"),
        (npy(np.zeros(100))[:20], "truncated or broken"),
        (npy(np.zeros(100))[:7], "truncated or broken"),
        (header("(1000000000000,)"), "above the limit"),
        (header("(1000, 1000)"), "promises 8,000,000 bytes of data and 0 are there"),
        (header("(-3,)"), "shape"),
        (header("3"), "truncated or broken"),
        (header("(3,)", "O"), "pickled Python objects"),
        (b"\x93NUMPY\x09\x00" + bytes(100), "npy version (9, 0)"),
        (npz(a=np.zeros(1000))[:-30], "truncated or broken"),
        (b"PK\x03\x04" + bytes(50), "truncated or broken"),
        (npz(), "holds 0 arrays"),
    ],
)
def test_bad_files_are_refused(content, words):
    with pytest.raises(InputError) as caught:
        read_bytes(content, "it")
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_archive_that_unpacks_to_far_more_is_refused_by_its_header():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", header("(400, 1000, 1000)", "|u1") + bytes(10**6))
    with pytest.raises(InputError, match="above the limit"):
        read_bytes(buffer.getvalue(), "it")


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        read(tmp_path / "none.png")
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="is no file name"):
        read("a\0b")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 0 -1; 2 0 -2", [[1, 0, -1], [2, 0, -2]]),
        ("1,0,-1\n2,0,-2\n", [[1, 0, -1], [2, 0, -2]]),
        ("1 2 3", [1, 2, 3]),
        ("1 2 3;", [[1, 2, 3]]),
        ("1; 2", [[1], [2]]),
        (" .5 1. 1e-3 -2E+4", [0.5, 1.0, 1e-3, -2e4]),
        ("1/9 2", [Fraction(1, 9), 2]),
        ("1-2j 3j (1e3+1j)", [1 - 2j, 3j, 1000 + 1j]),
        ("inf -1", [np.inf, -1]),
        ("[[[1, 2.5]]]", [[[1, 2.5]]]),
        ("7", [7]),
        (str(2**70), [2**70]),
        (f"{2**63} -1", [2**63, -1]),
    ],
)
def test_numbers_as_text(text, values):
    found = parse_array(text)
    assert found.tolist() == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" ; ;", "is empty"),
        ("1 2; 3", "the rows of the text have 2, 1 numbers"),
        ("1 two", "'two' in the text is no number"),
        ("1/0", "is no number"),
        ("1_000", "is no number"),
        ("0x10", "is no number"),
        ("__import__('os')", "is no number"),
        ("1+2", "is no number"),
        ("[1, 2", "is no JSON array"),
        ("[[1], 2]", "ragged or too deep"),
        ("[[1, 2], [3]]", "ragged or too deep"),
        ("[true]", "holds True, which is no number"),
        ('["a"]', "holds 'a', which is no number"),
        ("[null]", "holds None"),
        ("[{}]", "holds {}"),
        ("[[], []]", "is empty, of shape (2, 0)"),
        ("1/2 0.5", "mixes fractions with decimals"),
        ("[" * 2000 + "]" * 2000, ""),
        ("1 " * 2001, "has 4,002 characters; as text it has at most 4,000"),
    ],
)
def test_bad_text_is_refused(text, words):
    with pytest.raises(InputError) as caught:
        parse_array(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500


def test_numbers_of_any_file(tmp_path):
    (tmp_path / "k.txt").write_text("\ufeff1 2\n3 4\n", encoding="utf-8")
    (tmp_path / "k.npy").write_bytes(npy(np.eye(2)))
    (tmp_path / "k.bin").write_bytes(b"\xff\xfe\x00\x01")
    assert read_numbers(tmp_path / "k.txt").tolist() == [[1, 2], [3, 4]]
    assert read_numbers(tmp_path / "k.npy").tolist() == [[1, 0], [0, 1]]
    with pytest.raises(InputError, match=r"is no PNG, .*and no text"):
        read_numbers(tmp_path / "k.bin")
