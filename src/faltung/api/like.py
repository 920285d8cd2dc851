"""Another library's function, computed here: the same values, shape and dtype, and the same refusals."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.dialects import DIALECTS, Dialect
from faltung.dialects.names import no_dialect
from faltung.dialects.record import ShapesNeededError, complete, read_with
from faltung.engine import compute
from faltung.engine.operands import dtype_name
from faltung.errors import DialectError
from faltung.spec import Spec

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Like:
    """A function of another library with its arguments; call it with data first, kernel second."""

    dialect: Dialect
    arguments: dict[str, Any]

    def spec(self, x: Any, k: Any) -> Spec:
        """Return the Spec for these operands."""
        return read_with(self.dialect, self._facts(*self._prepared(np.asarray(x), np.asarray(k))))

    def __call__(self, x: Any, k: Any) -> Array:
        """Return what the library's function returns for this input and kernel."""
        data, kernel = np.asarray(x), np.asarray(k)
        inner, weights = self._prepared(data, kernel)
        facts = complete(self.dialect, self._facts(inner, weights))
        axes = self.dialect.sliding(facts) if self.dialect.sliding else None
        spec = self.dialect.reads(facts)
        if axes is None and spec.layout is None and self.dialect.prepares is None:
            self._check_axes(inner)
        answer = compute(spec, inner, weights, axes=axes)
        return answer if self.dialect.finishes is None else self.dialect.finishes(answer, data, kernel, facts)

    def _check_axes(self, x: Any) -> None:
        wanted = self.dialect.axes
        if wanted not in (None, np.ndim(x)):
            raise DialectError(f"{self.dialect.function} has {wanted} axes, but the input has {np.ndim(x)} {np.shape(x)}")

    def _prepared(self, x: Array, k: Array) -> tuple[Any, Any]:
        return (x, k) if self.dialect.prepares is None else self.dialect.prepares(x, k, complete(self.dialect, self._facts(x, k)))

    def _facts(self, x: Array, k: Array) -> dict[str, Any]:
        dtypes = {"x_dtype": _name(x), "k_dtype": _name(k)}
        return {**dtypes, "x_shape": np.shape(x), "k_shape": np.shape(k), **self.arguments}


def like(function: str, /, **arguments: Any) -> Like:
    """Return another library's function as one of ours: data first, kernel second; its values, shape and dtype; refusing where it refuses.

    Parameters
    ----------
    function : str
        Dotted name, as in ``"scipy.ndimage.correlate"``; `faltung.dialects.DIALECTS` lists them.
    **arguments
        Those behind the two operands, as the library takes them; its defaults stand for the rest. ``bugs=True`` imitates known bugs too.

    Returns
    -------
    Like
        A callable of (x, k). The library itself is never imported.

    Raises
    ------
    DialectError
        For an unknown function, an argument it does not have, or a value it refuses; when called, for operands it refuses.

    Examples
    --------
    >>> ft.like("scipy.ndimage.correlate", mode="mirror")([2, 8, 0, 4], [1, 3, 1])
    array([22, 26, 12, 12])
    >>> ft.like("numpy.correlate")([1, 2, 3], [0, 1, 2])
    array([8])
    """
    if function not in DIALECTS:
        raise no_dialect(function, DIALECTS)
    dialect = DIALECTS[function]
    if not arguments.keys() & {"x_dtype", "k_dtype", "x_shape", "k_shape"}:
        with suppress(ShapesNeededError):
            read_with(dialect, arguments)  # refuse wrong arguments now, not at the first call
    return Like(dialect=dialect, arguments=dict(arguments))


def _name(array: Array) -> str:
    try:
        return dtype_name(array)
    except KeyError:
        raise DialectError(f"operands of dtype {array.dtype} cannot be multiplied and summed") from None
