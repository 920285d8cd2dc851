"""A race as text and as JSON."""

from typing import Any

from faltung.bench.race import Entry, Race
from faltung.bench.timing import shown, table

HEAD = ("", "time", "faltung is faster by", "threads used", "Gmul/s", "result", "note")
SCHEMA = "v1"


def race_text(race: Race) -> str:
    """Return a race as Markdown: the fastest first, then who did not take part, and why."""
    rows = [_row(race, entry) for entry in sorted(race.entries, key=lambda entry: entry.seconds)]
    lines = [f"`{race.problem}`, method {race.method}; copying as many bytes takes {shown(race.copy)}", "", table(HEAD, rows)]
    if race.refused:
        lines += ["", "Without: " + "; ".join(f"{name} {why}" for name, why in race.refused) + "."]
    return "\n".join(lines)


def _row(race: Race, entry: Entry) -> list[str]:
    ratio = "" if entry is race.ours else f"{entry.seconds / race.ours.seconds:.2f}"
    rate = race.multiplications / entry.seconds / 1e9
    made = "allocated" if entry.allocates else "given"
    return [entry.name, shown(entry.seconds), ratio, f"{entry.threads:.1f}", f"{rate:.3g}", made, entry.note]


def race_json(race: Race) -> dict[str, Any]:
    """Return a race as plain values; times in seconds."""
    entries = [
        {"name": e.name, "seconds": e.seconds, "threads": round(e.threads, 2), "allocates": e.allocates, "note": e.note}
        for e in race.entries
    ]
    refused = [{"name": name, "why": why} for name, why in race.refused]
    return {
        "problem": race.problem, "method": race.method, "copy_seconds": race.copy, "multiplications": race.multiplications,
        "entries": entries, "refused": refused,
    }  # fmt: skip
