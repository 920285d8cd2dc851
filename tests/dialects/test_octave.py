"""Octave computes what its dialects say: every size from 1 to 7, even and longer kernels, every shape, boundary and class; one process."""

import subprocess
from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
import pytest
from api.translations import names
from dialects.operands import operand
from peers import program
from proof import counting

import faltung as ft
from faltung.dialects import DIALECTS, Call
from faltung.errors import DialectError, SpecError

pytestmark = pytest.mark.heavy

SIZES = range(1, 8)
SHAPES = ((1, 4), (2, 3), (3, 2), (4, 5), (5, 1), (3, 4), (2, 6), (7, 3))
MODES = ("full", "same", "valid")
BOUNDARIES = (0, 7, "replicate", "symmetric", "circular")
CLASSES = {"double": "float64", "single": "float32", "uint8": "uint8", "int16": "int16", "logical": "bool"}
PRINT = """
function show(y)
  printf('%s %d %d|', class(y), rows(y), columns(y)); printf('%.17g ', real(double(y))); printf('|'); printf('%.17g ', imag(double(y)));
  printf("\\n");
end
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A dialect with its arguments, two operands, and the line that Octave runs on A and B."""

    function: str
    line: str
    x: np.ndarray
    k: np.ndarray
    arguments: dict = field(default_factory=dict)
    classes: tuple[str, str] = ("double", "double")


def matrix(values) -> str:
    rows = ("[" + ", ".join(f"complex({v.real:.17g}, {v.imag:.17g})" if np.iscomplexobj(v) else f"{v:.17g}" for v in row) + "]"
            for row in np.atleast_2d(values))  # fmt: skip
    return "[" + "; ".join(rows) + "]"


def answers(octave: str, cases: list[Case], folder) -> list:
    """Return what Octave prints for each case: (class, array); an error's message where it refuses."""
    script = folder / "cases.m"
    lines = ["pkg load signal image", PRINT]
    for case in cases:
        a, b = (f"{name}({matrix(values)})" if name != "double" else matrix(values)
                for name, values in zip(case.classes, (case.x, case.k), strict=True))  # fmt: skip
        lines.append(f"try, A = {a}; B = {b}; show({case.line}), catch e, printf('error %s\\n', strtok(e.message, \"\\n\")), end")
    script.write_text("\n".join(lines))
    done = subprocess.run([octave, "--no-gui", "--quiet", "--norc", str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = [parsed(line) for line in done.stdout.splitlines()]
    assert len(found) == len(cases)
    return found


def parsed(line: str):
    if line.startswith("error "):
        return line
    head, real, imaginary = line.split("|")
    name, rows, columns = head.split()
    values = np.array(real.split(), float) + 1j * np.array(imaginary.split(), float)
    return name, values.reshape((int(columns), int(rows))).T


def one_axis(kind: str) -> list[Case]:
    cases = []
    for n, k in product(SIZES, SIZES):
        x, w = operand((n,), kind, 1), operand((k,), kind, 2)
        cases += [Case(function="octave.conv", line=f"conv(A, B, '{mode}')", x=x, k=w, arguments={"shape": mode}) for mode in MODES]
        cases += [Case(function="octave.filter", line="filter(B, 1, A)", x=x, k=w)]
        cases += [Case(function="octave.filter", line="filter(B, 2, A)", x=2 * x, k=w, arguments={"a": 2})]
        cases += [Case(function="octave.xcorr", line="xcorr(A, B)", x=x, k=w)] if min(n, k) > 1 else []
        cases += [Case(function="octave.xcorr", line="xcorr(A, B, 2)", x=x, k=w, arguments={"maxlag": 2})] if min(n, k) > 2 else []
        cases += [Case(function="octave.cconv", line="cconv(A, B)", x=x, k=w)] if min(n, k) > 1 else []
        if 1 < k <= n:
            cases.append(Case(function="octave.cconv", line=f"cconv(A, B, {n})", x=x, k=w, arguments={"n": n}))
    return cases


def two_axes(kind: str) -> list[Case]:
    cases = []
    for x_shape, k_shape in product(SHAPES, SHAPES):
        x, w = operand(x_shape, kind, 1), operand(k_shape, kind, 2)
        for name, mode in product(("conv2", "convn"), MODES):
            cases.append(Case(function=f"octave.{name}", line=f"{name}(A, B, '{mode}')", x=x, k=w, arguments={"shape": mode}))
        cases += [Case(function="octave.filter2", line=f"filter2(B, A, '{mode}')", x=x, k=w, arguments={"shape": mode}) for mode in MODES]
        cases.append(Case(function="octave.xcorr2", line="xcorr2(A, B)", x=x, k=w))
    return cases


def images() -> list[Case]:
    cases = []
    for x_shape, k_shape, boundary, operation in product(SHAPES, SHAPES, BOUNDARIES, ("corr", "conv")):
        x, w = operand(x_shape, "integer", 1), operand(k_shape, "integer", 2)
        outside = f"'{boundary}'" if isinstance(boundary, str) else str(boundary)
        for size in ("same", "full"):
            if size == "full" and (boundary != 0 or any(s % 2 == 0 for s in k_shape)):
                continue  # test_known_bugs
            arguments = {"operation": operation, "size": size, "boundary": boundary}
            line = f"imfilter(A, B, '{operation}', '{size}', {outside})"
            cases.append(Case(function="octave.imfilter", line=line, x=x, k=w, arguments=arguments))
    return cases


def classes() -> list[Case]:
    """Every pair of classes; operands for which integers saturate and round."""
    cases = []
    x, k = np.array([[1, 2, 3], [4, 5, 200], [7, 8, 9], [1, 0, 1]]), np.array([[1, 0], [3, 5]])
    for one, other in product(CLASSES, CLASSES):
        a, b = x % 2 if one == "logical" else x, k % 2 if other == "logical" else k
        for name in ("conv2", "convn", "xcorr2"):
            cases.append(Case(function=f"octave.{name}", line=f"{name}(A, B)", x=a, k=b, classes=(one, other)))
        cases.append(Case(function="octave.filter2", line="filter2(B, A)", x=a, k=b, classes=(one, other)))
        for name, line in (("conv", "conv(A, B)"), ("filter", "filter(B, 1, A)"), ("xcorr", "xcorr(A, B)")):
            cases.append(Case(function=f"octave.{name}", line=line, x=a.ravel(), k=b.ravel(), classes=(one, other)))
        if "logical" not in (one, other):
            cases.append(Case(function="octave.imfilter", line="imfilter(A, B)", x=a, k=b, classes=(one, other)))
    for one, weights in product(("uint8", "int16"), ([[0.5]], [[-0.5]], [[0.5, 0.25]], [[100.0, 1.5]])):
        a = np.array([[1, 3, 5, 7, 250], [-1, -3, -5, 0, 9]])
        cases.append(Case(function="octave.imfilter", line="imfilter(A, B)", x=np.abs(a) if one == "uint8" else a, k=np.array(weights),
                          classes=(one, "double")))  # fmt: skip
    return cases


@cache
def everything() -> tuple[tuple[str, Case], ...]:
    groups = {
        "one axis": one_axis("integer"), "one axis, complex": one_axis("gaussian"), "two axes": two_axes("integer"),
        "two axes, complex": two_axes("gaussian"), "images": images(), "classes": classes(), "bugs": bugs(), "lines": lines(),
    }  # fmt: skip
    return tuple((group, case) for group, cases in groups.items() for case in cases)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Every case with Octave's answer, from one process."""
    cases = everything()
    said = answers(program("octave"), [case for _, case in cases], tmp_path_factory.mktemp("octave"))
    return [(group, case, answer) for (group, case), answer in zip(cases, said, strict=True)]


def ours(case: Case):
    x, k = (values.astype(CLASSES[name]) if not np.iscomplexobj(values) else values
            for name, values in zip(case.classes, (case.x, case.k), strict=True))  # fmt: skip
    return ft.like(case.function, **case.arguments)(x, k)


MINIMUM = {"one axis": 340, "one axis, complex": 340, "two axes": 500, "two axes, complex": 500, "images": 650, "classes": 190}


@pytest.mark.parametrize("group", MINIMUM)
def test_octave(found, group):
    compared = 0
    for where, case, said in found:
        if where != group:
            continue
        assert not isinstance(said, str), (case, said)
        name, values = said
        if values.size == 0:  # Octave's answer to a kernel that fits nowhere; ours is an error
            with pytest.raises(SpecError, match="does not fit"):
                ours(case)
            counting.refused(case.function)
            continue
        answer = ours(case)
        wanted = np.rint(values) if "xcorr" in case.line or "cconv" in case.line else values  # computed there by a Fourier transform
        np.testing.assert_array_equal(np.atleast_2d(answer), wanted, f"{case.line} {case.arguments} {case.x.shape} {case.k.shape}")
        complex_name = {"float64": "complex128", "float32": "complex64"}
        expected = CLASSES[name]
        assert answer.dtype.name in (expected, complex_name.get(expected)), (case.line, case.classes)
        counting.compared(case.function, case.arguments, case.x, case.k)
        compared += 1
    print(f"octave, {group}: {compared} comparisons")
    assert compared >= MINIMUM[group]


def bugs() -> list[Case]:
    x = np.arange(1, 13).reshape(3, 4)
    even = [Case(function="octave.imfilter", line="imfilter(A, B, 'full')", x=x, k=operand(shape, "integer", 2),
                 arguments={"size": "full", "bugs": True}) for shape in ((1, 2), (2, 3), (4, 2), (3, 4))]  # fmt: skip
    half = Case(function="octave.imfilter", line="imfilter(A, B, 'replicate', 'full')", x=x, k=np.array([[1, 10, 100]]),
                arguments={"size": "full", "boundary": "replicate"})  # fmt: skip
    ignored = Case(function="octave.imfilter", line="imfilter(A, B, 'reflect')", x=x, k=np.array([[1, 10, 100]]))
    return [*even, half, ignored]


def test_known_bugs(found):
    """Should this fail, the image package has mended it, and the lines in the dialect can go."""
    cases = [(case, said) for group, case, said in found if group == "bugs"]
    for case, said in cases[:4]:
        np.testing.assert_array_equal(ours(case), said[1])
        honest = ft.like(case.function, size="full")(case.x.astype(float), case.k.astype(float))
        assert honest.shape == said[1].shape
        assert not np.array_equal(honest, said[1])
    half, said = cases[4]
    wrong = ours(half) != said[1]
    assert wrong.any(axis=0).tolist() == [True, False, False, False, False, True]
    ignored, said = cases[5]
    np.testing.assert_array_equal(ours(ignored), said[1])


TEXTS = {
    1: ("numpy.convolve(A, B)", "numpy.correlate(A, B, mode='full')", "scipy.signal.convolve(A, B, mode='full')"),
    2: ("scipy.signal.convolve2d(A, B)", "scipy.signal.correlate2d(A, B, mode='same')", "scipy.signal.correlate2d(A, B)",
        "scipy.signal.convolve2d(A, B, mode='valid')", "scipy.ndimage.convolve(A, B, mode='nearest')",
        "scipy.ndimage.convolve(A, B, mode='constant', cval=3)", "scipy.ndimage.convolve(A, B)", "cv2.filter2D(A, -1, B, delta=0)",
        "scipy.ndimage.convolve(A, B, mode='wrap')"),
}  # fmt: skip


def lines() -> list[Case]:
    """Return Python calls said in Octave, wherever they can be; the call's text stands in the arguments."""
    cases = []
    for rank, texts in TEXTS.items():
        targets = [name for name, dialect in DIALECTS.items() if name.startswith("octave.") and dialect.axes in (rank, None)]
        for text, target in product(texts, targets):
            kind = "integer" if "imfilter" in target or "cv2" in text else "gaussian"
            x, k = operand((9,) if rank == 1 else (6, 7), kind, 1), operand((4,) if rank == 1 else (2, 3), kind, 2)
            said = ft.translate(text, target, x_shape=x.shape, k_shape=k.shape)
            if isinstance(said, Call):
                cases.append(Case(function=target, line=said.code, x=x, k=k, arguments={"text": text}))
    return cases


def test_lines_typed_into_octave(found):
    """What `translate` says in Octave's language computes there what the Python call computes here."""
    compared = 0
    for group, case, said in found:
        if group == "lines":
            assert not isinstance(said, str), (case.line, said)
            inputs = [v if np.iscomplexobj(v) else v.astype(float) for v in (case.x, case.k)]
            wanted = np.rint(eval(case.arguments["text"], {**names("cv2"), "A": inputs[0], "B": inputs[1]}))
            np.testing.assert_array_equal(np.rint(said[1]), np.atleast_2d(wanted), case.line)
            counting.translated()
            compared += 1
    print(f"octave, lines: {compared} translations executed")
    assert compared >= 25


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("octave.imfilter", {"boundary": "reflect"}, "has no boundary 'reflect'; it has 'a number', 'replicate'"),
        ("octave.imfilter", {"size": "valid"}, "has no size 'valid'; it has 'full', 'same'"),
        ("octave.imfilter", {"x_dtype": "complex128"}, "does not take complex128"),
        ("octave.imfilter", {"x_dtype": "bool"}, "convert them to double"),
        ("octave.filter", {"a": [1, 2]}, "only FIR filters"),
        ("octave.filter", {"a": 0}, "only FIR filters"),
        ("octave.xcorr", {}, "depend on the lengths"),
        ("octave.xcorr", {"scaleopt": "coeff"}, "has no scaleopt 'coeff'"),
        ("octave.xcorr", {"maxlag": -1}, "must be a whole number of at least 0"),
        ("octave.cconv", {"n": 6, "x_shape": (5,), "k_shape": (4,)}, "as no boundary does"),
        ("octave.conv", {"x_dtype": "float16"}, "does not take float16"),
        ("octave.imfilter", {"bugs": True, "size": "full", "boundary": "circular"}, "is not imitated"),
    ],
)
def test_what_octave_does_not_have(function, arguments, message):
    with pytest.raises(DialectError, match=message):
        ft.read(function, **arguments)
