"""One spelling for each operation: two Windows, or two Problems, mean the same exactly when their canonical forms are equal.

What decides is the *table*: for every output o and every entry j of the kernel as it is stored, the sample that is read, the fill value,
or nothing; a fill of 0 is nothing. The canonical form is the first Window that has the table, in this order:

    output_reversal, stride + kernel_dilation + input_dilation, input_dilation, stride, kernel_dilation,
    whether anything outside is read, reversal, |pad_low|, pad_low, boundary_low, boundary_high (in the order of `BOUNDARIES`).

Small tables are searched in this order, so the form depends on the table alone. On large axes only what can be told from the ends is
compared: common factors, steps that no second output or tap shows, boundaries that read the same samples, whole periods. There two
operations are never called equal when they differ; they are recognised as equal whenever their inside samples fix the line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from math import gcd, nan

from faltung.errors import SpecError
from faltung.spec.boundary import BOUNDARIES, Boundary, source
from faltung.spec.fold import Fold
from faltung.spec.window import Number, Outside, Window, core_size, dilated_size, fill_value, position, reach, reading

# Measured on one core of an AMD EPYC: 0.3 ms a Window on the grid of tests/laws/test_canonical.py; at worst 80 ms (n, k <= 12, steps <= 9).
SMALL_TABLE = 144  # entries of a table that is searched
LARGEST_SUM = 24  # of the three steps: 2,024 triples
MORE = 4  # by how much the steps of a forward line may exceed those of the same outputs written backwards
FAR = 64  # positions: up to this length of the spread input, every shift is tried
ENTRIES = 4096  # outside positions compared at one end of a large axis

Value = int | str | tuple[str, Number]
"""What an entry of the table holds: a sample, ``"zero"``, ``"gap"`` (nothing, told apart from zero), or ``("fill", value)``."""
Table = tuple[tuple[Value, ...], ...]
Law = tuple[Boundary, Number]
Ranked = tuple[tuple[int, ...], Window]
ENDS: tuple[Outside, Outside] = ("low", "high")


def canonical(window: Window, n: int, k: int, *, gaps: bool = False) -> Window:
    """Return the first Window, in a fixed order, that reads the same for `n` samples and `k` taps.

    Parameters
    ----------
    window : Window
        Any spelling.
    n, k : int
        Samples and taps, at least 1 each.
    gaps : bool
        Whether "nothing is read" differs from "zero is read". It does where a lower axis has a fill: a sample that is outside on
        several axes gets the fill of the lowest of them.

    Returns
    -------
    Window
        Equal for two Windows exactly when their tables are equal (tests/laws/test_canonical.py); for folds, and on large axes, equal
        only if the tables are equal.

    Examples
    --------
    >>> from faltung.spec import Window
    >>> canonical(Window(stride=2, kernel_dilation=2, input_dilation=2, pad_low=2, pad_high=3), 5, 3) == Window(pad_low=1, pad_high=1)
    True
    """
    if n < 1 or k < 1:
        raise SpecError(f"no canonical form: {n} samples and {k} taps; both must be at least 1")
    m = core_size(window, n, k)
    if window.fold is not None:
        return _of_fold(window, window.fold, n, k, gaps)
    if m == 0:
        return Window(pad_high=k - 1 - n)
    reduced = _reduced(window, n, k, m, gaps)
    if m * k > SMALL_TABLE:
        return _by_its_ends(reduced, n, k, m)
    limit = min(LARGEST_SUM, reduced.stride + reduced.kernel_dilation + reduced.input_dilation)
    return _first(_table(window, n, k, gaps), n, limit, reduced.output_reversal, gaps) or _by_its_ends(reduced, n, k, m)


def reads_nothing(window: Window, n: int, k: int) -> bool:
    """Return whether a canonical Window (made without gaps) reads neither a sample nor a fill: every output is 0."""
    return window == empty_window(n, k, core_size(window, n, k))


def exact_pads(window: Window, n: int, k: int) -> Window:
    """Return the Window without what the last output leaves over behind it."""
    m = core_size(window, n, k)
    if m == 0:
        return window
    return replace(window, pad_high=window.stride * (m - 1) + reach(window, k) + 1 - dilated_size(window, n) - window.pad_low)


def _table(window: Window, n: int, k: int, gaps: bool) -> Table:
    """Return table[o][j], with j the entry of the kernel as it is stored and o counted after any output reversal."""
    rows = [
        tuple(_value(window, position(window, o, t), n, gaps) for t in (range(k - 1, -1, -1) if window.reversal else range(k)))
        for o in range(core_size(window, n, k))
    ]
    return tuple(reversed(rows) if window.output_reversal else rows)


def _value(window: Window, p: int, n: int, gaps: bool) -> Value:
    found = reading(window, p, n)
    if found == "nothing":
        return "gap" if gaps else "zero"
    if not isinstance(found, str):
        return found
    fill = fill_value(window, found)
    if fill == 0:
        return "zero"
    return "fill", (fill if fill == fill else nan)  # one NaN for all, which is then identical to itself


# The search through small tables


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """What, besides a shift and the boundaries, makes a Window."""

    stride: int
    kernel_dilation: int
    input_dilation: int
    output_reversal: bool
    reversal: bool = False


@lru_cache(maxsize=1 << 14)
def _first(table: Table, n: int, limit: int, may_reverse_output: bool, gaps: bool) -> Window | None:
    """Return the first Window with this table whose steps sum to at most `limit`."""
    m, k = len(table), len(table[0])
    for output_reversal in (False, True) if may_reverse_output else (False,):
        for steps in _all_steps(m, k, limit + MORE if may_reverse_output else limit, output_reversal):
            both = [replace(steps, reversal=True), steps] if k > 1 else [steps]
            found = [form for each in both for form in _all_shifts(_line(table, each), each, n, gaps)]
            if found:
                return _with_room(min(found, key=_rank)[1], n, k, m)
    return None


def _all_steps(m: int, k: int, limit: int, output_reversal: bool) -> Iterator[_Steps]:
    """Yield steps in the order of the module docstring; a step that a single output or tap does not show is 1."""
    for total in range(3, limit + 1):
        for spread in range(1, total - 1):
            for stride in range(1, total - spread):
                dilation = total - spread - stride
                if (m == 1 and stride > 1) or (k == 1 and dilation > 1):
                    continue
                yield _Steps(stride=stride, kernel_dilation=dilation, input_dilation=spread, output_reversal=output_reversal)


def _line(table: Table, steps: _Steps) -> dict[int, Value] | None:
    """Return what is read at u = stride·o + dilation·t, or None if the table is not a function of u."""
    line: dict[int, Value] = {}
    for o, row in enumerate(reversed(table) if steps.output_reversal else table):
        for t, value in enumerate(reversed(row) if steps.reversal else row):
            if line.setdefault(steps.stride * o + steps.kernel_dilation * t, value) != value:
                return None
    return line


def _all_shifts(line: dict[int, Value] | None, steps: _Steps, n: int, gaps: bool) -> Iterator[Ranked]:
    if line is None:
        return
    between = "gap" if gaps else "zero"
    for pad in _shifts(line, steps.input_dilation, n, between):
        laws = _laws(line, pad, steps.input_dilation, n, between)
        if laws is not None:
            yield _ranked(steps, pad, *laws)


def _rank(form: Ranked) -> tuple[int, ...]:
    return form[0]


def _shifts(line: dict[int, Value], spread: int, n: int, between: str) -> set[int]:
    """Return every pad_low that could explain the line.

    A sample q is read inside, or beyond an end by a period or a reflection; or everything read lies beyond the ends.
    """
    samples = {(u, value) for u, value in line.items() if isinstance(value, int)}
    if samples:
        u, q = next(iter(samples))
        read = {v: value for v, value in line.items() if (v - u) % spread == 0}  # where the positions divide
        if any(v not in read for v, _ in samples) or any(value != between for v, value in line.items() if v not in read):
            return set()
        if not isinstance(read[min(read)], int) and not isinstance(read[max(read)], int):
            return {u - spread * q}  # neither boundary supplies samples: all are inside
    shifts = {
        u - spread * index
        for u, q in samples
        for index in (q, q - n, q + n, -1 - q, 2 * n - 1 - q, -q, 2 * n - 2 - q)
    }  # fmt: skip
    if any(0 < q < n - 1 for _, q in samples):
        return shifts
    first, last, size = min(line), max(line), spread * (n - 1) + 1
    if size <= FAR:
        return shifts | set(range(first - size - spread + 1, last + spread + 1))
    before = [last, *(a for a, b in pairwise(sorted(line)) if b - a > size)]
    return shifts | {u + c for u in before for c in range(1, spread + 1)} | {first - size + 1 - c for c in range(1, spread + 1)}


def _laws(line: dict[int, Value], pad: int, spread: int, n: int, between: str) -> tuple[Law, Law] | None:
    """Return the first boundaries under which the shifted line reads what it should, or None."""
    low: list[Law] | None = None
    high: list[Law] | None = None
    for u, value in line.items():
        q, rest = divmod(u - pad, spread)
        if 0 <= q < n or rest:
            if value != (between if rest else q):
                return None
        elif q < 0:
            low = _those_that_read(low, q, value, n)
            if not low:
                return None
        else:
            high = _those_that_read(high, q, value, n)
            if not high:
                return None
    return low[0] if low else ("zero", 0), high[0] if high else ("zero", 0)


def _those_that_read(laws: list[Law] | None, q: int, value: Value, n: int) -> list[Law]:
    """Return which of the laws (None: of all, a constant having this fill) read this value at this index outside."""
    if laws is None:
        laws = [("constant", value[1])] if isinstance(value, tuple) else [(law, 0) for law in BOUNDARIES if law != "constant"]
    return [each for each in laws if (("fill", each[1]) if each[0] == "constant" else _reads(each[0], q, n)) == value]


def _law(entries: Iterable[tuple[int, Value]], n: int, known: Boundary | None = None) -> Law | None:
    """Return the first boundary that reads these values at these indices. `known` is one that does: it need not be compared.

    A constant boundary has one fill, so that its first entry tells it from all the others.
    """
    entries = list(islice(entries, ENTRIES + 1))
    complete = len(entries) <= ENTRIES
    for law in BOUNDARIES:
        if law == "constant":
            value = entries[0][1] if entries else "zero"
            if isinstance(value, tuple):  # then the rest is the same
                return law, value[1]
            continue
        if law == known or (complete and all(_reads(law, q, n) == value for q, value in entries)):
            return law, 0
    return None


def _reads(law: Boundary, q: int, n: int) -> Value:
    found = source(law, q, n)
    return "zero" if found is None else found


def _ranked(steps: _Steps, pad: int, low: Law, high: Law) -> Ranked:
    outside = (low[0], high[0]) != ("zero", "zero")
    key = (outside, steps.reversal, abs(pad), pad, BOUNDARIES.index(low[0]), BOUNDARIES.index(high[0]))
    window = Window(
        stride=steps.stride, kernel_dilation=steps.kernel_dilation, input_dilation=steps.input_dilation, pad_low=pad,
        reversal=steps.reversal, output_reversal=steps.output_reversal,
        boundary_low=low[0], boundary_high=high[0], fill_low=low[1], fill_high=high[1],
    )  # fmt: skip
    return key, window


def _with_room(window: Window, n: int, k: int, m: int) -> Window:
    """Return the Window with the pad_high of exactly `m` outputs."""
    return replace(window, pad_high=window.stride * (m - 1) + reach(window, k) + 1 - dilated_size(window, n) - window.pad_low)


# Large axes


def empty_window(n: int, k: int, m: int) -> Window:
    """Return the first Window whose m outputs read nothing."""
    pad = min((-n, m + k - 1), key=lambda pad: (abs(pad), pad))
    return _with_room(Window(pad_low=pad), n, k, m)


def _reduced(window: Window, n: int, k: int, m: int, gaps: bool) -> Window:
    """Return the Window without steps that are not shown and without a common factor."""
    stride = window.stride if m > 1 else 0
    dilation = window.kernel_dilation if k > 1 else 0
    factor = gcd(stride, dilation, window.input_dilation)
    if window.pad_low % factor:
        if not gaps:
            return empty_window(n, k, m)
        factor = 1
    reduced = replace(
        window, stride=max(stride // factor, 1), kernel_dilation=max(dilation // factor, 1),
        input_dilation=window.input_dilation // factor, pad_low=window.pad_low // factor,
        reversal=window.reversal and k > 1, output_reversal=window.output_reversal and m > 1,
    )  # fmt: skip
    return _with_room(reduced, n, k, m)


def _by_its_ends(window: Window, n: int, k: int, m: int) -> Window:
    """Return the first form with the same steps: only the positions beyond the two ends are compared."""
    steps = _Steps(**{name: getattr(window, name) for name in _Steps.__slots__})
    period = n * window.input_dilation
    shifts = [window.pad_low]
    if _periodic_or_unread(window, n, k, m):
        shifts += [window.pad_low % period, window.pad_low % period - period]
    found = []
    for pad in shifts:
        shifted = _with_room(replace(window, pad_low=pad), n, k, m)
        laws = []
        for end in ENDS:
            own: Boundary = "periodic" if pad != window.pad_low else _own_law(window, end)
            entries = ((q, _value(window, position(window, o, t), n, True)) for q, o, t in _beyond(shifted, n, k, m, end))
            laws.append(_law(entries, n, own))
        if laws[0] is not None and laws[1] is not None:
            found.append(_ranked(steps, pad, laws[0], laws[1]))
    best = _with_room(min(found, key=_rank)[1], n, k, m)
    return _of_one_sample(best, n, k, m)


def _own_law(window: Window, end: Outside) -> Boundary:
    law = window.boundary_low if end == "low" else window.boundary_high
    return "zero" if law == "constant" and fill_value(window, end) == 0 else law


def _of_one_sample(window: Window, n: int, k: int, m: int) -> Window:
    """Return the forms in which steps do not count: everything reads the one sample there is, or everything reads zero."""
    first, last = -window.pad_low, window.stride * (m - 1) + reach(window, k) - window.pad_low
    laws = window.boundary_low, window.boundary_high
    if laws == ("zero", "zero") and window.input_dilation == 1 and (last < 0 or first >= n):
        return empty_window(n, k, m)
    covered = all(law == "edge" or not read for law, read in zip(laws, (first < 0, last > 0), strict=True))
    if n == 1 and window.input_dilation == 1 and covered:
        return _with_room(Window(boundary_high="edge" if m * k > 1 else "zero"), n, k, m)
    return window


def _periodic_or_unread(window: Window, n: int, k: int, m: int) -> bool:
    """Return whether a shift by the period changes nothing: each end is periodic or not read, and one of them is read."""
    read = [any(True for _ in islice(_beyond(window, n, k, m, end), 1)) for end in ENDS]
    laws = window.boundary_low, window.boundary_high
    return any(read) and all(law == "periodic" for law, seen in zip(laws, read, strict=True) if seen)


def _beyond(window: Window, n: int, k: int, m: int, end: Outside) -> Iterator[tuple[int, int, int]]:
    """Yield (index, output, tap) of what is read beyond one end, beginning with the row that reaches farthest."""
    size = dilated_size(window, n)
    outputs, taps = (range(m), range(k)) if end == "low" else (range(m - 1, -1, -1), range(k - 1, -1, -1))
    spread, step = window.input_dilation, window.input_dilation // gcd(window.input_dilation, window.kernel_dilation)
    for o in outputs:
        if not _is_beyond(position(window, o, taps[0]), size, end):
            return  # no later row reaches farther
        start = next((c for c in range(min(step, k)) if position(window, o, taps[c]) % spread == 0), k)
        for t in taps[start::step]:
            p = position(window, o, t)
            if not _is_beyond(p, size, end):
                break
            yield p // spread, o, t


def _is_beyond(p: int, size: int, end: Outside) -> bool:
    return p < 0 if end == "low" else p >= size


# Folds


def _of_fold(window: Window, fold: Fold, n: int, k: int, gaps: bool) -> Window:
    """Return the canonical core with the fold's unread ends cleared; a fold that only crops becomes a crop."""
    m, core = core_size(window, n, k), replace(window, fold=None)
    laws = []
    for end, indices in (("low", range(-fold.low, 0)), ("high", range(m - fold.low - 1, fold.size - 1, -1))):
        own: Boundary = getattr(fold, f"boundary_{end}")
        law = _law(((q, _reads(own, q, fold.size)) for q in indices), fold.size, "zero" if own == "constant" else own)
        laws.append(law[0] if law is not None else own)
    dropped = max(fold.low, 0) if laws[0] == "zero" else 0, max(m - fold.low - fold.size, 0) if laws[1] == "zero" else 0
    kept, low = m - sum(dropped), fold.low - dropped[0]
    if kept < 1:
        return empty_window(n, k, fold.size)
    skipped = dropped[1] if window.output_reversal else dropped[0]
    core = _with_room(replace(core, pad_low=core.pad_low - core.stride * skipped), n, k, kept)
    if low == 0 and kept == fold.size:
        return canonical(core, n, k, gaps=gaps)
    inner = canonical(core, n, k, gaps=gaps)
    return replace(inner, fold=Fold(size=fold.size, low=low, boundary_low=laws[0], boundary_high=laws[1]))
