"""The dialects of scipy.signal.lfilter and upfirdn mean what SciPy computes, are written again, and refuse what is no convolution."""

from itertools import product

import numpy as np
import pytest
import scipy
from dialects.comparing import Tally, image, positive
from dialects.operands import operand
from scipy import signal

import faltung as ft
from faltung.dialects import Call, Refusal, read, write
from faltung.errors import DialectError

UP_MODES = ({}, {"cval": 3}, {"mode": "wrap"}, {"mode": "edge"}, {"mode": "symmetric"}, {"mode": "reflect"})


@pytest.mark.parametrize("arguments", [{}, {"a": 2.0}, {"a": [4]}, {"a": np.float32(1)}, {"axis": 0}], ids=str)
def test_lfilter(arguments):
    tally = Tally("scipy.signal.lfilter", **arguments)
    for n, k, dtype in product((1, 2, 5, 8), (1, 2, 3, 6), ("float32", "float64", "int16")):
        x, b = image((n, n), dtype), positive((k,), "float64")
        tally.same(signal.lfilter(b, arguments.get("a", 1.0), x, axis=arguments.get("axis", -1)), x, b)
    tally.enough(48)


@pytest.mark.parametrize("arguments", UP_MODES, ids=str)
def test_upfirdn(arguments):
    tally = Tally("scipy.signal.upfirdn", **arguments)
    for n, k, up, down in product((2, 3, 5), (1, 2, 4, 9), (1, 2, 3), (1, 3)):
        x, h = image((2, n), "float32"), positive((k,), "int64")
        tally.same(signal.upfirdn(h, x, up, down, **arguments), x, h, up=up, down=down)
    tally.enough(72)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [("lfilter", {}), *(("upfirdn", {"up": up, "down": down, **mode}) for up, down, mode in product((1, 2), (1, 3), UP_MODES))],
    ids=str,
)
def test_what_is_read_is_written_again(function, arguments):
    name = f"scipy.signal.{function}"
    spec = read(name, **arguments)
    call = write(spec, name)
    assert isinstance(call, Call), call
    assert read(name, **dict(call.arguments)) == spec
    x, k = operand(9, "gaussian", 1), operand(4, "gaussian", 2)
    found = eval(call.code, {"scipy": scipy, "x": x, "k": k})
    np.testing.assert_array_equal(found, ft.like(name, **arguments)(x, k))
    read_back = ft.translate(call.code, name)
    assert read_back.code == call.code


def test_what_they_cannot_say():
    assert write(ft.parse("correlate causal"), "scipy.signal.lfilter").code == "scipy.signal.lfilter(numpy.conj(numpy.flip(k)), 1.0, x)"
    assert write(read("scipy.signal.lfilter", a=2.0), "scipy.signal.lfilter").code == "scipy.signal.lfilter((k * 0.5), 1.0, x)"
    for text, function in (("convolve same", "lfilter"), ("convolve valid", "upfirdn"), ("convolve causal stride=2", "lfilter")):
        refusal = write(ft.parse(text), f"scipy.signal.{function}")
        assert isinstance(refusal, Refusal)
        assert isinstance(refusal.nearest, Call)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("lfilter", {"a": [1.0, 0.5]}, "only where a is one number; this one has 2 coefficients"),
        ("lfilter", {"zi": [1.0]}, "no Spec says that; faltung.Stream.from_zi takes it"),
        ("lfilter", {"a": 0}, "divides by a, which is 0 here"),
        ("lfilter", {"a": 1, "x_dtype": "int8", "k_dtype": "bool"}, "does not compute in int64"),
        ("upfirdn", {"mode": "smooth"}, "mode 'smooth' continues by differences of samples"),
        ("upfirdn", {"mode": "circular"}, "has no mode 'circular'; it has 'constant'"),
        ("upfirdn", {"up": 0}, "up and down are 0 and 1; both must be at least 1"),
        ("upfirdn", {"x_dtype": "longdouble", "k_dtype": "bool"}, "does not compute in longdouble"),
    ],
)
def test_refusals(function, arguments, message):
    with pytest.raises(DialectError, match=message):
        read(f"scipy.signal.{function}", **arguments)
