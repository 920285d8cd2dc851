"""Classes of equals: which explanations are one operation, why data cannot tell others apart, and the probe that does."""

import numpy as np
import pytest
from diagnose.explain.plain_search import plain_search
from scipy import ndimage, signal

from faltung.diagnose.explain.classes import classes_of
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.probes import differ, literal, shapes, smallest_probe
from faltung.diagnose.explain.ranking import facts_of, ranked
from faltung.spec import parse

RNG = np.random.default_rng(8)
X, K = RNG.integers(-9, 10, (9, 8)).astype(float), RNG.integers(-9, 10, (3, 4)).astype(float)


def spec(text):
    return Explanation(spec=parse(text))


def classes(x, k, y, **arguments):
    facts = facts_of(x, k, y)
    return classes_of(ranked(plain_search(x, k, y).found, facts), x, k, y, facts, **arguments)


def test_spellings_of_one_operation_are_one_class():
    y = signal.convolve2d(X, K, "valid")
    facts = facts_of(X, K, y)
    texts = ["convolve valid", "convolve pads=0:0 boundary=edge", "correlate valid reversal=true"]
    found = classes_of(ranked(map(spec, texts), facts), X, K, y, facts)
    assert [len(equals.members) for equals in found] == [3]
    assert found[0].probe is None
    assert found[0].why == ()


def test_changes_that_do_the_same_are_one_class():
    y = signal.convolve2d(X, K.T, "valid")
    facts = facts_of(X, K, y)
    change = Change(place="kernel", name="transpose", values=((1, 0),))
    pair = [Explanation(spec=parse("convolve valid"), changes=(change,)), spec("convolve valid permute=1,0")]
    assert len(classes_of(ranked(pair, facts), X, K, y, facts)) == 1


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        (K + K[::-1, ::-1], "the kernel is symmetric along the axes 0, 1 together, so reversing it there does not show"),
        (np.full((3, 4), 2.0), "all taps of the kernel are equal"),
        (np.zeros((3, 4)), "all taps of the kernel are 0"),
    ],
)
def test_a_kernel_that_hides_its_reversal(kernel, said):
    y = signal.convolve2d(X, kernel)
    found = classes(X, kernel, y)
    other = next(equals for equals in found[1:] if equals.first.spec.operation != found[0].first.spec.operation)
    assert other.why == (said,)


def test_a_kernel_that_equals_its_transpose():
    kernel = np.array([[1.0, 2, 3], [2, 5, 6], [3, 6, 9]])
    found = classes(X, kernel, signal.convolve2d(X, kernel, "valid"))
    assert [equals.why for equals in found[1:]] == [("the kernel equals its transpose",)]


def test_zero_taps_that_hide_a_border():
    kernel = np.array([[0.0, 0, 0], [0, 1, 2], [0, 3, 5]])  # nothing is read below the low ends
    pair = [spec("correlate same:high boundary=edge"), spec("correlate same:high boundary=zero:edge")]
    y = ndimage.correlate(X, kernel, mode="nearest")
    facts = facts_of(X, kernel, y)
    found = classes_of(ranked(pair, facts), X, kernel, y, facts)
    assert found[1].why == ("the taps of the kernel are 0 at the low end of axis 0, the low end of axis 1",)


def test_an_input_that_hides_the_border():
    x = np.zeros((9, 8))
    x[2:-2, 2:-2] = X[2:-2, 2:-2]
    pair = [spec("convolve same:low"), spec("convolve same:low boundary=edge,zero")]
    y = signal.convolve2d(x, K, "full")[1:10, 2:10]
    np.testing.assert_array_equal(predict(pair[0], x, K), y)
    facts = facts_of(x, K, y)
    found = classes_of(ranked(pair, facts), x, K, y, facts)
    assert found[1].why == ("beyond both ends of axis 0, zero and edge continue this input alike",)


def test_an_input_that_hides_one_end():
    x = X.copy()
    x[-4:] = 0
    pair = [spec("convolve same:low"), spec("convolve same:low boundary=zero:edge,zero")]
    y = predict(pair[0], x, K)
    facts = facts_of(x, K, y)
    found = classes_of(ranked(pair, facts), x, K, y, facts)
    assert found[1].why == ("beyond the high end of axis 0, zero and edge continue this input alike",)


def test_an_input_that_does_not_change_along_an_axis():
    x = np.repeat(X[:, :1], 8, axis=1)
    pair = [spec("convolve valid"), spec("convolve valid reversal=true,false")]
    y = predict(pair[0], x, K)
    facts = facts_of(x, K, y)
    assert classes_of(ranked(pair, facts), x, K, y, facts)[1].why == ("the input does not change along axis 1",)


def test_a_constant_input():
    x = np.full((9, 8), 3.0)
    found = classes(x, K, ndimage.convolve(x, K))
    assert len(found) > 3
    assert all(equals.why == ("the input is constant: every sample is 3.0",) for equals in found[1:4])
    assert all(equals.why == () for equals in found[4:])


def test_real_data_hide_conjugation():
    y = signal.correlate2d(X, K, "valid")
    facts = facts_of(X, K, y)
    found = classes_of(ranked(map(spec, ["correlate valid", "correlate valid conj=none"]), facts), X, K, y, facts)
    assert len(found) == 1  # on operands of these dtypes, one operation
    x, k = X.astype(complex), K.astype(complex)
    facts = facts_of(x, k, y)
    found = classes_of(ranked(map(spec, ["correlate valid", "correlate valid conj=none"]), facts), x, k, y.astype(complex), facts)
    assert found[1].why == ("the kernel has no imaginary part, so conjugation does not show",)
    one, other = (predict(each, found[1].probe.x, found[1].probe.k) for each in (found[0].first, found[1].first))
    assert differ(one, other)


def test_values_too_small_for_overflow():
    x, k = RNG.integers(0, 5, (6, 7)).astype(np.uint8), np.array([[1, 2], [3, 1]], np.uint8)
    pair = [spec("convolve valid dtype=uint8 overflow=wrap"), spec("convolve valid dtype=uint8 overflow=saturate")]
    y = predict(pair[0], x, k)
    facts = facts_of(x, k, y)
    found = classes_of(ranked(pair, facts), x, k, y, facts)
    assert found[1].why == ("no sum leaves the range of uint8, so it does not show what happens beyond it",)
    probe = found[1].probe
    assert literal(probe.first) != literal(probe.second)
    assert probe.x.dtype == np.uint8


def test_whole_sums_hide_rounding():
    x = RNG.integers(0, 50, (6, 7)).astype(np.uint8) * np.uint8(2)
    k = np.array([[0.5, 1.0], [1.5, 1.0]])
    pair = [spec("convolve valid dtype=int32 rounding=floor"), spec("convolve valid dtype=int32 rounding=half_up")]
    y = predict(pair[0], x, k)
    facts = facts_of(x, k, y)
    found = classes_of(ranked(pair, facts), x, k, y, facts)
    assert found[1].why == ("every sum is a whole number, so no rounding shows",)
    assert found[1].probe is not None


def test_one_output_is_said():
    x, k = np.array([[0, 0, 0], [1, 1, 2], [1, 3, 0]]), np.array([[4, 1, 1], [0, 3, 3], [2, 1, 2]])
    y = np.array([[10]])
    facts = facts_of(x, k, y)
    found = classes_of(ranked(map(spec, ["convolve valid", "correlate pads=0:2,0:2 stride=9"]), facts), x, k, y, facts)
    assert found[1].why == ("y has 1 output only",)


# Probes


PAIRS = [
    ("convolve valid", "correlate valid"),
    ("convolve same:low", "convolve same:high"),
    ("convolve same:low boundary=edge", "convolve same:low boundary=half_sample"),
    ("correlate same:high boundary=whole_sample", "correlate same:high boundary=half_sample"),
    ("correlate same:high stride=2", "correlate same_upper stride=2"),
    ("convolve permute=1,0", "convolve"),
    ("convolve scale=1/sum", "convolve"),
    ("convolve_transpose stride=2", "convolve_transpose stride=2 reversal=false"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_probe_tells_and_no_smaller_one_does(one, other):
    facts = facts_of(X, K, X)
    probe = smallest_probe(spec(one), spec(other), facts)
    np.testing.assert_array_equal(predict(spec(one), probe.x, probe.k), probe.first)
    np.testing.assert_array_equal(predict(spec(other), probe.x, probe.k), probe.second)
    assert differ(probe.first, probe.second)
    samples = probe.x.size + probe.k.size
    assert samples == SMALLEST[one, other]


SMALLEST = dict(zip(PAIRS, (4, 3, 6, 4, 3, 3, 2, 3), strict=True))


def test_there_is_no_probe_between_two_words_for_one_thing():
    assert smallest_probe(spec("convolve valid"), spec("convolve pads=0:0"), facts_of(X, K, X)) is None


def test_probes_are_literals():
    probe = smallest_probe(spec("convolve valid"), spec("correlate valid"), facts_of(X, K, X))
    assert str(probe) == "x = [[1.0, 2.0]], k = [[1.0, 2.0]]: the first gives [[4.0]], the other [[5.0]]"


def test_shapes_grow():
    totals = [np.prod(x) + np.prod(k) for x, k in shapes(2, 2)]
    assert totals == sorted(totals)
    assert totals[0] == 2
