"""The six laws against drawings, against np.pad, and against their own symmetries."""

import numpy as np
import pytest

import faltung as ft
from faltung.errors import SpecError
from faltung.spec import BOUNDARIES, parse_boundary, source
from faltung.spec.boundary import LIBRARY_WORDS
from faltung.spec.fold import Fold

DRAWN = {
    "zero": ("········|abcd|········",),
    "constant": ("········|abcd|········",),
    "edge": ("aaaaaaaa|abcd|dddddddd", "aaaaaaaa|a|aaaaaaaa", "aaaaaaaa|ab|bbbbbbbb"),
    "periodic": ("abcdabcd|abcd|abcdabcd", "aaaaaaaa|a|aaaaaaaa", "abababab|ab|abababab"),
    "half_sample": ("abcddcba|abcd|dcbaabcd", "aaaaaaaa|a|aaaaaaaa", "abbaabba|ab|baabbaab"),
    "whole_sample": ("cbabcdcb|abcd|cbabcdcb", "aaaaaaaa|a|aaaaaaaa", "abababab|ab|abababab"),
}
NUMPY = {"edge": "edge", "periodic": "wrap", "half_sample": "symmetric", "whole_sample": "reflect", "constant": "constant"}


@pytest.mark.parametrize(("law", "drawing"), [(law, drawing) for law in BOUNDARIES for drawing in DRAWN[law]])
def test_drawn(law, drawing):
    before, inside, after = drawing.split("|")
    read = [source(law, m, len(inside)) for m in range(-len(before), len(inside) + len(after))]
    assert "".join("·" if q is None else "abcd"[q] for q in read) == before + inside + after


@pytest.mark.parametrize("law", NUMPY)
@pytest.mark.parametrize("n", range(1, 9))
def test_np_pad(law, n):
    """Before 2.4, np.pad is only compared where one reflection suffices: it drops samples of later ones (numpy issues 25926, 28575)."""
    far = 4 * n + 1 if np.lib.NumpyVersion(np.__version__) >= "2.4.0" or not law.endswith("_sample") else n - 1
    for low in range(far + 1):
        high = far - low
        options = {"constant_values": -1} if law == "constant" else {}
        padded = np.pad(np.arange(n), (low, high), mode=NUMPY[law], **options)
        assert [-1 if (q := source(law, m, n)) is None else q for m in range(-low, n + high)] == padded.tolist()


@pytest.mark.parametrize("n", range(1, 9))
def test_symmetries(n):
    for m in range(-50, 50):
        assert source("periodic", m, n) == source("periodic", m + n, n)
        assert source("half_sample", m, n) == source("half_sample", -1 - m, n) == source("half_sample", 2 * n - 1 - m, n)
        assert source("whole_sample", m, n) == source("whole_sample", 2 * n - 2 - m, n)
        if n > 1:
            assert source("whole_sample", m, n) == source("whole_sample", -m, n)
        else:
            assert source("whole_sample", m, 1) == source("edge", m, 1)
        for law in BOUNDARIES:
            mirrored = source(law, n - 1 - m, n)  # every law treats both ends alike
            assert source(law, m, n) == (None if mirrored is None else n - 1 - mirrored)
            assert source(law, m, 0) is None
    assert source("half_sample", 10**30, n) == source("half_sample", 10**30 % (2 * n), n)


def test_words():
    assert [parse_boundary(law) for law in BOUNDARIES] == list(BOUNDARIES)
    for library, words in LIBRARY_WORDS.items():
        assert {parse_boundary(f"{library}:{word}") for word in words} == set(words.values()) <= set(BOUNDARIES)
    assert parse_boundary("numpy:reflect") == parse_boundary("cv2:reflect_101") == parse_boundary("torch:reflect") == "whole_sample"
    assert parse_boundary("ndimage:reflect") == parse_boundary("cv2:reflect") == parse_boundary("numpy:symmetric") == "half_sample"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("reflect", "numpy:reflect = whole_sample; ndimage:reflect = half_sample; cv2:reflect = half_sample; torch:reflect = whole_sample"),
        ("mirror", "ndimage:mirror = whole_sample"),
        ("wrap", "numpy:wrap = periodic"),
        ("numpy:mirror", "numpy has no boundary 'mirror'; it has constant, edge, wrap, symmetric, reflect"),
        ("matlab:replicate", "the laws are zero, constant, edge, periodic, half_sample, whole_sample"),
        ("", "unknown boundary ''"),
    ],
)
def test_words_that_are_none(word, said):
    with pytest.raises(SpecError) as caught:
        parse_boundary(word)
    assert said in str(caught.value)


def test_a_window_built_by_hand_reads_the_same_words():
    assert ft.Window(boundary_low="cv2:reflect", boundary_high="numpy:reflect") == ft.Window(
        boundary_low="half_sample", boundary_high="whole_sample"
    )
    assert Fold(size=3, low=1, boundary_low="zero", boundary_high="ndimage:wrap").boundary_high == "periodic"
    for wrong in ("reflect", "mirrored", 3):
        with pytest.raises(ft.SpecError, match="boundary"):
            ft.Window(boundary_high=wrong)
