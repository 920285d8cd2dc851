"""Steps as LaTeX: window, kernel and sum, for a displayed formula. Samples that the boundary supplied are underlined."""

from itertools import product
from typing import Any

from faltung.trace.grids import ends
from faltung.trace.numbers import factor, joined, signed, text
from faltung.trace.record import Sample, Steps, Term, Walk
from faltung.trace.text import MOST_OUTPUTS, MOST_TERMS

A_LINE = 6  # terms; a line of a text column


def to_latex(steps: Steps) -> str:
    r"""Return an ``aligned`` block (amsmath): the sum of window times kernel, term by term, and the result.

    Examples
    --------
    >>> print(ft.trace([3, 5, 8], [1, -1], at=1, mode="same").to_latex())
    \begin{aligned}
    y_{1} &= \sum \begin{pmatrix} 1 & -1 \end{pmatrix} \odot \begin{pmatrix} 3 & 5 \end{pmatrix} \\
    &= 1 \cdot 3 - 1 \cdot 5 \\
    &= 3 - 5 \\
    &= -2
    \end{aligned}
    """
    pairs = zip(_matrices(steps.weights), _matrices(steps.samples), strict=True)
    first = " + ".join(rf"\sum {kernel} \odot {window}" for kernel, window in pairs)
    met = [term for term in steps.terms if term.product is not None]
    lines = [f"y_{{{_index(steps.at)}}} &= {first}"]
    lines += _lines(joined([_product(term) for term in met[:MOST_TERMS]]), len(met))
    lines += _lines(joined([_latex_signed(term.product) for term in met[:MOST_TERMS]]), len(met))
    lines.append(f"&= {_number(steps.total)}")
    if steps.result is not None and text(steps.result) != text(steps.total):
        lines.append(rf"&\to {_number(steps.result)}")
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def walk_to_latex(walk: Walk) -> str:
    """Return one line for every output, of the first 64."""
    lines = []
    for _, steps in zip(range(MOST_OUTPUTS), walk, strict=False):
        words = joined([_product(term) for term in steps.terms if term.product is not None][:MOST_TERMS])
        result = r"\text{none}" if steps.result is None else _number(steps.result)
        lines.append(f"y_{{{_index(steps.at)}}} &= {' '.join(words)} = {result}")
    if len(walk) > MOST_OUTPUTS:
        lines.append(rf"&\ \ \vdots \quad \text{{{len(walk) - MOST_OUTPUTS} more}}")
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _lines(words: list[str], count: int) -> list[str]:
    """Return the words in lines of a few terms."""
    parts = [" ".join(words[i : i + A_LINE]) for i in range(0, len(words), A_LINE)]
    if count > len(words):
        parts.append(rf"+ \cdots \quad \text{{({count - len(words)} more terms)}}")
    return [f"&= {parts[0]}", *(rf"&\quad {part}" for part in parts[1:])]


def _index(index: tuple[int, ...]) -> str:
    return ",".join(str(i) for i in index)


def _number(value: Any) -> str:
    written = text(value)
    mantissa, e, exponent = written.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e and exponent.lstrip("+-").isdigit() else written.replace("j", r"\,\mathrm{j}")


def _latex_signed(value: Any) -> tuple[str, str]:
    sign, rest = signed(value)
    return sign, rest.replace("j", r"\,\mathrm{j}") if "j" in rest else _number(rest)


def _product(term: Term) -> tuple[str, str]:
    sign, weight = _latex_signed(term.weight)
    value = factor(term.sample.value).replace("j", r"\,\mathrm{j}")
    second = rf"\underline{{{_number(term.sample.value)}}}" if term.sample.source == "boundary" else value
    return sign, rf"{weight} \cdot {second}"


def _matrices(values: Any) -> list[str]:
    """Return a matrix for every slice along the last two axes."""
    table = values if values.ndim > 1 else values[None]
    out = []
    for lead in product(*(range(n) for n in table.shape[:-2])):
        rows = []
        for i in ends(table.shape[-2]):
            cells = [r"\cdots" if None in (i, j) else _entry(table[(*lead, i, j)]) for j in ends(table.shape[-1])]
            rows.append(" & ".join(cells))
        body = r" \\ ".join(rows)
        out.append(rf"\begin{{pmatrix}} {body} \end{{pmatrix}}")
    return out


def _entry(value: Any) -> str:
    if not isinstance(value, Sample):
        return r"\cdot" if value is None else _number(value)
    if value.source == "nothing":
        return r"\cdot"
    return rf"\underline{{{_number(value.value)}}}" if value.source == "boundary" else _number(value.value)
