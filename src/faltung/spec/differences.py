"""What differs between two conventions, in words, and which of it shows at given sizes."""

from typing import TYPE_CHECKING

from faltung.spec.problem import Problem
from faltung.spec.spec import Spec

if TYPE_CHECKING:
    from faltung.spec.comparison import Differences

MODES: dict[str, str] = {
    "full": "one output for every position at which the kernel touches the input",
    "same": "as many outputs as the input has samples (before any stride)",
    "valid": "only outputs whose window stays inside the input",
    "causal": "as many outputs as the input has samples, each reading that sample and earlier ones",
    "same_upper": "one output for each stride begun, an odd pad at the high end",
    "same_lower": "one output for each stride begun, an odd pad at the low end",
    "pads": "as many outputs as the pads leave room for",
}


def differences(a: Spec | Problem, b: Spec | Problem) -> "Differences":
    """Return what differs between two conventions, or between two Problems.

    Parameters
    ----------
    a, b : Spec or Problem
        A Spec against a Problem is seen at the Problem's sizes and dtypes.

    Returns
    -------
    Differences
        Iterable; `str` prints one line a difference. With sizes, a difference that changes nothing is marked, and `same` says whether
        the two are the same operation.

    Raises
    ------
    SpecError
        When a Spec does not go together with the other's sizes.

    Examples
    --------
    >>> print(ft.differences(ft.parse("convolve same:low"), ft.parse("convolve same:high")))
    different conventions (with sizes, it can be said which of this shows):
      mode: same:low | same:high: for an even number of taps (of odd dilation) the output moves by one sample towards higher indices
    >>> print(ft.differences(ft.parse("float32[9] * float32[3] correlate valid boundary=edge"), ft.parse("correlate valid")))
    the same operation at these sizes, in other words:
      boundary (low end): edge | zero: a a a | a b c d, against 0 0 0 | a b c d [not visible at these sizes]
      boundary (high end): edge | zero: a b c d | d d d, against a b c d | 0 0 0 [not visible at these sizes]
    """
    from faltung.spec.comparison import compared  # 3 ms, which the first convolution of a process need not wait for

    return compared(a, b)
