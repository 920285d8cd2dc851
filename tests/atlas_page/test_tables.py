"""The atlas agrees with the machine-readable facts that it was begun from, and with itself."""

import pytest

from faltung.atlas_page import VIEWS, markdown, restructured, rows, view
from faltung.dialects import DIALECTS

# function: reversed, conjugated, centre of an even kernel, what is outside; found by running the libraries before there were dialects
FACTS = {
    "numpy.convolve": ("yes", "none", "high", "zero"),
    "numpy.correlate": ("no", "kernel", "high", "nothing is read outside (valid)"),
    "scipy.signal.convolve": ("yes", "none", "high", "zero"),
    "scipy.signal.convolve2d": ("yes", "none", "high", "zero"),
    "scipy.signal.correlate": ("no", "kernel", "high", "zero"),
    "scipy.signal.correlate2d": ("no", "kernel", "low", "zero"),
    "scipy.ndimage.convolve": ("yes", "none", "low", "half_sample"),
    "scipy.ndimage.correlate": ("no", "kernel", "high", "half_sample"),
    "cv2.filter2D": ("no", "none", "high", "whole_sample"),
    "octave.conv2": ("yes", "none", "low", "zero"),
    "octave.filter2": ("no", "none", "low", "zero"),
    "octave.imfilter": ("no", "none", "low", "zero"),
    "octave.xcorr2": ("no", "kernel", "–", "zero"),
    "matlab.conv2": ("yes", "none", "low", "zero"),
    "r.stats.filter": ("yes", "none", "low", "zero, outputs that read there: nan"),
    "julia.DSP.conv": ("yes", "none", "–", "zero"),
    "julia.ImageFiltering.imfilter": ("no", "none", "low", "edge"),
    "torch.nn.functional.conv2d": ("no", "none", "low", "nothing is read outside (valid)"),
    "SimpleITK.Convolution": ("yes", "none", "low", "edge"),
}
EVEN = {
    "numpy.convolve(x, k, mode='same')": "0 0 0 1 2 3 4 0 0",
    "scipy.ndimage.convolve1d(x, k)": "0 0 1 2 3 4 0 0 0",
    "scipy.ndimage.correlate1d(x, k)": "0 0 0 4 3 2 1 0 0",
    "scipy.signal.correlate2d(x, k, mode='same')": "0 0 4 3 2 1 0 0 0",
    "cv2.filter2D(x, -1, k)": "0 0 0 4 3 2 1 0 0",
    "octave: conv(x, k, 'same')": "0 0 1 2 3 4 0 0 0",
    "r: stats::filter(x, k)": "nan 0 1 2 3 4 0 nan nan",
}
BOUNDARIES = {
    "scipy.ndimage.convolve": {"half_sample": "mode='reflect'", "whole_sample": "mode='mirror'", "edge": "mode='nearest'"},
    "scipy.signal.convolve2d": {"zero": "boundary='fill'", "edge": "–", "half_sample": "boundary='symm'"},
    "octave.imfilter": {"half_sample": "boundary='symmetric'", "whole_sample": "–", "constant": "boundary=7"},
    "julia.ImageFiltering.imfilter": {"half_sample": "border='symmetric'", "whole_sample": "border='reflect'"},
}


@pytest.mark.parametrize("function", FACTS)
def test_facts(function):
    (row,) = rows(function)
    assert (row.reversed, row.conjugated, row.centre, row.boundary) == FACTS[function]


def test_even_kernels():
    found = dict(view("even").cells)
    assert {call: found.get(call) for call in EVEN} == EVEN


@pytest.mark.parametrize("function", BOUNDARIES)
def test_boundary_words(function):
    table = view("boundaries", function)
    words = dict(zip(table.columns[1:], table.cells[0][1:], strict=True))
    assert {law: words[law] for law in BOUNDARIES[function]} == BOUNDARIES[function]


def test_every_row_says_everything():
    found = rows()
    assert len(found) == len({row.function for row in found}) == len(DIALECTS) + 6
    for row in found:
        assert row.function
        assert row.reversed
        assert row.conjugated
        assert row.centre
        assert row.boundary
        assert row.evidence in ("executed", "source", "documentation")
        if row.evidence != "executed":
            assert row.reference, row.function


@pytest.mark.parametrize("name", VIEWS)
def test_tables_are_well_formed(name):
    table = view(name)
    assert table.cells
    assert {len(cells) for cells in table.cells} == {len(table.columns)}
    assert len(markdown(table).splitlines()) == len(table.cells) + 4
    assert restructured(table).count("\n   * - ") == len(table.cells) + 1
