"""The record of the run that proved the dialects: versions, date, and how many answers of each library were compared.

`make atlas` writes it, next to this file; `.ci/run` compares it with what the tests have just counted.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files

from faltung.atlas_page.libraries import library_of

FILE = "proof.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was compared of one function.

    Parameters
    ----------
    comparisons : int
        Answers of the library that were equal to ours.
    refused : int
        Operands or arguments that both refuse.
    probed : int
        Calls whose convention, found from outside by `faltung.probe`, is what the dialect reads.
    cells : mapping of str to int
        How many of the comparisons had an even kernel, a stride, this boundary; a comparison lies in several cells.
    """

    comparisons: int = 0
    refused: int = 0
    probed: int = 0
    cells: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One run: its date, how long it took, on how many processes, the versions it met, lines translated and typed, and the functions."""

    date: str
    seconds: int
    workers: int
    translations: Mapping[str, int]
    versions: Mapping[str, str]
    functions: Mapping[str, Evidence]

    @property
    def comparisons(self) -> int:
        return sum(found.comparisons for found in self.functions.values())

    def evidence(self, function: str) -> Evidence:
        return self.functions.get(function, Evidence())

    def runner(self, function: str) -> str:
        """Return what ran a function, with versions: ``Keras 3.15.1 on PyTorch 2.13.0``."""
        return " on ".join(f"{name} {self.versions.get(name, '?')}" for name in library_of(function).runners)


@cache
def proof() -> Proof:
    """Return the record that the package carries."""
    return parse_proof(files("faltung.atlas_page").joinpath(FILE).read_text("utf-8"))


def parse_proof(text: str) -> Proof:
    """Return the record that a text holds."""
    data = json.loads(text)
    return Proof(**{**data, "functions": {name: Evidence(**found) for name, found in data["functions"].items()}})


def format_proof(record: Proof) -> str:
    """Return the record as JSON, sorted, one line a function, so that a difference can be read."""
    data = asdict(record)
    head = [f'"{name}": {json.dumps(data[name], sort_keys=True)}' for name in ("date", "seconds", "workers", "translations")]
    return "{\n" + ",\n".join([*head, _lines("versions", data["versions"]), _lines("functions", data["functions"])]) + "\n}\n"


def _lines(name: str, entries: Mapping[str, object]) -> str:
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(entries.items()))
    return f'"{name}": {{\n' + ",\n".join(lines) + "\n}"
