"""csv, txt and json of any length."""

import json
from fractions import Fraction

import numpy as np
import pytest

from faltung.io import InputError, read, read_bytes


def table(text: str) -> np.ndarray:
    picture = read_bytes(text.encode(), "it.csv")
    assert (picture.format, picture.is_image) == ("TEXT", False)
    return picture.data


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
        ("1 2;\n3 4;\n", [[1, 2], [3, 4]]),
        ("1, 2,\n3, 4,\n", [[1, 2], [3, 4]]),
        ("# x y\n% more\n\n1 2\n\n3 4", [[1, 2], [3, 4]]),
        ("1 2 3", [1, 2, 3]),
        ("1 2; 3 4", [[1, 2], [3, 4]]),
        ("1\n2\n", [[1], [2]]),
        ("1/3 1\n2 1/2", [[Fraction(1, 3), 1], [2, Fraction(1, 2)]]),
        ("1+2j 1\n0 2", [[1 + 2j, 1], [0, 2]]),
        ("1.5 -inf", [1.5, -np.inf]),
        ("[[1, 2], [3, 4.5]]", [[1, 2], [3, 4.5]]),
        (f"{2**62 + 1} 1", [2**62 + 1, 1]),
        (f"{2**70} 1", [2**70, 1]),
    ],
)
def test_short_and_long_files_read_alike(text, values):
    assert table(text).tolist() == values
    longer = table(text + " " * 5000 if text.startswith("[") else text + "\n#" + " " * 5000)
    assert longer.tolist() == values
    assert longer.dtype == table(text).dtype


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_large_tables(tmp_path, separator, dtype):
    given = np.random.default_rng(1).integers(-(2**62), 2**62, (90, 71)).astype(dtype)
    np.savetxt(tmp_path / "x.csv", given, fmt="%d" if dtype == "int64" else "%.17g", delimiter=separator, header="a, b")
    found = read(tmp_path / "x.csv").data
    assert found.dtype == dtype
    assert np.array_equal(found, given)
    (tmp_path / "x.json").write_text(json.dumps(given.tolist()))
    assert np.array_equal(read(tmp_path / "x.json").data, given)


@pytest.mark.parametrize("filling", ["", "\n#" + " " * 5000], ids=["short", "long"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,,3\n4,5,6", "line 1 of it.csv has no number between two commas"),
        ("1,2\n3", "line 2 of it.csv has 1 numbers and the first row 2"),
        ("a,b\n1,2", "it.csv is text, and no rows of numbers: line 1 is 'a,b'"),
        ("1,5;2,5\n1;2", "both commas and semicolons"),
        ("1 2\n3 __import__('os')", "line 2 of it.csv is no number"),
        ("1 0x10", "is no number"),
        ("1_000 1", "is no number"),
        ("1/2 0.5", "mixes fractions"),
        ("{}", "no rows of numbers"),
        ("[1, null]", "holds None"),
        ("[[1], [1, 2]]", "ragged"),
        ("#", "is empty"),
        ('"1","2"', "is no number"),
    ],
)
def test_refused(text, words, filling):
    with pytest.raises(InputError) as caught:
        table(text if text[0] in "[{" else text + filling)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_deep_json():
    with pytest.raises(InputError, match=r"JSON|deep"):
        table("[" * 100_000)


def test_a_file_that_calls_itself_a_picture_is_read_as_one(tmp_path):
    (tmp_path / "x.png").write_text("1 2 3")
    with pytest.raises(InputError, match="is no PNG"):
        read(tmp_path / "x.png")
