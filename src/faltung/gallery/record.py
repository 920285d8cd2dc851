"""The record of one gallery entry: weights for correlation, what is said about them, and what follows from them."""

import textwrap
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from faltung.gallery import facts, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    r"""A named kernel; pass it where an array of weights is taken.

    The weights are stated for **correlation**: y[o] = sum of w[t] x[o + t], with x to the right and y down. Two kernels are
    equal when name and parameters are, because these decide the weights.

    Attributes
    ----------
    name, parameters
        The entry, and every parameter in its one form; ``kernel(name, **dict(parameters))`` gives the kernel again.
    weights
        The array that is applied, read-only: int64 where the scale is 1 and the weights are integers, else float64.
    integers, scale
        Exact weights: `weights` is `integers` times `scale`, rounded once. `integers` is None where weights are sampled
        from a function; the scale is then 1.
    formula, latex
        Where the weights come from, as plain text and as LaTeX without dollar signs.
    why, uses, deep_learning
        Why it works; what it is used for; its use or counterpart in deep learning.

    Examples
    --------
    >>> from faltung.gallery import kernel
    >>> k = kernel("sobel-x")
    >>> k.weights.tolist(), k.reversal, str(k.total)
    ([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 'negated', '0')
    """

    name: str
    parameters: tuple[tuple[str, object], ...] = ()
    weights: NDArray[Any] = field(compare=False)
    integers: NDArray[np.int64] | None = field(compare=False)
    scale: Fraction = field(compare=False)
    formula: str = field(compare=False)
    latex: str = field(compare=False)
    why: str = field(compare=False)
    uses: str = field(compare=False)
    deep_learning: str = field(compare=False)

    @property
    def total(self) -> Fraction | float:
        """The sum of the weights: the factor by which a flat picture is multiplied."""
        return facts.total(self.integers, self.scale, self.weights)

    @property
    def reversal(self) -> facts.Reversal:
        """Whether reversal leaves the weights unchanged, negates them or changes them, computed from the weights."""
        return facts.reversal_of(self.weights if self.integers is None else self.integers)

    @property
    def reversal_sentence(self) -> str:
        """What `reversal` means for convolution beside correlation."""
        return facts.reversal_sentence(self.weights)

    @property
    def reversed_weights(self) -> NDArray[Any]:
        """The weights reversed along every axis, read-only: convolution with `weights` is correlation with these."""
        return facts.reversed_weights(self.weights)

    @property
    def factors(self) -> facts.Factors | None:
        """A column and a row with `scale * outer(column, row) = weights`, or None; exact where the weights are."""
        return facts.factors_of(self.weights if self.integers is None else self.integers)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if dtype is None or np.dtype(dtype) == self.weights.dtype:
            return self.weights.copy() if copy else self.weights
        if copy is False:
            raise ValueError(f"{self.name} holds {self.weights.dtype} weights; a view as {np.dtype(dtype)} needs copy=None or True")
        return self.weights.astype(dtype)

    def __repr__(self) -> str:
        return f"kernel({', '.join([repr(self.name), *(f'{name}={value!r}' for name, value in self.parameters)])})"

    def __str__(self) -> str:
        return describe(self)


def describe(kernel: Kernel) -> str:
    """The kernel as text: weights aligned, then the facts computed from them, then what is said about it.

    Examples
    --------
    >>> from faltung.gallery import kernel
    >>> print(describe(kernel("box")).split("formula")[0].rstrip())
    box(size=(3, 3)): 3 x 3 weights for correlation
    <BLANKLINE>
      1/9 of
      1  1  1
      1  1  1
      1  1  1
    """
    given = ", ".join(f"{name}={value}" for name, value in kernel.parameters)
    size = " x ".join(str(n) for n in kernel.weights.shape)
    head = f"{kernel.name}{f'({given})' if given else ''}: {size} weights for correlation"
    table = text.table_text(kernel.weights if kernel.integers is None else kernel.integers)
    lead = "" if kernel.scale == 1 else f"{kernel.scale} of\n"
    lines = "\n".join(_line(label, value) for label, value in _rows(kernel))
    return f"{head}\n\n{textwrap.indent(lead + table, '  ')}\n\n{lines}"


def _rows(kernel: Kernel) -> tuple[tuple[str, str], ...]:
    return (
        ("formula", kernel.formula),
        ("sum", text.total_text(kernel.total, kernel.weights)),
        ("separable", _separable(kernel)),
        ("reversal", f"{kernel.reversal}. {kernel.reversal_sentence}"),
        ("why", kernel.why),
        ("uses", kernel.uses),
        ("deep learning", kernel.deep_learning),
    )


def _separable(kernel: Kernel) -> str:
    pair = kernel.factors
    if pair is None:
        return "no: the rank is above 1"
    lead = "" if kernel.scale == 1 else f"{kernel.scale} times "
    return f"yes: {lead}column {text.vector_text(pair[0])}, row {text.vector_text(pair[1])}"


def _line(label: str, value: str) -> str:
    return textwrap.fill(value, width=100, initial_indent=f"{label:<15}", subsequent_indent=" " * 15)
