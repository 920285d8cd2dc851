"""The page and the record are what the code renders and what the tests counted; neither can go stale unnoticed."""

from dataclasses import replace
from pathlib import Path

import pytest
from proof.__main__ import PAGE, RECORD
from proof.record import compare, unproved

from faltung.atlas_page import VIEWS, Table, figures, markdown, markdown_page, restructured_sections, rows, view
from faltung.atlas_page.libraries import LIBRARIES, library_of
from faltung.atlas_page.page import SECTIONS
from faltung.atlas_page.proof import Evidence, Proof, format_proof, parse_proof, proof
from faltung.atlas_page.render import LINK, markdown_text, restructured_text
from faltung.dialects import DIALECTS

REMEDY = "`make atlas` runs the libraries and writes it anew"


def test_the_page_is_what_the_record_and_the_dialects_say():
    assert PAGE.read_text("utf-8") == markdown_page(), f"{REMEDY}; `make atlas-page` the page alone, where no count changes"


def test_every_executed_dialect_is_in_the_record_and_no_other():
    assert unproved(proof()) == [], REMEDY


def test_the_record_is_sorted_one_line_a_function():
    text = RECORD.read_text("utf-8")
    assert format_proof(parse_proof(text)) == text
    assert list(proof().functions) == sorted(proof().functions)
    assert sum(line.startswith(('"cv2.', '"numpy.')) for line in text.splitlines()) == 7


def test_what_ran_a_library_has_a_version():
    for name, dialect in DIALECTS.items():
        if dialect.evidence == "executed":
            assert all(runner in proof().versions for runner in library_of(name).runners), name


def test_every_function_belongs_to_a_library_and_every_library_has_one():
    names = {row.function: library_of(row.function) for row in rows()}
    assert {name for name, library in names.items() if library not in LIBRARIES} == set()
    assert {library.name for library in LIBRARIES} == {library.name for library in names.values()}


def test_every_known_bug_has_a_link():
    bugs = {(name, bug) for name, dialect in DIALECTS.items() for bug in dialect.bugs}
    assert len(bugs) > 20
    assert not [each for each in bugs if not LINK.search(each[1])]


def test_figures_add_up():
    found = figures()
    compared = [cells[1].replace(",", "").replace("–", "0") for cells in view("proof").cells]
    assert found["comparisons"] == sum(map(int, compared)) > 10_000
    assert found["functions executed"] == len(view("proof").cells)
    assert found["libraries executed"] == sum(cells[3] != "–" for cells in view("libraries").cells)
    assert found["wrong"] == 0
    assert found["translations executed"] > 1000
    some = figures("scipy.signal")
    assert (some["libraries with a dialect"], some["functions executed"], "wrong" in some) == (1, 8, False)


EXECUTED = [name for name, dialect in DIALECTS.items() if dialect.evidence == "executed"]
BEFORE = Proof(
    date="2026-01-01", seconds=1, workers=2, versions={"OpenCV": "5.0", "NumPy": "2.4"},
    translations={"executed": 9, "refused": 1, "wrong": 0},
    functions={
        **dict.fromkeys(EXECUTED, Evidence(comparisons=1)), "cv2.filter2D": Evidence(comparisons=5, cells={"stride": 2}),
        "numpy.convolve": Evidence(comparisons=7),
    },
)  # fmt: skip


def changed(**functions):
    return replace(BEFORE, functions={**BEFORE.functions, **{name.replace("_", ".", 1): found for name, found in functions.items()}})


def test_the_same_counts_are_current():
    assert compare(BEFORE, BEFORE) == ([], [])


@pytest.mark.parametrize(
    ("name", "found", "said"),
    [
        ("cv2_filter2D", Evidence(comparisons=6, cells={"stride": 2}), "6 comparisons here, 5 in the record"),
        ("cv2_filter2D", Evidence(comparisons=5, cells={"stride": 1, "groups": 1}), "1 stride here, 2 in the record; 1 groups here, 0"),
        ("cv2_filter2D", Evidence(comparisons=5, refused=3, cells={"stride": 2}), "3 refused here, 0 in the record"),
        ("cv2_filter2D", Evidence(), "no answer of the library was compared"),
        ("cv2_invented", Evidence(comparisons=1), "no dialect that is said to be executed"),
    ],
)
def test_other_counts_are_wrong(name, found, said):
    wrong, _ = compare(changed(**{name: found}), BEFORE)
    assert any(said in line for line in wrong), wrong


def test_another_version_is_noted_and_excuses_its_own_library_alone():
    newer = {"OpenCV": "5.1", "NumPy": "2.4"}
    run = replace(changed(cv2_filter2D=Evidence(comparisons=4), numpy_convolve=Evidence(comparisons=8)), versions=newer)
    wrong, notes = compare(run, BEFORE)
    assert wrong == ["numpy.convolve: 8 comparisons here, 7 in the record"]
    assert notes[0] == "OpenCV is 5.1 here, 5.0 in the record"
    assert notes[1].startswith("cv2.filter2D: 4 comparisons here, 5 in the record")
    wrong, _ = compare(replace(run, functions={**run.functions, "cv2.filter2D": Evidence()}), BEFORE)
    assert any("no answer of the library was compared" in line for line in wrong)  # a newer version excuses that never


def test_wrong_translations_and_other_numbers_of_them():
    wrong, _ = compare(replace(BEFORE, translations={"executed": 9, "refused": 0, "wrong": 1}), BEFORE)
    assert "1 translations were wrong" in wrong
    assert any(line.startswith("translations: ") for line in wrong)


def test_every_section_is_on_the_page():
    page = markdown_page()
    for section in SECTIONS:
        assert f"\n## {section.title}\n" in page
        assert f"{section.title}\n{'-' * len(section.title)}\n" in restructured_sections()
        assert set(section.views) <= VIEWS.keys()
    for row in rows():
        assert f"| `{row.function}` |" in page


@pytest.mark.parametrize(
    ("text", "markdown", "restructured"),
    [
        ("a*b <c> `d*e`", r"a\*b \<c\> `d*e`", r"a\*b <c> ``d*e``"),
        ("half_sample _x", r"half_sample \_x", r"half\_sample \_x"),
        ("see openxla/xla issue 7.", "see [openxla/xla issue 7](https://github.com/openxla/xla/issues/7).",
         "see `openxla/xla issue 7 <https://github.com/openxla/xla/issues/7>`__."),
        ("(https://a.org/b_c)", "([a.org/b_c](https://a.org/b_c))", "(`a.org/b_c <https://a.org/b_c>`__)"),
    ],
)  # fmt: skip
def test_prose_is_escaped_and_linked(text, markdown, restructured):
    assert markdown_text(text) == markdown
    assert restructured_text(text) == restructured


def test_counts_stand_behind_their_cells():
    table = Table(
        title="T",
        columns=("f", "n"),
        cells=(("a\nb", "–"), ("c", "d|e")),
        code=frozenset("f"),
        numbers=frozenset("n"),
        counts={(1, "n"): 1234},
    )
    assert markdown(table).splitlines()[2:] == ["| f | n |", "|---|---:|", "| `a`, `b` | – |", "| `c` | d\\|e (1,234) |"]


def test_the_page_stands_in_the_repository():
    assert Path(__file__).parents[2] / "ATLAS.md" == PAGE
