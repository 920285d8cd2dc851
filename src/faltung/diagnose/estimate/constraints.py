"""What a kernel may be asked to be: equal to its reversal, its negative, symmetric along every axis, or a product of one vector an axis."""

from dataclasses import replace
from itertools import product
from typing import Any, Literal, get_args

import numpy as np

from faltung.diagnose.estimate.solve import Equations, Fit, Rows, root_mean_square
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]
Symmetric = Literal["even", "odd", "each_axis"]
ROUNDS = 200


def basis(sizes: tuple[int, ...], symmetric: str | None, *, offset: bool) -> Array:
    """Return the matrix (taps and offset, unknowns) whose columns are what may be combined.

    Raises
    ------
    SpecError
        For another word than even, odd, each_axis.
    """
    if symmetric is not None and symmetric not in get_args(Symmetric):
        raise SpecError(f"symmetric is {symmetric!r}; it must be one of {', '.join(get_args(Symmetric))}, or None")
    taps = int(np.prod(sizes))
    groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for flat, index in enumerate(product(*map(range, sizes))):
        other = tuple(size - 1 - i for i, size in zip(index, sizes, strict=True))
        if symmetric is None:
            groups[index] = [(flat, 1)]
        elif symmetric == "each_axis":
            groups.setdefault(tuple(min(i, j) for i, j in zip(index, other, strict=True)), []).append((flat, 1))
        elif index <= other and not (symmetric == "odd" and index == other):
            partner = int(np.ravel_multi_index(other, sizes))
            sign = 1 if symmetric == "even" else -1
            groups[index] = [(flat, 1)] if partner == flat else [(flat, 1), (partner, sign)]
    found = np.zeros((taps + 1, len(groups) + offset))
    for column, members in enumerate(groups.values()):
        for flat, sign in members:
            found[flat, column] = sign
    if offset:
        found[taps, -1] = 1
    return found


def separable(found: Equations, sizes: tuple[int, ...], free: Fit, rows: Rows, floor: float) -> Fit:
    """Return the best product of one vector an axis, from a fit without this constraint, whose offset is kept.

    Each vector in turn is the least-squares solution for the others (alternating least squares), from the leading singular vectors; the
    error bars are those of the tangent space there.
    """
    taps, offset = free.values.size - 1, free.values[-1]
    gram, right = found.gram[:taps, :taps], found.right[:taps] - found.gram[:taps, taps] * offset
    vectors = _leading(free.values[:taps].reshape(sizes))
    for _ in range(ROUNDS):
        before = _product(vectors)
        for axis in range(len(sizes)):
            frame = _frame(vectors, axis, sizes)
            vectors[axis] = np.linalg.lstsq(frame.conj().T @ gram @ frame, frame.conj().T @ right, rcond=1e-12)[0]
        if np.abs(_product(vectors) - before).max() <= 1e-13 * np.abs(before).max():
            break
    tangent = np.concatenate([_frame(vectors, axis, sizes) for axis in range(len(sizes))], axis=1)
    values = np.append(_product(vectors).ravel(), offset)
    residual = root_mean_square(rows, values)
    unknowns = sum(sizes) - len(sizes) + 1
    variance = max(residual**2 * found.count / max(found.count - unknowns, 1), floor**2)
    covariance = np.zeros_like(free.covariance)
    inverse = np.linalg.pinv(tangent.conj().T @ gram @ tangent, rcond=1e-11, hermitian=True)
    covariance[:taps, :taps] = variance * tangent @ inverse @ tangent.conj().T
    covariance[taps, taps] = free.covariance[taps, taps]
    return replace(free, values=values, covariance=covariance, residual=residual, shrunk=0.0)


def _leading(k: Array) -> list[Array]:
    vectors = []
    for axis in range(k.ndim):
        unfolded = np.moveaxis(k, axis, 0).reshape(k.shape[axis], -1)
        u, s, _ = np.linalg.svd(unfolded, full_matrices=False)
        vectors.append(u[:, 0] * s[0] ** (1 / k.ndim))
    return vectors


def _product(vectors: list[Array]) -> Array:
    found = vectors[0]
    for vector in vectors[1:]:
        found = np.multiply.outer(found, vector)
    return found


def _frame(vectors: list[Array], axis: int, sizes: tuple[int, ...]) -> Array:
    """Return the matrix (taps, K of the axis) that makes a kernel of this axis' vector, the others being fixed."""
    columns = []
    for i in range(sizes[axis]):
        unit = np.zeros(sizes[axis])
        unit[i] = 1
        columns.append(_product([*vectors[:axis], unit, *vectors[axis + 1 :]]).ravel())
    return np.stack(columns, axis=1)
