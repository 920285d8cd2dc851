"""Centres, modes and what they refuse: the pads, the even-kernel table, strides, and messages with numbers, rule and remedy."""

from itertools import product

import pytest

from faltung.errors import SpecError
from faltung.reference import pattern_by_equation, reference
from faltung.spec import Fold, Spec, Window, parse
from faltung.spec.resolve import windows
from faltung.spec.spec import split_anchor

# taps: pad_low of same:low, same:high (pad_high is the other); at dilation 2 both are the middle
CENTRES = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 2), 5: (2, 2), 6: (2, 3), 7: (3, 3), 8: (3, 4)}


@pytest.mark.parametrize("k", CENTRES)
def test_centres(k):
    for operation, n in product(("convolve", "correlate"), (1, 4, 9)):
        for anchor, low in zip(("low", "high"), CENTRES[k], strict=True):
            (window,) = windows(Spec(operation=operation, mode="same", anchor=(anchor,)), (n,), (k,))
            assert (window.pad_low, window.pad_high) == (low, k - 1 - low)
            (window,) = windows(Spec(operation=operation, mode="same", anchor=(anchor,), dilation=(2,)), (n,), (k,))
            assert (window.pad_low, window.pad_high) == (k - 1, k - 1)
        for tap in range(k):
            (window,) = windows(Spec(operation=operation, mode="same", anchor=(tap,), dilation=(3,)), (n,), (k,))
            assert (window.pad_low, window.pad_high) == (3 * tap, 3 * (k - 1 - tap))
    (window,) = windows(Spec(operation="correlate", mode="same", anchor=("high-1",)), (9,), (k,))
    assert window.pad_low == CENTRES[k][1] - 1


# ../shared/PEERS.md: where an impulse at index 4 of 9 lands, kernel [1, 2, 3, 4]
EVEN = [
    ("convolve same:high", "000123400", "np.convolve, scipy.signal.convolve, convolve2d"),
    ("convolve same:low", "001234000", "scipy.ndimage.convolve1d"),
    ("correlate same:high", "000432100", "np.correlate, scipy.signal.correlate, scipy.ndimage.correlate1d, cv2.filter2D"),
    ("correlate same:low", "004321000", "scipy.signal.correlate2d, torch padding='same'"),
]


@pytest.mark.parametrize(("line", "landed", "libraries"), EVEN)
def test_where_an_impulse_lands(line, landed, libraries):
    x = [int(i == 4) for i in range(9)]
    assert "".join(map(str, reference(parse(f"int64[9] * int64[4] {line}"), x, [1, 2, 3, 4]))) == landed


@pytest.mark.parametrize("n", range(1, 9))
def test_a_stride_skips_outputs_of_the_same_result(n):
    for k, s, d, i, mode in product(range(1, 9), (2, 3), (1, 2), (1, 2), ("same:low", "same:high", "full", "causal")):
        text = f"correlate {mode} dilation={d} input_dilation={i} boundary=half_sample"
        (dense,), (sparse,) = (windows(parse(line), (n,), (k,)) for line in (text, f"{text} stride={s}"))
        assert pattern_by_equation(sparse, n, k) == pattern_by_equation(dense, n, k)[::s]


@pytest.mark.parametrize("n", range(1, 9))
def test_same_upper_and_lower_split_the_padding_that_the_stride_needs(n):
    for k, s, d in product(range(1, 9), (1, 2, 3), (1, 2, 3)):
        upper, lower = (windows(parse(f"correlate same_{end} stride={s} dilation={d}"), (n,), (k,))[0] for end in ("upper", "lower"))
        assert (upper.pad_low, upper.pad_high) == (lower.pad_high, lower.pad_low)
        assert upper.pad_high - upper.pad_low in (0, 1)
        outputs = -(-n // s)
        assert upper.pad_low + upper.pad_high == max((outputs - 1) * s + d * (k - 1) + 1 - n, 0)


def test_causal_reads_nothing_later():
    (window,) = windows(parse("convolve causal dilation=2"), (5,), (3,))
    assert pattern_by_equation(window, 5, 3)[3] == ["low", 1, 3]


ANCHORS = {"low": ("low", 0), "high": ("high", 0), "low-1": ("low", -1), "high+12": ("high", 12), 0: ("tap", 0), -3: ("tap", -3)}


@pytest.mark.parametrize("anchor", ANCHORS)
def test_anchors(anchor):
    assert split_anchor(anchor) == ANCHORS[anchor]


@pytest.mark.parametrize("anchor", ["", "middle", "low+", "low--1", "lower", "high 1", True, None, 1.5])
def test_anchors_that_are_none(anchor):
    with pytest.raises(SpecError, match="is not low, high"):
        split_anchor(anchor)


REFUSED = [
    ("int64[5] * int64[3] correlate valid dilation=3",
     "axis 0: the kernel does not fit: span 7 (3 taps, dilation 3) exceeds 5 samples; add padding or lower the dilation"),
    ("int64[9,3] * int64[2,5] correlate valid",
     "axis 1: the kernel does not fit: span 5 (5 taps) exceeds 3 samples; add padding, or use mode 'same' or 'full'"),
    ("int64[5] * int64[3] correlate pads=-2:-1", "span 3 (3 taps) exceeds 2 samples (5 and pads -2, -1); add padding"),
    ("int64[5,5,3] * int64[3,3] correlate",
     "the input has 3 axes (5, 5, 3) and the kernel 2 (3, 3); both need the same number, or axes= names the 2 axes"),
    ("int64[0] * int64[3] correlate", "axis 0: the input is empty (input 0, kernel 3 samples); both need at least one sample"),
    ("int64[4] * int64[0] correlate", "axis 0: the kernel is empty (input 4, kernel 0 samples)"),
    ("int64[4,4] * int64[3,3] correlate stride=1,2,3", "stride has 3 entries, but the operation has 2 axes; give one entry, or 2"),
    ("int64[4] * int64[3] correlate same:3", "anchor 3 is not a tap of a kernel with 3; taps are numbered 0 to 2 in window order"),
    ("int64[4,2] * int64[2,4] correlate operands=dominant_first", "neither operand, (4, 2) nor (2, 4), is at least as large"),
    ("int64[4,4] * int64[3,3] correlate permute=0,0", "permute (0, 0) does not order the kernel's 2 axes"),
    ("correlate stride=0", "stride is 0; it must be a whole number of at least 1"),
    ("correlate fill=1:1", "fill is 1 but the boundary is 'zero'; a fill needs boundary 'constant'"),
    ("correlate boundary=constant:edge fill=1:2", "fill is 2 but the boundary is 'edge'"),
    ("convolve_transpose valid", "convolve_transpose has no mode 'valid'; it has full, pads"),
    ("convolve_transpose boundary=edge", "use adjoint(problem) of the forward operation"),
    ("correlate same:middle", "anchor 'middle' is not low, high"),
    ("correlate dtype=float31", "dtype 'float31' is not supported; the dtypes are bool"),
    ("correlate frame=painted", "'painted' is not a number"),
    ("correlate frame=1j", "frame is 1j; it must be computed, copied or a real number"),
    ("correlate fold=0:0:zero:zero", "fold has 0 samples; it must have at least 1"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_refusals_carry_numbers_rule_and_remedy(line, said):
    with pytest.raises(SpecError) as caught:
        parse(line)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stride": ()}, "stride is empty"),
        ({"stride": (True,)}, "stride is True"),
        ({"dilation": (1.5,)}, "dilation is 1.5; it must be a whole number"),
        ({"mode": "valid", "pads": ((1, 1),)}, "pads are ((1, 1),) but the mode is 'valid'; pads need mode 'pads'"),
        ({"scale": "1/mean"}, "scale is '1/mean'; it must be a number, 1/sum or 1/abs_sum"),
        ({"boundary": (("reflect", "edge"),)}, "boundary 'reflect' is not one of zero, constant"),
        ({"conj": "both"}, "conj is 'both'; it must be one of none, input, kernel"),
        ({"mode": "Same"}, "mode is 'Same'; it must be one of full, same"),
    ],
)
def test_specs_that_are_none(fields, said):
    with pytest.raises(SpecError) as caught:
        Spec(operation="correlate", **fields)
    assert said in str(caught.value)


def test_windows_and_folds_check_themselves():
    with pytest.raises(SpecError, match="kernel_dilation is 0; it must be at least 1"):
        Window(kernel_dilation=0)
    with pytest.raises(SpecError, match="at least 1"):
        Fold(size=0, low=0, boundary_low="zero", boundary_high="zero")


def test_an_anchor_outside_same_says_nothing():
    assert Spec(operation="correlate", mode="valid", anchor=("low",)) == Spec(operation="correlate", mode="valid")
