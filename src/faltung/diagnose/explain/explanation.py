"""One explanation of a result: what was done to the operands, which convention joined them, what was done to the answer."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from faltung.spec import Spec

Array = np.ndarray[Any, Any]
Place = Literal["input", "kernel", "both", "result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that no Spec says, done to an array before or after the convolution.

    Parameters
    ----------
    place : {"input", "kernel", "both", "result"}
        What was changed.
    name : str
        Which change: a key of the literal table in `faltung.diagnose.explain.changes`.
    values : tuple
        Its parameters, hashable.
    cost : int
        How many deviations it counts: 1, with a continuous parameter 2.
    """

    place: Place
    name: str
    values: tuple[Any, ...] = ()
    cost: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A hypothesis on how (x, k) became y: the changes of place "input", "kernel" and "both", then the Spec, then those of the result.

    Parameters
    ----------
    spec : Spec
        The convention.
    changes : tuple of Change
        In the order in which they are done.
    axes : tuple of int or None
        Over which axes of the input the kernel slides; None: over all, or as the Spec's layout says.
    rounding_only : bool
        Whether the result is met up to the rounding of its dtype, and not bit for bit.
    """

    spec: Spec
    changes: tuple[Change, ...] = ()
    axes: tuple[int, ...] | None = None
    rounding_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A hypothesis that fails, with the outputs where it fails: `wrong` has the shape of the result."""

    explanation: Explanation
    wrong: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How many hypotheses one stage of the search looked at, and how many it left."""

    name: str
    looked_at: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search found: all explanations that fit, the best of those that fail (when none fits), and the stages."""

    found: tuple[Explanation, ...]
    near: tuple[Near, ...]
    stages: tuple[Stage, ...]
