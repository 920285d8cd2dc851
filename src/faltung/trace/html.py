"""Steps as HTML: tables with captions and header cells, marks that do not depend on colour, style that follows the page.

Nothing is loaded; borders and tints are made of the page's own text colour, so that light and dark pages both work.
"""

from html import escape
from itertools import product
from typing import Any

from faltung.spec.notation import format_problem
from faltung.trace.grids import ends
from faltung.trace.numbers import joined, signed, text
from faltung.trace.record import Sample, Steps, Walk
from faltung.trace.text import (
    EQUATION,
    MOST_OUTPUTS,
    MOST_TERMS,
    applied,
    index_text,
    legend,
    name,
    product_words,
    reads,
    sides,
    written_legend,
)
from faltung.trace.work import after_the_sum, does_not_fit

SECTION = "font-variant-numeric:tabular-nums;line-height:1.4;overflow-x:auto"
TABLE = "border-collapse:collapse;margin:.5em 1em .5em 0;display:inline-table;vertical-align:top;color:inherit;background:transparent"
CELL = "border:1px solid color-mix(in srgb,currentColor 30%,transparent);padding:.15em .5em;text-align:right;color:inherit"
SUPPLIED = f"{CELL};border-style:dashed;background:color-mix(in srgb,currentColor 12%,transparent)"
CAPTION = "white-space:nowrap;text-align:left;font-weight:bold;color:inherit"


def to_html(steps: Steps) -> str:
    """Return one output: notation, equation, the three windows, the sum, the terms."""
    windows = "".join(
        [_window(steps, "window read", "samples"), _window(steps, applied(steps), "weights"), _window(steps, "products", "products")]
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in legend(steps))
    return (
        f'<section style="{SECTION}" aria-label="trace of {escape(name(steps))}">'
        f"<p><code>{escape(format_problem(steps.problem))}</code><br>{escape(EQUATION)}</p>"
        f"<div>{windows}</div><p>{_sum(steps)}</p>{_terms(steps)}" + (f"<ul>{notes}</ul>" if notes else "") + "</section>"
    )


def walk_to_html(walk: Walk) -> str:
    """Return a table of the outputs with their sums."""
    shown = [steps for _, steps in zip(range(MOST_OUTPUTS), walk, strict=False)]
    found = list({side: None for steps in shown for side in sides(steps)})
    notes = written_legend(found, any(term.product is None for steps in shown for term in steps.terms))
    notes += [f"{len(walk) - len(shown):,} more outputs are not shown"] * (len(walk) > len(shown))
    rows = "".join(
        f'<tr><th scope="row" style="{CELL}">{escape(name(steps))}</th><td style="{CELL};text-align:left">'
        f'{escape(" ".join(product_words(steps)))}</td><td style="{CELL}">{escape(_result(steps))}</td></tr>'
        for steps in shown
    )
    return (
        f'<section style="{SECTION}" aria-label="trace of every output">'
        f'<table style="{TABLE}"><caption style="{CAPTION}"><code>{escape(format_problem(walk.problem))}</code></caption>'
        f"<thead>{_header(['output', 'sum of products', 'result'])}</thead><tbody>{rows}</tbody></table>"
        + (f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>" if notes else "") + "</section>"
    )  # fmt: skip


def _result(steps: Steps) -> str:
    return does_not_fit(steps.problem, steps.total) if steps.result is None else text(steps.result)


def _sum(steps: Steps) -> str:
    met = [term.product for term in steps.terms if term.product is not None]
    sums = (" ".join(product_words(steps)), " ".join(joined([signed(value) for value in met])), text(steps.total))
    line = f"{escape(name(steps))} = " + "<br>&nbsp;= ".join(escape(part) for part in sums)
    then = after_the_sum(steps.problem)
    return line + (f"<br>&nbsp;→ <strong>{escape(_result(steps))}</strong> ({escape(then)})" if then or steps.result is None else "")


def _window(steps: Steps, title: str, what: str) -> str:
    """Return one table for each slice along the last two axes."""
    values = getattr(steps, what)
    table = values if values.ndim > 1 else values[None]
    out = []
    for lead in map(tuple, _leads(table.shape[:-2])):
        rows = "".join(
            f"<tr>{''.join(_cell(None if None in (i, j) else table[(*lead, i, j)], None in (i, j)) for j in ends(table.shape[-1]))}</tr>"
            for i in ends(table.shape[-2])
        )
        where = f" [{','.join(str(i) for i in lead)},:,:]" if lead else ""
        out.append(f'<table style="{TABLE}"><caption style="{CAPTION}">{escape(title + where)}</caption><tbody>{rows}</tbody></table>')
    return "".join(out)


def _leads(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(product(*(range(n) for n in shape)))


def _cell(value: Any, gap: bool) -> str:
    if gap:
        return f'<td style="{CELL}">…</td>'
    if not isinstance(value, Sample):
        return f'<td style="{CELL}">{escape(text(value))}</td>'
    return _sample_cell(value)


def _sample_cell(sample: Sample) -> str:
    if sample.source == "nothing":
        return f'<td style="{CELL}"><abbr title="nothing: between the samples of the spread input">·</abbr></td>'
    if sample.source == "sample":
        return f'<td style="{CELL}" title="x{escape(index_text(sample.index or ()))}">{escape(text(sample.value))}</td>'
    laws = ", ".join(dict.fromkeys(side.law for side in sample.outside))
    title = f"supplied by the boundary ({laws}): {reads(sample)}"
    return f'<td style="{SUPPLIED}"><abbr title="{escape(title)}">[{escape(text(sample.value))}]</abbr></td>'


def _header(titles: list[str]) -> str:
    return "<tr>" + "".join(f'<th scope="col" style="{CELL}">{escape(title)}</th>' for title in titles) + "</tr>"


def _terms(steps: Steps) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="{CELL}">{escape(index_text(term.tap)[1:-1])}</th>'
        f'<td style="{CELL}">k{escape(index_text(term.kernel_index))}</td><td style="{CELL}">{escape(text(term.weight))}</td>'
        f'<td style="{CELL};text-align:left">{escape(reads(term.sample))}</td>{_sample_cell(term.sample)}'
        f'<td style="{CELL}">{escape(text(term.product))}</td><td style="{CELL}">{escape(text(term.running))}</td></tr>'
        for term in steps.terms[:MOST_TERMS]
    )
    left = len(steps.terms) - MOST_TERMS
    more = f"<p>{left:,} more terms are not shown; to_json() has them all</p>" if left > 0 else ""
    head = _header(["tap", "kernel", "weight", "reads", "sample", "product", "sum"])
    caption = f'<caption style="{CAPTION}">terms of {escape(name(steps))}, in the order in which they are summed</caption>'
    return f'<table style="{TABLE};display:table">{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>{more}'
