"""What a layer does besides computing, and the ways in which it may be given."""

import numpy as np
import pytest
from diagnose.layers.handmade import STYLES, Recipe

import faltung as ft
from faltung.diagnose.layers import LayerReport
from faltung.diagnose.layers.roles import role_of
from faltung.errors import SpecError

RECIPE = Recipe(stride=(2, 1), pads=((1, 1), (1, 0)), dilation=(1, 1))
FORWARD, BACKWARD = STYLES["taps"](RECIPE)


def forward(x, w):
    return FORWARD(x, w)


def backward(g, x, w):
    return BACKWARD(g, x, w)


def with_cache(x, w, b):
    return FORWARD(x, w, b), (x, w, b)


def from_cache(dout, cache):
    return (*BACKWARD(dout, *cache[:2]), dout.sum((0, 2, 3)))


class Layer:
    def forward(self, x, w):
        self.x, self.w = x, w
        return FORWARD(x, w)

    def backward(self, grad):
        return BACKWARD(grad, self.x, self.w)


LAYER = Layer()


@pytest.mark.parametrize(
    ("first", "second", "options", "checked"),
    [
        (forward, backward, {}, ("dx", "dw")),
        (with_cache, from_cache, {}, ("dx", "dw", "db")),
        (LAYER.forward, LAYER.backward, {}, ("dx", "dw")),
        (forward, {"dx": lambda g, w, x: BACKWARD(g, x, w)[0], "dw": lambda x, dy, w: BACKWARD(dy, x, w)[1]}, {}, ("dx", "dw")),
        (forward, {"kernel": lambda g, x, w: BACKWARD(g, x, w)[1], "input": None}, {}, ("dw",)),
        (lambda p, q: FORWARD(q, p), lambda p, q, r: BACKWARD(r, q, p), {"forward_order": "w,x", "backward_order": "w,x,g"}, ("dx", "dw")),
        (forward, lambda g, x, w: dict(zip(("dw", "dx"), BACKWARD(g, x, w)[::-1], strict=True)), {}, ("dx", "dw")),
        (forward, lambda g, x, w: [*BACKWARD(g, x, w), None], {}, ("dx", "dw")),
        (forward, backward, {"shapes": [((1, 3, 14, 9), (4, 3, 3, 2))]}, ("dx", "dw")),
        (forward, backward, {"spec": "correlate pads=1:1,1:0 stride=2,1"}, ("dx", "dw")),
    ],
)  # fmt: skip
def test_layers_are_taken_as_they_are_written(first, second, options, checked):
    report = ft.check_layer(first, second, **options)
    assert report.correct is True, report
    assert sorted(report.checked) == sorted(checked)


def with_settings(x, w, stride=1, pad=0, dilation=1, groups=1):
    return STYLES["taps"](Recipe(stride=(stride,) * 2, pads=((pad,) * 2,) * 2, dilation=(dilation,) * 2, groups=groups))[0](x, w)


def back_with_settings(g, x, w, stride=1, pad=0, dilation=1, groups=1):
    return STYLES["taps"](Recipe(stride=(stride,) * 2, pads=((pad,) * 2,) * 2, dilation=(dilation,) * 2, groups=groups))[1](g, x, w)


def test_settings_are_varied():
    report = ft.check_layer(with_settings, back_with_settings)
    assert (report.correct, report.cases) == (True, 20), report
    report = ft.check_layer(with_settings, back_with_settings, settings=[{"pad": 2}])
    assert report.convention.startswith("correlate pads=2:2 ")

    def strided(g, x, w, stride=1, pad=0):
        return back_with_settings(g, x, w[:, :, ::-1, ::-1] if stride > 1 else w, stride, pad)

    wrong = ft.check_layer(with_settings, strided)
    assert [mistake.of for mistake in wrong.mistakes] == ["input"]
    assert wrong.failure.settings["stride"] > 1


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (lambda x, w: FORWARD(x, w) + np.random.default_rng().random(), backward, "forward answers the same operands differently"),
        (lambda x, w: np.maximum(FORWARD(x, w), 0), backward, "not decided: the forward function is not linear in x"),
        (forward, lambda g, x, w: None, "backward returns no gradient"),
        (forward, lambda g, x, w: 1 / 0, "backward raises ZeroDivisionError"),
        (forward, lambda g, x, w: (*BACKWARD(g, x, w), 1, 2), "backward returns no gradient: it returns 4 values"),
    ],
)
def test_what_else_goes_wrong_is_said(first, second, said):
    report = ft.check_layer(first, second)
    assert said in str(report).splitlines()[0], report
    assert report.correct is not True


def test_forward_that_changes_its_input():
    def careless(x, w):
        x -= 1
        return FORWARD(x + 1, w)

    report = ft.check_layer(careless, backward)
    assert [(mistake.of, mistake.what) for mistake in report.mistakes] == [("forward", "changes x (the input)")]


def test_forward_that_is_no_convolution_is_compared_by_its_matrix():
    factors = np.arange(1, 500)

    def local(x, w):
        y = FORWARD(x, w)
        return y * factors[: y[0].size].reshape(y.shape[1:])

    right = ft.check_layer(local, lambda g, x, w: BACKWARD(g * factors[: g[0].size].reshape(g.shape[1:]), x, w))
    assert right.correct is True, right
    assert (right.convention, right.checked) == ("", ("dx", "dw"))
    wrong = ft.check_layer(local, backward)
    assert [mistake.names for mistake in wrong.mistakes] == [(), ()]
    half = ft.check_layer(local, lambda g, x, w: [d / 2 for d in BACKWARD(g * factors[: g[0].size].reshape(g.shape[1:]), x, w)])
    assert [mistake.names for mistake in half.mistakes] == [("half",), ("half",)]


def test_forward_that_is_not_what_was_meant():
    report = ft.check_layer(forward, backward, spec="correlate valid stride=2,1")
    (mistake,) = report.mistakes
    assert (mistake.of, mistake.names) == ("forward", ("convention",))
    assert "pads=1:1,1:0 | valid" in mistake.what


def test_complex_operands_of_a_real_layer_are_a_note():
    def plain(g, x, w):
        return BACKWARD(g, x, w.conj())[0], BACKWARD(g, x.conj(), w)[1]

    report = ft.check_layer(forward, plain)
    assert report.correct is True
    assert "the transposes, as in jax.vjp: the conjugate is missing in dx, dw" in report.notes[-1]
    strict = ft.check_layer(forward, plain, dtype="complex128")
    assert [mistake.what for mistake in strict.mistakes] == ["the conjugate of w is missing", "the conjugate of x is missing"]


@pytest.mark.parametrize(
    ("first", "second", "options", "said"),
    [
        (None, backward, {}, "forward is NoneType"),
        (forward, None, {}, "backward is NoneType"),
        (forward, {"dy": backward}, {}, "keys dy"),
        (forward, backward, {"layout": "NCHW"}, "not of the form"),
        (forward, backward, {"layout": "NCHW,OIHW->CHW"}, "batch on one side"),
        (forward, backward, {"framework": "theano"}, "framework is 'theano'"),
        (forward, backward, {"dtype": "bool"}, "dtype bool"),
        (forward, backward, {"backward_order": "g,y,z"}, "order 'g,y,z'"),
        (forward, lambda a, c, d, e, f: None, {}, "needs 5 arguments"),
        (lambda x, w: 1 / 0, backward, {}, "ZeroDivisionError"),
        (lambda x, w: "done", backward, {}, "no array"),
        (forward, backward, {"spec": "float64[3] * float64[2] convolve"}, "has sizes"),
        ("numpy", "numpy:correlate", {}, "names no function"),
        ("no_such_module:f", "numpy:correlate", {}, "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'; --path"),
        (lambda x: x, "numpy:correlate", {}, "import both functions by name"),
    ],
)
def test_refusals(first, second, options, said):
    with pytest.raises(SpecError, match=said):
        ft.check_layer(first, second, **options)


MODULE = """
import time
import numpy as np
def forward(x, w):
    return np.correlate(x, w, "valid")
def backward(g, x, w):
    print("noise")
    return np.correlate(g, w, "full"), np.correlate(x, g, "valid")
def hangs(g, x, w):
    time.sleep(60)
def ends(g, x, w):
    import os
    os._exit(3)
"""


def test_layers_given_as_text_run_in_a_child_process(tmp_path):
    (tmp_path / "layer.py").write_text(MODULE)
    path = [str(tmp_path)]
    report = ft.check_layer("layer:forward", "layer:backward", layout="W,W->W", path=path)
    assert isinstance(report, LayerReport)
    assert [mistake.names for mistake in report.mistakes] == [("reversal",)]
    assert report.failure.found.shape == report.failure.expected.shape
    with pytest.raises(SpecError, match=r"ended without a report \(exit status 3\)"):
        ft.check_layer("layer:forward", "layer:ends", layout="W,W->W", path=path)
    with pytest.raises(SpecError, match="no report within 3 s"):
        ft.check_layer("layer:forward", "layer:hangs", layout="W,W->W", path=path, limit=3)


def test_names_of_parameters():
    assert [role_of(name) for name in ("dout", "X", "weights", "bias", "cache", "stride")] == ["g", "x", "w", "b", "cache", None]


@pytest.mark.parametrize("seed", range(6))
def test_outputs_that_happen_to_be_positive_prove_no_linearity(seed):
    def rectified(x, w):
        return np.maximum(np.correlate(x, w, "valid"), 0)

    def back(g, x, w):
        return np.convolve(g, w), np.correlate(x, g, "valid")

    assert ft.check_layer(rectified, back, layout="W,W->W", shapes=[((3,), (2,))], seed=seed).correct is None
