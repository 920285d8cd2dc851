"""From the counts of several runs to the record of the atlas, and from two records to what they say differently."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

from faltung.atlas_page.libraries import library_of
from faltung.atlas_page.proof import Evidence, Proof
from faltung.dialects import DIALECTS
from proof.counting import ALL, PROBED, REFUSED, TRANSLATIONS

REMEDY = "`make atlas` writes it anew"


def read_runs(folder: Path) -> tuple[Proof, int]:
    """Return what all runs in a folder counted, and how many of their tests failed."""
    runs = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    if not runs:
        raise SystemExit(f"no counts in {folder}; run pytest with FALTUNG_PROOF={folder}")
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run["counts"])
    record = Proof(
        date=date.today().isoformat(), seconds=sum(run["seconds"] for run in runs), workers=max(run["workers"] for run in runs),
        versions=runs[-1]["versions"], translations={name: counts[f"\t{name}"] for name in TRANSLATIONS}, functions=functions(counts),
    )  # fmt: skip
    return record, sum(run["failed"] for run in runs)


def functions(counts: Counter[str]) -> dict[str, Evidence]:
    """Return the evidence of each function that was compared, probed or refused something."""
    cells: dict[str, dict[str, int]] = {}
    for key, count in sorted(counts.items()):
        function, cell = key.split("\t")
        if function and count:
            cells.setdefault(function, {})[cell] = count
    return {
        name: Evidence(
            comparisons=found.pop(ALL, 0), refused=found.pop(REFUSED, 0), probed=found.pop(PROBED, 0), cells=found,
        ) for name, found in cells.items()
    }  # fmt: skip


def unproved(record: Proof) -> list[str]:
    """Return what is missing for every dialect to be what the atlas says: executed, or not."""
    executed = {name for name, dialect in DIALECTS.items() if dialect.evidence == "executed"}
    compared = {name for name, found in record.functions.items() if found.comparisons}
    said = [
        f"{name}: its dialect is said to be executed, and no answer of the library was compared" for name in sorted(executed - compared)
    ]
    said += [f"{name}: compared with the library, and no dialect that is said to be executed" for name in sorted(compared - executed)]
    if record.translations["wrong"]:
        said.append(f"{record.translations['wrong']} translations were wrong")
    return said


def compare(run: Proof, record: Proof) -> tuple[list[str], list[str]]:
    """Return what makes the record wrong, and what is only worth knowing.

    Counts must be those of the run. Where the library has another version here than in the record, other counts are no mistake (it may
    refuse more, or less): they are noted, as is the version itself.
    """
    wrong, notes = unproved(run), []
    newer = {name for name in run.versions.keys() & record.versions.keys() if run.versions[name] != record.versions[name]}
    notes += [f"{name} is {run.versions[name]} here, {record.versions[name]} in the record" for name in sorted(newer)]
    for name in sorted(run.functions.keys() | record.functions.keys()):
        here, there = run.evidence(name), record.evidence(name)
        if here != there:
            said = f"{name}: {difference(here, there)}"
            (notes if newer & set(library_of(name).runners) else wrong).append(said)
    if run.translations != record.translations:
        (notes if newer else wrong).append(f"translations: {run.translations} here, {record.translations} in the record")
    return wrong, notes


def difference(here: Evidence, there: Evidence) -> str:
    """Return the counts that differ, in words."""
    one, other = ({ALL: e.comparisons, REFUSED: e.refused, PROBED: e.probed, **e.cells} for e in (here, there))
    said = [f"{one.get(c, 0)} {c} here, {other.get(c, 0)} in the record" for c in {**one, **other} if one.get(c, 0) != other.get(c, 0)]
    return "; ".join(said)
