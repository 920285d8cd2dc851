"""Sobel x on the picture 10·i·j: one window by hand, all nine outputs, why they are not constant, and the sign under convolution."""

from typing import Any, TypeAlias

import numpy as np

from faltung import api
from faltung.demo.grid import beside, block, paragraph
from faltung.gallery import kernel
from faltung.trace import Steps, trace

Array: TypeAlias = np.ndarray[Any, Any]
SIDE = 5
UNIT = 10


def picture() -> Array:
    """Return 10·i·j for i and j from 1 to 5.

    Examples
    --------
    >>> picture()[1].tolist()
    [20, 40, 60, 80, 100]
    """
    steps = np.arange(1, SIDE + 1)
    return UNIT * np.outer(steps, steps)


def explain() -> str:
    """Return the walk through it; every number is computed here.

    Examples
    --------
    >>> explain().splitlines()[0]
    '2. Sobel x on the picture 10·i·j'
    """
    image, sobel = picture(), kernel("sobel-x")
    output = api.correlate(image, sobel.weights, mode="valid")
    first = trace(image, sobel.weights, mode="valid")
    return "\n".join(
        (
            f"2. Sobel x on the picture {UNIT}·i·j",
            "",
            beside(
                block(f"picture, i and j from 1 to {SIDE}", image), block("Sobel x", sobel.weights), block("correlation, valid", output)
            ),
            "",
            "The first output, with the window in the upper left corner:",
            f"  {_products(first)}",
            f"  = {_signed(first)} = {first.result}",
            "",
            f"The size is {SIDE} − {sobel.weights.shape[0]} + 1 = {output.shape[0]} on each axis: as many as the window has places.",
            "",
            *_why(image, sobel.weights, output),
            "",
            _under_convolution(image, sobel.weights, output),
        )
    )


def _products(steps: Steps) -> str:
    return " + ".join(
        f"({term.weight})·{term.sample.value}" if term.weight < 0 else f"{term.weight}·{term.sample.value}" for term in steps.terms
    )


def _signed(steps: Steps) -> str:
    """Return the values of the products with their signs, as ``-10 + 0 + 30``."""
    first, *others = (int(term.product) for term in steps.terms)
    return " ".join([str(first), *(f"{'-' if value < 0 else '+'} {abs(value)}" for value in others)])


def _why(image: Array, weights: Array, output: Array) -> tuple[str, ...]:
    """Return why the output is not constant: slopes, Sobel's factors, and the same filter on a picture of one slope."""
    slopes = np.diff(image, axis=1)[:, 0]
    column, row = kernel("sobel-x").factors or ((), ())
    share = int(np.sum(column))
    weight = int(share * np.max(row) * 2)  # [−1 0 1] spans two steps, and the column adds up such differences
    plain = np.tile(UNIT * np.arange(1, SIDE + 1), (SIDE, 1))
    constant = api.correlate(plain, weights, mode="valid")
    means = [float(np.dot(column, slopes[o : o + len(column)]) / share) for o in range(len(output))]
    return (
        paragraph(
            "Why is the output not constant, when the picture is so even? Sobel x answers to the slope from left to right, and that slope "
            f"is {UNIT}·i: in the rows i = 1 … {SIDE} it is {', '.join(map(str, slopes))}. It grows from row to row, so the output does; "
            "along a row it is one number, so each row of the output is constant.",
            f"The kernel is the column {_row(column)} times the row {_row(row)}: {weight} times the slope, averaged down {len(column)} "
            f"rows with the weights {_row(column)}/{share}:",
        ),
        "",
        *(f"  row {o}:  {weight} · {mean:g} = {weight * mean:g}" for o, mean in enumerate(means)),
        "",
        paragraph(
            f"On a picture whose rows are all {_row(plain[0])} the slope is {_single(np.diff(plain, axis=1))} everywhere, and every output "
            f"is {_single(constant)}."
        ),
    )


def _under_convolution(image: Array, weights: Array, output: Array) -> str:
    convolved = api.convolve(image, weights, mode="valid")
    rows = ", ".join(_single(row) for row in convolved)
    same = "the same numbers with the other sign" if np.array_equal(convolved, -output) else "other numbers"
    return paragraph(
        "Under convolution the kernel is reversed, so that dark-to-bright and bright-to-dark exchange their signs: "
        f"the rows are {rows}, {same}."
    )


def _row(values: Any) -> str:
    return f"[{' '.join(str(value) for value in np.asarray(values).tolist())}]"


def _single(values: Array) -> str:
    """Return the number that stands everywhere, or the range."""
    low, high = values.min(), values.max()
    return str(low) if low == high else f"between {low} and {high}"
