"""Two constructions of the index pattern agree, and output sizes are what independent formulas say; every size from 1 to 8."""

from dataclasses import replace
from itertools import product
from math import ceil

import numpy as np
import pytest

from faltung.reference import pattern_by_equation, pattern_by_extension
from faltung.spec import BOUNDARIES, Spec, Window
from faltung.spec.resolve import windows
from faltung.spec.window import core_size, dilated_size, reach, span

SIZES, STEPS = range(1, 9), (1, 2, 3)
PAIRS = list(product(BOUNDARIES, repeat=2))


def pads(reach):
    return {(0, 0), (reach, reach), (-1, 2), (3, -2), (reach // 2, -1), (-2, -1), (5, 4)}


def make(stride, dilation, spread, low, high, laws):
    return Window(
        stride=stride, kernel_dilation=dilation, input_dilation=spread, pad_low=low, pad_high=high,
        boundary_low=laws[0], boundary_high=laws[1],
    )  # fmt: skip


@pytest.mark.parametrize("n", SIZES)
def test_two_constructions_agree(n):
    count = 0
    for k, s, d, i in product(SIZES, STEPS, STEPS, STEPS):
        for low, high in sorted(pads(d * (k - 1))):
            for laws in PAIRS:
                window = make(s, d, i, low, high, laws)
                assert pattern_by_equation(window, n, k) == pattern_by_extension(window, n, k), (window, n, k)
                count += 1
    assert count >= 8 * 27 * 6 * 36


@pytest.mark.parametrize("n", SIZES)
def test_two_constructions_agree_for_every_pair_and_several_periods(n):
    for (low, high), k, s, d, i in product(PAIRS, (1, 2, 3, 8), (1, 3), (1, 2), (1, 2)):
        far = make(s, d, i, 5 * n + 1, 4 * n + 2, (low, high))
        assert pattern_by_equation(far, n, k) == pattern_by_extension(far, n, k), (far, n, k)


@pytest.mark.parametrize("n", SIZES)
def test_pattern_by_hand(n):
    """One tap per output at stride 1 reads the signal as it stands; the second tap, one dilation further."""
    window = Window(kernel_dilation=2, pad_low=2, pad_high=2)
    inside = list(range(n))
    first, second = zip(*pattern_by_equation(window, n, 2), strict=True)
    assert list(first) == ["low", "low", *inside]
    assert list(second) == [*inside, "high", "high"]


@pytest.mark.parametrize("n", SIZES)
def test_output_sizes(n):
    for k, s, d, i in product(SIZES, STEPS, STEPS, STEPS):
        for low, high in sorted(pads(d * (k - 1))):
            window = Window(stride=s, kernel_dilation=d, input_dilation=i, pad_low=low, pad_high=high)
            line = "x" + ("-" * (i - 1) + "x") * (n - 1)  # the spread input, in characters
            line = "o" * low + line if low >= 0 else line[-low:]
            line = line + "o" * high if high >= 0 else line[: max(len(line) + high, 0)]
            starts = [p for p in range(0, len(line), s) if p + d * (k - 1) < len(line)]
            if low + high + dilated_size(window, n) >= 0:
                assert core_size(window, n, k) == len(starts) == len(pattern_by_equation(window, n, k))
            if starts:
                assert span(window, n, k) == (-low, starts[-1] + d * (k - 1) - low)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("n", SIZES)
def test_sizes_and_values_of_numpy(n, mode):
    """np.convolve takes the longer operand first: only those sizes are compared."""
    for k in range(1, n + 1):
        (window,) = windows(Spec(operation="convolve", mode=mode), (n,), (k,))
        x, w = 3 ** np.arange(n), 5 ** np.arange(k)
        expected = np.convolve(x, w, mode)
        assert core_size(window, n, k) == len(expected)
        rows = pattern_by_equation(window, n, k)
        assert [sum(w[::-1][t] * x[q] for t, q in enumerate(row) if isinstance(q, int)) for row in rows] == expected.tolist()


@pytest.mark.parametrize("n", SIZES)
def test_sizes_of_the_modes(n):
    for k, s, d, i in product(SIZES, STEPS, STEPS, STEPS):
        spec = Spec(operation="correlate", stride=(s,), dilation=(d,), input_dilation=(i,))
        spread, reached = i * (n - 1) + 1, d * (k - 1)

        def size(mode, spec=spec, k=k):
            return core_size(windows(replace(spec, mode=mode), (n,), (k,))[0], n, k)

        assert size("full") == ceil((spread + reached) / s)
        assert size("same") == size("causal") == size("same_upper") == size("same_lower") == ceil(spread / s)
        if spread > reached:
            assert size("valid") == (spread - reached - 1) // s + 1


@pytest.mark.parametrize("n", SIZES)
def test_sizes_of_convolve_transpose(n):
    """Full size stride·(n−1) + reach + 1; same_upper and same_lower give n·stride; pads crop."""
    for k, s, d in product(SIZES, STEPS, STEPS):
        spec = Spec(operation="convolve_transpose", stride=(s,), dilation=(d,))
        full = s * (n - 1) + d * (k - 1) + 1
        made = {mode: windows(replace(spec, mode=mode), (n,), (k,))[0] for mode in ("full", "same_upper", "same_lower")}
        assert core_size(made["full"], n, k) == full
        assert core_size(made["same_upper"], n, k) == core_size(made["same_lower"], n, k) == n * s
        assert made["full"].pad_low - made["same_lower"].pad_low >= made["full"].pad_low - made["same_upper"].pad_low
        if full > 2:
            (cropped,) = windows(replace(spec, mode="pads", pads=((1, 1),)), (n,), (k,))
            assert core_size(cropped, n, k) == full - 2
            assert reach(cropped, k) - cropped.pad_low == 1
