"""The page of the atlas: its sections, in Markdown for the repository and in reStructuredText for the documentation."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from faltung.atlas_page.figures import figures
from faltung.atlas_page.proof import proof
from faltung.atlas_page.render import markdown_table, markdown_text, restructured, restructured_text
from faltung.atlas_page.views import view


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, what to know before reading, and the tables that follow."""

    title: str
    text: str
    views: tuple[str, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        title="Even kernels", views=("centres",),
        text="An impulse at index 4 of nine samples under the kernel `1 2 3 4`, each function in its own `same`. A convolution shows the "
        "kernel as it is stored, a correlation reversed; where it lies shows the centre. A function that has several words for `same` "
        "stands with each of their answers; `faltung atlas --even` prints the calls.",
    ),
    Section(
        title="The functions", views=("functions",),
        text="In `same`, `low` starts the window ⌊L/2⌋ samples before its output and `high` L − ⌊L/2⌋, L being the number of taps "
        "less one: they differ for even kernels only. *Scatter* is a transposed convolution. In brackets, the number of answers compared.",
    ),
    Section(
        title="What lies outside", views=("laws", "boundaries"),
        text="Six laws, and the arguments that ask for them; 7 stands for any number. In brackets, the number of answers compared "
        "under a law.",
    ),
    Section(
        title="Batch and channels", views=("layouts",),
        text="N is the batch, C the channels, O and I those of the kernel, other letters the axes over which the kernel slides. Most "
        "functions take other layouts too, by an argument.",
    ),
    Section(
        title="Dtypes of results", views=("dtypes",),
        text="By the dtype of both operands; in brackets what becomes of integers that do not fit, and how they are rounded.",
    ),
    Section(
        title="Known bugs", views=("bugs",),
        text="Documented behaviour is imitated. These are imitated only where `bugs=True` is asked for; not at all where "
        "it says so.",
    ),
    Section(
        title="The libraries", views=("libraries",),
        text="Of each, how many functions are here, and how they are known: by running the library, or by reading its source or its "
        "documentation.",
    ),
    Section(
        title="What was compared", views=("proof",),
        text="Integers, and floats whose sums are whole numbers, are compared exactly; answers computed by a Fourier transform or rounded "
        "to few bits there, within their rounding. A comparison stands in several columns: one with an even kernel, one with a kernel "
        "longer than the input. *Refused* counts operands and arguments that both the library and its dialect refuse. *Probed* counts "
        "calls whose convention `faltung.probe` found from outside, without the dialect, and which came out the same.",
    ),
    Section(
        title="References", views=("references",),
        text="Where a row that is not executed was read; of an executed one, what is worth knowing.",
    ),
)  # fmt: skip

INTRODUCTION = (
    "What the functions of other libraries mean: whether they reverse the kernel, which operand they conjugate, where an even kernel has "
    "its centre, what lies outside. Each row is read from a *dialect*, the description that `faltung.like`, `faltung.read` and "
    "`faltung.translate` compute with; the tests run the libraries themselves, over grids of sizes, modes, boundaries and dtypes, and "
    "compare."
)


def summary() -> str:
    """Return the figures as a paragraph."""
    found = figures()
    numbers = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in found.items()}
    return (
        f"{numbers['functions with a dialect']} functions of {numbers['libraries with a dialect']} libraries have a dialect; "
        f"{numbers['functions executed']} functions of {numbers['libraries executed']} libraries were run on {numbers['date']}, under "
        f"Python {proof().versions['Python']}: {numbers['comparisons']} answers compared, {numbers['translations executed']} translations "
        f"from one library into another typed and run, {numbers['wrong']} wrong."
    )


def markdown_page() -> str:
    """Return the page in Markdown."""
    lines = [
        "<!-- Printed by `make atlas` from the dialects and the record of their tests; edits are lost. -->",
        "# The atlas of convolutions",
    ]
    lines += [_emphasised(markdown_text, INTRODUCTION), summary()]
    lines.append("\n".join(f"* [{section.title}](#{_anchor(section.title)})" for section in SECTIONS))
    for section in SECTIONS:
        lines += [f"## {section.title}", _emphasised(markdown_text, section.text), *(markdown_table(view(name)) for name in section.views)]
    return "\n\n".join(lines) + "\n"


def restructured_introduction() -> str:
    """Return what stands before the sections, in reStructuredText."""
    return f"{_emphasised(restructured_text, INTRODUCTION)}\n\n{restructured_text(summary())}\n"


def restructured_sections() -> str:
    """Return the sections in reStructuredText."""
    lines = []
    for section in SECTIONS:
        heading = f"{section.title}\n{'-' * len(section.title)}"
        lines += [heading, _emphasised(restructured_text, section.text), *(restructured(view(name)) for name in section.views)]
    return "\n\n".join(lines) + "\n"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def _emphasised(text: Callable[[str], str], words: str) -> str:
    """Return the text with *emphasis*, which both forms write in the same way."""
    parts = re.split(r"\*(\w+)\*", words)
    return "".join(f"*{part}*" if i % 2 else text(part) for i, part in enumerate(parts))
