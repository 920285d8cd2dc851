"""What a check of a layer found: the verdict, the mistakes with the lines that would be right, and the smallest case that fails."""

import json
from dataclasses import dataclass, field
from textwrap import indent, wrap
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
WIDTH = 110  # of the printed report
SHOWN = 24  # numbers of an array that are printed
NAMES = {"input": "dx", "kernel": "dw", "bias": "db", "forward": "forward", "backward": "backward"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake of a layer.

    Parameters
    ----------
    of : {"input", "kernel", "bias", "forward", "backward"}
        Which gradient, or which function, is wrong.
    names : tuple of str
        Keys of the table of mistakes, one or two; empty where it has no name there.
    what : str
        What is wrong, in a sentence.
    remedy : str
        What to change.
    also : tuple of str
        Other descriptions that give the same numbers in every case that was tried.
    right : str
        The line that would be right, with faltung; empty where there is none.
    plain : str
        The same in NumPy alone, with the layer's own axes, for the smallest case that fails.
    scipy : str
        The same with scipy.signal; empty where it has no call for it (strides, dilations, groups, other boundaries than zeros).
    where : str
        Which values differ, in the smallest case that fails.
    """

    of: str
    names: tuple[str, ...] = ()
    what: str = ""
    remedy: str = ""
    also: tuple[str, ...] = ()
    right: str = ""
    plain: str = ""
    scipy: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """The smallest case that fails: the operands, what a function gave, and what would be right; `settings` are keyword arguments."""

    of: str
    settings: dict[str, Any] = field(default_factory=dict)
    operands: dict[str, Array] = field(default_factory=dict)
    found: Array | None = None
    expected: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerReport:
    """What `faltung.check_layer` found; `str` gives it as text, whose first line is the verdict.

    Parameters
    ----------
    name : str
        Of the forward function.
    correct : bool or None
        Whether every gradient is the exact one in every case; None where it cannot be decided, and the notes say why.
    convention : str
        The forward's convention in the notation, at the first sizes that it answered; empty where it is none that a Spec says.
    layout : str
        The letters of its axes.
    checked : tuple of str
        Which gradients were compared.
    mistakes : tuple of Mistake
        What is wrong.
    notes : tuple of str
        What a reader should know.
    failure : Failure or None
        The smallest case that fails.
    cases, calls : int
        Cases in which gradients were compared, and calls that were made.

    Examples
    --------
    >>> def forward(x, w):
    ...     return np.correlate(x, w, "valid")
    >>> def backward(g, x, w):
    ...     return np.correlate(g, w, "full"), np.correlate(x, g, "valid")
    >>> print(str(ft.check_layer(forward, backward, layout="W,W->W")).splitlines()[0])
    forward: dx is wrong: the kernel is not reversed (or reversed twice)
    """

    name: str
    correct: bool | None
    convention: str = ""
    layout: str = ""
    checked: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    cases: int = 0
    calls: int = 0

    def __str__(self) -> str:
        found = [f"{self.name}: {verdict(self)}"]
        found += [f"  convention  {self.convention}"] if self.convention else []
        found += [f"  layout      {self.layout}"] if self.layout else []
        found += [f"  compared    {', '.join(self.checked)} in {self.cases} cases, {self.calls} calls"] if self.checked else []
        for mistake in self.mistakes:
            found += _mistake_lines(mistake)
        found += [line for note in self.notes for line in _hanging("note", note)]
        return "\n".join([*found, *(_failure_lines(self.failure) if self.failure else ())])

    def to_json(self) -> str:
        """Return the report as a JSON object (schema v1)."""
        return json.dumps({"faltung": "v1", "kind": "layer", **as_dict(self)})


def verdict(report: LayerReport) -> str:
    """Return the first line: what is wrong, or that nothing is."""
    if report.mistakes:
        return "; ".join(sentence(mistake) for mistake in report.mistakes)
    if report.correct is None:
        return f"not decided: {report.notes[0]}" if report.notes else "not decided"
    return f"correct: {', '.join(report.checked)} {'is' if len(report.checked) == 1 else 'are'} exact in all {report.cases} cases"


def sentence(mistake: Mistake) -> str:
    """Return what is wrong with which gradient."""
    name = NAMES[mistake.of]
    return f"{name} {mistake.what}" if mistake.of in ("forward", "backward") else f"{name} is wrong: {mistake.what}"


def _mistake_lines(mistake: Mistake) -> list[str]:
    found = _hanging(NAMES[mistake.of], mistake.what)
    found += [line for text in mistake.also for line in _hanging("", f"the same numbers: {text}")]
    found += _hanging("", mistake.where) if mistake.where else []
    found += _hanging("change", mistake.remedy) if mistake.remedy else []
    found += [f"  {'right':10}  {mistake.right}"] if mistake.right else []  # one line, whatever its length: it can be pasted
    found += _block("in NumPy", mistake.plain) if mistake.plain != mistake.right else []
    return found + _block("in SciPy", mistake.scipy)


def _block(about: str, code: str) -> list[str]:
    return [f"  {about:10}  {indent(code, ' ' * 14).lstrip()}"] if code else []


def _hanging(about: str, text: str) -> list[str]:
    first, *rest = wrap(text, WIDTH - 14, break_on_hyphens=False, break_long_words=False) or [""]
    return [f"  {about:10}  {first}", *(" " * 14 + line for line in rest)]


def _failure_lines(failure: Failure) -> list[str]:
    shown = "".join(f", {name}={value!r}" for name, value in failure.settings.items())
    found = [f"  smallest    case that fails ({NAMES[failure.of]}{shown})"]
    rows = [*failure.operands.items(), ("found", failure.found), ("expected", failure.expected)]
    for name, array in rows:
        if array is not None and array.size > SHOWN:
            found.append(indent(f"{name:8}  of shape {array.shape}: `.failure` and --json have the numbers", " " * 14))
        elif array is not None:
            text = np.array2string(array, max_line_width=WIDTH - 24, threshold=40, separator=", ")
            found.append(indent(f"{name:8}  {text}".replace("\n", "\n" + " " * 10), " " * 14))
    return found


def as_dict(report: LayerReport) -> dict[str, Any]:
    """Return what a report says, for JSON."""
    names = ("name", "correct", "convention", "layout", "checked", "notes", "cases", "calls")
    mistakes = [{slot: getattr(mistake, slot) for slot in Mistake.__slots__} for mistake in report.mistakes]
    failure = None
    if report.failure is not None:
        given = report.failure
        failure = {
            "of": given.of, "settings": {name: repr(value) for name, value in given.settings.items()},
            "operands": {name: _listed(array) for name, array in given.operands.items()},
            "found": _listed(given.found), "expected": _listed(given.expected),
        }  # fmt: skip
    return {**{name: getattr(report, name) for name in names}, "verdict": verdict(report), "mistakes": mistakes, "failure": failure}


def _listed(array: Array | None) -> dict[str, Any] | None:
    if array is None:
        return None
    parts = {"real": array.real} | ({"imag": array.imag} if array.dtype.kind == "c" else {})
    values = {name: [value if np.isfinite(value) else str(value) for value in part.ravel().tolist()] for name, part in parts.items()}
    return {"dtype": array.dtype.name, "shape": list(array.shape), **values}


def from_dict(content: dict[str, Any]) -> LayerReport:
    """Return the report that `as_dict` has written out; SpecError is not raised here, a KeyError or TypeError says that it is none."""
    given = content["failure"]
    failure = None
    if given is not None:
        operands = {str(name): array for name, value in given["operands"].items() if (array := _array(value)) is not None}
        failure = Failure(
            of=given["of"], settings=given["settings"], operands=operands, found=_array(given["found"]), expected=_array(given["expected"])
        )
    mistakes = tuple(_mistake_of(entry) for entry in content["mistakes"])
    return LayerReport(
        name=str(content["name"]), correct=content["correct"], convention=str(content["convention"]), layout=str(content["layout"]),
        checked=tuple(content["checked"]), mistakes=mistakes, notes=tuple(content["notes"]), failure=failure,
        cases=int(content["cases"]), calls=int(content["calls"]),
    )  # fmt: skip


def _mistake_of(entry: dict[str, Any]) -> Mistake:
    several = {name: tuple(map(str, entry[name])) for name in ("names", "also")}
    texts = {name: str(entry[name]) for name in Mistake.__slots__ if name not in several}
    return Mistake(**several, **texts)  # type: ignore[arg-type]  # the fields of the record, by name


def _array(value: dict[str, Any] | None) -> Array | None:
    if value is None:
        return None
    real = np.array([float(number) for number in value["real"]])
    array = real + 1j * np.array([float(number) for number in value["imag"]]) if "imag" in value else real
    return array.reshape(value["shape"]).astype(value["dtype"])
