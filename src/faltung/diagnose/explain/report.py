"""The report of a diagnosis: what made a result, what else may have, what differs from what was expected, and the line to change."""

import json
import re
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from faltung.diagnose.explain import changes
from faltung.diagnose.explain.classes import TOLD, Equals
from faltung.diagnose.explain.explanation import Array, Explanation, Stage
from faltung.diagnose.explain.localise import Sample
from faltung.diagnose.explain.probes import literal
from faltung.diagnose.explain.ranking import Facts, Ranked
from faltung.diagnose.explain.stages import searched, stage_text
from faltung.diagnose.explain.words import phrase
from faltung.spec import Difference

WIDTH = 110  # of the printed report
INDENT = "  "
_CODE = re.compile("`[^`]*`")
LITERAL = 12  # numbers of an answer that are written out


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A candidate that fails: where its outputs are wrong, by how much, which share of them, and some of them one by one."""

    explanation: Explanation
    where: str
    by: str
    share: float
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `faltung.diagnose` found; `str` gives it as text, the answer in its first line.

    Parameters
    ----------
    answer : str
        The answer, a sentence.
    ranking : tuple of Ranked
        Every explanation that fits, with its deviations, the fewest first.
    classes : tuple of Equals
        The same explanations by what they mean: each class is one operation on operands of these sizes. The first class is that of the
        best explanation; with a second one, this data alone cannot tell, and the class says why and which probe would.
    near : tuple of Failure
        Where nothing fits: the best candidates and where each fails.
    differences : tuple of Difference
        What differs from what was expected, as far as these operands show it: ``a`` is how y was made, ``b`` what was expected.
    as_expected : bool or None
        Whether y is what was expected, up to rounding; None where nothing was expected.
    line : str
        The call to type, in the user's library, that makes the change; empty where there is nothing to change, or no such call.
    calls : tuple of str
        Calls of libraries that do exactly what made y.
    stages : tuple of Stage
        How many candidates each stage of the search looked at and left.
    expected : str
        What was expected, in words; empty where nothing was.
    notes : tuple of str
        What else is worth knowing.
    facts : Facts
        Shapes and dtypes.
    wanted : Explanation or None
        How what was expected is made.

    Examples
    --------
    >>> report = ft.diagnose([1, 2, 4], [1, 3], [7, 14])
    >>> str(report.best.spec), report.fits, report.as_expected
    ('correlate valid', True, None)
    """

    answer: str
    ranking: tuple[Ranked, ...]
    classes: tuple[Equals, ...]
    near: tuple[Failure, ...]
    differences: tuple[Difference, ...]
    as_expected: bool | None
    line: str
    calls: tuple[str, ...]
    stages: tuple[Stage, ...]
    expected: str
    notes: tuple[str, ...]
    facts: Facts = field(repr=False)
    wanted: Explanation | None = None

    @property
    def fits(self) -> bool:
        """Whether any explanation reproduces the result."""
        return bool(self.ranking)

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """Every explanation that fits, the fewest deviations first."""
        return tuple(each.explanation for each in self.ranking)

    @property
    def best(self) -> Explanation | None:
        """The one with the fewest deviations; None where nothing fits."""
        return self.ranking[0].explanation if self.ranking else None

    def __str__(self) -> str:
        return "\n".join([*wrapped(self.answer, "", INDENT), *_aligned(_rows(self))])

    def to_json(self) -> str:
        """Return the report as a JSON object (schema v1)."""
        return json.dumps({"faltung": "v1", "kind": "diagnosis", **as_dict(self)}, default=str)


def _rows(report: Report) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if report.best is not None:
        rows.append(("y is", notation(report.best)))
        rows.append(("", deviations(report.ranking[0])))
        rows += [("calls", call) for call in report.calls]
    for failure in report.near:
        rows += [("near", notation(failure.explanation)), ("", _failing(failure))]
    rows += [("expected", report.expected)] if report.expected else []
    rows += [("differs in", text) for text in _differing(report.differences)]
    rows += [("write", report.line)] if report.line else []
    rows += _also(report)
    rows += [("note", note) for note in report.notes]
    rows += [("searched", searched(report.stages))] if report.stages else []
    return rows


def notation(explanation: Explanation) -> str:
    """Return an explanation in one line: the notation of its Spec, then the changes as NumPy expressions."""
    done = [f"{_name(change.place)} = {changes.code(change, _name(change.place))}" for change in explanation.changes]
    axes = [f"axes={explanation.axes}"] if explanation.axes is not None else []
    return "; ".join([str(explanation.spec), *axes, *done])


def _name(place: str) -> str:
    return {"input": "x", "kernel": "k", "both": "x, k", "result": "y"}[place]


def deviations(ranked: Ranked) -> str:
    """Return how far an explanation is from what a library does by itself."""
    count = "no deviation" if not ranked.deviations else f"{ranked.deviations} deviation{'s' if ranked.deviations > 1 else ''}"
    source = "what was expected" if ranked.nearest == "expected" else f"the default call of {ranked.nearest}"
    rounding = "; equal up to rounding" if ranked.explanation.rounding_only else ""
    return f"{count} from {source}{rounding}"


def _failing(failure: Failure) -> str:
    return "; ".join(filter(None, [failure.where, failure.by]))


def _differing(differences: tuple[Difference, ...]) -> list[str]:
    """Return a line for every difference; one for the same difference in several places."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for each in differences:
        groups.setdefault((each.field, each.a, each.b), []).append(each)
    found = []
    for (name, a, b), members in groups.items():
        places = "; ".join(each.where for each in members if each.where)
        meaning = next((each.meaning for each in members if each.meaning), "")
        found.append(f"{name}{f' ({places})' if places else ''}: {a}, expected {b}{': ' if meaning else ''}{meaning}")
    return found


def _also(report: Report) -> list[tuple[str, str]]:
    """Return the other classes: why they cannot be told apart, and what would tell."""
    rows: list[tuple[str, str]] = []
    others = report.classes[1:]
    for equals in others[:TOLD]:
        rows.append(("fits too", f"{phrase(equals.first, report.facts)}: {notation(equals.first)}"))
        rows += [("", f"because {reason}") for reason in equals.why[:1]] + [("", f"and {reason}") for reason in equals.why[1:]]
        if equals.probe is not None:
            probe = equals.probe
            rows.append(("", f"to tell: x = {literal(probe.x)}, k = {literal(probe.k)}"))
            rows.append(("", f"gives {_short(probe.first)} if it is as above, and {_short(probe.second)} if it is this"))
        elif equals.why:
            rows.append(("", "no small experiment tells them apart"))
    if len(others) > TOLD:
        left = sum(len(equals.members) for equals in others[TOLD:])
        rows.append(("", f"and {left} more, which `to_json` and `--json` list"))
    return rows


def _short(values: Array | str) -> str:
    if isinstance(values, str) or values.size <= LITERAL:
        return literal(values)
    return f"an array of shape {values.shape}"


def wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return text in lines of the report's width; code in backticks is not broken where it fits a line."""
    whole = _CODE.sub(lambda found: found[0].replace(" ", "\u00a0") if len(found[0]) < WIDTH - len(rest) else found[0], text)
    lines = wrap(whole, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace("\u00a0", " ").rstrip() for line in lines] or [first.rstrip()]


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(about) for about, _ in rows), default=0)
    found: list[str] = []
    before = ""
    for about, text in rows:
        shown = "" if about == before and about != "fits too" else about
        found += wrapped(text, f"{INDENT}{shown:{width}}  ", " " * (len(INDENT) + width + 2))
        before = about
    return found


# JSON


def as_dict(report: Report) -> dict[str, Any]:
    """Return what a report says, for JSON."""
    facts = report.facts
    return {
        "answer": report.answer, "fits": report.fits, "as_expected": report.as_expected, "expected": report.expected or None,
        "operands": {
            "x": {"shape": facts.x_shape, "dtype": facts.x_dtype}, "k": {"shape": facts.k_shape, "dtype": facts.k_dtype},
            "y": {"shape": facts.y_shape, "dtype": facts.y_dtype},
        },
        "best": _told(report.ranking[0], facts) if report.ranking else None,
        "calls": report.calls, "line": report.line or None,
        "explanations": [_told(each, facts) for each in report.ranking],
        "classes": [_class(equals, report) for equals in report.classes],
        "near": [
            {**_explanation(each.explanation, facts), "where": each.where, "by": each.by, "wrong": each.share,
             "samples": [{"at": at.index, "is": at.found, "predicted": at.predicted} for at in each.samples]} for each in report.near
        ],
        "differences": [
            {"field": each.field, "where": each.where, "is": each.a, "expected": each.b, "meaning": each.meaning}
            for each in report.differences
        ],
        "stages": [
            {"name": stage.name, "looked_at": stage.looked_at, "left": stage.left, "text": stage_text(stage)} for stage in report.stages
        ],
        "notes": report.notes,
    }  # fmt: skip


def _explanation(explanation: Explanation, facts: Facts) -> dict[str, Any]:
    done = [
        {"place": each.place, "name": each.name, "values": each.values, "code": changes.code(each, _name(each.place))}
        for each in explanation.changes
    ]
    return {"spec": str(explanation.spec), "words": phrase(explanation, facts), "changes": done, "axes": explanation.axes}


def _told(each: Ranked, facts: Facts) -> dict[str, Any]:
    said = _explanation(each.explanation, facts)
    return {**said, "deviations": each.deviations, "nearest": each.nearest, "rounding_only": each.explanation.rounding_only}


def _class(equals: Equals, report: Report) -> dict[str, Any]:
    probe = equals.probe
    places = {id(each): place for place, each in enumerate(report.ranking)}
    told = None if probe is None else {
        "x": literal(probe.x), "k": literal(probe.k), "first": literal(probe.first), "second": literal(probe.second),
    }  # fmt: skip
    return {"members": [places[id(each)] for each in equals.members], "why": equals.why, "probe": told}
