"""Steps as aligned text."""

import textwrap
from collections.abc import Iterator
from typing import Any

from faltung.spec.notation import format_problem
from faltung.trace.grids import Block, blocks, side_by_side
from faltung.trace.numbers import aligned, factor, is_complex, joined, signed, text
from faltung.trace.record import Sample, Side, Steps, Term, Walk
from faltung.trace.work import after_the_sum, does_not_fit

WIDTH = 80  # columns of a usual terminal
MOST_TERMS = 225  # a kernel of 15 x 15; beyond that the list is cut, and to_json() has the rest
MOST_OUTPUTS = 64
EQUATION = "y[o] = Σ over t of w[t] · X[p],  p = stride·o + dilation·t − pad_low"


def describe(steps: Steps) -> str:
    """Return one output, term by term."""
    outputs = " x ".join(str(n) for n in steps.problem.output_shape)
    parts = [
        [format_problem(steps.problem), *equation(steps)],
        [f"{name(steps)} of {outputs} outputs", *(f"  {line}" for line in _axes(steps))],
        *([f"  {line}" for line in lines] for lines in _windows(steps)),
        [f"  {line}" for line in _sum(steps)],
        [f"  {line}" for line in _table(steps)],
    ]
    notes = folded(legend(steps))
    return "\n\n".join("\n".join(part).rstrip() for part in [*parts, [f"  {note}" for note in notes]] if part)


def describe_walk(walk: Walk) -> str:
    """Return the sum of every output, up to 64 of them, and the output array."""
    lines = list(walk_lines(walk, MOST_OUTPUTS))
    if len(walk) > MOST_OUTPUTS:
        lines.append(f"  … and {len(walk) - MOST_OUTPUTS:,} more outputs; iterate over the walk for each")
    return "\n".join(lines)


def walk_lines(walk: Walk, most: int | None = None) -> Iterator[str]:
    """Yield the lines of a walk: notation, equation, then for each output its sum; at the end the output array, if it is small."""
    first = walk[(0,) * len(walk.problem.output_shape)]
    yield format_problem(walk.problem)
    yield from equation(first)
    yield ""
    seen: dict[Side, None] = {}
    nothing = False
    for count, steps in enumerate(walk):
        if most is not None and count >= most:
            break
        yield from (f"  {line}" for line in _sum(steps, products=False))
        seen |= dict.fromkeys(sides(steps))
        nothing = nothing or meets_nothing(steps)
    notes = folded(written_legend(list(seen), nothing))
    yield from [""] * bool(notes)
    yield from (f"  {line}" for line in notes)
    if len(walk) <= MOST_OUTPUTS:
        outputs = [steps.result for steps in walk]
        yield ""
        yield from (f"  {line}" for line in side_by_side([Block(title="output", cells=_result_cells(walk, outputs))], WIDTH))


def _result_cells(walk: Walk, outputs: list[Any]) -> list[list[str]]:
    """Return the outputs as rows; the slices of more than two axes one below the other, with a blank row between."""
    shape, written = walk.problem.output_shape, aligned(["none" if value is None else text(value) for value in outputs])
    columns = shape[-1]
    rows = [written[start : start + columns] for start in range(0, len(written), columns)]
    if len(shape) < 3:
        return rows
    height = shape[-2]
    return [row for n, row in enumerate(rows) for row in ([[], row] if n and n % height == 0 else [row])]


def name(steps: Steps) -> str:
    """Return the output's name, as ``y[0,0]``."""
    return f"y{index_text(steps.at)}"


def index_text(index: tuple[int, ...]) -> str:
    """Return an index in brackets."""
    return f"[{','.join(str(i) for i in index)}]"


def equation(steps: Steps) -> list[str]:
    """Return the equation, and what it does not say itself."""
    spread = any(w.input_dilation > 1 for w in steps.problem.windows)
    return [EQUATION] + ["p counts positions of the spread input: sample q stands at p = input_dilation·q"] * spread


def _axes(steps: Steps) -> list[str]:
    """Return for each axis the positions that the window meets, with the numbers of the equation."""
    lines = []
    problem = steps.problem
    for axis, (window, k) in enumerate(zip(problem.windows, problem.kernel_sizes, strict=True)):
        found = sorted({(term.tap[axis], term.sample.position[axis]) for term in steps.terms})
        first = found[0][1]
        o = (first + window.pad_low) // window.stride
        shown = [str(p) for _, p in found] if k <= 5 else [str(found[0][1]), str(found[1][1]), "…", str(found[-1][1])]
        sign = f"− {window.pad_low}" if window.pad_low >= 0 else f"+ {-window.pad_low}"
        lines.append(f"axis {axis}: p = {window.stride}·{o} + {window.kernel_dilation}·t {sign} = {', '.join(shown)}")
    return lines


def _windows(steps: Steps) -> list[list[str]]:
    """Return window, kernel and products side by side, or below each other where that is too wide; a group for each slice."""
    turned = steps.problem.spec.conj == "input" and any(is_complex(term.sample.value) for term in steps.terms)
    samples = blocks(steps.samples, "window, conjugated" if turned else "window read", mark_sample)
    weights = blocks(steps.weights, applied(steps), text)
    products = blocks(steps.products, "products", text)
    return [side_by_side(list(group), WIDTH - 2) for group in zip(samples, weights, products, strict=True)]


def applied(steps: Steps) -> str:
    """Return the title of the kernel: what was done to it before it was laid over the window."""
    problem = steps.problem
    turned = [str(axis) for axis, window in enumerate(problem.windows) if window.reversal and problem.kernel_sizes[axis] > 1]
    words = []
    if turned:
        words.append("reversed" if len(turned) == len(problem.windows) else f"reversed on axis {', '.join(turned)}")
    if problem.spec.permute is not None and list(problem.spec.permute) != sorted(problem.spec.permute):
        words.append("axes permuted")
    if problem.spec.conj == "kernel" and any(is_complex(term.weight) for term in steps.terms):
        words.append("conjugated")
    return f"kernel, {', '.join(words)}" if words else "kernel as applied"


def mark_sample(sample: Sample) -> str:
    """Return a sample as text, in brackets where the boundary supplied it."""
    return f"[{text(sample.value)}]" if sample.source == "boundary" else text(sample.value)


def _sum(steps: Steps, products: bool = True) -> list[str]:
    """Return the sum three times: as products, as their values, as the result."""
    met = [term for term in steps.terms if term.product is not None]
    lead = name(steps)
    lines = wrapped(lead + " = ", product_words(steps))
    margin = " " * len(lead) + " = "
    if products:
        lines += wrapped(margin, joined([signed(term.product) for term in met]))
    lines += [margin + text(steps.total)]
    then = after_the_sum(steps.problem)
    if steps.result is None:
        lines.append(f"{' ' * len(lead)}   {does_not_fit(steps.problem, steps.total)}")
    elif then:
        lines.append(f"{' ' * len(lead)} → {text(steps.result)}   ({then})")
    return lines if products else _closed(lines, len(lead))


def _closed(lines: list[str], lead: int) -> list[str]:
    """Return the sum with its total on the same line where there is room."""
    total = next(i for i in range(1, len(lines)) if lines[i].startswith(" " * lead + " = "))
    short = f"{lines[total - 1]} {lines[total].strip()}"
    return [*lines[: total - 1], short, *lines[total + 1 :]] if len(short) <= WIDTH - 2 else lines


def product_words(steps: Steps) -> list[str]:
    """Return the sum of products as words: ``4·0``, ``+ 1·[2]``, ``- 3·5``; a sample of the boundary is in brackets."""
    return joined([_product(term) for term in steps.terms if term.product is not None])


def _product(term: Term) -> tuple[str, str]:
    sign, first = signed(term.weight)
    second = f"[{text(term.sample.value)}]" if term.sample.source == "boundary" else factor(term.sample.value)
    return sign, f"{first}·{second}"


def wrapped(lead: str, words: list[str]) -> list[str]:
    """Return the words behind `lead`, broken into lines that are indented below each other."""
    lines, line = [], lead
    for n, word in enumerate(words[:MOST_TERMS]):
        if n and len(line) + 1 + len(word) > WIDTH - 2:
            lines.append(line)
            line = " " * len(lead) + word
        else:
            line += f" {word}" if n else word
    lines.append(line)
    return lines + [f"{' ' * len(lead)}… and {len(words) - MOST_TERMS:,} more; to_json() has them all"] * (len(words) > MOST_TERMS)


def _table(steps: Steps) -> list[str]:
    """Return one line for each term: tap, kernel entry, weight, what is read, sample, product, sum so far."""
    terms = steps.terms[:MOST_TERMS]
    columns = [
        ("tap", [",".join(str(t) for t in term.tap) for term in terms], False),
        ("kernel", [f"k{index_text(term.kernel_index)}" for term in terms], False),
        ("weight", aligned([text(term.weight) for term in terms]), True),
        ("reads", [reads(term.sample) for term in terms], False),
        ("sample", _bracketed([term.sample for term in terms]), True),
        ("product", aligned([text(term.product) for term in terms]), True),
        ("sum", aligned([text(term.running) for term in terms]), True),
    ]
    filled = [_column(title, cells, numeric) for title, cells, numeric in columns]
    lines = ["  ".join(row).rstrip() for row in zip(*filled, strict=True)]
    left = len(steps.terms) - MOST_TERMS
    return lines + [f"… and {left:,} more terms; to_json() has them all"] * (left > 0)


def _bracketed(samples: list[Sample]) -> list[str]:
    """Return the samples' values aligned, those that the boundary supplied in brackets."""
    values = aligned([text(sample.value) for sample in samples])
    if not any(sample.source == "boundary" for sample in samples):
        return values
    pad = [len(value) - len(value.lstrip()) for value in values]
    written = []
    for value, sample, left in zip(values, samples, pad, strict=True):
        bare = value.strip()
        right = " " * (len(value) - left - len(bare))
        written.append(f"{' ' * left}[{bare}]{right}" if sample.source == "boundary" else f"{' ' * left} {bare} {right}")
    return written


def _column(title: str, cells: list[str], numeric: bool) -> list[str]:
    width = max(len(title), *(len(cell) for cell in cells))
    return [cell.rjust(width) if numeric else cell.ljust(width) for cell in [title, *cells]]


def reads(sample: Sample) -> str:
    """Return what a tap meets: ``x[1,2]``, ``X[-1,2] = x[0,2]`` for a boundary, ``X[-1,2]`` for a fill, ``nothing``."""
    if sample.source == "nothing":
        return "nothing"
    if sample.source == "sample":
        return f"x{index_text(sample.index or ())}"
    place = f"X{index_text(sample.position)}"
    return place if sample.index is None else f"{place} = x{index_text(sample.index)}"


def folded(notes: list[str]) -> list[str]:
    """Return the notes of a legend in lines of the width, indented below their first word."""
    return [line for note in notes for line in textwrap.wrap(note, WIDTH - 2, subsequent_indent=" " * 5)]


def sides(steps: Steps) -> list[Side]:
    """Return where the window leaves the input, in the order of the axes."""
    found = {side for term in steps.terms if term.sample.source == "boundary" for side in term.sample.outside}
    return sorted(found, key=lambda side: (side.axis, side.end != "low"))


def meets_nothing(steps: Steps) -> bool:
    """Return whether a tap falls between the samples of a spread input."""
    return any(term.sample.source == "nothing" for term in steps.terms)


def legend(steps: Steps) -> list[str]:
    """Return what the marks mean, for those that occur: brackets and dots."""
    return written_legend(sides(steps), meets_nothing(steps))


def written_legend(found: list[Side], nothing: bool) -> list[str]:
    """Return the lines of a legend: the laws with the ends of the axes at which they supplied a sample."""
    ends: dict[str, list[str]] = {}
    for side in sorted(found, key=lambda side: (side.axis, side.end != "low")):
        ends.setdefault(side.law, []).append(f"{'before' if side.end == 'low' else 'behind'} axis {side.axis}")
    notes = [f"[ ]  outside the input, supplied by the boundary {law}: {', '.join(where)}" for law, where in ends.items()]
    return notes + ["·    nothing: between the samples of the spread input"] * nothing
