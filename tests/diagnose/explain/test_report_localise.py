"""Where a candidate fails, and by how much."""

import numpy as np
import pytest

from faltung.diagnose.explain.localise import by_how_much, where


def wrong(shape, *indices):
    found = np.zeros(shape, bool)
    for index in indices:
        found[index] = True
    return found


ROWS, ALL = slice(None), slice(None)


@pytest.mark.parametrize(
    ("mask", "reach", "said"),
    [
        (wrong((12, 9)), (2, 2), "right everywhere"),
        (wrong((12, 9), ...), (2, 2), "wrong at all 108 outputs"),
        (wrong((1, 1), ...), (2, 2), "wrong at its only output"),
        (wrong((12, 9), 0), (2, 2), "interior right, wrong on the low border of axis 0 (1 deep, all 9 outputs there)"),
        (wrong((12, 9), (0, slice(1, 9))), (2, 2), "interior right, wrong on the low border of axis 0 (1 deep, 8 of 9 outputs there)"),
        (wrong((12, 9), (ALL, slice(7, 9))), (2, 2), "interior right, wrong on the high border of axis 1 (2 deep, all 24 outputs there)"),
        (wrong((12, 9), 0, -1), (2, 2), "interior right, wrong on the low border of axis 0 (1 deep, all 9 outputs there) and "
         "the high border of axis 0 (1 deep, all 9 outputs there)"),
        (wrong((12, 9), 0, -1, (ALL, 0), (ALL, -1)), (2, 2), "interior right, wrong on 4 borders (low border of axis 0, "
         "high border of axis 0, low border of axis 1, high border of axis 1): 38 of 108 outputs"),
        (wrong((12, 9), (0, 0), (11, 8)), (2, 2), "interior and borders right, wrong in the corners: 2 of 108 outputs"),
        (wrong((20, 9), (3, 4), (12, 6)), (2, 2), "right but for 2 of 180 outputs: (3, 4), (12, 6)"),
        (wrong((6, 7, 3), (ALL, ALL, 2)), (0, 0, 0), "right but for entry 2 of axis 2 (of 3): one channel is another"),
        (wrong((2, 8, 6, 7), (ALL, [1, 3])), (0, 0, 2, 2), "right but for entries 1, 3 of axis 1 (of 8): one channel is another"),
        (wrong((12, 9), (ALL, slice(1, None, 2))), (0, 0), "right but for every second output along axis 1, from 1 on"),
        (wrong((12, 9), (slice(0, None, 3),)), (0, 0), "right but for every third output along axis 0, from 0 on"),
        (wrong((12, 9), (slice(0, None, 3),), (slice(1, None, 3),)), (0, 0), "wrong at 72 of 108 outputs (67%), all over the result"),
        (wrong((20, 20), (slice(5, 9), slice(7, 12))), (2, 2), "right but for the patch 5 to 8, 7 to 11 (by axis): all 20 outputs there"),
        (wrong((40,), slice(38, 40)), (3,), "interior right, wrong on the high border of axis 0 (2 deep, all 2 outputs there)"),
    ],
)  # fmt: skip
def test_where(mask, reach, said):
    assert where(mask, reach) == said


def test_all_over():
    mask = np.random.default_rng(0).random((30, 30)) < 0.4
    assert where(mask, (2, 2)) == f"wrong at {mask.sum()} of 900 outputs ({mask.mean():.0%}), all over the result"


@pytest.mark.parametrize(
    ("predicted", "y", "said"),
    [
        ([1.0, 2, 4], [2.5, 5, 10], "y is 2.5 times as large there"),
        ([1.0, 2, 4], [-1.0, -2, -4], "y is -1 times as large there"),
        ([1.0, 2, 4], [4.0, 5, 7], "y is larger by 3 there"),
        ([1.0, 2, 4], [0.5, 1.5, 3.5], "y is smaller by 0.5 there"),
        ([1.0, 2, 4], [1.5, 2, 9], "most at (2,): 9 instead of 4"),
        ([1.0, 2, 4], [1.5, np.nan, 9], "most at (2,): 9 instead of 4"),
        ([1.0, 2, 4], [np.nan, np.inf, np.nan], "what is there is not finite"),
        ([1.0, 2], [1.0, 2, 3], ""),
        ([1 + 1j, 2], [1j - 1, 2j], "y is 0+1j times as large there"),
    ],
)
def test_by_how_much(predicted, y, said):
    y = np.array(y)
    assert by_how_much(np.array(predicted), y, np.ones(y.shape, bool)) == said


def test_unsigned_numbers_do_not_wrap():
    assert by_how_much(np.array([3, 7], np.uint8), np.array([1, 5], np.uint8), np.ones(2, bool)) == "y is smaller by 2 there"
