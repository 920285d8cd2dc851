"""A forward function that no Spec says: its matrix, from impulses at a small size, and whether the gradients are that matrix's adjoint."""

from typing import Any

import numpy as np

from faltung.diagnose.layers.calling import Layer, ask_forward
from faltung.diagnose.layers.scene import Scene
from faltung.diagnose.probing.data import tolerance

Array = np.ndarray[Any, Any]


class NotLinearError(Exception):
    """The forward function has no matrix; the message says why."""


def adjoint_by_impulses(layer: Layer, scene: Scene, name: str) -> Array:
    """Return the exact gradient of the operand `name` (x, w or b), or raise with the reason why there is none.

    Every column of the matrix is an impulse's answer, less that of zeros; the matrix is then compared with the function on the operands
    of the case.
    """
    operands, given = scene.operands, scene.operands[name]
    start = _answer(layer, scene, {**operands, name: np.zeros_like(given)})
    columns = []
    for index in range(given.size):
        impulse = np.zeros(given.size, given.dtype)
        impulse[index] = 1
        columns.append((_answer(layer, scene, {**operands, name: impulse.reshape(given.shape)}) - start).ravel())
    matrix = np.stack(columns, axis=1)
    for sign in (1, -1):  # max(y, 0) is linear wherever all of y is positive
        seen = _answer(layer, scene, {**operands, name: sign * given})
        predicted = (matrix @ (sign * given).ravel()).reshape(seen.shape) + start
        if not np.all(np.abs(seen - predicted) <= tolerance(seen, float(np.abs(predicted).max(initial=1)))):
            raise NotLinearError(
                f"the forward function is not linear in {name}: its answer to an operand is not the sum of those to impulses"
            )
    return np.asarray((np.conj(matrix).T @ scene.g.ravel()).reshape(given.shape))


def _answer(layer: Layer, scene: Scene, operands: dict[str, Array]) -> Array:
    outcome = ask_forward(layer, operands, scene.settings)
    if outcome.said:
        raise NotLinearError(f"the forward function: {outcome.said}")
    return outcome.values["y"]
