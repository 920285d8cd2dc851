"""Every mistake of the table is named, and nothing else is said; so are most mistakes put into random layers."""

import numpy as np
import pytest
from diagnose.layers.handmade import draw
from diagnose.layers.injected import KINDS
from diagnose.layers.mistakes_table import CASES

import faltung as ft

SHARE = 0.95


def named(report, said):
    """Return whether the report holds these mistakes and no others."""
    found = [(mistake.of, " | ".join((mistake.what, *mistake.also))) for mistake in report.mistakes]
    return len(found) == len(said) and all(any(of == kind and part in text for kind, text in found) for of, part in said)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mistake_of_the_table_is_named(case):
    report = ft.check_layer(case.forward, case.backward, **case.options)
    assert report.correct is False
    assert named(report, case.said), report
    assert all(mistake.remedy for mistake in report.mistakes if mistake.names != ("raises",))


def test_the_table_is_long_and_its_names_are_many():
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({part for case in CASES for part in case.said}) >= 40


def injected(seed):
    """Return the report on a random layer with a random mistake and what it should say; None where the mistake changes nothing there."""
    rng = np.random.default_rng(seed)
    forward, backward, recipe = draw(rng)
    wrong = KINDS[int(rng.integers(len(KINDS)))](backward, recipe, recipe.last)
    return None if wrong is None else (ft.check_layer(forward, wrong[0]), wrong[1:])


def share(seeds):
    """Return how many of the mistakes put into random layers are named, out of how many; the others are printed."""
    results = [found for seed in seeds if (found := injected(seed)) is not None]
    assert all(report.correct is False for report, _ in results)
    good = [bool(named(report, [said]) and report.mistakes[0].names) for report, said in results]
    print(f"{sum(good)} of {len(good)} mistakes put into random layers are named")
    print(*(f"{said}: {report}" for (report, said), ok in zip(results, good, strict=True) if not ok), sep="\n\n")
    return sum(good), len(good)


def test_mistakes_in_random_layers_are_named():
    good, total = share(range(20))
    assert total > 10
    assert good >= SHARE * total


@pytest.mark.slow
def test_mistakes_in_many_random_layers_are_named():
    good, total = share(range(1000, 1400))
    assert total > 300
    assert good >= SHARE * total


def test_mistakes_of_two_gradients_and_the_bias_are_all_told():
    case = next(case for case in CASES if case.name == "two gradients")
    report = ft.check_layer(
        lambda x, w, b: case.forward(x, w) + b.reshape(-1, 1, 1), lambda g, x, w, b: (*case.backward(g, x, w), g.mean((0, 2, 3)))
    )
    assert [mistake.of for mistake in report.mistakes] == ["input", "kernel", "bias"]
    assert named(report, [*case.said, ("bias", "mean over batch and positions")])


def test_what_has_no_name_is_told_with_its_place():
    case = next(case for case in CASES if case.name == "sign")

    def odd(g, x, w):
        dx, dw = case.backward(g, x, w)
        dx[:, :, 0] += 1
        return dx, -dw

    report = ft.check_layer(case.forward, odd)
    (mistake,) = report.mistakes
    assert mistake.of == "input"
    assert mistake.names == ()
    assert "no mistake of the table" in mistake.what
    assert "on axis H only at 0" in mistake.where
    assert "np.einsum" in mistake.plain
