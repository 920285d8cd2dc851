"""The lines that a report calls right are right: they are run, and give the gradients exactly."""

import numpy as np
import pytest
import scipy.signal
from diagnose.layers.handmade import draw

import faltung as ft
from faltung.diagnose.layers.calling import layer_of
from faltung.diagnose.layers.right import line, numpy_lines
from faltung.diagnose.layers.right_scipy import scipy_lines
from faltung.diagnose.layers.settle import Options, scenes, settle


def cases(seeds):
    for seed in seeds:
        forward, backward, _ = draw(np.random.default_rng(seed))
        layer = layer_of(forward, backward, None, None)
        for scene in scenes(layer, settle(layer, Options(seed=seed)), Options(seed=seed))[0]:
            yield scene, backward


def whole(scene):
    """Return the operands as whole numbers: every method then gives the same."""
    return {name: (2 * array).astype(int) for name, array in (("g", scene.g), ("x", scene.x), ("w", scene.w))}


def ways(scene, kind):
    return (("faltung", line(scene, kind)), ("numpy", numpy_lines(scene, kind)), ("scipy", scipy_lines(scene, kind)))


def run_and_compare(seeds):
    ran = {"faltung": 0, "numpy": 0, "scipy": 0, "none": 0}
    for scene, backward in cases(seeds):
        given = whole(scene)
        right = backward(given["g"], given["x"], given["w"], *([scene.b] if scene.b is not None else []))
        for kind, name, expected in zip(("input", "kernel", "bias"), ("dx", "dw", "db"), right, strict=False):
            for way, text in ways(scene, kind):
                if not text:
                    ran["none"] += way == "numpy"
                    continue
                names = {"np": np, "ft": ft, "scipy": scipy, **given}
                exec(text, names)
                assert names[name].shape == expected.shape, text
                assert (names[name] == expected).all(), text
                ran[way] += 1
    return ran


def test_right_lines_are_right():
    ran = run_and_compare(range(12))
    assert ran["faltung"] > 50
    assert ran["scipy"] > 10
    assert ran["none"] < ran["numpy"] / 2


@pytest.mark.slow
def test_many_right_lines_are_right():
    ran = run_and_compare(range(100, 250))
    assert ran["faltung"] > 500
    assert ran["scipy"] > 100
    assert ran["none"] < ran["numpy"] / 2


def test_a_complex_line_conjugates():
    report = ft.check_layer(
        lambda x, w: np.convolve(x, w), lambda g, x, w: (np.correlate(g, w.conj(), "valid"), np.correlate(g, x, "valid")),
        layout="W,W->W", dtype="complex128",
    )  # fmt: skip
    (mistake,) = report.mistakes
    assert mistake.what == "the conjugate of w is missing"
    for text in (mistake.plain, mistake.scipy):
        names = {"np": np, "ft": ft, "scipy": scipy, **report.failure.operands}
        exec(text, names)
        assert (names["dx"] == report.failure.expected).all()
    assert mistake.scipy == "padded = scipy.signal.correlate(g, w, 'full', method='direct')\ndx = padded[1:5]"
    assert "dx = ft.run(ft.adjoint(" in mistake.right
