"""Where an output lies: the lag of a correlation, the index of a convolution, in whole samples; and how far apart the taps are.

Output o is the sum in which the stored tap k[0] meets position

    p = stride·o + kernel_dilation·t₀ − pad_low,        t₀ = K−1 if reversal else 0

of the (dilated) input. For a correlation p is the lag n in y(n) = Σ k[j]·X[n + dilation·j]; for a convolution it is the index i in
y(i) = Σ k[j]·X[i − dilation·j]. One rule serves both, every mode and every stride.
"""

from bisect import bisect_left
from math import lcm
from typing import TYPE_CHECKING, Any

from faltung.errors import SpecError
from faltung.spec.problem import Problem
from faltung.spec.window import Window, core_size

if TYPE_CHECKING:
    from fractions import Fraction


def lag_ranges(problem: Problem) -> tuple[range, ...]:
    """Return for each sliding axis the lag (or index) of every output, in positions of the dilated input.

    Raises
    ------
    SpecError
        For an adjoint with a fold, whose outputs gather several lags each.

    Examples
    --------
    >>> lag_ranges(ft.parse("float64[7] * float64[4] correlate same"))
    (range(-2, 5),)
    >>> lag_ranges(ft.parse("float64[7] * float64[4] convolve same"))
    (range(1, 8),)
    """
    axes = zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True)
    return tuple(_lag_range(window, n, k, problem.answer_reversed) for window, n, k in axes)


def _lag_range(window: Window, n: int, k: int, answer_reversed: bool) -> range:
    if window.fold is not None:
        raise SpecError(
            f"the outputs of a fold onto {window.fold.size} samples have no lag: each gathers several; "
            "ask for the lags of the forward problem, whose samples they are"
        )
    first = window.kernel_dilation * (k - 1 if window.reversal else 0) - window.pad_low
    found = range(first, first + window.stride * core_size(window, n, k), window.stride)
    if answer_reversed:  # operands were exchanged and put back: lag n of (x, k) is lag −n of (k, x), and the last comes first
        found = range(-found[-1], -found[0] + window.stride, window.stride)
    return found[::-1] if window.output_reversal else found


def within(lags: range, limit: Any, step: Any = 1) -> slice:
    """Return the outputs whose |lag|·|step| is at most `limit`, as a slice.

    Raises
    ------
    SpecError
        When there are none.

    Examples
    --------
    >>> within(range(-3, 9), 2)
    slice(1, 6, None)
    """
    if isinstance(limit, complex) or not limit == abs(limit):
        raise SpecError(f"max_lag is {limit!r}; it must be a number of at least 0")
    ascending, size = lags if lags.step > 0 else lags[::-1], abs(step)
    low = bisect_left(ascending, True, key=lambda lag: lag * size >= -limit)
    high = bisect_left(ascending, True, key=lambda lag: lag * size > limit)
    if low >= high:
        found = f"{ascending[0] * size} to {ascending[-1] * size} in steps of {ascending.step * size}"
        raise SpecError(f"max_lag is {limit}, but no output lies so close to lag 0: the lags are {found}; raise max_lag")
    return slice(low, high) if lags.step > 0 else slice(len(lags) - high, len(lags) - low)


def tap_distance(window: Window) -> "Fraction":
    """Return how far apart the products of one output lie, in samples of the input.

    Taps are kernel_dilation positions apart and samples input_dilation: products are the least common multiple of both apart.
    """
    from fractions import Fraction  # 2 ms, and only for lags

    return Fraction(lcm(window.kernel_dilation, window.input_dilation), window.input_dilation)
