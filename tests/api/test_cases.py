"""The cases every reader will check, through the public door."""

import numpy as np
import pytest

import faltung as ft

X = [[0, 0, 0], [1, 1, 2], [1, 3, 0]]
K = [[4, 1, 1], [0, 3, 3], [2, 1, 2]]
FULL = [[0, 0, 0, 0, 0], [2, 3, 7, 4, 4], [5, 13, 14, 12, 0], [4, 14, 16, 6, 8], [1, 4, 7, 12, 0]]
SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def test_the_report_of_10_and_14():
    assert ft.convolve(X, K, mode="valid").tolist() == [[10]]
    assert ft.correlate(X, K, mode="valid").tolist() == [[14]]
    assert ft.convolve(X, np.array(K)[::-1, ::-1]).tolist() == FULL
    assert ft.correlate(X, K).tolist() == FULL
    by_hand = str(ft.trace(X, K, mode="valid"))
    assert "4·0 + 1·0 + 1·0 + 0·1 + 3·1 + 3·2 + 2·1 + 1·3 + 2·0" in by_hand
    assert "= 14" in by_hand
    reversed_first = str(ft.trace(X, K, mode="valid", operation="convolve"))
    assert "2·0 + 1·0 + 2·0 + 3·1 + 3·1 + 0·2 + 1·1 + 1·3 + 4·0" in reversed_first
    assert "= 10" in reversed_first


def test_a_sum_by_hand_is_the_correlation():
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, k = rng.integers(-9, 10, (10, 10)), rng.integers(-9, 10, (3, 3))
        by_hand = sum(int(k[i, j]) * int(x[i, j]) for i in range(3) for j in range(3))
        reversed_hand = sum(int(k[2 - i, 2 - j]) * int(x[i, j]) for i in range(3) for j in range(3))
        assert ft.correlate(x, k, mode="valid")[0, 0] == by_hand
        assert ft.convolve(x, k, mode="valid")[0, 0] == reversed_hand


def test_sobel_on_a_gradient():
    x = 10 * np.outer(np.arange(1, 6), np.arange(1, 6))
    steps = ft.trace(x, SOBEL_X, at=(0, 0), mode="valid")
    assert [int(term.product) for term in steps.terms] == [-10, 0, 30, -40, 0, 120, -30, 0, 90]
    want = [[160] * 3, [240] * 3, [320] * 3]
    assert ft.correlate(x, SOBEL_X, mode="valid").tolist() == want
    assert ft.correlate(x, ft.kernel("sobel-x"), mode="valid").tolist() == want
    assert ft.convolve(x, SOBEL_X, mode="valid").tolist() == [[-v for v in row] for row in want]


@pytest.mark.parametrize("shape", [(128,), (32, 32)])
def test_complex_identities(shape):
    rng = np.random.default_rng(1)
    x, w = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape) for _ in range(2))
    full = ft.correlate(x, w)
    assert np.abs(full - ft.convolve(x, np.conj(np.flip(w)))).max() < 1e-10
    assert np.abs(full - np.conj(np.flip(ft.correlate(w, x)))).max() < 1e-10  # index n of one is index -n of the other
    lag = tuple(size - 1 + 2 for size in shape)  # lag 2 on every axis
    inner = tuple(slice(None, size - 2) for size in shape), tuple(slice(2, None) for _ in shape)
    textbook = (np.conj(w[inner[0]]) * x[inner[1]]).sum()  # sum over m of conj(f[m]) g[n + m] with f = w, g = x
    assert abs(full[lag] - textbook) < 1e-10


@pytest.mark.parametrize(
    ("line", "lands"),
    [
        ("convolve same:high", [0, 0, 0, 1, 2, 3, 4, 0, 0]), ("convolve same:low", [0, 0, 1, 2, 3, 4, 0, 0, 0]),
        ("correlate same:high", [0, 0, 0, 4, 3, 2, 1, 0, 0]), ("correlate same:low", [0, 0, 4, 3, 2, 1, 0, 0, 0]),
    ],
)  # fmt: skip
def test_even_kernels(line, lands):
    impulse = np.zeros(9, int)
    impulse[4] = 1
    assert ft.run(line, impulse, [1, 2, 3, 4]).tolist() == lands
