"""A method that is not asked could not have been chosen: its least is not above its cost, and the choice is that of asking all."""

import random

import pytest

from faltung.engine.planner import _asked, choose
from faltung.methods import METHODS
from faltung.spec.case import Case
from faltung.spec.window import Window


def drawn(seed):
    """Return a Case of one to three axes, of any size that still fits a minute of work."""
    draw = random.Random(seed)
    rank = draw.choice([1, 2, 2, 2, 3])
    sizes = tuple(int(10 ** draw.uniform(0.5, {1: 6, 2: 3.6, 3: 2.2}[rank])) for _ in range(rank))
    kernel = tuple(max(1, min(n, int(10 ** draw.uniform(0, {1: 3, 2: 1.8, 3: 1}[rank])))) for n in sizes)
    stride = draw.choice([1, 1, 1, 2, 3])
    law = draw.choice(["zero", "half_sample", "constant"])
    windows = tuple(Window(stride=stride, pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=law, boundary_high=law) for k in kernel)
    dtype = draw.choice(["float32", "float32", "float64", "complex64", "int64"])
    return Case(windows=windows, input_sizes=sizes, kernel_sizes=kernel, dtype=dtype, batch=draw.choice([1, 1, 5]))


@pytest.mark.parametrize("seed", range(60))
def test_no_method_costs_less_than_its_least(seed):
    case = drawn(seed)
    for method in METHODS:
        if method.refuses(case) is None:
            assert method.least(case) <= method.cost(case).seconds


@pytest.mark.parametrize("seed", range(60))
def test_the_choice_is_that_of_asking_all(seed):
    case = drawn(seed)
    costs = {method.name: found.seconds for method in METHODS if not isinstance(found := _asked(method, case, "auto", None), str)}
    assert choose(case).method.name == min(costs, key=lambda name: costs[name])
