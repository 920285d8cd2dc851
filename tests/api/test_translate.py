"""What `translate` says is typed into the real libraries and computes the same; hostile text is refused."""

from itertools import product

import numpy as np
import pytest
from api.translations import CV2, NUMPY_AND_SCIPY, Tally, compare, names, operand
from peers import peer

import faltung as ft
from faltung.dialects import Call, Refusal

SHAPES = {1: [((9,), (4,)), ((6,), (3,)), ((4,), (4,)), ((5,), (1,))], 2: [((7, 9), (2, 4)), ((6, 5), (3, 2)), ((5, 4), (3, 3))]}
LONGER = {1: [((3,), (5,)), ((2,), (7,)), ((1,), (4,))], 2: [((2, 3), (4, 5)), ((3, 1), (3, 4))]}
TARGETS = [source.function for source in (*NUMPY_AND_SCIPY, *CV2)]


@pytest.fixture(scope="module")
def namespace():
    peer("cv2")
    return names("cv2")


def ranks(source, target):
    other = next(entry for entry in (*NUMPY_AND_SCIPY, *CV2) if entry.function == target)
    return [rank for rank in source.ranks if rank in other.ranks]


@pytest.mark.parametrize("source", [*NUMPY_AND_SCIPY, *CV2], ids=lambda source: source.function)
def test_between_installed_libraries(source, namespace):
    """Without shapes, with them, and with kernels longer than the input; whole numbers, compared exactly."""
    tally = Tally()
    for to, text in product(TARGETS, source.texts):
        for rank in ranks(source, to):
            for (x_shape, k_shape), shapes in product(SHAPES[rank], (False, True)):
                compare_one(text, to, namespace, x_shape, k_shape, shapes, tally)
            for x_shape, k_shape in LONGER[rank]:
                compare_one(text, to, namespace, x_shape, k_shape, True, tally)
    print(f"{source.function}: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 100


def compare_one(text, to, namespace, x_shape, k_shape, shapes, tally):
    x, k = operand(x_shape, 1), operand(k_shape, 2)
    if not computes(text, namespace, x, k):
        return
    compare(text, to, namespace, x, k, shapes=shapes, tally=tally)


def computes(text, namespace, x, k):
    """Return whether the original itself takes these operands: ndimage refuses an origin outside of the kernel, for example."""
    try:
        exec(text, {**namespace, "x": x, "k": k})
    except Exception:
        return False
    return True
