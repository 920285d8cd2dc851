"""torch and JAX layers: autograd is never accused, and mistakes are named as in NumPy."""

import numpy as np
import pytest
from peers import peer

import faltung as ft

pytestmark = pytest.mark.heavy


def torch_layer(**settings):
    torch = peer("torch")
    conv = torch.nn.functional.conv2d

    def forward(x, w, b):
        return conv(x, w, b, **settings)

    def backward(g, x, w, b):
        given = [a.clone().requires_grad_() for a in (x, w, b)]
        return torch.autograd.grad(conv(*given, **settings), given, g)

    return forward, backward


def random_settings(rng):
    return {"stride": tuple(map(int, rng.integers(1, 4, 2))), "padding": tuple(map(int, rng.integers(0, 2, 2))),
            "dilation": tuple(map(int, rng.integers(1, 3, 2))), "groups": int(rng.choice([1, 1, 2]))}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_autograd_of_torch_is_not_accused(dtype):
    for seed in range(12):
        settings = random_settings(np.random.default_rng(seed))
        report = ft.check_layer(*torch_layer(**settings), dtype=dtype, framework="torch")
        assert report.correct is True, (settings, report)
        assert report.checked == ("dx", "dw", "db")


def test_torch_is_found_where_it_is_imported():
    report = ft.check_layer(*torch_layer(stride=2))
    assert report.correct is True
    assert "stride=2" in report.convention


def test_mistakes_in_torch():
    torch = peer("torch")
    f = torch.nn.functional

    def forward(x, w):
        return f.conv2d(x, w, stride=2, padding=1)

    def dw(g, x, w):
        return torch.nn.grad.conv2d_weight(x, w.shape, g, stride=2, padding=1)

    def backward_without_output_padding(g, x, w):
        return f.conv_transpose2d(g, w, stride=2, padding=1), dw(g, x, w)

    def backward_flipped(g, x, w):
        return torch.nn.grad.conv2d_input(x.shape, w.flip(2, 3), g, stride=2, padding=1), dw(g, x, w) / len(x)

    report = ft.check_layer(forward, backward_without_output_padding, framework="torch")
    (mistake,) = report.mistakes
    assert "last samples are missing" in mistake.what
    report = ft.check_layer(forward, backward_flipped, framework="torch")
    assert [mistake.names for mistake in report.mistakes] == [("reversal",), ("batch mean",)]


def test_transposed_convolution_of_torch():
    torch = peer("torch")
    f = torch.nn.functional

    def forward(x, w):
        return f.conv_transpose2d(x, w, stride=2, padding=1)

    def backward(g, x, w):
        given = [a.clone().requires_grad_() for a in (x, w)]
        return torch.autograd.grad(forward(*given), given, g)

    report = ft.check_layer(forward, backward, framework="torch")
    assert report.correct is True, report
    assert report.convention.startswith("convolve_transpose")
    assert report.layout == "NCHW,IOHW->NCHW"
    reversed_too = ft.check_layer(forward, lambda g, x, w: (backward(g, x, w.flip(2, 3))[0], backward(g, x, w)[1]), framework="torch")
    assert [mistake.of for mistake in reversed_too.mistakes] == ["input"]


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_vjp_of_jax_is_not_accused(dtype):
    jax = peer("jax")

    def forward(x, w):
        return jax.lax.conv_general_dilated(x, w, (2, 1), ((1, 0), (1, 1)), rhs_dilation=(1, 2))

    def backward(g, x, w):
        return jax.vjp(forward, x, w)[1](g)

    report = ft.check_layer(forward, backward, dtype=dtype, framework="jax", layout="NCHW,OIHW->NCHW")
    assert report.correct is True, report

    def negative(g, x, w):
        dx, dw = backward(g, x, w)
        return dx, -dw

    wrong = ft.check_layer(forward, negative, framework="jax")
    assert [mistake.names for mistake in wrong.mistakes] == [("sign",)]
