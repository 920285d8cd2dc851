"""Mistakes that people make in their own filters, each named by the card."""

import numpy as np
import pytest

import faltung as ft
from faltung.spec import BOUNDARIES

SPECS = (
    "convolve", "correlate conj=none", "correlate conj=input", "convolve conj=kernel", "correlate same:low boundary=periodic",
    "convolve same:high,low boundary=edge", "correlate same:high-1 boundary=whole_sample", "correlate same:0 boundary=edge",
    "convolve valid stride=2", "correlate same:high stride=2,3 dilation=1,2 boundary=half_sample", "correlate valid dilation=3",
    "correlate same_upper stride=2", "correlate same_lower stride=3,2", "convolve causal boundary=edge",
    "convolve pads=1:0,2:1 boundary=whole_sample", "correlate boundary=half_sample:whole_sample,zero:periodic",
    "correlate same:high boundary=constant fill=7", "correlate same:high boundary=constant:zero fill=-3:0",
    "convolve_transpose stride=2", "convolve_transpose pads=1:1 stride=2", "convolve_transpose same_upper stride=2,3",
    "correlate same:high permute=1,0 boundary=edge", "convolve same:low reversal=true,false boundary=edge",
    "correlate same:high scale=2 offset=5", "correlate same:high scale=1/sum boundary=edge", "correlate same:high scale=1/abs_sum",
    "correlate same:high scale=0.5 boundary=edge", "correlate same:high frame=copied", "correlate same:high frame=0",
    "correlate same:high operands=longer_first", "correlate valid operands=dominant_first", "convolve same:high operands=exchanged",
    "correlate same:high missing=ignore", "correlate same:high missing=skip_zero_weights boundary=edge",
)  # fmt: skip


@pytest.mark.parametrize("notation", SPECS)
def test_every_convention_is_found_again(notation):
    card = ft.probe(lambda x, k: ft.run(notation, x, k))
    assert card.spec is not None, card
    meant, sizes = ft.parse(notation), ((11, 12), (4, 3))
    one, other = (ft.problem(spec, *sizes, "complex128", "complex128") for spec in (card.spec, meant))
    assert ft.differences(one, other).same or str(card.spec) == notation, card
    if "operands" in notation:
        assert card.spec.operands == meant.operands


@pytest.mark.parametrize("law", BOUNDARIES[2:])
def test_every_law_is_followed_beyond_one_period(law):
    card = ft.probe(lambda x, k: ft.correlate(x, k, mode="same", boundary=law))
    assert card.spec.boundary == ((law, law),)
    assert "also beyond one period" in str(card)


def padded(x, k, low, mode):
    """Correlate by padding; `low` is what is read before the first sample on both axes."""
    pads = [(low, n - 1 - low) for n in k.shape]
    full = np.pad(x, pads, mode=mode)
    rows, columns = x.shape
    return sum(k[i, j] * full[i : i + rows, j : j + columns] for i in range(k.shape[0]) for j in range(k.shape[1]))


def right(x, k):
    rows, columns = (n // 2 for n in k.shape)
    full = np.pad(x, [(rows, k.shape[0] - 1 - rows), (columns, k.shape[1] - 1 - columns)], mode="symmetric")
    n, m = x.shape
    return sum(k[i, j] * full[i : i + n, j : j + m] for i in range(k.shape[0]) for j in range(k.shape[1]))


def one_off(x, k):
    return np.roll(ft.correlate(x, k, mode="same", boundary="periodic"), 1, axis=1)


def test_the_right_one_is_right():
    assert str(ft.probe(right).spec).startswith("correlate same:high boundary=half_sample")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (one_off, "axis 1: high+1 (tap 2 of 3, tap 3 of 4, in window order)"),
        (lambda x, k: right(x, k.T), "taken in the order (1, 0): the kernel is transposed"),
        (lambda x, k: right(x, k[::-1]), "the kernel is reversed along axis 0 only"),
        (lambda x, k: right(x, k[::-1, ::-1]), "convolution: the kernel is reversed"),
        (lambda x, k: ft.correlate(x, k, mode="same", boundary="whole_sample"), "whole_sample: d c b | a b c d | c b a"),
        (lambda x, k: ft.correlate(x, k, mode="same", boundary=(("half_sample", "whole_sample"),)),
         "half_sample at the low end, whole_sample at the high end"),
        (lambda x, k: right(x, k).astype("float32").astype("float64") * 2, "factor 2"),
        (lambda x, k: right(x, np.conj(k)), "the kernel is conjugated"),
        (lambda x, k: right(x, k).real, "results are real: the imaginary parts are lost"),
        (lambda x, k: np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(k, x.shape)).real, "periodic"),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_said(function, said):
    assert said in " ".join(str(ft.probe(function)).split())


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x, k: right(x, k).T, "no stride, dilation and direction explain where impulses land"),
        (lambda x, k: right(x, k) ** 2, "not linear in the input"),
        (lambda x, k: right(np.abs(x), k), "`correlate same:high boundary=half_sample conj=none`, but x"),
        (lambda x, k: right(x, np.abs(k)), "`correlate same:high boundary=half_sample conj=none`, but x"),
        (lambda x, k: right(x, k + 1), "no multiples of the weights"),
        (lambda x, k: right(np.sort(x, axis=0), k), "not linear in the input"),
        (lambda x, k: right(x, k) * np.arange(x.shape[1]), "no multiples of the weights"),
        (lambda x, k: right(x, k)[: x.shape[0] // 2 + k.shape[0] % 2], "no rule explains the outputs"),
        (lambda x, k: padded(x, k, 1, "linear_ramp"), "no law is followed"),
    ],
)
def test_what_no_convention_says_is_shown(function, said):
    card = ft.probe(function)
    assert card.spec is None, card
    assert said in " ".join(str(card).split())


def test_the_nearest_dialect_is_told_with_what_differs():
    card = ft.probe(
        lambda x, k: ft.correlate(x, k, mode="same", boundary=(("half_sample", "whole_sample"), ("half_sample", "half_sample")))
    )
    assert card.same_as == card.said_as == ()
    assert "whole_sample | half_sample" in " ".join(card.nearest) or "half_sample | whole_sample" in " ".join(card.nearest)


def test_kernels_that_leave_a_doubt():
    def three(x, k):
        if k.shape != (3, 3):
            raise ValueError("3 x 3 only")
        return ft.correlate(x, k, mode="same", boundary="half_sample")

    card = ft.probe(three)
    assert "cannot tell edge from half_sample" in " ".join(card.problems)
    assert "3 x 3 only" in str(card)
