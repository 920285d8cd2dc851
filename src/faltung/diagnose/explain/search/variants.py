"""The kernels in window order that a stored kernel may mean, and the steps that the sizes allow."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations, product
from typing import Any, Literal

import numpy as np

from faltung.diagnose.explain.hypothesis import Naming
from faltung.diagnose.explain.space import Arrangement

Array = np.ndarray[Any, Any]
MOST_STRIDE, MOST_DILATION, MOST_SPREAD = 8, 6, 6
FEW_MIXED = 3
MOST_STEPS = 48
"""Combinations of steps over the axes that are looked at, those with the fewest deviations first."""
Step = tuple[int, int, int]
"""(stride, dilation, spread) of an axis."""
Wanted = Literal["fewest", "worded", "mixed", "any", "unit"]


def kernels(arrangement: Arrangement) -> Iterator[tuple[Array, str, tuple[Naming, ...]]]:
    """Yield every different kernel in window order, what is done to the input ("conj" or ""), and all its names."""
    rank = arrangement.rank
    seen: dict[Any, tuple[Array, list[Naming]]] = {}
    complex_kernel, complex_input = (a.dtype.kind == "c" for a in (arrangement.k, arrangement.x))
    conjs = ["none"] + ["kernel"] * complex_kernel + ["input"] * complex_input + ["both"] * (complex_kernel and complex_input)
    orders = [None, *list(permutations(range(rank)))[1:]] if arrangement.may_permute and rank <= 3 else [None]
    reversals = sorted(product((True, False), repeat=rank), key=_closeness)
    for conj, order, reversal in product(conjs if complex_kernel or complex_input else ["real"], orders, reversals):
        sizes = (arrangement.k.shape[2 + (order[a] if order else a)] for a in range(rank))
        if not all(reversal) and any(flag and size == 1 for flag, size in zip(reversal, sizes, strict=True)):
            continue
        w = arrangement.k if order is None else arrangement.k.transpose(0, 1, *(2 + a for a in order))
        w = np.ascontiguousarray(w[(..., *(slice(None, None, -1) if flag else slice(None) for flag in reversal))])
        w = np.conj(w) if conj in ("kernel", "both") else w
        key = (w.shape, w.tobytes(), conj in ("input", "both"))
        seen.setdefault(key, (w, []))[1].append(Naming(permute=order, reversal=reversal, conj=conj))
    for (_, _, of_input), (w, namings) in seen.items():
        yield w, "conj" if of_input else "", _fewest(namings)


def _closeness(reversal: tuple[bool, ...]) -> tuple[int, tuple[bool, ...]]:
    """All reversed, none reversed, then some."""
    return (0 if all(reversal) else 1 if not any(reversal) else 2), reversal


def _fewest(namings: list[Naming]) -> tuple[Naming, ...]:
    """Return the names without those of more deviations: a convolution and a correlation both stay, and what differs without them."""
    plain = [n for n in namings if n.permute is None]
    kept = plain or namings
    uniform = [n for n in kept if len(set(n.reversal)) == 1]
    return tuple(uniform or kept)


def steps(arrangement: Arrangement, taps: tuple[int, ...], wanted: Wanted) -> list[tuple[Step, ...]]:
    """Return the steps of all axes that the sizes allow, those with the fewest deviations first.

    `mixed`: only those under which some word for the extent (full, same, valid …) gives this size on every axis; `worded`: which are equal
    on all axes too, where that is possible; `fewest`: of these the ones with the fewest deviations; `unit`: no
    strides and dilations, whatever the size.
    """
    if wanted == "unit":
        return [((1, 1, 1),) * arrangement.rank]
    return _steps(tuple(zip(arrangement.x.shape[2:], taps, arrangement.y.shape[2:], strict=True)), wanted)


@lru_cache(maxsize=1024)
def _steps(shapes: tuple[tuple[int, int, int], ...], wanted: Wanted) -> list[tuple[Step, ...]]:
    worded = wanted != "any"
    own = [[step for step in _of_axis(n, k, m) if not worded or _has_word(step, n, k, m)] for n, k, m in shapes]
    if not all(own):
        return []
    found = {(step,) * len(own) for step in own[0] if all(step in others for others in own)}
    if wanted in ("mixed", "any") or not found:
        found |= set(product(*(each[:9] for each in own)))
    ordered = sorted(found, key=_deviations if wanted in ("fewest", "worded") else _smallness)[:MOST_STEPS]
    if wanted == "fewest" and not any(len(set(each)) == 1 for each in ordered):
        return ordered[:FEW_MIXED]
    return [each for each in ordered if wanted != "fewest" or _deviations(each)[:2] == _deviations(ordered[0])[:2]]


def _smallness(found: tuple[Step, ...]) -> tuple[Any, ...]:
    return sum(value - 1 for step in found for value in step), _deviations(found)


def _has_word(step: Step, n: int, k: int, m: int) -> bool:
    """Return whether full, same, valid, or a transposed convolution's full or same size is m."""
    stride, dilation, spread = step
    reach, length = dilation * (k - 1), spread * (n - 1) + 1
    rooms = {length + reach, length, length - reach, length + 2 * (reach // 2) - reach}
    if spread > 1:
        return length - reach - 2 <= m <= length + reach + spread
    return any((room - 1) // stride + 1 == m for room in rooms if room >= 1)


def _deviations(found: tuple[Step, ...]) -> tuple[Any, ...]:
    fields = sum(any(step[i] != 1 for step in found) for i in range(3))
    differing = sum(len({step[i] for step in found}) > 1 for i in range(3))
    return fields + differing, differing, found


@lru_cache(maxsize=1024)
def _of_axis(n: int, k: int, m: int) -> list[Step]:
    """Return the steps with which n samples and k taps can give m outputs without unlikely pads."""
    found = []
    for dilation, stride, spread in product(range(1, MOST_DILATION + 1), range(1, MOST_STRIDE + 1), range(1, MOST_SPREAD + 1)):
        if (k == 1 and dilation > 1) or (m == 1 and stride > 1) or (n == 1 and spread > 1) or (stride > 1 and spread > 1):
            continue
        reach = dilation * (k - 1)
        room = stride * (m - 1) + reach - spread * (n - 1)  # both pads together, as far as outputs need them
        if reach > 2 * spread * n + 8 and dilation > 1:
            continue
        lowest = -(n + reach) if stride == spread == 1 else -(2 * stride + reach + 3)
        if spread > 1:
            lowest = -reach - 2
        if lowest <= room <= 2 * reach + 4 * stride + spread + 1:
            found.append((stride, dilation, spread))
    return sorted(found, key=lambda step: (sum(s > 1 for s in step), max(step), step))
