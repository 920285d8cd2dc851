"""Lags and indices: those of the impulses that give the answer, for every size, mode, stride, dilation, anchor and region."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy import signal

import faltung as ft
from faltung.dialects import lags as scipy_lags
from faltung.reference import reference

SIZES = list(product((1, 2, 3, 6), (1, 2, 3, 4)))
MODES = ("full", "same:high", "same:low", "same:high-1", "valid", "causal", "same_upper", "same_lower", ((2, 1),), ((-1, 3),))


def conventions():
    for mode, stride, dilation in product(MODES, (1, 2, 3), (1, 2)):
        yield {"mode": mode, "stride": stride, "dilation": dilation}
    yield {"mode": "same", "anchor": 0}


def computed(call, *args, **arguments):
    """Return what `call` returns, or None where the kernel does not fit, which lags must say too."""
    try:
        return call(*args, **arguments)
    except ft.SpecError as error:
        return str(error)


@pytest.mark.parametrize("operation", ["correlate", "convolve"])
def test_the_lag_of_two_impulses(operation):
    """x = δ[n − i] and k = δ[n − j] meet where the lag is i − d·j (correlation), the index i + d·j (convolution), and nowhere else."""
    checked = 0
    for (n, k), arguments in product(SIZES, conventions()):
        found = computed(ft.lags, n, k, operation=operation, **arguments)
        x, w = np.eye(n, dtype=int), np.eye(k, dtype=int)
        if isinstance(found, str):
            assert computed(getattr(ft, operation), x[0], w[0], **arguments) == found
            continue
        i, j = n - 1, k // 2
        sign = -1 if operation == "correlate" else 1
        expected = (found == i + sign * arguments.get("dilation", 1) * j).astype(int)
        np.testing.assert_array_equal(getattr(ft, operation)(x[i], w[j], method="shift", **arguments), expected, f"{n} {k} {arguments}")
        checked += 1
    assert checked > 800


@pytest.mark.parametrize(("mode", "stride"), list(product(("full", "same", "valid", "causal"), (1, 3))))
def test_the_peak_is_the_delay(mode, stride):
    draw = np.random.default_rng(5)
    k = draw.standard_normal(21)
    for delay in range(3, 60, 3):
        x = 0.1 * draw.standard_normal(100)
        x[delay : delay + 21] += k
        lag = ft.lags(100, 21, mode=mode, stride=stride)
        peak = lag[np.argmax(ft.correlate(x, k, mode=mode, stride=stride))]
        assert peak == delay if (lag == delay).any() else abs(peak - delay) < 100, (mode, stride, delay)
        assert stride > 1 or (lag == delay).any()


def test_scipy_says_the_same_but_for_its_even_kernels_on_odd_inputs():
    for (n, k), mode in product(SIZES, ("full", "same", "valid")):
        if mode == "valid" and k > n:
            continue  # it exchanges the operands: below
        late = int(mode == "same" and n % 2 == 1 and k % 2 == 0)
        np.testing.assert_array_equal(ft.lags(n, k, mode=mode) + late, signal.correlation_lags(n, k, mode))


@pytest.mark.parametrize("function", ["scipy.signal.correlate", "numpy.correlate"])
def test_exchanged_operands(function):
    """NumPy and SciPy exchange operands and put the answer back: the lags are those of the answer as it is returned."""
    for (n, k), mode in product(SIZES, ("full", "same", "valid")):
        problem = ft.problem(ft.read(function, mode=mode), (n,), (k,))
        (found,) = ft.lags(problem)
        for i, j in product(range(n), range(k)):
            answer = reference(problem, np.eye(n)[i], np.eye(k)[j])
            np.testing.assert_array_equal(answer, found == i - j, f"{n} {k} {mode} {i} {j}")
        if function.startswith("scipy"):
            assert list(found) == list(scipy_lags(n, k, mode))


def test_transposed_convolutions_count_between_the_samples():
    spec = "convolve_transpose pads=1:0 stride=3 dilation=2"
    problem = ft.problem(spec, (4,), (3,))
    (found,), (coordinate,) = ft.lags(problem), ft.lags(problem, spacing=0.75, x_start=1)
    for i, j in product(range(4), range(3)):
        np.testing.assert_array_equal(reference(problem, np.eye(4)[i], np.eye(3)[j]), found == 3 * i + 2 * j)
    np.testing.assert_allclose(coordinate, 1 + found * 0.25)


def test_every_sliding_axis_and_no_other():
    x, k = np.zeros((5, 2, 9)), np.zeros((3, 4))
    x[2, :, 6], k[1, 1] = 1, 1
    rows, columns = ft.lags(x.shape, k.shape, axes=(0, 2), mode=((1, 1), (0, 2)), stride=(1, 2), operation="convolve")
    y = ft.convolve(x, k, axes=(0, 2), mode=((1, 1), (0, 2)), stride=(1, 2))
    assert y.shape == (len(rows), 2, len(columns))
    peak = np.argwhere(y[:, 0])
    assert [(rows[r], columns[c]) for r, c in peak] == [(3, 7)]
    assert [len(axis) for axis in ft.lags(x.shape, k.shape, axes=(0, 2), region=(slice(1, 4), slice(None), slice(None, None, 2)))] == [3, 6]
    laid_out = ft.problem("correlate valid layout=NHWC,HWIO->NHWC", (2, 7, 8, 3), (3, 2, 3, 5))
    assert [list(axis) for axis in ft.lags(laid_out)] == [list(range(5)), list(range(7))]
    assert [len(axis) for axis in ft.lags(laid_out, region=(slice(0, 1), slice(2, 4), slice(3, 7)))] == [2, 4]


def test_a_line_of_notation_and_a_problem():
    line = "float64[9] * float64[4] correlate same stride=2"
    expected = ft.lags(9, 4, mode="same", stride=2)
    np.testing.assert_array_equal(ft.lags(line)[0], expected)
    np.testing.assert_array_equal(ft.lags(ft.parse(line))[0], expected)
    np.testing.assert_array_equal(ft.lags((9,), (4,), mode="same", stride=2)[0], expected)


@pytest.mark.parametrize("start", [{}, {"x_start": 2.5, "k_start": -1}])
def test_spacing_gives_the_axis_of_the_continuous_result(start):
    """Two Gaussians: the convolution is a Gaussian whose means and variances add; the correlation has the difference of the means."""
    dt, one, other = 0.02, (6.0, 0.5), (4.0, 0.8)
    t, u = (np.arange(600) * dt + start.get(name, 0) for name in ("x_start", "k_start"))

    def bell(t, mean, sigma):
        return np.exp(-((t - mean) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    for operation, sign in (("convolve", 1), ("correlate", -1)):
        y = getattr(ft, operation)(bell(t, *one), bell(u, *other)) * ft.tap_volume(600, 600, spacing=dt)
        at = ft.lags(600, 600, operation=operation, spacing=dt, **start)
        np.testing.assert_allclose(y, bell(at, one[0] + sign * other[0], np.hypot(one[1], other[1])), atol=1e-5)


def test_tap_volume():
    assert ft.tap_volume((9, 9), (3, 3), spacing=(0.5, 2.0), dilation=(1, 3)) == 3
    assert ft.tap_volume(9, 3, spacing=Fraction(1, 3), stride=2) == Fraction(1, 3)
    assert ft.tap_volume(9, 3, spacing=0.5, operation="convolve_transpose", stride=4) == 0.5  # a sample in four positions: of x, all are
    assert ft.tap_volume("float32[9] * float32[3] convolve_transpose stride=4 dilation=2", spacing=1.0) == 1
    assert ft.tap_volume("float32[9] * float32[3] convolve_transpose stride=2 dilation=3", spacing=1.0) == 3


def test_dates():
    hour, noon = np.timedelta64(1, "h"), np.datetime64("2024-02-28T12")
    assert ft.lags(30, 5, operation="convolve", spacing=hour, x_start=noon)[-1] == noon + 33 * hour
    assert ft.lag_region(30, 5, np.timedelta64(90, "m"), spacing=hour) == ft.lag_region(30, 5, 1)


@pytest.mark.parametrize("arguments", [{}, {"stride": 3}, {"mode": "same"}, {"spacing": 0.1}, {"spacing": -0.1}])
def test_lag_region_is_what_lies_within(arguments):
    draw = np.random.default_rng(1)
    for (n, k), limit in product([(40, 9), (9, 40), (12, 12)], (0, 1, 4, 7, 100)):
        limit = limit * abs(arguments.get("spacing", 1))
        plain = {name: value for name, value in arguments.items() if name != "spacing"}
        x, w = draw.integers(-9, 9, n), draw.integers(-9, 9, k)
        whole, lag = ft.correlate(x, w, **plain), ft.lags(n, k, **arguments)
        near = np.abs(lag) <= limit
        if not near.any():
            with pytest.raises(ft.SpecError, match="no output lies so close"):
                ft.lag_region(n, k, limit, **arguments)
            continue
        region = ft.lag_region(n, k, limit, **arguments)
        np.testing.assert_array_equal(ft.correlate(x, w, region=region, **plain), whole[near])
        np.testing.assert_array_equal(ft.lags(n, k, region=region, **arguments), lag[near])


def test_lag_region_of_several_axes():
    region = ft.lag_region((20, 3, 20), (20, 20), (2, None), axes=(0, 2))
    assert region == (slice(17, 22), slice(None), slice(None))
    assert ft.lag_region("float64[9] * float64[9] correlate", max_lag=1) == (slice(7, 10),)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros(3), "k": 2}, r"the input is array\(\[0., 0., 0.\]\); lags need its size"),
        ({"x": 3}, "the kernel is None; lags need its size"),
        ({"x": 3, "k": 4, "mode": "valid"}, "kernel does not fit: span 4"),
        ({"x": 3, "k": 2, "dtype": "float32"}, "lags depend on no 'dtype'"),
        ({"x": 3, "k": 2, "spacing": 0}, "spacing is 0; it must be a finite number other than 0"),
        ({"x": 3, "k": 2, "spacing": (1, 2)}, "spacing has 2 entries, but 1 axes slide"),
        ({"x": "float64[3] * float64[2] correlate", "k": 2}, "has its sizes and convention"),
        ({"x": ft.adjoint(ft.parse("float64[5] * float64[3] correlate same boundary=edge"))}, "a fold onto 5 samples have no lag"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ft.SpecError, match=message):
        ft.lags(**arguments)


@pytest.mark.parametrize("limit", [-1, float("nan"), 1j])
def test_limits_that_are_none(limit):
    with pytest.raises(ft.SpecError, match="must be a number of at least 0"):
        ft.lag_region(5, 3, limit)
