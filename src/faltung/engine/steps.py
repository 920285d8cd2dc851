"""Which steps of a Spec are to be taken, seen before anything is computed; `finish` takes those behind the sums."""

from faltung.errors import SpecError
from faltung.spec.numbers import is_exact
from faltung.spec.problem import Problem


def needs_finish(problem: Problem, sum_dtype: str) -> bool:
    """Return whether anything is left to do once the sums stand in `sum_dtype`."""
    spec = problem.spec
    plain = spec.scale == 1 and spec.offset == 0 and spec.frame == "computed" and spec.product == "multiply"
    return not plain or problem.dtype != sum_dtype


def check_dtypes(problem: Problem) -> None:
    """Refuse dtypes that cannot hold the result's kind, before anything is computed."""
    if problem.spec.product == "or_and" and not (is_exact(problem.input_dtype) and is_exact(problem.kernel_dtype)):
        raise SpecError(f"product=or_and is for booleans, not for {problem.input_dtype} and {problem.kernel_dtype}")
