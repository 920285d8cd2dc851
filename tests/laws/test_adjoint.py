"""⟨conv(x, w), g⟩ = ⟨x, input_adjoint(g, w)⟩ = ⟨w, kernel_adjoint(x, g)⟩, exactly, on Gaussian integers; also for adjoints of adjoints."""

import random
from itertools import product

import numpy as np
import pytest

from faltung.errors import SpecError
from faltung.reference import reference
from faltung.spec import Problem, adjoint, parse, same_operation

LINES = [
    f"complex128[{n}] * complex128[{k}] {operation} {mode} boundary={boundary} stride={s} dilation={d} input_dilation={i} conj={conj}"
    for n, k, operation, mode, boundary, s, d, i, conj in product(
        (1, 2, 4, 5), (1, 2, 3, 6), ("convolve", "correlate"), ("full", "same:low", "pads=1:3", "pads=-1:2"),
        ("zero", "edge:half_sample", "periodic", "whole_sample:zero"), (1, 2), (1, 2), (1, 2), ("none", "kernel", "input"),
    )
]  # fmt: skip
LAYERS = [
    "complex128[2,4,5,4] * complex128[6,2,3,2] correlate same:low layout=NCHW,OIHW->NCHW groups=2 boundary=half_sample",
    "complex128[5,4,2,4] * complex128[6,3,2,4] convolve same:low layout=HWNC,OHWI->NHWC stride=2,1",
    "complex128[4,2,5,4] * complex128[6,2,3,2] correlate same:low layout=NCHW,OIHW->NCHW groups=2:N:O:C boundary=edge",
    "complex128[3,4,5] * complex128[4,2,3] convolve_transpose pads=1:0 stride=2 layout=NCW,IOW->NCW groups=2:C:I:C",
    "complex128[4,3] * complex128[2,3] correlate boundary=periodic,edge stride=1,2 reversal=true,false",
    "complex128[3,2,4] * complex128[2,2,2] convolve same:high dilation=1,1,2 boundary=half_sample",
    "complex128[5] * complex128[3] convolve operands=exchanged boundary=edge",
    "complex128[5] * complex128[3] correlate output_reversal=true stride=2 scale=3",
]


def gaussians(shape, rng):
    values = [complex(rng.randint(-5, 5), rng.randint(-5, 5)) for _ in range(int(np.prod(shape)))]
    return np.array(values, dtype=object).reshape(shape)


def inner(a, b):
    return (np.conj(a) * b).sum()


def antilinear(problem, role):
    """Return whether the operand is conjugated; `conj` names the parts that the operands play, which an exchange exchanges."""
    part = {"input": "kernel", "kernel": "input"}[role] if problem.exchanged else role
    return problem.spec.conj == part


def check(problem, x, w, rng, depth, *, conjugate=True):
    """Assert both dot tests, then the same of both adjoints, `depth` times; return the number of equations."""
    y = reference(problem, x, w)
    g = gaussians(problem.output_shape, rng)
    count = 0
    for role, operand in (("input", x), ("kernel", w)):
        if not conjugate and antilinear(problem, role):
            with pytest.raises(SpecError, match="only the adjoint exists"):
                adjoint(problem, role, conjugate)
            continue
        other = adjoint(problem, role, conjugate)
        operands = (g, w) if role == "input" else (x, g)
        answer = reference(other, *operands)
        assert answer.shape == other.output_shape == operand.shape
        if conjugate:
            left, right = inner(y, g), inner(operand, answer)
        else:
            left, right = (y * g).sum(), (operand * answer).sum()
        if conjugate and antilinear(problem, role):
            left, right = left.real, right.real
        assert left == right, f"{role} of {problem}: {other}"
        count += 1 + (check(other, *operands, rng, depth - 1, conjugate=conjugate) if depth > 1 else 0)
    return count


@pytest.mark.parametrize("part", range(4))
def test_dot_tests_of_adjoints_of_adjoints(part):
    rng = random.Random(part)
    count = 0
    for line in rng.sample(LINES, 600):
        try:
            problem = parse(line)
        except SpecError:  # a kernel that does not fit; test_modes.py
            continue
        count += check(problem, gaussians(problem.input_shape, rng), gaussians(problem.kernel_shape, rng), rng, 2)
    assert count > 2000


@pytest.mark.parametrize("line", LAYERS)
def test_layouts_groups_and_other_axes(line):
    rng = random.Random(1)
    problem = parse(line)
    assert check(problem, gaussians(problem.input_shape, rng), gaussians(problem.kernel_shape, rng), rng, 3) == 14
    assert check(problem, gaussians(problem.input_shape, rng), gaussians(problem.kernel_shape, rng), rng, 2, conjugate=False) >= 2


def test_transposes():
    rng = random.Random(7)
    count = 0
    for line in rng.sample(LINES, 300):
        try:
            problem = parse(line)
        except SpecError:
            continue
        count += check(problem, gaussians(problem.input_shape, rng), gaussians(problem.kernel_shape, rng), rng, 1, conjugate=False)
    assert count > 300


@pytest.mark.parametrize("mode", ["full", "pads=1:2"])
def test_fills(mode):
    """A fill is data for the kernel's adjoint, and drops out of the input's: ⟨conv(x, w) − conv(0, w), g⟩ = ⟨x, input_adjoint(g, w)⟩."""
    rng = random.Random(0)
    problem = parse(f"complex128[4] * complex128[3] convolve {mode} boundary=constant fill=2:3")
    x, w, g = (gaussians(shape, rng) for shape in (problem.input_shape, problem.kernel_shape, problem.output_shape))
    y, empty = reference(problem, x, w), reference(problem, 0 * x, w)
    assert inner(y - empty, g) == inner(x, reference(adjoint(problem), g, w))
    assert inner(y, g) == inner(w, reference(adjoint(problem, "kernel"), x, g))
    assert inner(y, g) != inner(x, reference(adjoint(problem), g, w))


def test_convolve_transpose_is_the_transpose_of_correlate():
    """With the same stride, dilation and pads, where no sample is left over: the forward pass must reach the last one."""
    count = 0
    for n, k, s, d, low, high in product(range(1, 9), range(1, 6), (1, 2, 3), (1, 2), (0, 1, 2), (0, 1, 3)):
        left = n + low + high - d * (k - 1) - 1
        if left < 0 or left % s or d * (k - 1) < max(low, high):
            continue
        rest = f"pads={low}:{high} stride={s} dilation={d}"
        forward = parse(f"complex128[{n}] * complex128[{k}] correlate {rest} conj=none")
        spread = parse(f"complex128[{left // s + 1}] * complex128[{k}] convolve_transpose {rest}")
        assert spread.output_shape == (n,)
        assert spread.windows == adjoint(forward, "input", conjugate=False).windows
        assert same_operation(spread, adjoint(forward, "input", conjugate=False))
        count += 1
    assert count > 300


def test_real_dot_tests_are_numpy_dots():
    """One case with nothing of ours but the adjoint: plain arrays and np.convolve."""
    x, w, g = np.array([1, 2, 3, 4]), np.array([5, 6, 7]), np.array([1, -2, 3, -4, 5, -6])
    back = reference(adjoint(parse("int64[4] * int64[3] convolve")), g, w)
    assert np.convolve(x, w) @ g == x @ back.astype(int)
    assert back.tolist() == np.correlate(g, w, "valid").tolist()


REFUSED = [
    ("rounding and range", "float64[5] * float64[3] convolve dtype=uint8"),
    ("missing values, and-or products and frames are not linear", "float64[5] * float64[3] convolve missing=ignore"),
    ("missing values, and-or products and frames are not linear", "bool[5] * bool[3] convolve product=or_and"),
    ("missing values, and-or products and frames are not linear", "float64[5] * float64[3] convolve frame=copied"),
    ("scale 1/sum depends on the kernel", "float64[5] * float64[3] convolve scale=1/sum"),
    ("operands=longer_first depends on the sizes", "float64[5] * float64[3] convolve operands=longer_first"),
    ("the kernel's axes are permuted", "float64[5,5] * float64[3,2] convolve permute=1,0"),
]


@pytest.mark.parametrize("role", ["input", "kernel"])
@pytest.mark.parametrize(("said", "line"), REFUSED)
def test_what_is_not_linear_is_refused_with_a_remedy(said, line, role):
    with pytest.raises(SpecError) as caught:
        adjoint(parse(line), role)
    assert said in str(caught.value)
    assert str(caught.value).startswith("no adjoint: ")
    assert ";" in str(caught.value)


def test_other_refusals():
    problem = parse("complex128[5] * complex128[3] correlate")
    with pytest.raises(SpecError, match="antilinear there; only the adjoint exists"):
        adjoint(problem, "kernel", conjugate=False)
    assert isinstance(adjoint(problem, "input", conjugate=False), Problem)
    with pytest.raises(SpecError, match="must be 'input' or 'kernel'"):
        adjoint(problem, "output")
    folded = parse("complex128[5] * complex128[3] correlate fold=3:1:edge:edge boundary=edge")
    with pytest.raises(SpecError, match="both a fold and a boundary"):
        adjoint(folded, "kernel")
    short = parse("complex128[5] * complex128[3] correlate valid fold=6:1:edge:edge stride=2")
    with pytest.raises(SpecError, match="folds made by adjoint"):
        adjoint(short)
