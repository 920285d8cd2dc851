"""What an Explanation says the result is: the changes of the operands, the convention, the changes of the result."""

from typing import Any

import numpy as np

from faltung.diagnose.explain.changes import apply, finished
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.engine import compute
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]


def predict(explanation: Explanation, x: Any, k: Any) -> Array:
    """Return the result that an explanation says (x, k) has.

    Parameters
    ----------
    explanation : Explanation
        Changes, convention and axes.
    x, k : array_like
        The operands, as they were given.

    Returns
    -------
    ndarray
        0-d where a single output was picked.

    Raises
    ------
    SpecError
        When the convention does not go with these shapes.

    Examples
    --------
    >>> predict(Explanation(spec=ft.parse("convolve valid")), [1, 2, 3], [10, 1]).tolist()
    [21, 32]
    """
    data, kernel = changed_operands(explanation.changes, np.asarray(x), np.asarray(k))
    answer = compute(explanation.spec, data, kernel, axes=explanation.axes)
    try:
        return np.asarray(finished(explanation.changes, np.asarray(answer), data))
    except (ValueError, IndexError) as error:
        done = "; ".join(f"{change.name} {change.values}" for change in explanation.changes if change.place == "result")
        raise SpecError(f"the changes {done} do not go with a result of shape {answer.shape}: {error}") from None


def changed_operands(changes: tuple[Change, ...], x: Array, k: Array) -> tuple[Array, Array]:
    """Return both operands with the changes of place "input", "kernel" and "both" done, in their order."""
    for change in changes:
        try:
            if change.place in ("input", "both"):
                x = apply(change, x)
            if change.place in ("kernel", "both"):
                k = apply(change, k)
        except (ValueError, IndexError) as error:
            shapes = f"an input of shape {x.shape} and a kernel of shape {k.shape}"
            raise SpecError(f"the change {change.name} {change.values} does not go with {shapes}: {error}") from None
    return x, k
