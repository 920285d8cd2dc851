"""A single number as the result: the one output of a convention that has one, else a place in the result of a convention."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.judge import slack_of
from faltung.diagnose.explain.predict import predict
from faltung.errors import SpecError
from faltung.spec import BOUNDARIES, Spec
from faltung.spec.notation import default_conj

Array = np.ndarray[Any, Any]
MOST = 24
LARGEST = 1 << 22
"""Products of a convention up to which its whole result is computed to look for the number."""


def picked(x: Array, k: Array, y: Array) -> tuple[tuple[Explanation, ...], int]:
    """Return the explanations of a 0-d result, and how many conventions were looked at."""
    looked = 0
    for wanted_one in (True, False):
        found: list[Explanation] = []
        for spec in _specs(x, k):
            looked += 1
            found += _in_result(spec, x, k, y, wanted_one)
        found = found[:MOST] if not wanted_one else found
        if found:
            return tuple(found), looked
    return (), looked


def _in_result(spec: Spec, x: Array, k: Array, y: Array, wanted_one: bool) -> Iterator[Explanation]:
    """Yield where the number stands: with `wanted_one`, in results with a single output alone."""
    explanation = Explanation(spec=spec)
    single = all(n == m for n, m in zip(x.shape, k.shape, strict=True)) and spec.mode == "valid"
    if wanted_one != single or prod(x.shape) * k.size > LARGEST:
        return
    try:
        result = predict(explanation, x, k)
    except SpecError:
        return
    distance = slack_of(explanation, x, k, y).transform
    with np.errstate(invalid="ignore"):
        right = np.abs(result - y) <= distance
    places = [tuple(int(i) for i in place) for place in np.argwhere(right)]
    if spec.boundary != (("zero", "zero"),):  # inside, every law gives what zero gives
        places = [place for place in places if not _plain_too(explanation, place, x, k, y, distance)]
    for place in places[:2]:
        exact = bool(result[place] == y)
        yield replace(explanation, changes=(Change(place="result", name="pick", values=(place,)),), rounding_only=not exact)


def _plain_too(explanation: Explanation, place: tuple[int, ...], x: Array, k: Array, y: Array, distance: float) -> bool:
    plain = replace(explanation, spec=replace(explanation.spec, boundary=(("zero", "zero"),)))
    return bool(abs(predict(plain, x, k)[place] - y) <= distance)


def _specs(x: Array, k: Array) -> Iterator[Spec]:
    """Yield conventions: how the kernel lies, which outputs exist, what is outside; a valid result with one output first."""
    rank = x.ndim
    orders: list[Any] = [None, *list(permutations(range(rank)))[1:]] if 2 <= rank <= 3 else [None]
    reversals = sorted(product((False, True), repeat=rank), key=lambda flags: (len(set(flags)) > 1, not all(flags)))
    for mode, law in (("valid", "zero"), ("same", "zero"), *(("same", law) for law in BOUNDARIES if law not in ("zero", "constant"))):
        for order, flags in product(orders, reversals):
            if law != "zero" and (order is not None or len(set(flags)) > 1):
                continue
            operation = "convolve" if all(flags) else "correlate"
            own = None if len(set(flags)) == 1 else flags
            fields: dict[str, Any] = {"operation": operation, "mode": mode, "boundary": ((law, law),), "permute": order, "reversal": own}
            yield Spec(**fields, conj=default_conj(operation))
