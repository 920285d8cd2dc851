"""`python -m proof`: `write FOLDER` makes record and page from a run's counts, `page` the page alone, `check FOLDER` compares (in CI)."""

import sys
from pathlib import Path

import faltung.atlas_page
from faltung.atlas_page.page import markdown_page
from faltung.atlas_page.proof import FILE, format_proof, proof
from proof.record import REMEDY, compare, read_runs, unproved

RECORD = Path(faltung.atlas_page.__file__).with_name(FILE)
PAGE = Path(__file__).parents[2] / "ATLAS.md"


def write(folder: Path) -> int:
    """Write record and page; nothing where a test failed or a dialect was not compared."""
    record, failed = read_runs(folder)
    wrong = [*([f"{failed} tests failed"] if failed else []), *unproved(record)]
    if not wrong:
        RECORD.write_text(format_proof(record), "utf-8")
        proof.cache_clear()
        PAGE.write_text(markdown_page(), "utf-8")
    return say(wrong, [], f"wrote {RECORD} and {PAGE}")


def page() -> int:
    """Write the page from the record that there is: after a change to words, not to what was compared."""
    PAGE.write_text(markdown_page(), "utf-8")
    return say([], [], f"wrote {PAGE}")


def check(folder: Path) -> int:
    """Compare the record with what was just counted, and the page with what is rendered from the record."""
    run, failed = read_runs(folder)
    wrong, notes = compare(run, proof())
    if failed:
        wrong.append(f"{failed} of the tests that compare failed: their counts are missing")
    if PAGE.read_text("utf-8") != markdown_page():
        wrong.append(f"{PAGE.name} is not what the record and the dialects say; {REMEDY}")
    return say(
        wrong, notes, f"the atlas is current: {run.comparisons:,} comparisons, {run.translations['executed']:,} translations, 0 wrong"
    )


def say(wrong: list[str], notes: list[str], good: str) -> int:
    for note in notes:
        print("note:", note)
    for line in wrong:
        print("wrong:", line)
    print(f"the atlas is not current ({len(wrong)} reasons); {REMEDY}" if wrong else good)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit({"write": write, "page": page, "check": check}[sys.argv[1]](*map(Path, sys.argv[2:])))
