"""Every law holds for our engine and for SciPy's, and a wrong implementation is noticed by the laws that it breaks."""

import json
from itertools import product

import numpy as np
import pytest
from laws.wrong_engines import WRONG, WRONG_THROUGHOUT, engine

import faltung as ft
from faltung.laws import ENGINES, LAWS, as_dict, check, report
from faltung.laws.draw import draw
from faltung.laws.rounding import Tracked, add, difference, inner, reverse, scale, sums_of_products, times, total
from faltung.laws.verdict import CEILING

ASKED = (  # by the issue
    "reversal", "conjugate-symmetry", "correlation-conjugate-first", "correlation-conjugate-second", "commutativity", "associativity",
    "distributivity", "shift", "convolution-theorem", "limit",
)  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", LAWS)
def test_law(name, seed):
    results = check(name, seed=seed)
    assert len(results) == len(ENGINES) * len(LAWS[name].ranks)
    assert {r.verdict for r in results} == {"holds" if LAWS[name].equal else "differs"}
    for r in results:
        assert r.error <= r.allowed <= CEILING if LAWS[name].equal else r.error > 1e-3
        if LAWS[name].equal:
            assert r.error < CEILING / 50  # the bounds have room


def test_the_laws_asked_for_are_there():
    assert set(ASKED) <= set(LAWS)
    assert all(law.ranks == (1, 2, 3) for name, law in LAWS.items() if name != "separability")
    assert [name for name, law in LAWS.items() if not law.equal] == ["correlation-not-commutative", "correlation-not-associative"]


def test_exact_engines_are_exact_on_integers():
    spectral = {"convolution-theorem", "correlation-theorem"}
    exact = [r for r in check() if r.samples == "complex integers" and LAWS[r.law].equal and r.law not in spectral]
    assert exact
    assert {(r.error, r.allowed) for r in exact} == {(0.0, 0.0)}


@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_engine_is_noticed(mistake):
    wrong, noticed = WRONG[mistake]
    assert failing(wrong) == set(noticed.split())


@pytest.mark.parametrize("mistake", WRONG_THROUGHOUT)
def test_engine_that_is_wrong_throughout_is_noticed(mistake):
    wrong, unseen = WRONG_THROUGHOUT[mistake]
    assert failing(wrong) == set(LAWS) - set(unseen.split())


def test_right_engine_passes_and_every_law_notices_something():
    assert failing(engine("right")) == set()
    assert set.union(*(failing(wrong) for wrong, _ in (WRONG | WRONG_THROUGHOUT).values())) == set(LAWS)


def test_a_rounding_that_is_too_coarse_is_noticed():
    single = ft.laws.Engine(
        name="single",
        convolve=lambda x, k: ft.convolve(x.astype(np.complex64), k.astype(np.complex64)).astype(complex),
        correlate=lambda x, k: ft.correlate(x.astype(np.complex64), k.astype(np.complex64)).astype(complex),
    )
    failed = {r.law for r in check(dims=1, engines=(single,)) if r.verdict == "fails"}
    assert {"convolution", "correlation-conjugate-first", "convolution-theorem", "associativity", "sums"} <= failed


def test_window_order_walks_every_method():
    [ours, *_] = check("window-order", dims=1)
    for method in ("direct", "fourier", "shift"):
        forced = next(m for m in ENGINES[0].methods if m.name == method)
        try:
            forced.convolve(np.ones(3), np.ones(2))
        except ft.PlanError:
            assert method in ours.note
    unordered = engine("stored order", correlate=lambda x, k: ft.correlate(x, k, method="shift") + np.spacing(1.0))
    assert check("window-order", dims=1, engines=(unordered,))[0].verdict == "fails"


def test_the_limit_halves_its_error_with_the_spacing():
    for r in check("limit"):
        errors = dict(r.table)
        assert {h: pytest.approx((1 + h) ** r.rank - 1, rel=1e-12) for h in errors} == errors
        assert list(errors) == sorted(errors, reverse=True)


def test_case_3_of_the_issue():
    random = np.random.default_rng(3)
    for shape in ((128,), (32, 32)):
        x, w = (random.normal(size=shape) + 1j * random.normal(size=shape) for _ in range(2))
        y, lags = ft.correlate(x, w), [range(1 - n, n) for n in shape]
        np.testing.assert_allclose(y, ft.convolve(x, np.conj(np.flip(w))), rtol=0, atol=1e-10)
        np.testing.assert_allclose(y, np.conj(np.flip(ft.correlate(w, x))), rtol=0, atol=1e-10)
        for o in list(product(*(range(len(axis)) for axis in lags)))[::17]:
            n = [axis[i] for axis, i in zip(lags, o, strict=True)]
            here, there = zip(*(_overlap(step, size) for step, size in zip(n, shape, strict=True)), strict=True)
            assert abs(np.vdot(w[here], x[there]) - y[o]) < 1e-10  # Σ conj(w[m])·x[n + m]


def _overlap(n, size):
    """Return m and n + m as slices, where both lie within the signals."""
    return slice(max(0, -n), min(size, size - n)), slice(max(0, n), min(size, size + n))


def test_report_tells_each_law_and_its_failures():
    text = report(check(["reversal", "limit"], dims=(1, 2)))
    assert LAWS["reversal"].formula in text
    assert all(line in text for line in LAWS["limit"].derivation)
    assert "falls like h^1.00" in text
    assert text.splitlines()[-1] == "2 laws, 16 checks: all as stated"
    wrong = report(check(dims=1, engines=(WRONG["correlation that reverses"][0],)))
    assert "reversal                      fails    reversing in 1-D" in wrong
    assert wrong.splitlines()[-1] == "22 laws, 22 checks: 8 failed"
    shapes = report(check("sums", dims=1, engines=(WRONG_THROUGHOUT["same instead of full"][0],)))
    assert "note: shapes (128,) and (12,) gave (128,), but all N + K - 1 samples are (139,)" in shapes


def test_results_are_plain_values_for_json():
    results = check(["energy", "limit"], dims=(1,)) + check("energy", dims=1, engines=(WRONG_THROUGHOUT["not a number"][0],))
    plain = [as_dict(r) for r in results]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain[-1]["error"] is None
    assert plain[0]["latex"].count("{") == plain[0]["latex"].count("}")


def test_the_same_seed_gives_the_same_results():
    assert check("convolution", seed=5) == check("convolution", seed=5)
    assert check("convolution", seed=5) != check("convolution", seed=6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": "comutativity"}, "nearest: commutativity"),
        ({"names": ["limit", "x"]}, "no law is named 'x'"),
        ({"dims": 4}, "dims holds 4"),
    ],
)
def test_unknown_names_are_refused(arguments, message):
    with pytest.raises(ft.SpecError, match=message):
        check(**arguments)


def test_the_operands_cannot_be_changed():
    drawn = draw(1, False, 0)
    with pytest.raises(ValueError, match="read-only"):
        drawn.x.values[0] = 1


def test_tracked_errors_hold_in_extended_precision():
    """Each operation on rounded operands stays within its tracked error of the same operation on exact ones."""
    random = np.random.default_rng(0)
    exact = [random.integers(-(2**40), 2**40, 40) + 1j * random.integers(-(2**40), 2**40, 40) for _ in range(2)]
    rounded = [a.astype(np.complex64) for a in exact]
    a, b = (Tracked(r.astype(complex), float(np.abs(r - e).max())) for r, e in zip(rounded, exact, strict=True))
    wide = [e.astype(np.clongdouble) for e in exact]
    pairs = [
        (add(a, b), wide[0] + wide[1]),
        (scale(3 - 2j, a), (3 - 2j) * wide[0]),
        (times(a, b), wide[0] * wide[1]),
        (inner(a, b), np.sum(np.conj(wide[0]) * wide[1])),
        (total(a), wide[0].sum()),
        (difference(a, 0), np.diff(np.pad(wide[0], 1))),
        (reverse(a), wide[0][::-1]),
        (Tracked(np.convolve(a.values, b.values), sums_of_products(a, b, "shift")), np.convolve(*wide)),
    ]
    for tracked, truth in pairs:
        assert 0 < np.abs(tracked.values - truth).max() <= tracked.error


def failing(wrong):
    return {r.law for r in check(dims=(1, 2), engines=(wrong,)) if r.verdict == "fails"}
