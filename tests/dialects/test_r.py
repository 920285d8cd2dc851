"""R computes what its dialects say: every size from 1 to 7, even kernels and longer ones; one process."""

import subprocess
from itertools import product

import numpy as np
import pytest
from dialects.operands import operand
from peers import program
from proof import counting

import faltung as ft
from faltung.dialects import Call
from faltung.errors import DialectError, SpecError

pytestmark = pytest.mark.heavy

SIZES = range(1, 8)
SHOW = """
show <- function(y) { y <- as.vector(y); cat(if (is.complex(y)) "complex" else "double", "|", format(Re(y), digits=17), "|",
  format(Im(y), digits=17), "\\n") }
options(width=10000)
"""


def vector(values) -> str:
    entries = [f"complex(real={v.real:.17g}, imaginary={v.imag:.17g})" if np.iscomplexobj(values) else f"{v:.17g}" for v in values]
    return f"c({', '.join(entries)})"


def calls():
    """Yield (function, arguments, line, kind of operands)."""
    for sides, circular in product((1, 2), (False, True)):
        arguments = {"sides": sides, "circular": circular}
        yield "r.stats.filter", arguments, f"stats::filter(A, B, sides={sides}, circular={str(circular).upper()})", "integer"
    for kind, operands in product(("open", "filter"), ("integer", "gaussian")):
        yield "r.stats.convolve", {"type": kind}, f'stats::convolve(A, B, type="{kind}")', operands
    for conj, operands in product((True, False), ("integer", "gaussian")):
        yield "r.stats.convolve", {"conj": conj}, f"stats::convolve(A, B, conj={str(conj).upper()})", operands


def cases():
    for n, k in product(SIZES, SIZES):
        for function, arguments, line, kind in calls():
            arguments = arguments | ({"bugs": True} if k == 1 and n > 2 else {})  # type="filter" and one number: see the dialect
            yield function, arguments, line, operand((n,), kind, 1), operand((k,), kind, 2)


def run(lines, folder) -> list:
    script = folder / "cases.R"
    script.write_text("\n".join([SHOW, *lines]))
    done = subprocess.run([program("Rscript"), "--vanilla", str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(lines)
    return [parsed(line) for line in said]


def parsed(line: str):
    if line.startswith("error"):
        return line
    kind, real, imaginary = line.split("|")
    numbers = [np.array([np.nan if v == "NA" else float(v) for v in part.split() if v != "numeric(0)"]) for part in (real, imaginary)]
    return kind.strip(), numbers[0] + 1j * numbers[1] if kind.strip() == "complex" else numbers[0]


def guarded(line, x, k) -> str:
    text = f"A <- {vector(x)}; B <- {vector(k)}; show({line})"
    return f'tryCatch({{ {text} }}, error=function(e) cat("error", gsub("\\n", " ", conditionMessage(e)), "\\n"))'


def test_every_size(tmp_path):
    grid = list(cases())
    compared = refused = 0
    answers = run([guarded(line, x, k) for _, _, line, x, k in grid], tmp_path)
    for (function, arguments, line, x, k), said in zip(grid, answers, strict=True):
        call = ft.like(function, **arguments)
        if k.size == 1 and x.size <= 2 and arguments.get("type") == "filter":
            continue  # that bug leaves nothing of one or two outputs
        if isinstance(said, str) or said[1].size == 0:  # an empty answer: the kernel fits nowhere
            with pytest.raises((DialectError, SpecError)):
                call(x, k)
            counting.refused(function)
            refused += 1
            continue
        kind, values = said
        answer = call(x, k)
        np.testing.assert_array_equal(answer, np.rint(values), f"{line} {x.size} {k.size}")
        assert answer.dtype == {"double": np.float64, "complex": np.complex128}[kind]
        counting.compared(function, arguments, x, k)
        compared += 1
    print(f"r: {compared} comparisons, {refused} refusals")
    assert compared >= 270
    assert refused >= 200


def test_the_bug_of_one_number_is_still_there(tmp_path):
    """Should this fail, R has mended it, and the line in the dialect can go."""
    x, k = np.array([1, 2, 3, 4]), np.array([10])
    ((_, said),) = run([guarded('stats::convolve(A, B, type="filter")', x, k)], tmp_path)
    assert np.rint(said).tolist() == [20, 30]
    assert ft.like("r.stats.convolve", type="filter")(x, k).tolist() == [10, 20, 30, 40]


TEXTS = ("numpy.convolve(A, B)", "numpy.correlate(A, B)", "numpy.correlate(A, B, mode='full')", "scipy.signal.convolve(A, B)",
         "scipy.ndimage.convolve1d(A, B, mode='wrap')", "scipy.signal.correlate(A, B, mode='valid')")  # fmt: skip


def test_lines_typed_into_r(tmp_path):
    import scipy.ndimage
    import scipy.signal

    x, k = operand((9,), "integer", 1).astype(float), operand((4,), "integer", 2).astype(float)
    pairs = product(TEXTS, ("r.stats.filter", "r.stats.convolve"))
    said = [(text, ft.translate(text, to, x_shape=(9,), k_shape=(4,))) for text, to in pairs]
    typed = [(text, call.code) for text, call in said if isinstance(call, Call)]
    found = run([guarded(code, x, k) for _, code in typed], tmp_path)
    for (text, code), answer in zip(typed, found, strict=True):
        wanted = eval(text, {"numpy": np, "scipy": scipy, "A": x, "B": k})
        np.testing.assert_array_equal(np.rint(answer[1]), np.rint(wanted), code)
        counting.translated()
    assert len(typed) >= 6


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("r.stats.filter", {"method": "recursive"}, "has no method 'recursive'"),
        ("r.stats.filter", {"sides": 3}, "has no sides 3"),
        ("r.stats.filter", {"x_dtype": "complex128"}, "drops imaginary parts"),
        ("r.stats.filter", {"x_shape": (2,), "k_shape": (3,)}, "filter of 3 is longer than the series of 2"),
        ("r.stats.convolve", {"type": "full"}, "has no type 'full'; it has 'circular', 'open', 'filter'"),
        ("r.stats.convolve", {"type": "open", "conj": False}, "rotates its answer"),
        ("r.stats.convolve", {"x_shape": (2,), "k_shape": (3,)}, "circular operands have one length; these have 2 and 3"),
    ],
)
def test_what_r_does_not_have(function, arguments, message):
    with pytest.raises(DialectError, match=message):
        ft.read(function, **arguments)
