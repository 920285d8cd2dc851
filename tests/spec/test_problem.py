"""What a Problem knows before there are arrays: shapes, channels, layouts, groups, taps, flops, halo, exchanged operands."""

import pytest

from faltung.errors import SpecError
from faltung.spec import Groups, Layout, parse, parse_layout

KNOWN = """
    problem                                                                                  | shape     | taps | flops
    float32[5,6] * float32[3,2] convolve                                                     | 7,7       | 6    | 588
    float32[5,6] * float32[3,2] correlate valid                                              | 3,5       | 6    | 180
    float32[5,6] * float32[3,2] correlate same stride=2,3                                    | 3,2       | 6    | 72
    float32[2,4,8] * float32[6,2,3] correlate valid layout=NCW,OIW->NCW groups=2             | 2,6,6     | 6    | 864
    float32[4,3,8] * float32[6,3,3] correlate valid layout=NCW,OIW->NCW groups=2:N:O:C       | 2,6,6     | 9    | 1296
    float32[2,8,3] * float32[3,4,3] correlate same layout=NWC,WOI->WNC                       | 8,2,4     | 9    | 1152
    float32[2,4,5] * float32[4,3,3] convolve_transpose stride=2 layout=NCW,IOW->NCW groups=2:C:I:C | 2,6,11 | 6  | 1584
    float32[3] * float32[7] convolve valid operands=longer_first                             | 5         | 3    | 30
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in KNOWN.strip().splitlines()[1:]]


@pytest.mark.parametrize(("line", "shape", "taps", "flops"), ROWS)
def test_known(line, shape, taps, flops):
    problem = parse(line)
    assert ",".join(map(str, problem.output_shape)) == shape
    assert (problem.taps, problem.flops) == (int(taps), int(flops))


@pytest.mark.parametrize(
    ("line", "halo"),
    [
        ("float32[9,9] * float32[3,4] correlate same", ((1, 1), (2, 1))),
        ("float32[9] * float32[3] correlate", ((2, 2),)),
        ("float32[9] * float32[3] correlate valid", ((0, 0),)),
        ("float32[9] * float32[3] correlate pads=2:3 stride=4", ((2, 0),)),
        ("float32[9] * float32[3] correlate same dilation=3", ((3, 3),)),
        ("float32[9] * float32[3] correlate pads=-2:-1", ((0, 0),)),
    ],
)
def test_halo(line, halo):
    assert parse(line).halo == halo


def test_exchange():
    given = parse("float32[3] * float32[7] correlate valid operands=longer_first")
    assert (given.input_sizes, given.kernel_sizes, given.exchanged, given.answer_reversed) == ((7,), (3,), True, True)
    longer = parse("float32[7] * float32[3] correlate valid operands=longer_first")
    assert (longer.exchanged, longer.answer_reversed) == (False, False)
    assert not parse("float32[3] * float32[7] convolve operands=longer_first").answer_reversed
    assert not parse("float32[3] * float32[7] correlate operands=exchanged").answer_reversed
    assert parse("float32[2,9] * float32[3,5] correlate operands=longer_first").exchanged is False  # 18 entries against 15
    assert parse("float32[2,3] * float32[3,5] correlate operands=dominant_first").exchanged


def test_permuted_kernels():
    assert parse("float32[9,9] * float32[3,5] correlate valid permute=1,0").output_shape == (5, 7)


LAYOUTS = ["NCHW,OIHW->NCHW", "NHWC,HWIO->NHWC", "NCW,IOW->NCW", "CDN,DOI->DNC", "WNC,IWO->CNW"]


@pytest.mark.parametrize("text", LAYOUTS)
def test_layouts(text):
    layout = parse_layout(text)
    assert str(layout) == text
    assert layout.spatial == "".join(c for c in text.partition(",")[0] if c not in "NC")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NCHW", "is not of the form INPUT,KERNEL->OUTPUT in capital letters, as in NCHW,OIHW->NCHW"),
        ("NCHW,OIHW", "is not of the form"),
        ("nchw,oihw->nchw", "is not of the form"),
        ("NCHW,OIHW,X->NCHW", "is not of the form"),
        ("NC,OI->NC", "the spatial letters must be the same in all three, and at least one"),
        ("NCH,OIW->NCH", "the spatial letters must be the same in all three"),
        ("NCHW,OIHW->NCH", "the spatial letters must be the same in all three"),
        ("NCHH,OIH->NCH", "each of N and C must stand once in 'NCHH', and letters may not repeat"),
        ("NHW,OIHW->NCHW", "each of N and C must stand once in 'NHW'"),
        ("NCIW,OIW->NCW", "each of N and C must stand once in 'NCIW'"),
        ("NCW,ONIW->NCW", "each of O and I must stand once in 'ONIW'"),
        ("NCW,OIW->NOW", "each of N and C must stand once in 'NOW'"),
    ],
)
def test_layouts_that_are_none(text, said):
    with pytest.raises(SpecError) as caught:
        parse_layout(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("float32[2,4,8] * float32[6,3,3] correlate layout=NCW,OIW->NCW",
         "the input has 4 channels and the kernel takes 3; they must be equal"),
        ("float32[2,4,8] * float32[6,4,3] correlate layout=NCW,OIW->NCW groups=2",
         "the input has 2 channels and the kernel takes 4 in each of 2 groups; they must be equal"),
        ("float32[2,4,8] * float32[6,1,3] correlate layout=NCW,OIW->NCW groups=4", "axis O has 6 entries, which 4 groups do not divide"),
        ("float32[3,4,8] * float32[6,4,3] correlate layout=NCW,OIW->NCW groups=2:N:O:C",
         "axis N has 3 entries, which 2 groups do not divide"),
        ("float32[4,8] * float32[6,4,3] correlate layout=NCW,OIW->NCW", "the input has 2 axes (4, 8), but its layout NCW names 3"),
        ("float32[2,4,8] * float32[4,3] correlate layout=NCW,OIW->NCW", "the kernel has 2 axes (4, 3), but its layout OIW names 3"),
        ("float32[8] * float32[3] correlate groups=2",
         "groups is 2, but there is no layout; groups need one, as in layout=NCHW,OIHW->NCHW"),
        ("float32[1,1,8,8] * float32[1,1,3,3] correlate layout=NCHW,OIHW->NCHW permute=1,0", "both order the kernel's axes"),
    ],
)  # fmt: skip
def test_channels_and_groups_that_do_not_go_together(line, said):
    with pytest.raises(SpecError) as caught:
        parse(line)
    assert said in str(caught.value)


def test_values_are_hashable_and_frozen():
    problem = parse("float32[5] * float32[3] correlate")
    assert {problem: 1}[parse("float32[5] * float32[3] correlate")] == 1
    assert hash(Layout(input="NCW", kernel="OIW", output="NCW")) == hash(parse_layout("NCW,OIW->NCW"))
    with pytest.raises(AttributeError):
        problem.spec = None
    with pytest.raises(AttributeError):
        Groups().count = 2
