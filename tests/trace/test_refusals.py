"""What cannot be traced is refused with a sentence that says what can."""

import numpy as np
import pytest

import faltung as ft

X, K = np.arange(12).reshape(3, 4), np.ones((2, 2), dtype=int)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"at": (3, 4)}, "output (3, 4) does not exist: the output has shape (2, 3)"),
        ({"at": (-3, 0)}, "does not exist"),
        ({"at": (1,)}, "at (1,) has 1 entries, but the output has 2 axes"),
        ({"at": "first"}, "must be a whole number for each axis"),
        ({"at": 1.5}, "must be a whole number for each axis"),
        ({"mode": "sane"}, "unknown mode 'sane'"),
        ({"boundary": "reflect"}, "ambiguous"),
        ({"dtype": "U3"}, "is not one that results can have"),
        ({"spec": "correlate", "mode": "same"}, "leave out mode"),
        ({"spec": "correlate", "operation": "convolve"}, "leave out operation"),
        ({"spec": "int64[3,3] * int64[2,2] correlate"}, "the problem is for shapes (3, 3) and (2, 2)"),
        ({"spec": "correlate frame=copied"}, "leave frame out"),
        ({"spec": "correlate missing=ignore"}, "leave missing out"),
        ({"spec": "correlate product=or_and"}, "leave product out"),
        ({"spec": "correlate operands=exchanged"}, "exchanges the operands"),
        ({"spec": "correlate fold=3:1:edge:edge"}, "a fold adds several sums"),
        ({"spec": "correlate layout=NCHW,OIHW->NCHW"}, "one image and channel at a time"),
    ],
)
def test_refusal(arguments, words):
    with pytest.raises(ft.SpecError) as caught:
        ft.trace(X, K, **{"mode": "valid", **arguments} if "spec" not in arguments else arguments)
    assert words in str(caught.value)


def test_unknown_argument_is_a_type_error():
    with pytest.raises(TypeError, match="unexpected argument 'workers'"):
        ft.trace(X, K, workers=2)


def test_ranks_must_agree():
    with pytest.raises(ft.SpecError, match=r"trace one item of the other axes, as in trace\(x\[..., 0\], k\)"):
        ft.trace(np.zeros((4, 4, 3)), K)
    with pytest.raises(ft.SpecError, match="give both the same number"):
        ft.trace(np.zeros(4), K)


@pytest.mark.parametrize("x", [np.zeros((0, 3)), [[1, 2], [3]], [["a"]], np.array([[1, "a"]], dtype=object)])
def test_bad_arrays(x):
    with pytest.raises(ft.SpecError):
        ft.trace(x, K)


def test_first_output_and_negative_indices():
    walk = ft.trace(X, K, None, mode="valid")
    assert ft.trace(X, K, mode="valid").at == (0, 0)
    assert ft.trace(X, K, at=(-1, -2), mode="valid").at == (1, 1)
    assert ft.trace([1, 2, 3], [1], at=(0, 0)).at == (0,)
    assert (walk[-1, -1].at, walk[0].at, len(walk)) == ((1, 2), (0, 0), 6)
    assert walk[1, 1].whole() is walk


def test_walk_of_a_large_output_is_lazy():
    walk = ft.trace(np.zeros((2000, 2000)), np.zeros((15, 15)), None)
    assert next(iter(walk)).at == (0, 0)
    assert len(str(walk).splitlines()) < 5000
    with pytest.raises(ft.SpecError, match="JSON of a whole output has at most"):
        walk.to_json()
