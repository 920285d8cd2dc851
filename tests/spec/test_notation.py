"""The notation and the JSON form round-trip for every Spec and Problem, and nothing but SpecError leaves them for any text."""

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faltung.errors import SpecError
from faltung.spec import BOUNDARIES, Fold, Groups, Layout, Problem, Spec, format_problem, format_spec, from_json, parse, to_json
from faltung.spec.notation import FIELDS
from faltung.spec.numbers import DTYPES
from faltung.spec.parse import LIMIT
from faltung.spec.spec import WORDS

AXES = 3
wholes = st.integers(-(10**18) + 1, 10**18 - 1)  # text may hold no more digits
laws, steps, sizes = st.sampled_from(BOUNDARIES), st.integers(1, 9), st.integers(1, 50)
reals = st.one_of(st.integers(), st.floats(allow_nan=False))
numbers = st.one_of(reals, st.complex_numbers(allow_nan=False))
anchors = st.one_of(st.integers(0, 20), st.sampled_from(["low", "high", "low-1", "high+2"]))


def per_axis(each):
    return st.one_of(st.tuples(each), st.tuples(*[each] * AXES))


LAYOUTS = [None, Layout(input="NCDHW", kernel="OIDHW", output="NDHWC"), Layout(input="CZN", kernel="ZIO", output="ZNC")]


@st.composite
def outsides(draw):
    """Return boundaries and the fills they allow."""
    pairs = draw(per_axis(st.tuples(laws, laws)))
    return pairs, tuple(tuple(draw(numbers) if law == "constant" else 0 for law in pair) for pair in pairs)


@st.composite
def specs(draw):
    operation = draw(st.sampled_from(WORDS["operation"]))
    transposed = operation == "convolve_transpose"
    modes = ["full", "pads", "same_upper", "same_lower"] if transposed else WORDS["mode"]
    fields = {"operation": operation, "mode": draw(st.sampled_from(modes))}
    if fields["mode"] == "same":
        fields["anchor"] = draw(per_axis(anchors))
    if fields["mode"] == "pads":
        fields["pads"] = draw(per_axis(st.tuples(wholes, wholes)))
    if not transposed:
        fields["boundary"], fields["fill"] = draw(outsides())
        fields["input_dilation"] = draw(per_axis(steps))
    fold = st.one_of(st.none(), st.builds(Fold, size=sizes, low=st.integers(-9, 9), boundary_low=laws, boundary_high=laws))
    optional = {
        "stride": per_axis(steps), "dilation": per_axis(steps), "reversal": st.one_of(st.none(), per_axis(st.booleans())),
        "fold": per_axis(fold), "output_reversal": per_axis(st.booleans()),
        "layout": st.sampled_from(LAYOUTS),
        "groups": st.builds(Groups, count=sizes, input=st.sampled_from("NC"), kernel=st.sampled_from("OI"), output=st.sampled_from("NC")),
        "permute": st.sampled_from([None, (2, 0, 1)]),
        "scale": st.one_of(st.sampled_from(["1/sum", "1/abs_sum"]), reals, st.fractions()), "dtype": st.sampled_from([None, *DTYPES]),
        "offset": numbers, "frame": st.one_of(st.sampled_from(["computed", "copied"]), reals),
        **{name: st.sampled_from(words) for name, words in WORDS.items() if name not in ("operation", "mode")},
    }  # fmt: skip
    for name in draw(st.sets(st.sampled_from(sorted(optional)))):
        fields[name] = draw(optional[name])
    return Spec(**fields)


@settings(max_examples=250)
@given(specs())
def test_specs_round_trip(spec):
    line = format_spec(spec)
    assert parse(line) == spec
    assert str(spec) == line == str(parse(line))
    assert len(line.split("\n")) == 1
    assert from_json(to_json(spec)) == spec
    assert json.loads(to_json(spec))["faltung"] == "v1"
    assert hash(parse(line)) == hash(spec)


@st.composite
def problems(draw):
    rank = draw(st.integers(1, 3))
    shapes = [tuple(draw(sizes) for _ in range(rank)) for _ in range(2)]
    fields = {"mode": draw(st.sampled_from(["full", "causal", "same"])), "operands": draw(st.sampled_from(["as_given", "longer_first"]))}
    low, high = draw(laws), draw(laws)
    spec = Spec(operation=draw(st.sampled_from(["convolve", "correlate"])), boundary=((low, high),), stride=(draw(steps),), **fields)
    return Problem(
        spec=spec, input_shape=shapes[0], kernel_shape=shapes[1],
        input_dtype=draw(st.sampled_from(DTYPES)), kernel_dtype=draw(st.sampled_from(DTYPES)),
    )  # fmt: skip


@given(problems())
def test_problems_round_trip(problem):
    line = format_problem(problem)
    assert parse(line) == problem
    assert str(problem) == line
    assert from_json(to_json(problem)) == problem


LINES = [
    "convolve",
    "convolve valid",
    "correlate same:low boundary=half_sample",
    "correlate same:1,high-1",
    "correlate pads=1:2,-3:4 boundary=zero:edge,periodic stride=2,3",
    "convolve_transpose pads=1:1 stride=2 conj=kernel",
    "correlate boundary=constant fill=1.5:(1+2j) conj=none scale=1/9 dtype=uint8 offset=128 rounding=half_up overflow=saturate",
    "correlate valid missing=renormalise product=or_and frame=copied",
    "convolve reversal=true,false fold=none,5:1:edge:zero output_reversal=true,false layout=NCHW,OIHW->NCHW groups=2:N:O:C",
    "float32[2048,2048] * float32[3,3] correlate same:high boundary=half_sample stride=2,2",
    "complex64[9] * int16[3] convolve causal operands=longer_first",
]


@pytest.mark.parametrize("line", LINES)
def test_lines_are_printed_as_they_are_read(line):
    assert str(parse(line)) == line
    assert from_json(to_json(parse(line))) == parse(line)


def test_only_what_is_not_the_default_is_printed():
    assert str(Spec(operation="correlate", conj="kernel")) == "correlate"
    assert str(Spec(operation="correlate")) == "correlate conj=none"
    assert str(Spec(operation="convolve", mode="same", stride=(1,))) == "convolve same:high"
    assert parse("correlate same").anchor == ("high",)
    assert parse("correlate boundary=numpy:reflect") == parse("correlate boundary=whole_sample")
    assert parse("correlate boundary=zero:zero") == parse("correlate")
    assert parse("correlate fill=0:0") == parse("  correlate\t full ")


def test_fields_are_those_of_the_dataclass():
    names = list(Spec.__dataclass_fields__)
    assert names == ["operation", "mode", "anchor", "pads", *FIELDS]


def test_numbers():
    spec = parse("correlate boundary=constant fill=nan:-inf offset=nan")
    assert math.isnan(spec.fill[0][0])
    assert spec == parse(str(spec)) == from_json(to_json(spec))
    assert parse("correlate scale=123456789012345678901234567890/7").scale == Fraction(123456789012345678901234567890, 7)
    assert parse("correlate scale=2").scale == 2
    assert parse(f"correlate offset={10**400}").offset == 10**400


REFUSED = [
    ("", "the text is empty"),
    ("convolute", "unknown operation 'convolute'; it must be one of convolve, correlate, convolve_transpose"),
    ("convolve sam", "unknown mode 'sam'; the modes are full, same:anchor, valid, causal, same_upper, same_lower, pads=low:high"),
    ("convolve valid:low", "unknown mode 'valid:low'"),
    ("convolve boundary=edge valid", "'valid' is not field=value; the mode stands right behind the operation"),
    ("convolve colour=red", "unknown field 'colour'; the fields are boundary, fill"),
    ("convolve operation=correlate", "unknown field 'operation'"),
    ("convolve anchor=low", "unknown field 'anchor'"),
    ("convolve stride=2 stride=2", "field stride is given twice"),
    ("convolve pads=1:1 pads=1:1", "unknown field 'pads'"),
    ("convolve stride=", "'' is not a whole number"),
    ("convolve stride=2,", "'' is not a whole number"),
    ("convolve stride=2.5", "'2.5' is not a whole number"),
    ("convolve stride = 2", "unknown mode 'stride'"),
    ("convolve stride=2, 3", "'' is not a whole number"),
    (f"convolve stride={10**30}", "is not a whole number"),
    ("convolve pads=1:2:3", "'1:2:3' is not one value, nor low:high"),
    ("convolve boundary=edge:", "'edge:' is not one value, nor low:high"),
    ("convolve fill=one", "'one' is not a number"),
    ("convolve reversal=yes", "reversal is 'yes'; it must be true or false"),
    ("convolve fold=3", "fold '3' is not size:low:boundary:boundary"),
    ("convolve groups=2:N", "groups '2:N' is not a count, nor count:input:kernel:output"),
    ("convolve groups=0", "groups is 0; it must be at least 1"),
    ("convolve groups=2:X:O:C", "group carriers are X, O, C; they must be N or C, O or I, N or C"),
    ("convolve layout=NCHW", "layout 'NCHW' is not of the form INPUT,KERNEL->OUTPUT"),
    ("convolve rounding=up", "rounding is 'up'; it must be one of half_even"),
    ("float32[3] float32[3] convolve", "is not dtype[sizes] * dtype[sizes] operation"),
    ("float32[3] * convolve", "is not dtype[sizes] * dtype[sizes] operation"),
    ("float32[3] * float32[] convolve", "'float32[]' is not an operand; write it as float32[5,3]"),
    ("float32[-3] * float32[3] convolve", "'float32[-3]' is not an operand"),
    ("float33[3] * float32[3] convolve", "dtype 'float33' is not supported; the dtypes are bool"),
    ("x" * (LIMIT + 1), f"the text has {LIMIT + 1} characters; notation has at most {LIMIT}"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_refused_lines(line, said):
    with pytest.raises(SpecError) as caught:
        parse(line)
    assert said in str(caught.value)


GOOD = {"faltung": "v1", "operation": "convolve"}
SHAPES = {"input_shape": [5], "kernel_shape": [3]}
REFUSED_JSON = [
    ("", "this is not JSON"),
    ("{", "this is not JSON"),
    ("[" * 3000, "this is not JSON"),
    ("[]", "not a JSON object"),
    ("null", "not a JSON object"),
    ('"convolve"', "not a JSON object"),
    ("{}", 'not a JSON object with "faltung": "v1"'),
    (json.dumps(GOOD | {"faltung": "v2"}), 'not a JSON object with "faltung": "v1"'),
    (json.dumps(GOOD) + " " * LIMIT, f"of at most {LIMIT} characters"),
    (json.dumps({"faltung": "v1"}), "operation must be there"),
    (json.dumps(GOOD | {"stride": 2}), "every field must be text without spaces"),
    (json.dumps(GOOD | {"stride": [[[]]]}), "every field must be text without spaces"),
    (json.dumps(GOOD | {"stride": "2 dilation=3"}), "every field must be text without spaces"),
    (json.dumps(GOOD | {"operation": "float32[3] * float32[3] convolve"}), "every field must be text without spaces"),
    (json.dumps(GOOD | {"colour": "red"}), "unknown field 'colour'"),
    (json.dumps(GOOD | {"a b": "c"}), "unknown field 'a b'"),
    (json.dumps(GOOD | {"stride=1 dilation": "2"}), "'1 dilation=2' is not a whole number"),
    (json.dumps(GOOD | {"operation": "float32[3]"}), "unknown operation"),
    (json.dumps(GOOD | {"problem": "5"}), "the problem must be an object with input_shape, kernel_shape"),
    (json.dumps(GOOD | {"problem": {"input_shape": [5]}}), "the problem must be an object with input_shape, kernel_shape"),
    (json.dumps(GOOD | {"problem": SHAPES | {"spec": 1}}), "the problem must be an object with input_shape, kernel_shape"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": 5}}), "input_shape is 5; it must be a list of whole numbers"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": ["5"]}}), "it must be a list of whole numbers"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": [5.5]}}), "it must be a list of whole numbers"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": [math.inf]}}), "it must be a list of whole numbers"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": [True]}}), "it must be a list of whole numbers"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_shape": [-5]}}), "the input is empty (input -5, kernel 3 samples)"),
    (json.dumps(GOOD | {"problem": SHAPES | {"input_dtype": []}}), "dtype [] is not supported"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED_JSON)
def test_refused_json(text, said):
    with pytest.raises(SpecError) as caught:
        from_json(text)
    assert said in str(caught.value)


# Fuzz: words of the notation in any order, any text, any JSON

words = st.sampled_from([
    "convolve", "correlate", "convolve_transpose", "same", "same:low-1", "same:" + "9" * 40, "pads=1:2", "pads=:", "*", "float32[3]",
    "int8[4,4]", "float32[99999999999999999]", "stride=2", "stride=0", "stride=999999999999999999", "boundary=edge", "boundary=reflect",
    "boundary=constant", "fill=1", "fill=nan:1e999", "scale=1/0", "scale=1/9", "layout=NCW,OIW->NCW", "groups=2", "permute=0,1",
    "permute=0", "fold=1:2:edge:edge", "reversal=true", "same:high+" + "9" * 3000, "same:low-" + "9" * 3000, "frame=1j",
    "operands=dominant_first",
    "output_reversal=", "=", "[", "]", "dtype=uint8", "int64[1,1,1,1]", "dilation=3,3",
])  # fmt: skip
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)), max_leaves=8,
)  # fmt: skip


def only_spec_errors(read, text):
    try:
        value = read(text)
    except SpecError:
        return
    assert parse(str(value)) == value


@settings(max_examples=600)
@given(st.one_of(st.text(), st.lists(words).map(" ".join), st.lists(st.one_of(words, st.text(max_size=5))).map(" ".join)))
def test_nothing_but_spec_error_leaves_parse(text):
    only_spec_errors(parse, text)


@settings(max_examples=300)
@given(st.one_of(st.text(), json_values.map(json.dumps)))
def test_nothing_but_spec_error_leaves_from_json(text):
    only_spec_errors(from_json, text)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {"faltung": st.just("v1"), "operation": st.sampled_from(["convolve", "correlate"])},
        optional={
            **{name: st.one_of(st.text(max_size=9), json_values, words.map(lambda w: w.partition("=")[2])) for name in ("mode", *FIELDS)},
            "problem": st.one_of(json_values, st.fixed_dictionaries(
                {"input_shape": st.one_of(st.lists(st.integers(), max_size=3), json_values), "kernel_shape": st.lists(sizes, max_size=3)},
                optional={"input_dtype": st.one_of(st.sampled_from(DTYPES), json_values), "kernel_dtype": json_values})),
        },
    )
)  # fmt: skip
def test_nothing_but_spec_error_leaves_from_json_with_the_right_fields(found):
    only_spec_errors(from_json, json.dumps(found))
