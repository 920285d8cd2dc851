"""Differences in words: every field is named, the sentences tell the direction, and what sizes and dtypes hide is marked."""

import re
from dataclasses import fields, replace

import pytest

from faltung.errors import SpecError
from faltung.reference import reference
from faltung.spec import Spec, differences, parse, same_operation
from faltung.spec.notation import FIELDS

OTHER = {
    "boundary": "boundary=edge", "fill": "boundary=constant fill=3:3", "stride": "stride=2", "dilation": "dilation=2",
    "input_dilation": "input_dilation=2", "reversal": "reversal=false", "fold": "fold=3:1:edge:edge",
    "output_reversal": "output_reversal=true", "layout": "layout=NCW,OIW->NCW", "groups": "groups=2", "conj": "conj=kernel",
    "operands": "operands=exchanged", "permute": "permute=0", "scale": "scale=2", "missing": "missing=ignore", "product": "product=or_and",
    "dtype": "dtype=float32", "offset": "offset=1", "rounding": "rounding=floor", "overflow": "overflow=wrap", "frame": "frame=copied",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_named_with_a_sentence(field):
    a, b = parse("convolve"), parse(f"convolve {OTHER[field]}")
    found = differences(a, b)
    assert {d.field for d in found} == {"boundary" if field == "fill" else field}
    assert found.same is None
    assert all(d.visible is None and d.a != d.b and len(d.meaning) > 10 for d in found)
    back = differences(b, a).found
    assert back == tuple(replace(d, a=d.b, b=d.a, meaning=e.meaning) for d, e in zip(found, back, strict=True))


def test_operation_and_mode_are_named():
    assert [d.field for d in differences(parse("convolve"), parse("correlate valid conj=none"))] == [
        "reversal", "mode",
    ]  # fmt: skip
    assert [d.field for d in differences(parse("convolve_transpose stride=2"), parse("convolve stride=2"))] == ["operation"]
    assert {field.name for field in fields(Spec)} == {"operation", "mode", "anchor", "pads", *FIELDS}


def test_nothing_differs():
    found = differences(parse("convolve"), parse("convolve"))
    assert (len(found), found.same, str(found)) == (0, True, "the same convention")
    assert differences(parse("convolve conj=kernel"), parse("correlate reversal=true")).same
    assert differences(parse("convolve stride=2,2"), parse("convolve stride=2")).same


HIDDEN = [
    ("float64[9] * float64[3] correlate same:low", "float64[9] * float64[3] correlate same:high", "mode"),
    ("float64[9] * float64[3] correlate valid boundary=edge", "float64[9] * float64[3] correlate valid", "boundary"),
    ("float64[9] * float64[1] correlate reversal=true", "float64[9] * float64[1] correlate", "reversal"),
    ("float64[9] * float64[3] correlate", "float64[9] * float64[3] correlate conj=none", "conj"),
    ("float64[9] * float64[1] correlate dilation=5", "float64[9] * float64[1] correlate", "dilation"),
    ("float64[3] * float64[3] correlate valid stride=2", "float64[3] * float64[3] correlate valid", "stride"),
    ("float64[1] * float64[3] correlate boundary=edge", "float64[1] * float64[3] correlate boundary=whole_sample", "boundary"),
    ("int64[9] * int64[3] correlate rounding=floor", "int64[9] * int64[3] correlate", "rounding"),
    ("float64[9] * float64[3] correlate overflow=wrap", "float64[9] * float64[3] correlate", "overflow"),
    ("float64[9] * float64[3] correlate dtype=float64", "float64[9] * float64[3] correlate", "dtype"),
    ("float64[9] * float64[3] correlate valid frame=copied", "float64[9] * float64[3] correlate valid", "frame"),
    ("float64[9] * float64[3] convolve operands=longer_first", "float64[9] * float64[3] convolve", "operands"),
]


@pytest.mark.parametrize(("a", "b", "field"), HIDDEN)
def test_what_is_not_visible_at_these_sizes(a, b, field):
    found = differences(parse(a), parse(b))
    assert found.same
    assert {d.field for d in found} == {field}
    assert all(d.visible is False for d in found)
    assert str(found).startswith("the same operation at these sizes, in other words:\n")
    assert str(found).count("[not visible at these sizes]") == len(found)


def test_visible_and_hidden_side_by_side():
    found = differences(parse("float64[9,9] * float64[4,3] correlate same:low boundary=edge,zero"), parse("correlate same:high stride=1,2"))
    said = {(d.field, d.where): d.visible for d in found}
    assert said == {
        ("mode", ""): True, ("boundary", "axis 0, low end"): True, ("boundary", "axis 0, high end"): True, ("stride", "axis 1"): True,
    }  # fmt: skip
    assert not found.same
    moved = next(d for d in found if d.field == "mode")
    assert moved.meaning == "axis 0: the output moves by one sample towards higher indices"


def test_differences_that_cancel():
    a, b = parse("float64[9] * float64[1] correlate stride=2 input_dilation=2"), parse("float64[9] * float64[1] correlate")
    found = differences(a, b)
    assert found.same
    assert all(d.visible for d in found)
    assert str(found).startswith("the same operation at these sizes; the differences that show alone cancel each other:")


@pytest.mark.parametrize("n", [6, 9])
@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_the_output_moves_as_the_sentence_says(n, k):
    impulse = [int(i == n // 2) for i in range(n)]
    a, b = (parse(f"int64[{n}] * int64[{k}] correlate {mode}") for mode in ("same:low", "same:high"))
    peaks = [min(i for i, v in enumerate(reference(problem, impulse, range(1, k + 1))) if v) for problem in (a, b)]
    (found,) = differences(a, b)
    if k % 2:
        assert found.visible is False
        assert peaks[0] == peaks[1]
    else:
        assert found.meaning == "the output moves by one sample towards higher indices"
        assert peaks[1] == peaks[0] + 1
        assert differences(b, a).found[0].meaning == "the output moves by one sample towards lower indices"


def test_sizes_of_modes():
    (found,) = differences(parse("int64[9] * int64[3] correlate valid"), parse("int64[9] * int64[3] correlate"))
    assert found.meaning == "the output moves by 2 samples towards higher indices and there are 11 outputs instead of 7"
    (found,) = differences(parse("int64[9] * int64[3] correlate valid stride=4"), parse("correlate same stride=4"))
    assert found.meaning == "every window begins one sample earlier and there are 3 outputs instead of 2"


def test_words_for_reversal_and_boundary():
    found = differences(parse("convolve boundary=half_sample"), parse("correlate boundary=whole_sample conj=none"))
    assert [d.where for d in found] == ["", "low end", "high end"]
    assert found.found[0].meaning.startswith("the kernel is reversed before it slides in the first (convolve)")
    assert found.found[1].meaning == "c b a | a b c d, against d c b | a b c d"
    assert found.found[2].meaning == "a b c d | d c b, against a b c d | c b a"


def test_other_operands():
    found = differences(parse("float32[9] * float64[3] convolve"), parse("float64[9] * float64[4] convolve"))
    assert [d.field for d in found] == ["kernel_shape", "input_dtype"]
    assert not found.same


def test_a_spec_is_seen_at_the_problems_sizes():
    problem = parse("float64[9] * float64[3] convolve same:low")
    for found in (differences(problem, parse("convolve same:high")), differences(parse("convolve same:high"), problem)):
        assert found.same
        assert len(found) == 1
    with pytest.raises(SpecError, match="does not fit"):
        differences(parse("float64[2] * float64[3] convolve"), parse("convolve valid"))


def test_verdicts_agree_with_the_reference():
    lines = [f"{operation} {mode} boundary={law} stride={s}"
             for operation in ("convolve", "correlate") for mode in ("same:low", "same:high", "valid", "full")
             for law in ("zero", "edge", "half_sample") for s in (1, 2)]  # fmt: skip
    for sizes, x, k in (("[4] * float64[3]", [3, 50, 700, 11000], [1, 13, 170]), ("[3] * float64[2]", [3, 50, 700], [1, 13])):
        problems = [parse(f"float64{sizes} {line}") for line in lines]
        answers = [tuple(reference(problem, x, k)) for problem in problems]
        for a, y in zip(problems, answers, strict=True):
            for b, z in zip(problems[::11], answers[::11], strict=True):
                assert differences(a, b).same == same_operation(a, b) == (y == z)


def test_every_line_of_the_text_names_field_and_values():
    text = str(differences(parse("convolve same:low stride=2"), parse("correlate valid boundary=edge")))
    assert text.splitlines()[0] == "different conventions (with sizes, it can be said which of this shows):"
    assert all(re.match(r"  \w+( \([^)]*\))?: \S+ \| \S+: ", line) for line in text.splitlines()[1:])
