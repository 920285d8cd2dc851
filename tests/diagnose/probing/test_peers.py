"""Two roads to one answer: what a probe finds in a library is what the library's dialect reads in the call."""

import numpy as np
import pytest
from diagnose.probing.probed import HEAVY, LIGHT, Probed, disagreements
from peers import peer
from proof import counting

import faltung as ft
from faltung.dialects import DIALECTS, read
from faltung.spec.numbers import INTEGERS


@pytest.mark.parametrize("case", LIGHT, ids=lambda case: case.name)
def test_card_is_what_the_dialect_reads(case):
    check(case)


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")  # what libraries warn of when they are imported is not ours
@pytest.mark.parametrize("case", HEAVY, ids=lambda case: case.name)
def test_card_is_what_the_dialect_of_a_heavy_library_reads(case):
    check(case)


def check(case: Probed) -> None:
    card = ft.probe(case.function(), case.ndim)
    assert card.spec is not None, card
    assert disagreements(card.spec, case) == [], card
    counting.probed(case.dialect)
    assert card.compared > 40
    meant = read(case.dialect, **case.arguments)
    told = {line.about: line.text for line in card.lines}
    if any(row.result in INTEGERS and row.k == "float64" for row in card.dtypes):
        assert meant.rounding in told["rounding"], card  # of half_away and half_up only negative numbers tell
    if told["overflow"] in ("wrap", "saturate"):
        assert card.spec.overflow == meant.overflow, card


DATA_FIRST = [name for name, dialect in DIALECTS.items() if name.startswith(("numpy.", "scipy.")) and dialect.signature[:1] != ("k",)]


@pytest.mark.parametrize("name", DATA_FIRST)
def test_a_function_behaves_like_itself(name):
    module, _, function = name.rpartition(".")
    card = ft.probe(getattr(peer(module), function), DIALECTS[name].axes or 2)
    assert name in card.same_as, card
    assert card.target == f"{module}:{function}"


def test_nan_under_a_weight_of_zero_in_opencv():
    """Should this fail, OpenCV has changed: the exception in `disagreements` can go."""
    cv2 = peer("cv2")
    x, k = np.ones((31, 33)), np.ones((3, 3))
    x[15, 15], k[1, 1] = np.nan, 0
    assert np.isnan(cv2.filter2D(x, -1, k)).sum() == 8


def test_the_centres_of_even_kernels():
    signal, ndimage = peer("scipy.signal"), peer("scipy.ndimage")
    found = {
        "signal.correlate": ft.probe(lambda x, k: signal.correlate(x, k, "same")).spec.anchor,
        "signal.correlate2d": ft.probe(lambda x, k: signal.correlate2d(x, k, "same")).spec.anchor,
        "ndimage.convolve": ft.probe(ndimage.convolve).spec.anchor,
        "ndimage.correlate": ft.probe(ndimage.correlate).spec.anchor,
    }
    assert found == {
        "signal.correlate": ("high",), "signal.correlate2d": ("low",), "ndimage.convolve": ("low",), "ndimage.correlate": ("high",),
    }  # fmt: skip
