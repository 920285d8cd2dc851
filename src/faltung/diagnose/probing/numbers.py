"""Dtypes, rounding, overflow and NaN, read by trying what a Spec can say."""

from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from faltung.diagnose.probing.calling import Interview
from faltung.diagnose.probing.data import LONG, Setting, Shape, what
from faltung.diagnose.probing.verify import Exchange, choices, difference
from faltung.engine.operands import DTYPE_NAMES
from faltung.spec import Spec
from faltung.spec.numbers import INTEGERS
from faltung.spec.spec import Rounding

Array = np.ndarray[Any, Any]
PAIRS = (
    ("bool", "bool"), ("uint8", "uint8"), ("uint8", "float64"), ("int16", "int16"), ("int16", "float64"), ("int64", "int64"),
    ("float16", "float16"), ("float32", "float32"), ("float64", "float64"), ("complex64", "complex64"), ("complex128", "complex128"),
)  # fmt: skip
MISSING = ("propagate", "skip_zero_weights", "ignore", "renormalise")


@dataclass(frozen=True, slots=True, kw_only=True)
class DtypeRow:
    """What one pair of dtypes gives: the result's dtype ("" where refused, with what was said) and whether its values are the Spec's."""

    x: str
    k: str
    result: str = ""
    said: str = ""
    agrees: bool | None = None


def _sizes(setting: Setting) -> tuple[Shape, Shape]:
    return tuple(n // 3 for n in LONG[setting.ndim]), setting.base


def _asked(ask: Interview, setting: Setting, dtypes: tuple[str, str], limits: tuple[int, int, int, int]) -> Exchange:
    """Ask with whole numbers within limits (of x, then of k)."""
    x_shape, k_shape = _sizes(setting)
    rng = np.random.default_rng(11)
    x = rng.integers(limits[0], limits[1] + 1, x_shape).astype(dtypes[0])
    k = rng.integers(limits[2], limits[3] + 1, k_shape).astype(dtypes[1])
    return Exchange(x=x, k=k, answer=ask(x, k))


def read_dtypes(ask: Interview, setting: Setting, spec: Spec | None) -> tuple[DtypeRow, ...]:
    """Return one row for every pair of dtypes."""
    return tuple(_row(_asked(ask, setting, pair, (0, 1, 0, 1) if "bool" in pair else (0, 3, 0, 2)), pair, spec) for pair in PAIRS)


def _row(exchange: Exchange, pair: tuple[str, str], spec: Spec | None) -> DtypeRow:
    found = exchange.answer.value
    if found is None:
        return DtypeRow(x=pair[0], k=pair[1], said=what(exchange.answer))
    result = DTYPE_NAMES.get(found.dtype, "")
    if spec is None or not result:
        return DtypeRow(x=pair[0], k=pair[1], result=str(found.dtype))
    kinds = ("multiply", "or_and") if pair == ("bool", "bool") else ("multiply",)
    asked = choices(replace(spec, dtype=result), product=kinds)
    return DtypeRow(x=pair[0], k=pair[1], result=result, agrees=any(difference(each, exchange) is None for each in asked))


def read_rounding(ask: Interview, setting: Setting, spec: Spec, rows: tuple[DtypeRow, ...]) -> tuple[Spec, str]:
    """Return the Spec with the rule by which halves become whole numbers, and a sentence."""
    usable = [row for row in rows if row.result in INTEGERS and row.k.startswith("float") and row.agrees]
    if not usable:
        return spec, "results of float kernels are not integers"
    fitting = {f"{row.x} * {row.k}": _rules(ask, setting, spec, row) for row in usable}
    common = [rule for rule in get_args(Rounding) if all(rule in rules for rules in fitting.values())]
    if common:
        return replace(spec, rounding=common[0]), " or ".join(common)
    told = "; ".join(f"{pair}: {' or '.join(rules) or 'none of the rules'}" for pair, rules in fitting.items())
    first = next((rules[0] for rules in fitting.values() if rules), spec.rounding)
    return replace(spec, rounding=first), told


def _rules(ask: Interview, setting: Setting, spec: Spec, row: DtypeRow) -> list[Rounding]:
    asked = _halves(ask, setting, row)
    return [
        rule for rule in get_args(Rounding)
        if all(difference(replace(spec, dtype=row.result, rounding=rule, overflow="wrap"), exchange) is None for exchange in asked)
        or all(difference(replace(spec, dtype=row.result, rounding=rule, overflow="saturate"), exchange) is None for exchange in asked)
    ]  # fmt: skip


def _halves(ask: Interview, setting: Setting, row: DtypeRow) -> list[Exchange]:
    """Ask for sums of which about half end in .5; where the result has a sign, negative ones too."""
    x_shape, k_shape = _sizes(setting)
    rng = np.random.default_rng(13)
    x, k = rng.integers(0, 4, x_shape).astype(row.x), ((2 * rng.integers(0, 2, k_shape) + 1) / 2).astype(row.k)
    kernels = [k] if row.result.startswith("u") else [k, -k]
    return [Exchange(x=x, k=each, answer=ask(x, each)) for each in kernels]


def read_overflow(ask: Interview, setting: Setting, spec: Spec, rows: tuple[DtypeRow, ...]) -> tuple[Spec, str]:
    """Return the Spec with what happens to integers that do not fit, and a sentence."""
    narrow = [row for row in rows if row.result in ("uint8", "int8", "uint16", "int16") and row.x in INTEGERS and row.agrees]
    if not narrow:
        return spec, "no result is narrow enough to overflow"
    asked = []
    for row in narrow:
        top = 255 if row.x == "uint8" else 30000
        asked.append((row, _asked(ask, setting, (row.x, row.k), (top * 3 // 4, top, -3 if row.k == "float64" else 1, 3))))
    for rule in ("wrap", "saturate"):
        if all(difference(replace(spec, dtype=row.result, overflow=rule), exchange) is None for row, exchange in asked):
            return replace(spec, overflow=rule), rule
    if all(exchange.answer.value is None for _, exchange in asked):
        return spec, "refused: " + asked[0][1].answer.said
    return spec, "neither wraps around nor saturates"


def read_missing(ask: Interview, setting: Setting, spec: Spec) -> tuple[Spec, str, list[Exchange]]:
    """Return the Spec with what one NaN does, a sentence, and the question if its answer follows a rule."""
    if not setting.x_dtype.startswith("float"):
        return spec, "no floats are taken", []
    exchange = _with_nan(ask, setting)
    found = exchange.answer.value
    if found is None:
        return spec, f"refused: {exchange.answer.said}", []
    for word in MISSING:
        chosen = choices(spec, missing=(word,))
        if chosen and difference(chosen[0], exchange) is None:
            return chosen[0], _NAN[word], [exchange]
    share = int(np.isnan(found).sum()) if found.dtype.kind in "fc" else 0
    if share == found.size:
        return spec, "one spreads to every output", []
    return spec, f"one makes {share} of {found.size} outputs NaN, which is none of the rules", []


_NAN = {
    "propagate": "reaches the outputs whose window holds it, and no other",
    "skip_zero_weights": "reaches the outputs in which a weight that is not 0 meets it",
    "ignore": "counts as 0",
    "renormalise": "is left out, and the other weights share its weight",
}


def _with_nan(ask: Interview, setting: Setting) -> Exchange:
    x_shape, k_shape = _sizes(setting)
    rng = np.random.default_rng(12)
    x, k = rng.integers(1, 9, x_shape).astype(setting.x_dtype), rng.integers(1, 9, k_shape).astype(setting.k_dtype)
    x[tuple(n // 2 for n in x_shape)] = np.nan
    k.flat[k.size // 2] = 0
    return Exchange(x=x, k=k, answer=ask(x, k))
