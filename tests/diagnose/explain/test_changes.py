"""Every change does what its code says, and says it in words."""

from typing import Any

import numpy as np
import pytest

from faltung.diagnose.explain.changes import CHANGES, apply, code, words
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.judge import Slack, judged
from faltung.diagnose.explain.precision import bfloat16, tf32
from faltung.diagnose.explain.predict import predict
from faltung.errors import SpecError
from faltung.spec import parse

A = np.arange(24.0).reshape(2, 3, 4) / 7
VALUES: dict[str, tuple[Any, ...]] = {
    "reverse": ((1,),), "transpose": ((2, 0, 1),), "conj": (), "real": (), "roll": ((1, 2), (0, 2)), "shift": ((0, 1, -2),),
    "crop": (((0, 0), (1, 0), (0, 2)),), "pad": (((0, 1), (2, 0), (0, 0)), 5), "take": (1, (2, 0)), "pick": ((1, 2, 3),), "newaxis": (0,),
    "irfft": (), "frame": (((1, 0), (0, 2), (0, 0)), 5), "bias": (1, (2, 3, 5), 3),
    "squeeze": (0,), "depthwise": (), "astype": ("uint8", "truncate"), "scale": (0.5,), "tf32": (), "bfloat16": (), "float16": (),
}  # fmt: skip


def test_every_change_has_an_example_here() -> None:
    assert set(VALUES) == set(CHANGES)


@pytest.mark.parametrize("name", VALUES)
def test_the_code_does_what_the_change_does(name: str) -> None:
    change = Change(place="input", name=name, values=VALUES[name])
    array = A[:1] if name == "squeeze" else A
    names = {"numpy": np, "a": array, "tf32": tf32, "bfloat16": bfloat16}
    assert np.array_equal(eval(code(change, "a"), names), apply(change, array))  # our own text
    assert words(change).startswith("the input is ")


def test_short_forms() -> None:
    transposed = Change(place="kernel", name="transpose", values=((1, 0),))
    assert (code(transposed, "k"), words(transposed)) == ("k.T", "the kernel is transposed")
    assert code(Change(place="input", name="reverse", values=((-1,),)), "x") == "x[..., ::-1]"


def test_changes_that_do_not_fit_are_refused() -> None:
    bad = Explanation(spec=parse("correlate"), changes=(Change(place="kernel", name="transpose", values=((1, 0),)),))
    with pytest.raises(SpecError, match="transpose"):
        predict(bad, np.ones(5), np.ones(3))


def test_tf32_and_bfloat16_round_half_to_even() -> None:
    values = np.array([1 + 2**-11, 1 + 3 * 2**-11, 1 + 2**-8, 1 + 3 * 2**-8, np.inf, -np.inf], np.float32)
    assert tf32(values)[:2].tolist() == [1.0, 1 + 2**-9]
    assert bfloat16(values)[2:].tolist() == [1.0, 1 + 2**-6, np.inf, -np.inf]
    assert np.isnan(tf32(np.array([np.nan], np.float32))[0])


def test_nan_equals_nan_and_slack_counts() -> None:
    wrong, exact = judged(np.array([np.nan, 1.0, 2.0]), np.array([np.nan, 1.0, 2.5]))
    assert (wrong.tolist(), exact) == ([False, False, True], True)
    wrong, exact = judged(np.array([1.0]), np.array([1.25]), Slack(rounding=0.1, transform=0.3))
    assert (wrong.tolist(), exact) == ([False], False)
    wrong, exact = judged(np.ones(2), np.ones(3))
    assert wrong.all()
