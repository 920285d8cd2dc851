"""What `translate` says is typed into the real libraries and computes the same; hostile text is refused."""

from itertools import product

import pytest
from api.translations import CV2, FILTERS, NUMPY_AND_SCIPY, Tally, compare, names, operand
from peers import peer

SHAPES = {1: [((9,), (4,)), ((6,), (3,)), ((4,), (4,)), ((5,), (1,))], 2: [((7, 9), (2, 4)), ((6, 5), (3, 2)), ((5, 4), (3, 3))]}
LONGER = {1: [((3,), (5,)), ((2,), (7,)), ((1,), (4,))], 2: [((2, 3), (4, 5)), ((3, 1), (3, 4))]}
ALL = (*NUMPY_AND_SCIPY, *FILTERS, *CV2)
TARGETS = [source.function for source in ALL]


@pytest.fixture(scope="module")
def namespace():
    peer("cv2")
    return names("cv2")


def ranks(source, target):
    other = next(entry for entry in ALL if entry.function == target)
    return [rank for rank in source.ranks if rank in other.ranks]


@pytest.mark.slow
@pytest.mark.parametrize("source", ALL, ids=lambda source: source.function)
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


COMPLEX = [text for source in NUMPY_AND_SCIPY if not source.function.endswith(("1d", "oaconvolve")) for text in source.texts[:3]]


@pytest.mark.parametrize("shapes", [False, True])
def test_complex_operands(shapes, namespace):
    """What is conjugated shows in complex numbers only; SciPy's correlate2d is left out where it forgets it (see its dialect)."""
    tally = Tally()
    for text, target in product(COMPLEX, NUMPY_AND_SCIPY):
        source = next(entry for entry in NUMPY_AND_SCIPY if text.startswith(f"{entry.function}("))
        for rank in set(source.ranks) & set(target.ranks):
            x, k = (
                operand(shape, seed) + 1j * operand(shape, seed + 2)
                for shape, seed in ((((9,), (6, 7))[rank - 1], 1), (((4,), (2, 3))[rank - 1], 2))
            )
            compare(text, target.function, namespace, x, k, shapes=shapes, tally=tally)
    print(f"complex: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 200
