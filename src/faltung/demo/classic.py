"""The report that comes back every year: by hand it is 14, convolve2d says 10. Both sums, term by term, and which function does which."""

import textwrap
from typing import Any

import numpy as np

from faltung import api
from faltung.demo.grid import beside, block
from faltung.diagnose import diagnose
from faltung.trace import Steps, trace

X = ((0, 0, 0), (1, 1, 2), (1, 3, 0))
K = ((4, 1, 1), (0, 3, 3), (2, 1, 2))


def explain() -> str:
    """Return the explanation; every number in it is computed here, those of SciPy by SciPy.

    Examples
    --------
    >>> explain().splitlines()[0]
    '1. By hand it is 14, convolve2d says 10'
    """
    by_hand = trace(X, K, operation="correlate", mode="valid")
    convolved = trace(X, K, operation="convolve", mode="valid")
    return "\n".join(
        (
            f"1. By hand it is {by_hand.result}, convolve2d says {_scipys()['scipy.signal.convolve2d']}",
            "",
            beside(block("x", X), block("k", K)),
            "",
            "Laid over x as it is stored, the kernel gives the sum one writes by hand: cross-correlation.",
            "",
            *_sum(by_hand),
            "",
            "Convolution reverses the kernel first, along both axes: each weight meets the opposite sample.",
            "",
            *_sum(convolved),
            "",
            "Neither is a mistake. Call the one you mean; each of these was called now:",
            "",
            *_calls(),
            "",
            "Which of the two made a result, and what to change, can be asked:",
            "",
            f"  print(ft.diagnose(x, k, {convolved.result}, expected={by_hand.result}).answer)",
            *_answer(convolved.result, by_hand.result),
        )
    )


def _answer(result: Any, expected: Any) -> list[str]:
    """Return what is said of the result, in lines."""
    answer = diagnose(np.array(X), np.array(K), result, expected=expected).answer
    return textwrap.wrap(answer, 92, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _sum(steps: Steps) -> tuple[str, ...]:
    """Return window, kernel and products side by side, then the sum in one line of products and one of their values."""
    samples = [[sample.value for sample in row] for row in steps.samples]
    title = "kernel, reversed" if steps.problem.spec.operation == "convolve" else "kernel"
    blocks = beside(block("window", samples), block(title, steps.weights), block("products", steps.products))
    products = " + ".join(f"{term.weight}·{term.sample.value}" for term in steps.terms)
    values = " + ".join(str(term.product) for term in steps.terms)
    return blocks, "", f"  {products}", f"  = {values} = {steps.result}"


def _calls() -> list[str]:
    """Return the functions with their results, those that agree side by side: correlations, convolutions, and how to turn one round."""
    turned = np.flip(K)
    told: dict[str, Any] = {
        'ft.correlate(x, k, mode="valid")': api.correlate(X, K, mode="valid").item(),
        "scipy.signal.correlate2d(x, k, 'valid')": _scipys()["scipy.signal.correlate2d"],
        "scipy.ndimage.correlate(x, k)[1, 1]": _scipys()["scipy.ndimage.correlate"],
        'ft.convolve(x, k[::-1, ::-1], mode="valid")': api.convolve(X, turned, mode="valid").item(),
        'ft.convolve(x, k, mode="valid")': api.convolve(X, K, mode="valid").item(),
        "scipy.signal.convolve2d(x, k, 'valid')": _scipys()["scipy.signal.convolve2d"],
        "scipy.ndimage.convolve(x, k)[1, 1]": _scipys()["scipy.ndimage.convolve"],
        'ft.correlate(x, k[::-1, ::-1], mode="valid")': api.correlate(X, turned, mode="valid").item(),
    }
    width = max(len(call) for call in told)
    return [f"  {call.ljust(width)}  {result}" for call, result in told.items()]


def _scipys() -> dict[str, int]:
    """Return what SciPy's functions give where the window lies inside."""
    from scipy import ndimage, signal  # imported when used: they are slow to load

    return {
        "scipy.signal.correlate2d": int(signal.correlate2d(X, K, "valid").item()),
        "scipy.signal.convolve2d": int(signal.convolve2d(X, K, "valid").item()),
        "scipy.ndimage.correlate": int(ndimage.correlate(X, K)[1, 1]),
        "scipy.ndimage.convolve": int(ndimage.convolve(X, K)[1, 1]),
    }
