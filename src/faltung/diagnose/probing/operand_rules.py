"""What the function does with complex operands, and when the kernel is the longer one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from faltung.diagnose.probing.verify import Exchange, choices, difference, first_difference
from faltung.spec import Spec
from faltung.spec.notation import default_conj
from faltung.spec.spec import Operands

CONJ = {
    "none": "nothing is conjugated",
    "kernel": "the kernel is conjugated",
    "input": "the input is conjugated",
}
EXCHANGES = {
    "as_given": "by the same rule",
    "longer_first": "operands exchanged: the longer one plays the input",
    "dominant_first": "operands exchanged where the kernel is longer on every axis; neither may be longer on one only",
}


def read_conj(spec: Spec, asked: Sequence[Exchange]) -> tuple[Spec, str]:
    """Return the Spec with the operand that is conjugated, and a sentence."""
    neutral = replace(spec, conj=default_conj(spec.operation))
    if not asked:
        return neutral, "not asked: the function computes in integers"
    if all(exchange.answer.value is None for exchange in asked):
        return neutral, f"refused: {asked[0].answer.said}"
    for word, sentence in CONJ.items():
        (chosen,) = choices(spec, conj=(word,))
        if first_difference(chosen, asked) is None:
            return chosen, sentence
    if all(_real(exchange) for exchange in asked):
        return neutral, "results are real: the imaginary parts are lost"
    return neutral, "complex operands give something else: " + str(first_difference(neutral, asked))


def _real(exchange: Exchange) -> bool:
    return exchange.answer.value is not None and exchange.answer.value.dtype.kind != "c"


def read_operands(spec: Spec, asked: Sequence[Exchange]) -> tuple[Spec, str]:
    """Return the Spec with its rule for kernels longer than the input, and a sentence."""
    if all(exchange.answer.value is None for exchange in asked):
        return spec, f"refused: {asked[0].answer.said}"
    if all(_empty(exchange) for exchange in asked):
        return spec, "an empty array"
    if all(_unchanged(exchange) for exchange in asked):
        return spec, "the input comes back unchanged"
    rules: list[Operands] = ["as_given", "longer_first", "dominant_first"]
    if asked[0].x.ndim > 1 and spec.mode == "valid":  # the two exchanges agree there; the one that is meant for several axes
        rules = ["as_given", "dominant_first", "longer_first"]
    for rule in rules:
        chosen = replace(spec, operands=rule)
        if first_difference(chosen, asked) is None:
            return chosen, EXCHANGES[rule] + _beyond(chosen, asked)
    return spec, f"something else: {first_difference(spec, asked)}"


def _beyond(spec: Spec, asked: Sequence[Exchange]) -> str:
    refused = [exchange for exchange in asked if exchange.answer.value is None and difference(spec, exchange)]
    if not refused:
        return ""
    return f"; but x {refused[0].x.shape} and k {refused[0].k.shape} are refused: {refused[0].answer.said}"


def _empty(exchange: Exchange) -> bool:
    return exchange.answer.value is not None and exchange.answer.value.size == 0


def _unchanged(exchange: Exchange) -> bool:
    return exchange.answer.value is not None and np.array_equal(exchange.answer.value, exchange.x)


def beyond_one_period(spec: Spec, asked: Sequence[Exchange]) -> str:
    """Return what happens where the window reaches beyond one period, as a half-sentence; empty where nothing continues."""
    laws = {law for pair in spec.boundary for law in pair} - {"zero", "constant"}
    if not laws or spec.mode == "valid" or spec.operation == "convolve_transpose":
        return ""
    refused = [exchange.answer.said for exchange in asked if exchange.answer.value is None]
    if refused:
        return f"; beyond one period refused: {refused[0]}"
    wrong = first_difference(spec, asked)
    return f"; beyond one period something else: {wrong}" if wrong else ", also beyond one period"
