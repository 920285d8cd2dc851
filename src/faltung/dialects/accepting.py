"""Whether a library takes operands of these sizes at all: a rank or a size that it refuses is no translation."""

from itertools import product

import numpy as np

from faltung.dialects.record import Dialect, complete, read_with
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec

DTYPES = ("float32", "float64", "uint8")
LARGEST = 2**20  # samples of a stand-in; larger ones are cut to few, which no rule about sizes minds


def refusal(dialect: Dialect, spec: Spec, rank: int | None, x_sizes: tuple[int, ...] | None, k_sizes: tuple[int, ...] | None) -> str | None:
    """Return why a library refuses operands of these sizes, whatever their dtype, or None; unknown sizes are ones that few refuse."""
    if dialect.says is not None or rank is None:
        return None
    x_shape, k_shape = x_sizes or (16,) * rank, k_sizes or (3,) * rank
    if np.prod(x_shape, dtype=float) > LARGEST or np.prod(k_shape, dtype=float) > LARGEST:
        return None
    reasons = []
    for dtype, arguments in product(DTYPES, ({}, *dialect.offers(spec))):
        x, k = np.zeros(x_shape, dtype), np.ones(k_shape, dtype)
        facts = {"x_shape": x_shape, "k_shape": k_shape, "x_dtype": dtype, "k_dtype": dtype, **arguments}
        try:
            read_with(dialect, facts)
            if dialect.prepares is not None:
                dialect.prepares(x, k, complete(dialect, facts))
        except (DialectError, SpecError) as error:
            reasons.append(str(error))
        else:
            return None
    return reasons[0]
