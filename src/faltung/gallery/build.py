"""The two ways in which a Kernel is made: from integers and a scale, or from samples of a function."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from faltung.gallery.facts import frozen
from faltung.gallery.record import Kernel
from faltung.gallery.text import exact_latex, exact_plain


def exact(
    name: str,
    table: ArrayLike,
    *,
    scale: Fraction = Fraction(1),
    parameters: Mapping[str, object] | None = None,
    meaning: tuple[str, str] | None = None,
    why: str,
    uses: str,
    deep_learning: str,
) -> Kernel:
    """A kernel of integers times a scale; its formula is printed from them, `meaning` (plain, LaTeX) is appended.

    Examples
    --------
    >>> exact("mean", [[1, 1]], scale=Fraction(1, 2), why="-", uses="-", deep_learning="-").formula
    'w = 1/2 [1]^T [1 1]'
    """
    integers = frozen(np.array(table, dtype=np.int64))
    weights = integers if scale == 1 else frozen(integers * scale.numerator / scale.denominator)
    plain, latex = meaning or ("", "")
    return Kernel(
        name=name,
        parameters=tuple((parameters or {}).items()),
        weights=weights,
        integers=integers,
        scale=scale,
        formula=exact_plain(integers, scale) + (f";  {plain}" if plain else ""),
        latex=exact_latex(integers, scale) + (rf",\quad {latex}" if latex else ""),
        why=why,
        uses=uses,
        deep_learning=deep_learning,
    )


def sampled(
    name: str,
    weights: NDArray[Any],
    *,
    parameters: Mapping[str, object],
    formula: str,
    latex: str,
    why: str,
    uses: str,
    deep_learning: str,
) -> Kernel:
    """A kernel of float64 weights sampled from a function."""
    return Kernel(
        name=name,
        parameters=tuple(parameters.items()),
        weights=frozen(weights.astype(np.float64)),
        integers=None,
        scale=Fraction(1),
        formula=formula,
        latex=latex,
        why=why,
        uses=uses,
        deep_learning=deep_learning,
    )
