"""One grid of conventions for every method: lines of notation without dtype and sizes, and operands of small integers."""

from itertools import product

import numpy as np

from faltung.errors import SpecError
from faltung.spec import Problem, adjoint, parse

MODES = ("full", "same:low", "same:high", "valid", "causal", "pads=1:3", "pads=-1:2", "same_upper")
BOUNDARIES = (
    "zero", "edge", "periodic", "half_sample", "whole_sample", "constant fill=3:3", "edge:periodic", "whole_sample:constant fill=0:-2",
)  # fmt: skip
STEPS = ("", "stride=2", "dilation=2", "stride=3 dilation=2", "input_dilation=2", "stride=2 input_dilation=3")
CHANNELS = (
    "[2,4,5,4] * {dt}[6,2,3,2] correlate same:low boundary=half_sample layout=NCHW,OIHW->NCHW groups=2",
    "[5,4,2,4] * {dt}[6,3,2,4] convolve same:low stride=2,1 layout=HWNC,OHWI->NHCW",
    "[4,2,5,4] * {dt}[6,2,3,2] correlate same:low boundary=edge layout=NCHW,OIHW->NCHW groups=2:N:O:C",
    "[3,4,5] * {dt}[4,2,3] convolve_transpose pads=1:0 stride=2 layout=NCW,IOW->NCW groups=2:C:I:C",
)
SWAPS = ("[3] * {dt}[5] correlate valid operands=longer_first", "[3,2] * {dt}[5,4] correlate valid operands=dominant_first")


def lines_1d() -> list[str]:
    return [
        f"[{n}] * {{dt}}[{k}] {operation} {mode} boundary={boundary} {steps}"
        for n, k, operation, mode, boundary, steps in product(
            (1, 2, 5, 8), (1, 2, 3, 6), ("convolve", "correlate"), MODES, BOUNDARIES, STEPS
        )
    ]


def lines_nd() -> list[str]:
    mixed = ("zero,edge", "periodic", "constant:half_sample,constant fill=3:0,7", "whole_sample,zero:edge")
    flat = [
        f"[{n},5] * {{dt}}[{k},2] {operation} {mode} boundary={boundary} {steps}"
        for n, k, operation, mode, boundary, steps in product(
            (1, 4, 9), (1, 3, 6), ("convolve", "correlate"), MODES[:5], mixed, ("", "stride=2,1", "dilation=1,3", "input_dilation=2,1")
        )
    ]
    solid = [
        f"[3,4,5] * {{dt}}[2,3,2] {op} {mode} boundary={b}" for op in ("convolve", "correlate") for mode in MODES[:4] for b in BOUNDARIES
    ]
    return flat + solid + [*CHANNELS, *SWAPS]


def problems(lines: list[str], dtype: str, with_adjoints: bool = True) -> list[Problem]:
    """Return the Problems of the lines that fit, and their adjoints for both roles."""
    found: list[Problem] = []
    for line in lines:
        try:
            problem = parse((dtype + line).format(dt=dtype))
        except SpecError as error:
            if "does not fit" in str(error):  # modes without padding, kernels longer than the input
                continue
            raise
        assert isinstance(problem, Problem)
        found.append(problem)
        if with_adjoints and problem.spec.operands == "as_given":
            found += [adjoint(problem, "input"), adjoint(problem, "kernel")]
    return found


def operands(problem: Problem, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return operands of small integers (Gaussian integers for complex dtypes): every sum is exact in every dtype."""

    def draw(shape: tuple[int, ...], dtype: str) -> np.ndarray:
        values = rng.integers(-4, 5, shape)
        return (values + 1j * rng.integers(-4, 5, shape) if dtype.startswith("complex") else values).astype(dtype)

    return draw(problem.input_shape, problem.input_dtype), draw(problem.kernel_shape, problem.kernel_dtype)
