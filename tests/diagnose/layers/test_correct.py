"""Layers that are right are not accused: NumPy and SciPy code in five styles, with random conventions."""

import numpy as np
import pytest
from diagnose.layers.handmade import STYLES, Recipe, draw

import faltung as ft


def accused(seeds):
    """Return the reports that do not say that a layer is right, and how many cases were compared in the others."""
    bad, cases = [], 0
    for seed in seeds:
        forward, backward, recipe = draw(np.random.default_rng(seed))
        report = ft.check_layer(forward, backward)
        cases += report.cases
        if report.correct is not True or not report.convention:
            bad.append((seed, recipe, str(report)))
    return bad, cases


def test_no_accusation():
    bad, cases = accused(range(40))
    assert bad == []
    assert cases > 80


@pytest.mark.slow
def test_no_accusation_in_a_thousand_layers():
    bad, cases = accused(range(1000))
    assert bad == []
    assert cases > 2500


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "int64"])
@pytest.mark.parametrize("style", STYLES)
def test_dtypes(style, dtype):
    forward, backward = STYLES[style](Recipe(stride=(2, 1), pads=((1, 0), (1, 1)), dilation=(1, 1)))
    report = ft.check_layer(lambda x, w: forward(x, w), backward, dtype=dtype)
    said = report.convention.partition(" layout")[0]
    assert (report.correct, said) == (True, "correlate pads=1:0,1:1 stride=2,1"), report
    assert "conj=none" in report.convention


def test_a_forward_that_conjugates_its_kernel():
    forward, backward = STYLES["taps"](Recipe(stride=(2, 1), pads=((1, 0), (1, 1)), dilation=(1, 1)))

    def back(g, x, w):
        dx, dw = backward(g, x, np.conj(w))
        return dx, np.conj(dw)

    report = ft.check_layer(lambda x, w: forward(x, np.conj(w)), back, dtype="complex128")
    assert report.correct is True
    assert "conj" not in report.convention  # a correlation conjugates its kernel, unless its notation says otherwise
    wrong = ft.check_layer(lambda x, w: forward(x, np.conj(w)), backward, dtype="complex128")
    said = ["w is conjugated, and nothing should be", "x is conjugated, and g should be"]
    assert [mistake.what for mistake in wrong.mistakes] == said


@pytest.mark.parametrize(("rank", "groups", "layout"), [(1, 1, "NCW,OIW->NCW"), (2, 2, "NCHW,OIHW->NCHW"), (3, 2, "NCDHW,OIDHW->NCDHW")])
def test_convention_is_read(rank, groups, layout):
    recipe = Recipe(stride=(2,) * rank, pads=((0, 0),) * rank, dilation=(1,) * rank, groups=groups)
    forward, backward = STYLES["taps"](recipe)
    report = ft.check_layer(lambda x, w: forward(x, w), backward)
    assert report.layout == layout
    spec = ft.parse(report.convention)
    assert (spec.operation, spec.mode, spec.stride, spec.groups.count) == ("correlate", "valid", (2,), groups)


def test_the_gradients_of_any_convention_of_ours_are_right():
    for notation in ("convolve same:low", "correlate same:high boundary=half_sample", "correlate same:low boundary=periodic stride=2"):
        spec = ft.parse(notation)

        def forward(x, w, spec=spec):
            return ft.run(spec, x, w)

        def backward(g, x, w, spec=spec):
            problem = ft.problem(spec, x.shape, w.shape)
            return ft.run(ft.adjoint(problem), g, w), ft.run(ft.adjoint(problem, "kernel"), x, g)

        report = ft.check_layer(forward, backward, layout="HW,HW->HW", spec=notation)
        assert report.correct is True, report
        assert ft.check_layer(forward, backward, spec=notation, dtype="complex128").correct is True
