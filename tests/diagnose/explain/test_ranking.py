"""Ranking: deviations from the nearest library's default call, as far as the operands show them; ties in a literal order."""

import numpy as np
import pytest

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.ranking import Facts, default_for, defaults, deviations, differing, facts_of, plain_specs, ranked
from faltung.dialects import DIALECTS
from faltung.spec import Spec, parse


def facts(x=(9, 8), k=(3, 4), *, x_dtype="float64", k_dtype="float64", y_dtype="float64") -> Facts:
    return facts_of(np.ones(x, x_dtype), np.ones(k, k_dtype), np.ones(x, y_dtype))


def spec(text: str) -> Spec:
    found = parse(text)
    assert isinstance(found, Spec)
    return found


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("convolve valid", "correlate valid conj=none", ("reversal",)),
        ("convolve valid", "convolve pads=0:0 boundary=edge", ()),
        ("convolve valid", "convolve full boundary=edge", ("mode", "pads")[:1]),
        ("convolve pads=1:1", "convolve valid", ("pads",)),
        ("convolve same:low", "convolve same:high", ("anchor",)),
        ("convolve same:low", "convolve full", ("mode",)),
        ("convolve same:2", "convolve full", ("mode", "anchor")),
        ("convolve same:low boundary=constant fill=7", "convolve same:low", ("boundary", "fill")),
        ("convolve same:low scale=0.5", "convolve same:low", ("scale",)),
        ("convolve stride=2,1", "convolve", ("stride",)),
        ("correlate valid conj=kernel", "correlate valid conj=none", ()),
        ("convolve missing=skip_zero_weights rounding=truncate overflow=wrap", "convolve", ()),
        ("convolve permute=0,1", "convolve", ()),
        ("convolve permute=1,0", "convolve", ("permute",)),
        ("convolve operands=longer_first", "convolve", ()),
    ],
)
def test_fields_that_count(one, other, names):
    assert differing(spec(one), spec(other), facts(), 2) == names


def test_a_continuous_parameter_counts_twice():
    plain = spec("convolve same:low")
    assert deviations(spec("convolve same:low scale=0.5"), plain, facts(), 2) == 2
    assert deviations(spec("convolve same:low boundary=constant fill=7"), plain, facts(), 2) == 3
    assert deviations(spec("convolve same:low boundary=edge"), plain, facts(), 2) == 1


def test_centres_are_one_for_odd_taps_and_two_for_even():
    one, other = spec("convolve same:low"), spec("convolve same:high")
    assert differing(one, other, facts(k=(3, 5)), 2) == ()
    assert differing(one, other, facts(k=(3, 4)), 2) == ("anchor",)
    dilated = spec("convolve same:low dilation=2"), spec("convolve same:high dilation=2")
    assert differing(*dilated, facts(k=(4, 4)), 2) == ()


def test_laws_are_one_where_a_single_sample_is_read_outside():
    one, other = spec("convolve same:low boundary=edge"), spec("convolve same:low boundary=half_sample")
    assert differing(one, other, facts(k=(3, 3)), 2) == ()
    assert differing(one, other, facts(k=(3, 4)), 2) == ("boundary",)  # two samples at the high end of axis 1


def test_what_the_operands_hide():
    conj = spec("correlate valid conj=kernel"), spec("correlate valid conj=none")
    assert differing(*conj, facts(k_dtype="complex128"), 2) == ("conj",)
    overflow = spec("convolve valid overflow=wrap"), spec("convolve valid overflow=saturate")
    assert differing(*overflow, facts(x_dtype="uint8", k_dtype="uint8", y_dtype="uint8"), 2) == ("overflow",)
    larger = spec("convolve operands=longer_first"), spec("convolve")
    assert differing(*larger, facts(k=(12, 4)), 2) == ("operands",)


@pytest.mark.parametrize(
    ("text", "count", "nearest"),
    [
        ("convolve", 0, "scipy.signal.convolve"),
        ("correlate same:high boundary=whole_sample", 0, "cv2.filter2D"),
        ("convolve same:low boundary=half_sample", 0, "scipy.ndimage.convolve"),
        ("correlate valid", 0, "torch.nn.functional.conv2d"),
        ("correlate pads=1:1", 1, "torch.nn.functional.conv2d"),
        ("correlate same:high boundary=whole_sample scale=0.5", 2, "cv2.filter2D"),
    ],
)
def test_nearest_library(text, count, nearest):
    (found,) = ranked([Explanation(spec=spec(text))], facts())
    assert (found.deviations, found.nearest) == (count, nearest)


def test_expected_is_what_counts_when_it_is_given():
    (found,) = ranked([Explanation(spec=spec("convolve"))], facts(), spec("correlate valid"))
    assert (found.deviations, found.nearest) == (2, "expected")


def test_changes_cost_what_they_say():
    change = Change(place="result", name="scale", values=(2.0,), cost=2)
    (found,) = ranked([Explanation(spec=spec("convolve"), changes=(change,))], facts())
    assert found.deviations == 2


def test_order_and_ties():
    texts = ["convolve same:low boundary=zero,half_sample", "correlate valid", "convolve valid reversal=true,false", "convolve valid"]
    transposed = Explanation(spec=spec("convolve valid"), changes=(Change(place="kernel", name="transpose", values=((1, 0),)),))
    found = ranked([transposed, *(Explanation(spec=spec(text)) for text in texts)], facts())
    told = [(each.deviations, str(each.explanation.spec), len(each.explanation.changes)) for each in found]
    assert told == [
        (0, "correlate valid", 0), (0, "convolve valid", 0), (1, "convolve same:low boundary=zero,half_sample", 0),
        (1, "convolve valid reversal=true,false", 0), (1, "convolve valid", 1),
    ]  # fmt: skip
    assert told == [
        (e.deviations, str(e.explanation.spec), len(e.explanation.changes)) for e in ranked([e.explanation for e in found[::-1]], facts())
    ]


def test_defaults_hold_no_layout_where_the_operands_have_none():
    found = dict(defaults(facts(), 2))
    assert str(found["torch.nn.functional.conv2d"]).startswith("correlate valid")
    assert found["torch.nn.functional.conv2d"].layout is None
    assert "numpy.convolve" not in found
    assert "cv2.blur" not in found
    batch = dict(defaults(facts(x=(1, 3, 9, 8), k=(4, 3, 3, 4)), 2))
    assert str(batch["torch.nn.functional.conv2d"].layout) == "NCHW,OIHW->NCHW"


def test_default_for_keeps_arguments():
    found = default_for(DIALECTS["torch.nn.functional.conv2d"], {"padding": 1}, facts())
    assert (found is not None and found.pads == ((1, 1),)) or found.pads == ((1, 1), (1, 1))


def test_plain_specs_are_plain():
    found = plain_specs(facts(), 2)
    assert spec("correlate valid conj=none") in found
    assert spec("convolve same:low boundary=half_sample") in found
    assert all(each.scale == 1 and each.layout is None for each in found)
    assert len(set(found)) == len(found)
