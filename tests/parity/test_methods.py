"""Every method against the reference: exactly on integers, whatever the dtype; transforms within their stated bound."""

import random

import numpy as np
import pytest
from parity.grid import CHANNELS, SWAPS, lines_1d, lines_nd, operands, problems

from faltung.engine import compute
from faltung.engine.route import route
from faltung.methods.bounds import error_bound
from faltung.reference import reference
from faltung.spec import Problem, parse

RNG = np.random.default_rng(20261120)
LINES = random.Random(7).sample(lines_1d(), 500) + random.Random(8).sample(lines_nd()[: -len(CHANNELS + SWAPS)], 300) + [*CHANNELS, *SWAPS]


def same_values(problem: Problem, method: str) -> None:
    x, k = operands(problem, RNG)
    want = reference(problem, x.astype(object), k.astype(object))
    got = compute(problem.spec, x, k, method=method)
    assert got.shape == problem.output_shape == want.shape
    assert (got == want).all(), f"{problem} by {method}\nx = {x.tolist()}\nk = {k.tolist()}\ngot {got.tolist()}\nnot {want.tolist()}"


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex64", "object", "longdouble", "clongdouble"])
def test_shift(dtype: str) -> None:
    for problem in problems(LINES, dtype):
        same_values(problem, "shift")


@pytest.mark.compiled
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_direct(dtype: str) -> None:
    found = [p for p in problems(LINES, dtype) if p.spec.layout is None]
    assert len(found) > 1000
    for problem in found:
        same_values(problem, "direct")


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "longdouble"])
def test_fourier_within_its_bound(dtype: str) -> None:
    for problem in problems(LINES, dtype):
        x, k = operands(problem, RNG)
        want = reference(problem, x.astype(object), k.astype(object)).astype("complex128")
        got = compute(problem.spec, x, k, method="fourier")
        way = route(problem.spec, x.shape, k.shape, dtype, dtype, None, "fourier", None)
        folds = np.prod([max(1, (w.fold is not None) * 8) for w in problem.windows])  # a fold adds up to 8 outputs here
        bound = error_bound(way.case, "fourier") * np.abs(k if not way.exchanged else x).sum() * 6 * folds
        assert np.abs(got - want).max() <= bound, str(problem)


@pytest.mark.parametrize("method", ["shift", "fourier", pytest.param("direct", marks=pytest.mark.compiled)])
def test_random_floats_stay_within_the_bound(method: str) -> None:
    dtype = "float32"
    for line in random.Random(3).sample(LINES[:700], 120):
        for problem in problems([line], dtype, with_adjoints=False):
            x = RNG.standard_normal(problem.input_shape).astype(dtype)
            k = RNG.standard_normal(problem.kernel_shape).astype(dtype)
            way = route(problem.spec, x.shape, k.shape, dtype, dtype, None, "auto", None)
            want = compute(problem.spec, x.astype("float64"), k.astype("float64"), method="shift")
            got = compute(problem.spec, x, k, method=method)
            fill = max((abs(f) for pair in problem.spec.fill for f in pair), default=0)
            bound = error_bound(way.case, method) * np.abs(k).sum() * max(np.abs(x).max(), fill)
            assert np.abs(got - want).max() <= bound + 1e-12, str(problem)


@pytest.mark.parametrize("method", ["shift", pytest.param("direct", marks=pytest.mark.compiled)])
def test_window_order(method: str) -> None:
    """Reversing the stored kernel and toggling the reversal changes no bit."""
    for _ in range(40):
        x, k = RNG.standard_normal((23, 37)).astype("float32"), RNG.standard_normal((4, 7)).astype("float32")
        convolve, correlate = (parse(f"{operation} same:low") for operation in ("convolve", "correlate"))
        a, b = compute(convolve, x, k, method=method), compute(correlate, x, k[::-1, ::-1], method=method)
        assert np.array_equal(a.view("uint32"), b.view("uint32"))
