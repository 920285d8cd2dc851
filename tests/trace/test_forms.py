"""Text, JSON, HTML and LaTeX."""

import json
from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest

import faltung as ft
from faltung.trace.numbers import aligned, factor, joined, signed

X, K = [[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]]

CLASSIC = """\
int64[3,3] * int64[3,3] convolve valid
y[o] = Σ over t of w[t] · X[p],  p = stride·o + dilation·t − pad_low

y[0,0] of 1 x 1 outputs
  axis 0: p = 1·0 + 1·t − 0 = 0, 1, 2
  axis 1: p = 1·0 + 1·t − 0 = 0, 1, 2

  window read   kernel, reversed   products
    0  0  0         2  1  2        0  0  0
    1  1  2         3  3  0        3  3  0
    1  3  0         1  1  4        1  3  0

  y[0,0] = 2·0 + 1·0 + 2·0 + 3·1 + 3·1 + 0·2 + 1·1 + 1·3 + 4·0
         = 0 + 0 + 0 + 3 + 3 + 0 + 1 + 3 + 0
         = 10

  tap  kernel  weight  reads   sample  product  sum
  0,0  k[2,2]       2  x[0,0]       0        0    0
  0,1  k[2,1]       1  x[0,1]       0        0    0
  0,2  k[2,0]       2  x[0,2]       0        0    0
  1,0  k[1,2]       3  x[1,0]       1        3    3
  1,1  k[1,1]       3  x[1,1]       1        3    6
  1,2  k[1,0]       0  x[1,2]       2        0    6
  2,0  k[0,2]       1  x[2,0]       1        1    7
  2,1  k[0,1]       1  x[2,1]       3        3   10
  2,2  k[0,0]       4  x[2,2]       0        0   10"""

WHOLE = """\
int64[3] * int64[2] correlate same:high boundary=edge
y[o] = Σ over t of w[t] · X[p],  p = stride·o + dilation·t − pad_low

  y[0] = -1·[3] + 1·3 = 0
  y[1] = -1·3 + 1·5 = 2
  y[2] = -1·5 + 1·8 = 3

  [ ]  outside the input, supplied by the boundary edge: before axis 0

  output
  0  2  3"""


def test_classic_text():
    assert str(ft.trace(X, K, operation="convolve", mode="valid")) == CLASSIC


def test_whole_text():
    assert str(ft.trace([3, 5, 8], [-1, 1], None, mode="same", boundary="edge")) == WHOLE


def test_boundary_samples_are_marked_and_their_law_named():
    text = str(ft.trace(X, K, mode="same", boundary=("half_sample", "constant"), fill=7))
    assert "  [7]  [0]  [0]  " in text
    assert "X[-1,0] = x[0,0]     [0]" in text
    assert "supplied by the boundary half_sample: before axis 0" in text
    assert "supplied by the boundary constant: before axis 1" in text


def test_nothing_between_the_samples_of_a_spread_input():
    text = str(ft.trace([1, 2, 3], [1, 2, 3], at=1, spec="convolve_transpose pads=1:1 stride=2"))
    assert "1  ·  2" in text
    assert "nothing: between the samples of the spread input" in text


def test_slices_of_three_axes():
    text = str(ft.trace(np.arange(27).reshape(3, 3, 3), np.ones((2, 2, 2), dtype=int), mode="valid"))
    assert "window read [0,:,:]" in text
    assert "window read [1,:,:]" in text
    assert "   9  10" in text


def test_lines_keep_to_eighty_columns():
    random = np.random.default_rng(0)
    traces = [
        ft.trace(X, K, mode="full", boundary="half_sample"),
        ft.trace(random.integers(-9, 9, (9, 9)), random.integers(-9, 9, (7, 7)), mode="same", boundary="edge", at=(1, 1)),
        ft.trace(random.integers(-9, 9, (40, 40)), random.integers(-9, 9, (21, 21)), mode="same", boundary="edge", at=(1, 1)),
    ]
    for steps in traces:
        assert max(len(line) for line in str(steps).splitlines()) <= 80


def test_long_kernels_are_cut_and_say_so():
    text = str(ft.trace(np.ones(1000), np.ones(400), mode="valid"))
    assert "… and 175 more terms; to_json() has them all" in text
    assert "… and 175 more; to_json() has them all" in text


def test_numbers():
    assert aligned(["1", "0.25", "-3.5"]) == [" 1   ", " 0.25", "-3.5 "]
    assert (factor(-2), factor(Fraction(1, 3)), factor(1j)) == ("(-2)", "(1/3)", "(0+1j)")
    assert joined([signed(-10), signed(0), signed(-40), signed(1 - 1j)]) == ["-10", "+ 0", "- 40", "+ (1-1j)"]
    assert str(ft.trace([-0.0], [1.0])).count("-0") == 0


def test_json():
    found = json.loads(ft.trace(X, K, mode="same", boundary="edge", at=(0, 1)).to_json())
    assert (found["faltung"], found["kind"], found["at"]) == ("v1", "trace", [0, 1])
    assert found["notation"] == "int64[3,3] * int64[3,3] correlate same:high boundary=edge"
    assert found["sum"] == found["result"] == sum(term["product"] for term in found["terms"])
    assert found["terms"][0]["sample"] == {
        "position": [-1, 0], "source": "boundary", "index": [0, 0], "outside": [{"axis": 0, "end": "low", "law": "edge"}], "value": 0,
    }  # fmt: skip
    whole = json.loads(ft.trace(X, K, None, mode="same").to_json())
    assert [output["at"] for output in whole["outputs"]] == [list(at) for at in np.ndindex(3, 3)]


@pytest.mark.parametrize("values", [[Fraction(1, 3), 2], [1j, 2], [np.nan, np.inf], np.array([0.1], np.float32), [2**80]])
def test_json_holds_every_number(values):
    found = json.loads(ft.trace(values, [1], None).to_json(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert len(found["outputs"]) == len(values)


class Tags(HTMLParser):
    """Collects tags, and checks that they are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("at", [(0, 0), None])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_html_is_well_formed_and_loads_nothing(at, rank):
    x, k = np.arange(3**rank).reshape((3,) * rank), np.arange(2**rank).reshape((2,) * rank)
    html = ft.trace(x, k, at, mode="same", boundary="edge")._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert names.isdisjoint({"script", "link", "img", "style"})
    assert {"table", "caption", "th", "section"} <= names
    assert "http" not in html
    assert all("scope" in attributes for tag, attributes in tags.seen if tag == "th")


def test_html_shows_boundary_without_colour():
    html = ft.trace(X, K, mode="same", boundary="edge").to_html()
    assert '<abbr title="supplied by the boundary (edge): X[-1,-1] = x[0,0]">[0]</abbr>' in html


def test_latex():
    small = ft.trace([2, 4], [1e-20, -3], mode="valid").to_latex()
    assert r"&= 1 \cdot 10^{-20} \cdot 2 - 3 \cdot 4 \\" in small
    assert r"(0+2\,\mathrm{j})" in ft.trace([2j], [1]).to_latex()
    text = ft.trace(X, K, mode="same", boundary="edge").to_latex()
    assert text.startswith("\\begin{aligned}\ny_{0,0} &= \\sum \\begin{pmatrix} 4 & 1 & 1 \\\\")
    assert r"\underline{0}" in text
    assert text.endswith("&= 5\n\\end{aligned}")
    assert ft.trace(X, K, None, mode="same").to_latex().count("y_{") == 9
