"""A result against what was expected: whether it is that, what differs, and the line that makes the change."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from faltung.diagnose.explain import changes
from faltung.diagnose.explain.expected import Expectation
from faltung.diagnose.explain.explanation import Array, Change, Explanation
from faltung.diagnose.explain.judge import judged, slack_of
from faltung.diagnose.explain.line import Line, line_in, lines, sibling
from faltung.diagnose.explain.precision import FRACTION_BITS
from faltung.diagnose.explain.ranking import Facts, Ranked, differing, rank_of
from faltung.dialects import DIALECTS
from faltung.errors import SpecError
from faltung.spec import Difference, Problem, Spec, differences

# Asked for the line, the kernel reversed if need be, where only other languages have a call that takes the operands as they are.
WIDELY = ("cv2.filter2D", "scipy.ndimage.correlate", "scipy.signal.correlate")
PAIRED = 40  # explanations of each of two results of which every pair is looked at
PRECISIONS = {"tf32": "TF32", "bfloat16": "bfloat16", "float16": "float16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What to type: the whole line, and the shortest way to say it in a sentence."""

    line: str
    said: str


def meets(expectation: Expectation, guess: Spec | None, x: Array, k: Array, y: Array) -> tuple[bool, bool]:
    """Return whether y is what was expected, up to rounding, and whether it is so bit for bit."""
    values = expectation.values
    if values is None or values.shape != y.shape:
        return False, False
    spec = expectation.spec or guess
    slack = None if spec is None else slack_of(Explanation(spec=spec), x, k, y)
    wrong, exact = judged(values, y, slack)
    return not wrong.any(), exact


def precision(explanation: Explanation, other: Explanation, facts: Facts) -> str:
    """Return the arithmetic that is all in which two explanations differ, such as "TF32"; empty where it is not all."""
    rank = rank_of(explanation, facts)
    if explanation.axes != other.axes or differing(explanation.spec, other.spec, facts, rank):
        return ""
    kept = [tuple(change for change in each.changes if change.name not in FRACTION_BITS) for each in (explanation, other)]
    names = {change.name for each in (explanation, other) for change in each.changes if change.name in FRACTION_BITS}
    return " and ".join(PRECISIONS.get(name, name) for name in sorted(names)) if kept[0] == kept[1] else ""


def nearest_pair(found: Sequence[Ranked], wanted: Sequence[Ranked], facts: Facts) -> tuple[Ranked, Ranked] | None:
    """Return the explanations of two results with the fewest deviations, those from each other counted once more."""
    best: tuple[int, Ranked, Ranked] | None = None
    for one, other in product(found[:PAIRED], wanted[:PAIRED]):
        cost = one.deviations + other.deviations + distance(one.explanation, other.explanation, facts)
        if best is None or cost < best[0]:
            best = cost, one, other
    return best and (best[1], best[2])


def distance(one: Explanation, other: Explanation, facts: Facts) -> int:
    """Return in how many fields and changes two explanations differ."""
    lonely = set(one.changes) ^ set(other.changes)
    return len(differing(one.spec, other.spec, facts, rank_of(one, facts))) + len(lonely) + (one.axes != other.axes)


def differences_of(one: Explanation, other: Explanation, facts: Facts) -> tuple[Difference, ...]:
    """Return what differs between how a result was made and what was expected, as far as these operands show it."""
    names = set(differing(one.spec, other.spec, facts, rank_of(one, facts)))
    names |= {"boundary"} if "fill" in names else set()
    names |= {"mode"} if names & {"anchor", "pads"} else set()
    found = [each for each in _of_specs(one, other, facts) if each.field in names and each.visible is not False]
    found += [_of_change(change, True) for change in one.changes if change not in other.changes]
    found += [_of_change(change, False) for change in other.changes if change not in one.changes]
    return tuple(found)


def _of_specs(one: Explanation, other: Explanation, facts: Facts) -> Iterable[Difference]:
    try:
        x_shape = facts.x_shape if one.axes is None else tuple(facts.x_shape[axis] for axis in one.axes)
        problems = [
            Problem(spec=each.spec, input_shape=x_shape, kernel_shape=facts.k_shape, input_dtype=facts.x_dtype, kernel_dtype=facts.k_dtype)
            for each in (one, other)
        ]
        return differences(*problems)
    except (SpecError, IndexError):
        return differences(one.spec, other.spec)


def _of_change(change: Change, made: bool) -> Difference:
    said = changes.words(change)
    subject, _, what = said.partition(" is ") if " is " in said else said.partition(" are ")
    pair = (what, "as it is") if made else ("as it is", what)
    return Difference(field=subject.removeprefix("the "), where="", a=pair[0], b=pair[1], meaning="", visible=True)


def remedy(made: Explanation, wanted: Explanation, expectation: Expectation, facts: Facts) -> Remedy | None:
    """Return what to type, None where no library says it.

    Where a call was expected, the line is the one in its library that gives y. Otherwise it is the one that gives what was expected, in the
    library whose call made y.
    """
    x, k, function = expectation.x, expectation.k, expectation.function
    source, target = (wanted, made) if function else (made, wanted)
    if not function:
        known = lines(made, facts, 1) or lines(wanted, facts, 1)
        if not known:
            return None
        function = known[0].function
    before, after = line_in(source, function, facts, x, k), line_in(target, function, facts, x, k)
    other = sibling(target, function, facts, x, k) if after is None or not after.plain else None
    if after is None:
        after, other = other, None
    if after is None:
        elsewhere = lines(target, facts, 1)
        if not elsewhere or not _in_python(elsewhere[0]):  # whoever asks writes Python
            elsewhere = tuple(line for name in WIDELY if (line := line_in(target, name, facts, x, k))) or elsewhere
        return Remedy(line=elsewhere[0].code, said=f"`{elsewhere[0].code}`") if elsewhere else None
    return _shortest(before, after, other, k)


def _in_python(line: Line) -> bool:
    """Return whether a line is a Python call: neither of another language, nor a command of a shell."""
    try:
        ast.parse(line.code)
    except SyntaxError:
        return False
    return DIALECTS[line.function].language == "python"


def _shortest(before: Line | None, after: Line, other: Line | None, k: str) -> Remedy:
    """Return ``k[::-1]`` alone where that is all that changes, and the name of another function where its name is; else a whole line."""
    if before is None or before.code.replace(before.kernel, "\0") != after.code.replace(after.kernel, "\0") or after.kernel == k:
        chosen = after if other is None or len(after.code) <= len(other.code) else other
        return Remedy(line=chosen.code, said=f"`{chosen.code}`")
    said = f"`{after.kernel}`"
    if other is not None:
        renamed = other.code == before.code.replace(before.function, other.function).replace(before.kernel, k)
        said += f" or `{other.function if renamed else other.code}`"
    return Remedy(line=after.code, said=said)


def gaps(values: Array, y: Array, spec: Spec | None, x: Array, k: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return where y is not an expected array of its shape, rounding aside."""
    slack = None if spec is None else slack_of(Explanation(spec=spec), x, k, y)
    return judged(values, y, slack)[0]
