"""What `write` says is typed into the real library and gives the same numbers; a refusal names what is missing and something near."""

import numpy
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from dialects.operands import expected, operand, whole
from proof import counting

from faltung.dialects import DIALECTS, Call, Refusal, read, write
from faltung.errors import DialectError
from faltung.spec import parse

NAMES = {"numpy": numpy, "scipy": scipy}
FILTERS = ("scipy.signal.lfilter", "scipy.signal.upfirdn")  # they have their own tests, and so do other families
HERE = [name for name in DIALECTS if name.partition(".")[0] in NAMES and name not in FILTERS]
ARGUMENTS = {
    "numpy": [{"mode": mode} for mode in ("full", "same", "valid")],
    "scipy.signal": [{"mode": mode} for mode in ("full", "same", "valid")],
    "2d": [
        {"mode": mode, **outside}
        for mode in ("full", "same", "valid")
        for outside in ({}, {"boundary": "fill", "fillvalue": 3}, {"boundary": "wrap"}, {"boundary": "symm"})
    ],
    "scipy.ndimage": [
        {"mode": mode, "origin": origin, **fill}
        for mode in ("reflect", "mirror", "nearest", "wrap", "constant")
        for origin in (0, -1)
        for fill in ([{}, {"cval": 3}] if mode == "constant" else [{}])
    ],
}


def calls():
    for name in HERE:
        for arguments in ARGUMENTS["2d" if name.endswith("2d") else name.rpartition(".")[0]]:
            yield name, arguments


def typed(call, x, k):
    return whole(eval(call.code, {**NAMES, "x": x, "k": k}))


def operands(name, other=""):
    shape = (7, 9) if name.endswith("2d") or other.endswith("2d") else (9,)
    return operand(shape, "gaussian", 1), operand((2, 4)[-len(shape) :], "gaussian", 2)


@pytest.mark.parametrize(("name", "arguments"), list(calls()), ids=str)
def test_round_trip(name, arguments):
    spec = read(name, **arguments)
    call = write(spec, name)
    assert isinstance(call, Call)
    assert (call.input, call.kernel, call.notes) == ("x", "k", ())
    x, k = operands(name)
    home, _, function = name.rpartition(".")
    np.testing.assert_array_equal(typed(call, x, k), whole(getattr(eval(home, NAMES), function)(x, k, **arguments)))
    assert read(name, **dict(call.arguments)) == spec


@pytest.mark.parametrize("other", HERE)
@pytest.mark.parametrize("name", HERE)
def test_translation(name, other):
    """Every call of one function, said in another: the same numbers, or a refusal."""
    written = [(spec, write(spec, other)) for spec in (read(name, **arguments) for origin, arguments in calls() if origin == name)]
    ranks = {DIALECTS[name].axes or 0, DIALECTS[other].axes or 0} - {0}
    if ranks == {1, 2}:
        return  # the one has one axis, the other two: test_refusals
    x, k = operands(name, other)
    for spec, call in written:
        if isinstance(call, Call):
            np.testing.assert_array_equal(typed(call, x, k), expected(spec, x, k), f"{spec} -> {call.code}")
            counting.translated()
        else:
            assert call.reason.startswith(f"{other} has no ")
            assert isinstance(call.nearest, Call)
            typed(call.nearest, x, k)
            counting.translated(executed=0, refused=1)
    if name == other or (name, other) in [("scipy.signal.fftconvolve", "scipy.signal.convolve"), ("numpy.convolve", "numpy.correlate")]:
        assert all(isinstance(call, Call) for _, call in written)


# notation, function, line, shape of the kernel it is tried on
CODES = [
    ("correlate same:high boundary=whole_sample", "scipy.ndimage.correlate", "(x, k, mode='mirror')", (3, 4)),
    ("convolve same:low+1,low", "scipy.ndimage.convolve", "(x, k, mode='constant', origin=(-1, 0))", (3, 2)),
    ("correlate same:low", "scipy.ndimage.convolve", "(x, numpy.conj(numpy.flip(k)), mode='constant')", (3, 2)),
    ("convolve same:low+1 boundary=edge", "scipy.ndimage.convolve1d", "(x, k, mode='nearest', origin=-1)", (4,)),
    ("correlate conj=none", "scipy.signal.correlate", "(x, numpy.conj(k))", (2, 3)),
    ("convolve conj=input", "scipy.signal.convolve", "(numpy.conj(x), k)", (2, 3)),
    ("convolve same_upper", "scipy.signal.correlate2d", "(x, numpy.conj(numpy.flip(k)), mode='same')", (2, 4)),
    ("convolve operands=exchanged", "numpy.convolve", "(k, x)", (2,)),
    ("convolve scale=1/sum", "numpy.convolve", "(x, (k / numpy.sum(k)))", (2,)),
    ("convolve scale=0.5 permute=1,0", "scipy.signal.convolve", "(x, numpy.transpose((k * 0.5), (1, 0)))", (3, 2)),
    ("correlate reversal=true,false", "scipy.signal.correlate", "(x, numpy.flip(k, (0,)))", (3, 2)),
    ("convolve same:low dtype=complex64 boundary=half_sample", "scipy.ndimage.convolve", "(x, k, output='complex64')", (2,)),
]


@pytest.mark.parametrize(("text", "name", "line", "shape"), CODES)
def test_lines(text, name, line, shape):
    spec = parse(text)
    call = write(spec, name)
    assert isinstance(call, Call), call
    assert call.code == name + line
    x, k = operand((6, 5)[: len(shape)], "gaussian", 1), operand(shape, "gaussian", 2)
    scale = 1 / k.sum() if spec.scale == "1/sum" else spec.scale
    np.testing.assert_allclose(eval(call.code, {**NAMES, "x": x, "k": k}), expected(spec, x, k) * scale, rtol=1e-6)


def test_notes_say_what_the_steps_do_otherwise():
    call = write(parse("correlate same:high boundary=half_sample"), "scipy.ndimage.correlate")
    assert call.notes == (
        "NaN under a weight of zero is skipped",
        "integer results are truncated towards zero",
        "integer results wrap around",
    )
    call = write(parse("convolve same:high"), "numpy.convolve")
    assert call.notes[-1].startswith("the same as long as the kernel is not longer than the input")


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("convolve same:low", "numpy.convolve", "no anchor=low (it has high); nearest: numpy.convolve(x, k, mode='same')"),
        ("convolve stride=2 dilation=3", "scipy.signal.convolve", "no stride=2 (it has 1), no dilation=3 (it has 1); nearest"),
        ("correlate full boundary=edge", "scipy.signal.correlate2d", "no boundary=edge (it has zero)"),
        ("correlate full boundary=edge", "scipy.ndimage.correlate", "no mode=full (it has same)"),
        ("correlate same:high boundary=edge:periodic", "scipy.ndimage.correlate", "no boundary=edge:periodic (it has edge)"),
        ("correlate same:2", "scipy.ndimage.correlate", "no anchor=2 (it has high)"),
        ("correlate same offset=3", "scipy.signal.correlate", "no offset=3 (it has 0)"),
        ("convolve stride=1,2", "numpy.convolve", "numpy.convolve has 1 axes; the Spec names 2"),
        ("convolve_transpose stride=2", "numpy.convolve", "has no transposed convolution"),
        ("convolve pads=1:2", "numpy.convolve", "no mode=pads (it has full)"),
    ],
)
def test_refusals(text, name, reason):
    refusal = write(parse(text), name)
    assert isinstance(refusal, Refusal)
    assert reason in str(refusal)


def test_unknown_function():
    with pytest.raises(DialectError, match="there is no dialect"):
        write(parse("convolve"), "cv2.filter")
