"""Canonical forms are equal iff the tables are equal, and iff the reference agrees on generic integers."""

import random
import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from faltung.errors import SpecError
from faltung.reference import pattern_by_extension, reference
from faltung.spec import BOUNDARIES, Fold, Problem, Window, adjoint, canonical, canonical_problem, parse, same_operation
from faltung.spec.adjoint import spec_of_windows
from faltung.spec.canonical import SMALL_TABLE, exact_pads
from faltung.spec.spec import Spec
from faltung.spec.window import core_size, fill_value, reach

FILL = 7
PAIRS = list(product(BOUNDARIES, repeat=2))


def with_laws(window, low, high):
    fills = {f"fill_{end}": FILL if law == "constant" else 0 for end, law in (("low", low), ("high", high))}
    return replace(window, boundary_low=low, boundary_high=high, **fills)


def spellings(n, k, steps=(1, 2, 3)):
    """Yield modes and pads, strides, dilations, input dilations, boundaries and reversals; all 36 pairs where at most one step is not 1."""
    turn = 0
    for s, d, i, reversal in product(steps, steps, steps, (False, True)):
        span = d * (k - 1)
        half = span // 2
        modes = {(span, span), (half, span - half), (span - half, half), (0, 0), (span, 0), (1, 3), (-1, 2), (n + 3, -2)}
        for low, high in sorted(modes):
            window = Window(stride=s, kernel_dilation=d, input_dilation=i, pad_low=low, pad_high=high, reversal=reversal)
            turn += 5
            for pair in PAIRS if s + d + i <= 4 else [PAIRS[(turn + c) % 36] for c in (0, 11, 28)]:
                yield with_laws(window, *pair)


def literal_table(window, n, k, *, gaps=False):
    """Return (output, stored kernel entry) -> sample, fill or nothing, from the signal written out."""
    rows = []
    for row in pattern_by_extension(window, n, k):
        values = []
        for read in row[::-1] if window.reversal else row:
            if read in ("low", "high"):
                fill = fill_value(window, read)
                read = ("fill", fill) if fill else "zero" if gaps else "nothing"
            values.append(read)
        rows.append(tuple(values))
    return tuple(rows[::-1] if window.output_reversal else rows)


def check_law(windows, n, k, **gaps):
    """Assert that forms and tables correspond one to one, and return how many spellings and operations there were."""
    form_of, table_of, count = {}, {}, 0
    for window in windows:
        table, form = literal_table(window, n, k, **gaps), canonical(window, n, k, **gaps)
        assert form_of.setdefault(table, form) == form, f"one table, two forms: {n} * {k} {window}"
        assert table_of.setdefault(form, table) == table, f"one form, two tables: {n} * {k} {window}"
        count += 1
    for form, table in table_of.items():
        assert literal_table(form, n, k, **gaps) == table
        assert canonical(form, n, k, **gaps) == form == exact_pads(form, n, k)
    return count, len(form_of)


@pytest.mark.parametrize("n", range(1, 7))
def test_forms_are_equal_iff_tables_are(n):
    counts = [check_law(spellings(n, k), n, k) for k in range(1, 7)]
    spelled, operations = map(sum, zip(*counts, strict=True))
    assert spelled > 10_000
    assert operations < spelled / 2


@pytest.mark.parametrize("n", range(1, 5))
def test_with_gaps_told_apart_from_zeros(n):
    for k in (1, 2, 3, 5):
        check_law(list(spellings(n, k))[:: 3 if n > 2 else 1], n, k, gaps=True)


@pytest.mark.parametrize("n", range(1, 5))
def test_with_output_reversal(n):
    for k in range(1, 5):
        windows = list(spellings(n, k, (1, 2)))
        check_law([replace(w, output_reversal=turned) for w in windows[::4] for turned in (False, True)], n, k)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
def test_forms_are_equal_iff_the_reference_agrees_on_generic_integers(n):
    draw = random.Random(n)
    for k in (1, 2, 3, 6):
        x, w = ([draw.getrandbits(200) for _ in range(size)] for size in (n, k))  # equal sums by accident: less than 2^-150
        form_of, answer_of = {}, {}
        for window in list(spellings(n, k, (1, 2)))[::7]:
            if core_size(window, n, k) == 0:
                continue
            spec = spec_of_windows((window,), Spec(operation="correlate"))
            problem = Problem(spec=spec, input_shape=(n,), kernel_shape=(k,), input_dtype="object", kernel_dtype="object")
            answer, form = tuple(reference(problem, x, w)), canonical(window, n, k)
            assert form_of.setdefault(answer, form) == form
            assert answer_of.setdefault(form, answer) == answer


STEPS = [
    ("exact pad_high", Window(stride=3, pad_high=2), Window(stride=3, pad_high=1), 8, 3),
    ("one output: no stride", Window(stride=9), Window(), 3, 3),
    ("one tap: no dilation, no reversal", Window(kernel_dilation=5, reversal=True), Window(), 4, 1),
    ("common factor", Window(stride=2, kernel_dilation=2, input_dilation=2, pad_low=4, pad_high=4), Window(pad_low=2, pad_high=2), 5, 3),
    ("unread boundary", Window(boundary_low="edge", boundary_high="periodic"), Window(), 5, 3),
    ("constant 0 is zero", Window(boundary_low="constant", pad_low=1), Window(pad_low=1), 5, 3),
    ("one step out: half_sample is edge", Window(pad_low=1, boundary_low="half_sample"), Window(pad_low=1, boundary_low="edge"), 5, 3),
    ("a whole period", Window(pad_low=6, pad_high=-4, boundary_low="periodic"), Window(pad_low=1, pad_high=1, boundary_low="periodic",
                                                                                       boundary_high="periodic"), 5, 3),
    ("a double period of reflections", Window(pad_low=100, pad_high=-297, boundary_low="half_sample"),
     Window(pad_low=500, pad_high=-697, boundary_low="half_sample"), 200, 2),
    ("reflected on the sample itself", Window(pad_low=100, pad_high=-297, boundary_low="whole_sample"),
     Window(pad_low=498, pad_high=-695, boundary_low="whole_sample"), 200, 2),
    ("all laws read one sample", Window(pad_low=2, boundary_low="half_sample"), Window(pad_low=2, boundary_low="periodic"), 1, 3),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "n", "k"), [case[1:] for case in STEPS], ids=[case[0] for case in STEPS])
def test_steps(a, b, n, k):
    assert canonical(a, n, k) == canonical(b, n, k)
    assert a != b


@pytest.mark.parametrize("n", [13, 40, 10**6, 10**15])
def test_large_axes(n):
    plain = Window(pad_low=8, pad_high=8)
    same = [
        (Window(stride=3, pad_low=8, pad_high=8), Window(stride=3, pad_low=8, pad_high=8 - (n - 1) % 3)),
        (Window(stride=6, kernel_dilation=2, input_dilation=4, pad_low=8), Window(stride=3, input_dilation=2, pad_low=4)),
        (replace(plain, boundary_low="constant"), plain),
        (replace(plain, boundary_low="periodic", boundary_high="periodic", pad_low=8 + n, pad_high=8 - n),
         replace(plain, boundary_low="periodic", boundary_high="periodic")),
        (Window(pad_low=n + 16), Window(pad_low=n + 16, boundary_high="edge")),
        (Window(pad_low=1, boundary_low="edge"), Window(pad_low=1, boundary_low="half_sample")),
    ]  # fmt: skip
    differ = [replace(plain, boundary_low=law) for law in BOUNDARIES if law != "constant"]
    differ += [with_laws(plain, "zero", "constant"), replace(plain, reversal=True), replace(plain, stride=2), replace(plain, pad_low=7)]
    start = time.perf_counter()
    for a, b in same:
        assert canonical(a, n, 17) == canonical(b, n, 17)
    assert len({canonical(window, n, 17) for window in differ}) == len(differ)
    assert time.perf_counter() - start < 2  # as long for 10^15 samples as for 13; about 5 ms each


@pytest.mark.parametrize("n", [1, 2, 5, 13, 16])
def test_larger_tables_are_never_confused_and_recognised_on_this_grid(n):
    for k in (13, 30):
        windows = [w for w in spellings(n, k, (1, 2)) if core_size(w, n, k) * k > SMALL_TABLE]
        assert len(windows) > 100
        tables, forms = ([make(w, n, k) for w in windows] for make in (literal_table, canonical))
        assert all(literal_table(form, n, k) == table for form, table in zip(forms, tables, strict=True))
        if n >= 13:  # below, a table has few inside samples, and several lines pass through them
            assert len(set(forms)) == len(set(tables))


def test_long_kernels_cost_little():
    start = time.perf_counter()
    for law in BOUNDARIES:
        canonical(with_laws(Window(pad_low=10**6, pad_high=10**6, input_dilation=3, stride=2), law, law), 10**6, 10**6)
    assert time.perf_counter() - start < 2


def test_folds_are_never_confused():
    draw, form_of = random.Random(1), {}
    for _ in range(1500):
        n, k = draw.choice([(3, 2), (4, 3), (2, 3)])
        laws = draw.choices(BOUNDARIES, k=2)
        fold = Fold(size=draw.randint(1, 4), low=draw.randint(-1, 3), boundary_low=laws[0], boundary_high=laws[1])
        pads = {"pad_low": draw.randint(-1, 3), "pad_high": draw.randint(0, 3)}
        window = Window(fold=fold, output_reversal=draw.random() < 0.5, stride=draw.randint(1, 2), **pads)
        if core_size(window, n, k) == 0:
            continue
        x, w = [10**20 + 3, 10**33 + 7, 10**47 + 9, 10**61][:n], [17, 10**8 + 7, 10**15 + 37][:k]
        spec = spec_of_windows((window,), Spec(operation="correlate"))
        problem = Problem(spec=spec, input_shape=(n,), kernel_shape=(k,), input_dtype="object", kernel_dtype="object")
        form, answer = canonical(window, n, k), tuple(reference(problem, x, w))
        spec = spec_of_windows((form,), Spec(operation="correlate"))
        assert tuple(reference(replace(problem, spec=spec), x, w)) == answer
        form_of.setdefault((n, k, answer), set()).add(form)
    assert len(form_of) > 400


def test_a_fold_that_crops_is_a_crop():
    fold = Fold(size=3, low=1, boundary_low="edge", boundary_high="zero")
    assert canonical(Window(fold=fold), 7, 3) == replace(canonical(Window(pad_high=-1), 7, 3), fold=fold)
    fold = replace(fold, boundary_low="zero")
    assert canonical(Window(fold=fold), 7, 3) == canonical(Window(pad_low=-1, pad_high=-1), 7, 3)


def test_empty_operands_are_refused():
    with pytest.raises(SpecError, match="0 samples and 3 taps"):
        canonical(Window(), 0, 3)


# Problems

CORES = [
    f"complex128[{n}] * complex128[{k}] {operation} {mode}{rest}"
    for n, k in ((4, 2), (3, 3), (2, 4), (3, 1))
    for operation in ("convolve", "correlate")
    for mode in ("full", "same:low", "same:high", "pads=1:1", "causal", "valid")
    for rest in (
        "", " boundary=edge", " boundary=whole_sample", " operands=longer_first", " operands=dominant_first", " operands=exchanged",
        " conj=none", " conj=input operands=exchanged", " conj=kernel", " conj=input", " operands=longer_first conj=none",
        " stride=2 operands=exchanged", " dilation=2", " output_reversal=true", " permute=0", " operands=exchanged boundary=edge",
        " operands=longer_first boundary=periodic",
    )
]  # fmt: skip
PLANES = [
    f"complex128[{n},{m}] * complex128[2,2] {operation} {mode} {rest}"
    for n, m in ((2, 3), (1, 2))
    for operation in ("convolve", "correlate")
    for mode in ("full", "same:low", "valid", "pads=1:2,-1:0", "pads=4:0,0:0", "pads=0:0,4:-3")
    for rest in (
        "", "boundary=edge", "boundary=constant fill=5:5", "boundary=constant,zero fill=5:5,0:0", "boundary=zero,constant fill=0:0,5:5",
        "boundary=constant,zero fill=5:5,0:0 input_dilation=1,2", "boundary=constant,constant fill=5:5,0:0 input_dilation=1,2",
        "operands=exchanged", "operands=dominant_first", "permute=1,0", "permute=0,1", "stride=3", "input_dilation=2 stride=2 dilation=2",
    )
]  # fmt: skip
LAYERS = [
    f"complex128[{shape}] * complex128[{kernel}] {operation} {mode} {rest}"
    for shape, kernel, layout in (
        ("2,4,3", "4,2,2", "NCW,OIW->NCW"),
        ("2,4,3", "4,2,2", "NCX,OIX->NCX"),
        ("4,2,3", "2,4,2", "CNW,IOW->NCW"),
    )
    for operation in ("convolve", "correlate")
    for mode in ("full", "same:low", "valid", "pads=0:0")
    for rest in (f"layout={layout} groups=2", f"layout={layout} groups=2 conj=none", f"layout={layout} groups=2:C:O:N")
]


def gaussians(shape, draw):
    values = [complex(draw.getrandbits(20), draw.getrandbits(20)) for _ in range(int(np.prod(shape)))]
    return np.array(values, dtype=object).reshape(shape)


@pytest.mark.parametrize("lines", [CORES, PLANES, LAYERS], ids=["line", "plane", "layer"])
def test_problems_are_the_same_iff_the_reference_agrees(lines):
    draw, data, form_of, answer_of = random.Random(0), {}, {}, {}
    count = 0
    for line in lines:
        try:
            problem = parse(line)
        except SpecError:
            continue
        shapes = problem.input_shape, problem.kernel_shape
        x, w = data.setdefault(shapes, tuple(gaussians(shape, draw) for shape in shapes))
        form = canonical_problem(problem)
        answer = (shapes, problem.output_shape, tuple(reference(problem, x, w).flat))
        assert tuple(reference(form, x, w).flat) == answer[2]
        assert canonical_problem(form) == form
        assert answer_of.setdefault(form, answer) == answer
        apart = form.spec.operands == "exchanged", form.spec.permute  # recognised only among themselves
        assert form_of.setdefault((*answer, *apart), form) == form, line
        count += 1
    assert count > 60
    assert len(form_of) < 0.8 * count


def test_adjoints_of_adjoints_are_the_operation():
    for line in CORES:
        try:
            problem = parse(line)
            twice = adjoint(adjoint(problem))
        except SpecError:
            continue
        if not any(w.fold for w in twice.windows):
            assert same_operation(problem, twice), line


SAME = [
    ("float64[9] * float64[3] correlate same:low", "float64[9] * float64[3] correlate same:high"),
    ("float64[9] * float64[3] correlate", "float64[9] * float64[3] correlate conj=none"),
    ("float64[9] * float64[1] convolve", "float64[9] * float64[1] correlate same:0 boundary=edge"),
    ("int64[9] * int64[3] convolve rounding=floor", "int64[9] * int64[3] convolve"),
    ("float64[9] * float64[3] convolve overflow=wrap", "float64[9] * float64[3] convolve dtype=float64"),
    ("float64[9] * float64[3] convolve valid frame=copied", "float64[9] * float64[3] convolve valid"),
    ("float64[9] * float64[3] convolve operands=longer_first", "float64[9] * float64[3] convolve"),
    ("float64[3] * float64[9] convolve operands=longer_first", "float64[3] * float64[9] convolve"),
    ("float64[9] * float64[3] convolve_transpose", "float64[9] * float64[3] convolve"),
]
DIFFERENT = [
    ("float64[9] * float64[2] correlate same:low", "float64[9] * float64[2] correlate same:high"),
    ("complex64[9] * complex64[3] correlate", "complex64[9] * complex64[3] correlate conj=none"),
    ("float64[9] * float64[3] convolve dtype=int64 rounding=floor", "float64[9] * float64[3] convolve dtype=int64"),
    ("int64[9] * int64[3] convolve overflow=wrap", "int64[9] * int64[3] convolve"),
    ("float64[9] * float64[3] convolve frame=copied", "float64[9] * float64[3] convolve"),
    ("float64[9] * float64[3] correlate", "float64[9] * float32[3] correlate"),
    ("float32[9] * float32[3] correlate", "float32[9] * float32[3] correlate dtype=float64"),
    ("float64[9] * float64[3] correlate", "float64[9] * float64[3] correlate scale=2"),
    ("float64[9] * float64[3] correlate", "float64[9] * float64[3] correlate missing=ignore"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same(a, b):
    assert same_operation(parse(a), parse(b))


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    assert not same_operation(parse(a), parse(b))


def test_a_nan_fill_equals_itself():
    a, b = (parse(f"float64[5] * float64[3] correlate same:{anchor} boundary=constant fill=nan:nan") for anchor in ("low", "high"))
    assert same_operation(a, b)
    assert reach(a.windows[0], 3) == 2
