"""What users reported: the true cause is found first, or among the first explanations that these numbers cannot tell apart."""

import numpy as np
import pytest
from diagnose.reports.case import Case, Report, meets, same_operation
from diagnose.reports.cases import REPORTS

import faltung as ft
from faltung.diagnose.explain.predict import predict

TF32 = 2.0**-9  # of one product of two operands with 10 bits behind the point


def names(report: Report) -> str:
    return report.__name__


@pytest.mark.parametrize("report", REPORTS, ids=names)
def test_the_cause_is_the_cause(report):
    """Rebuilt without faltung, the result is what the cause says."""
    case = report()
    said, y = predict(case.cause, case.x, case.k), np.asarray(case.y)
    assert said.size == y.size
    if case.cause.rounding_only:
        scale = predict(case.cause, np.abs(case.x), np.abs(case.k))
        assert (np.abs(said - y) <= TF32 * scale).all()
        assert not np.array_equal(said, y)
    elif y.dtype.kind in "iub":
        assert np.array_equal(said.reshape(y.shape), y)
    else:
        assert meets(case.cause, case.x, case.k, said.reshape(y.shape), y)


SLOW = ("blue_and_red_exchanged",)  # seconds of search: nothing fits before the input's channels are taken in another order
FOUND = [pytest.param(report, marks=[pytest.mark.slow] if names(report) in SLOW else []) for report in REPORTS]


@pytest.mark.parametrize("report", FOUND, ids=names)
def test_the_cause_is_found(report):
    case = report()
    check(case, ft.diagnose(case.x, case.k, case.y, case.expected))


def check(case: Case, found: ft.diagnose) -> None:
    assert found.fits, found
    assert found.as_expected is (None if case.expected is None else case.as_expected), found
    least = found.classes[0].members[0].deviations
    leading = [equals for place, equals in enumerate(found.classes) if place == 0 or equals.members[0].deviations <= least]
    members = [member.explanation for equals in leading for member in equals.members]
    assert any(same_operation(each, case.cause, case.x, case.k) for each in members), found
    for each in found.explanations:  # and nothing is said that does not reproduce the result
        again = predict(each, case.x, case.k).reshape(np.shape(case.y))
        assert meets(each, case.x, case.k, again, np.asarray(case.y)), each


def test_the_report_of_two_lines():
    found = ft.diagnose([[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]], 10, 14)
    for words in ("valid convolution", "valid cross-correlation", "k[::-1, ::-1]", "scipy.signal.correlate2d"):
        assert words in str(found)


@pytest.mark.slow
def test_chunks_that_wrap_by_themselves():
    """github.com/dask/dask-image/issues/242: no convention of the whole is this; the report says so, and where the nearest one fails."""
    from dask import array
    from dask_image import ndfilters
    from scipy import ndimage

    x, k = np.arange(64.0).reshape(8, 8) ** 2, np.array([[0, 1, 2], [0, 0, 0], [3, 0, 0]])
    y = ndfilters.correlate(array.from_array(x, chunks=(4, 8)), k, mode="grid-wrap").compute()
    whole = ndimage.correlate(x, k, mode="grid-wrap")
    assert not np.array_equal(y, whole)  # should this fail, dask-image has been mended
    found = ft.diagnose(x, k, y, "scipy.ndimage.correlate(x, k, mode='grid-wrap')")
    assert (found.fits, found.as_expected) == (False, False)
    assert any("axis 0" in failure.where or "rows" in failure.where or "outputs" in failure.where for failure in found.near)


def test_a_result_that_nan_has_swallowed():
    """github.com/open2c/cooltools/issues/362: one NaN, a transform that spreads it, and a cast to integers."""
    from scipy import signal

    x, k = np.ones((6, 7)), np.ones((2, 3))
    x[2, 3] = np.nan
    spread = signal.fftconvolve(x, k, "same")
    assert np.isnan(spread).all()
    assert "only 6 of its 42 outputs read the NaN at (2, 3) of the input: a method by Fourier" in ft.diagnose(x, k, spread).answer
    with np.errstate(invalid="ignore"):
        found = ft.diagnose(x, k, spread.astype(np.int64), "scipy.signal.fftconvolve(x, k, 'same')")
    assert not found.as_expected
