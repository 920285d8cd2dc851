"""What a trace holds: samples, terms, the steps of one output, and the walk over all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Literal

import numpy as np

from faltung.spec.boundary import Boundary
from faltung.spec.problem import Problem

Array = np.ndarray[Any, Any]
Index = tuple[int, ...]
Value = Any
"""A Python number (int, Fraction, float, complex), or a NumPy scalar where the sums run in a dtype that Python has not (float32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Where a window leaves the input: the axis, which end of it, and the law of the boundary there."""

    axis: int
    end: Literal["low", "high"]
    law: Boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one tap meets.

    Attributes
    ----------
    position
        Index into the continued input X, beyond 0 … N−1 where it is outside. For a spread input (input_dilation): into the spread one.
    source
        ``"sample"`` of x, supplied by the ``"boundary"``, or ``"nothing"`` (between the samples of a spread input).
    index
        The sample of x that is read, or that the boundary puts there; None for a fill value or nothing.
    outside
        The sides on which the position is outside; empty for a sample of x.
    value
        The number, in the dtype of the sums and conjugated where the convention says so; None for nothing.
    """

    position: Index
    source: Literal["sample", "boundary", "nothing"]
    index: Index | None
    outside: tuple[Side, ...]
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One product: tap (in window order), its index in the kernel as stored, the weight as applied, the sample, and the sum so far."""

    tap: Index
    kernel_index: Index
    weight: Value
    sample: Sample
    product: Value
    running: Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """How one output comes about. ``print`` shows it; `terms`, `total` and `result` are the numbers.

    Attributes
    ----------
    walk
        The walk over every output to which this one belongs.
    at
        The output's index.
    terms
        One for each tap, in the order in which they are summed: window order, last axis fastest.
    total
        The sum of the products.
    result
        The output: `total`, then scale, offset, rounding and range, if the convention has them; None where it does not fit its dtype.
    """

    walk: "Walk" = field(repr=False)
    at: Index
    terms: tuple[Term, ...]
    total: Value
    result: Value

    @property
    def problem(self) -> Problem:
        """The convention with its sizes and dtypes."""
        return self.walk.problem

    @property
    def samples(self) -> Array:
        """The window as read, in its shape, as an object array of Sample."""
        return _grid([term.sample for term in self.terms], self.problem)

    @property
    def weights(self) -> Array:
        """The kernel as applied, in window order, as an object array."""
        return _grid([term.weight for term in self.terms], self.problem)

    @property
    def products(self) -> Array:
        """The products in the shape of the window, as an object array; None where the tap meets nothing."""
        return _grid([term.product for term in self.terms], self.problem)

    def whole(self) -> "Walk":
        """Return the walk over every output, this one among them."""
        return self.walk

    def to_json(self) -> str:
        """Return everything as one JSON object with the schema's version."""
        from faltung.trace.data import to_json

        return to_json(self)

    def to_html(self) -> str:
        """Return accessible tables with inline style, for light and dark pages; nothing is loaded from elsewhere."""
        from faltung.trace.html import to_html

        return to_html(self)

    def to_latex(self) -> str:
        """Return the sum as LaTeX for a displayed formula (amsmath)."""
        from faltung.trace.latex import to_latex

        return to_latex(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        from faltung.trace.text import describe

        return describe(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walk:
    """The whole output, position by position, each worked out when it is asked for.

    Iterating gives the `Steps` of every output, last axis fastest; ``walk[1, 2]`` those of one; `output` is the array they make.
    """

    problem: Problem
    x: Array = field(repr=False)
    k: Array = field(repr=False)

    @property
    def output(self) -> Array:
        """The whole result, computed by the engine; `method` ``shift``, whose sums are rounded as those shown here."""
        from faltung.engine import compute

        return compute(self.problem.spec, self.x, self.k, method="shift")

    def __len__(self) -> int:
        return prod(self.problem.output_shape)

    def __iter__(self) -> Iterator[Steps]:
        return (self[at] for at in product(*(range(n) for n in self.problem.output_shape)))

    def __getitem__(self, at: int | Index) -> Steps:
        from faltung.trace.work import steps_at

        return steps_at(self, at)

    def to_json(self) -> str:
        """Return every output's steps as one JSON object with the schema's version."""
        from faltung.trace.data import walk_to_json

        return walk_to_json(self)

    def to_html(self) -> str:
        """Return the sums of every output (of the first 64) as an accessible table."""
        from faltung.trace.html import walk_to_html

        return walk_to_html(self)

    def to_latex(self) -> str:
        """Return the sums of every output (of the first 64) as LaTeX (amsmath)."""
        from faltung.trace.latex import walk_to_latex

        return walk_to_latex(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        from faltung.trace.text import describe_walk

        return describe_walk(self)


def _grid(values: list[Any], problem: Problem) -> Array:
    grid = np.empty(problem.kernel_sizes, dtype=object)
    for index, value in zip(np.ndindex(*problem.kernel_sizes), values, strict=True):
        grid[index] = value
    return grid
