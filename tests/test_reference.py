"""The reference against the two textbook definitions, written as nested loops, and against literal answers."""

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from faltung.errors import SpecError
from faltung.reference import reference
from faltung.spec import parse

X = [[0, 0, 0], [1, 1, 2], [1, 3, 0]]
K = [[4, 1, 1], [0, 3, 3], [2, 1, 2]]
SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def run(line, x, k):
    return reference(parse(line), x, k).tolist()


def test_convolution_10_and_correlation_14():
    assert run("int64[3,3] * int64[3,3] convolve valid", X, K) == [[10]]
    assert run("int64[3,3] * int64[3,3] correlate valid", X, K) == [[14]]


def test_full_convolution_with_the_kernel_reversed():
    full = [[0, 0, 0, 0, 0], [2, 3, 7, 4, 4], [5, 13, 14, 12, 0], [4, 14, 16, 6, 8], [1, 4, 7, 12, 0]]
    assert run("int64[3,3] * int64[3,3] convolve", X, [row[::-1] for row in K[::-1]]) == full
    assert run("int64[3,3] * int64[3,3] correlate", X, K) == full


@pytest.mark.parametrize("seed", range(5))
def test_the_top_left_hand_sum_is_the_correlation(seed):
    rng = np.random.default_rng(seed)
    x, k = rng.integers(-9, 10, (10, 10)).tolist(), rng.integers(-9, 10, (3, 3)).tolist()
    by_hand = sum(x[i][j] * k[i][j] for i in range(3) for j in range(3))
    assert run("int64[10,10] * int64[3,3] correlate valid", x, k)[0][0] == by_hand
    assert run("int64[10,10] * int64[3,3] convolve valid", x, k)[0][0] != by_hand


def test_sobel_of_a_gradient():
    image = [[10 * i * j for j in range(1, 6)] for i in range(1, 6)]
    assert image[:2] == [[10, 20, 30, 40, 50], [20, 40, 60, 80, 100]]
    assert -10 + 0 + 30 - 40 + 0 + 120 - 30 + 0 + 90 == 160
    assert run("int64[5,5] * int64[3,3] correlate valid", image, SOBEL_X) == [[160] * 3, [240] * 3, [320] * 3]
    assert run("int64[5,5] * int64[3,3] convolve valid", image, SOBEL_X) == [[-160] * 3, [-240] * 3, [-320] * 3]


EVEN = {
    "convolve same:high": [0, 0, 0, 1, 2, 3, 4, 0, 0],
    "convolve same:low": [0, 0, 1, 2, 3, 4, 0, 0, 0],
    "correlate same:high": [0, 0, 0, 4, 3, 2, 1, 0, 0],
    "correlate same:low": [0, 0, 4, 3, 2, 1, 0, 0, 0],
}


@pytest.mark.parametrize("line", EVEN)
def test_even_kernels(line):
    assert run(f"int64[9] * int64[4] {line}", [0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 2, 3, 4]) == EVEN[line]


# The definitions, on any number of axes: dictionaries from index to number, nothing shared with the package


def entries(array):
    return {index: array[index] for index in np.ndindex(array.shape)}


def convolution(x, k):
    """(x * k)[n] = Σ over m of x[m]·k[n − m]."""
    found = {}
    for (m, a), (j, b) in product(entries(x).items(), entries(k).items()):
        n = tuple(p + q for p, q in zip(m, j, strict=True))
        found[n] = found.get(n, 0) + a * b
    return found


def correlation(x, k):
    """Σ over m of x[n + m]·conj(k[m]), for every n with a term; n may be negative."""
    found = {}
    for (m, a), (j, b) in product(entries(x).items(), entries(k).items()):
        n = tuple(p - q for p, q in zip(m, j, strict=True))
        found[n] = found.get(n, 0) + a * np.conj(b)
    return found


def draw_int(rng):
    return rng.randint(-50, 50)


def draw_fraction(rng):
    return Fraction(rng.randint(-9, 9), rng.randint(1, 9))


def draw_complex(rng):
    return complex(rng.randint(-9, 9), rng.randint(-9, 9))


SHAPES = [
    ((1,), (1,)), ((5,), (3,)), ((2,), (4,)), ((6,), (1,)), ((3, 4), (2, 3)), ((2, 2), (3, 1)), ((1, 5), (4, 2)), ((2, 3, 2), (2, 1, 3)),
    ((2, 1, 2, 3), (1, 2, 2, 2)),
]  # fmt: skip


@pytest.mark.parametrize("draw", [draw_int, draw_fraction, draw_complex])
@pytest.mark.parametrize(("n", "k"), SHAPES)
def test_definitions(n, k, draw):
    rng = random.Random(len(n) + 10 * sum(k))
    x, w = (np.array([draw(rng) for _ in range(int(np.prod(shape)))], dtype=object).reshape(shape) for shape in (n, k))
    dtype = "complex128" if draw is draw_complex else "object"
    sizes = [f"{dtype}[{','.join(map(str, shape))}]" for shape in (n, k)]
    summed = reference(parse(f"{sizes[0]} * {sizes[1]} convolve"), x, w)
    slid = reference(parse(f"{sizes[0]} * {sizes[1]} correlate"), x, w)
    assert entries(summed) == convolution(x, w)
    first = tuple(size - 1 for size in k)  # output 0 of `full` has its window end at sample 0
    assert {tuple(p - q for p, q in zip(o, first, strict=True)): v for o, v in entries(slid).items()} == correlation(x, w)
    assert all(type(value) is type(summed.flat[0]) or value == 0 for value in summed.flat)


def test_correlation_is_convolution_with_the_reversed_conjugate():
    rng = random.Random(3)
    x, w = (np.array([draw_complex(rng) for _ in range(size)], dtype=object) for size in (12, 5))
    slid = reference(parse("complex128[12] * complex128[5] correlate"), x, w)
    assert (slid == reference(parse("complex128[12] * complex128[5] convolve"), x, np.conj(w[::-1]))).all()
    exchanged = reference(parse("complex128[5] * complex128[12] correlate"), w, x)
    assert (slid == np.conj(exchanged[::-1])).all()
    assert (slid == reference(parse("complex128[5] * complex128[12] correlate operands=longer_first"), w, x)[::-1].conj()).all()


def test_integers_are_exact():
    assert run("object[2] * object[2] convolve", [10**40, 1], [10**40, -1]) == [10**80, -(10**40) + 10**40, -1]


# Steps and boundaries on one axis, as loops over a list that is written out

STEPPED = [
    ("correlate pads=2:1 stride=2 dilation=2", lambda x: [0, 0, *x, 0], 2, 2),
    ("correlate pads=1:1 boundary=edge", lambda x: [x[0], *x, x[-1]], 1, 1),
    ("correlate pads=2:2 boundary=half_sample stride=3", lambda x: [x[1], x[0], *x, x[-1], x[-2]], 3, 1),
    ("correlate pads=2:1 boundary=whole_sample:periodic", lambda x: [x[2], x[1], *x, x[0]], 1, 1),
    ("correlate pads=1:2 boundary=constant fill=7:9", lambda x: [7, *x, 9, 9], 1, 1),
    ("correlate pads=-1:-2", lambda x: x[1:-2], 1, 1),
    ("correlate pads=0:0 input_dilation=3", lambda x: [v for a in x for v in (a, 0, 0)][:-2], 1, 1),
]


@pytest.mark.parametrize(("line", "written", "stride", "dilation"), STEPPED, ids=[case[0] for case in STEPPED])
def test_steps_and_boundaries(line, written, stride, dilation):
    rng = random.Random(5)
    x, k = [draw_int(rng) for _ in range(8)], [draw_int(rng) for _ in range(3)]
    signal = written(x)
    expected = [
        sum(k[t] * signal[start + dilation * t] for t in range(3)) for start in range(0, len(signal) - 2 * dilation, stride)
    ]  # fmt: skip
    assert run(f"int64[8] * int64[3] {line}", x, k) == expected
    turned = line.replace("correlate", "convolve")
    assert run(f"int64[8] * int64[3] {turned}", x, k[::-1]) == expected
    assert run(f"int64[8] * int64[3] {line} output_reversal=true", x, k) == expected[::-1]


def test_corners_get_the_fill_of_the_lowest_axis():
    line = "int64[1,1] * int64[1,1] correlate pads=1:1 boundary=constant fill=5:6,7:8"
    assert run(line, [[1]], [[1]]) == [[5, 5, 5], [7, 1, 8], [6, 6, 6]]


def test_folds_add_outputs_to_the_samples_the_boundary_names():
    answer = run("int64[5] * int64[1] correlate fold=3:1:half_sample:edge", [1, 10, 100, 1000, 10000], [1])
    assert answer == [1 + 10, 100, 1000 + 10000]
    assert run("int64[5] * int64[1] correlate fold=3:1:zero:zero", [1, 10, 100, 1000, 10000], [1]) == [10, 100, 1000]


# Channels and groups


def grouped_loop(x, w, groups):
    """torch's grouped cross-correlation: out[n, o, i] = Σ over c, t of w[o, c, t]·x[n, group of o, c, i + t]."""
    (batch, channels, n), (filters, taken, k) = x.shape, w.shape
    answer = np.zeros((batch, filters, n - k + 1), dtype=object)
    for b, o, i, c, t in product(range(batch), range(filters), range(n - k + 1), range(taken), range(k)):
        group = o // (filters // groups)
        answer[b, o, i] += w[o, c, t] * x[b, group * (channels // groups) + c, i + t]
    return answer


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("layout", ["NCW,OIW->NCW", "NWC,WIO->NWC", "CWN,OWI->WCN"])
def test_channels_and_groups(groups, layout):
    rng = random.Random(groups)
    x = np.array([draw_int(rng) for _ in range(2 * 4 * 5)], dtype=object).reshape(2, 4, 5)
    w = np.array([draw_int(rng) for _ in range(8 * (4 // groups) * 3)], dtype=object).reshape(8, 4 // groups, 3)
    operands, output = layout.split("->")
    first, second = operands.split(",")
    moved = x.transpose(["NCW".index(c) for c in first]), w.transpose(["OIW".index(c) for c in second])
    sizes = [f"int64[{','.join(map(str, array.shape))}]" for array in moved]
    answer = reference(parse(f"{sizes[0]} * {sizes[1]} correlate valid layout={layout} groups={groups}"), *moved)
    assert (answer == grouped_loop(x, w, groups).transpose(["NCW".index(c) for c in output])).all()


def test_batch_groups():
    """XLA's batch_group_count: image g of each block meets the filters of block g."""
    rng = random.Random(2)
    x = np.array([draw_int(rng) for _ in range(4 * 3 * 5)], dtype=object).reshape(4, 3, 5)
    w = np.array([draw_int(rng) for _ in range(6 * 3 * 2)], dtype=object).reshape(6, 3, 2)
    answer = reference(parse("int64[4,3,5] * int64[6,3,2] correlate valid layout=NCW,OIW->NCW groups=2:N:O:C"), x, w)
    parts = [grouped_loop(x[2 * g : 2 * g + 2], w[3 * g : 3 * g + 3], 1) for g in range(2)]
    assert (answer == np.concatenate(parts, axis=1)).all()


def test_two_spatial_axes_are_matched_by_letter():
    rng = random.Random(9)
    x = np.array([draw_int(rng) for _ in range(2 * 3 * 5 * 4)], dtype=object).reshape(2, 3, 5, 4)
    w = np.array([draw_int(rng) for _ in range(2 * 3 * 2 * 3)], dtype=object).reshape(2, 3, 2, 3)
    plain = reference(parse("int64[2,3,5,4] * int64[2,3,2,3] convolve valid layout=NCHW,OIHW->NCHW"), x, w)
    turned = reference(parse("int64[2,3,5,4] * int64[2,3,3,2] convolve valid layout=NCHW,OIWH->NWHC"), x, w.transpose(0, 1, 3, 2))
    assert (plain.transpose(0, 3, 2, 1) == turned).all()


def test_permuted_kernels():
    rng = random.Random(4)
    x, w = (np.array([draw_int(rng) for _ in range(size)], dtype=object) for size in (20, 6))
    x, w = x.reshape(4, 5), w.reshape(3, 2)
    permuted = reference(parse("int64[4,5] * int64[3,2] convolve permute=1,0"), x, w)
    assert (permuted == reference(parse("int64[4,5] * int64[2,3] convolve"), x, w.T)).all()


def test_shapes_are_checked():
    with pytest.raises(SpecError, match=r"the kernel has shape \(2,\), but the problem says \(3,\)"):
        reference(parse("int64[4] * int64[3] convolve"), [1, 2, 3, 4], [1, 2])
