"""The adjoint of an operation is an operation: the same record with its settings exchanged.

With ⟨a, b⟩ = Σ conj(a)·b, the linear part conv(x, w) of a Problem obeys, exactly on integers,

    ⟨conv(x, w), g⟩ = ⟨x, input_adjoint(g, w)⟩ = ⟨w, kernel_adjoint(x, g)⟩.

Where the operation is antilinear in an operand (that operand is conjugated) the law holds for real parts. Fill values are data for the
kernel's adjoint and drop out of the input's.

How the integers change, on one axis with N samples, K taps, M outputs and reach L = dilation·(K−1): an output o and a tap t read position
stride·o + dilation·t − pad_low = input_dilation·q. Solving the same line for o, with q and the reversed tap t' = K−1−t running, gives

    stride·o = input_dilation·q + dilation·t' − (L − pad_low),

a Window with stride and input_dilation exchanged, the other reversal, and pad_low' = L − pad_low. A boundary, which lets several q read
one sample, becomes a `Fold` of the outputs; a fold becomes a boundary. For the kernel's adjoint the outputs are the taps and the
cotangent's samples are the taps' partners: stride and dilation are exchanged, and a reversal becomes an output reversal.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from faltung.errors import SpecError
from faltung.spec.groups import Groups
from faltung.spec.numbers import is_exact
from faltung.spec.problem import Problem
from faltung.spec.spec import Conj, Spec
from faltung.spec.window import Window, core_size, dilated_size, reach, span

if TYPE_CHECKING:
    from faltung.spec.layout import Layout

Role = Literal["input", "kernel"]
NO_FOLD = ("zero", "constant")  # boundaries that read no sample

_CONJ: dict[Role, dict[Conj, Conj]] = {
    "input": {"none": "kernel", "kernel": "none", "input": "input"},
    "kernel": {"none": "input", "input": "none", "kernel": "kernel"},
}


def adjoint(problem: Problem, role: Role = "input", conjugate: bool = True) -> Problem:
    """Return the Problem that computes the adjoint with respect to one operand.

    Parameters
    ----------
    problem : Problem
        The forward operation. Its offset is left out: adjoints belong to the linear part.
    role : {"input", "kernel"}
        ``"input"``: the result takes (cotangent, kernel) and has the input's shape. ``"kernel"``: it takes (input, cotangent) and has
        the kernel's shape.
    conjugate : bool
        False gives the transpose, Σ conv(x, w)·g = Σ x·transpose(g, w), without complex conjugation.

    Returns
    -------
    Problem
        For the operands that `role` names. Where the forward operation folds its outputs, its kernel's adjoint plays the cotangent as
        the input (``operands=exchanged``); it is still called with (input, cotangent).

    Raises
    ------
    SpecError
        For steps that are not linear (integer dtypes with rounding or a range, missing values, frames, and-or), for a transpose with
        respect to a conjugated operand, and for a swap of operands that depends on their sizes.

    Examples
    --------
    >>> forward = ft.parse("float64[9] * float64[4] correlate valid stride=2")
    >>> str(ft.adjoint(forward))
    'float64[3] * float64[4] convolve pads=3:4 input_dilation=2'
    >>> str(ft.adjoint(forward, "kernel"))
    'float64[9] * float64[3] correlate pads=0:-1 dilation=2'
    """
    if role not in _CONJ:
        raise SpecError(f"role {role!r} is not an operand; it must be 'input' or 'kernel'")
    if problem.spec.operands == "exchanged":
        return _of_exchanged(problem, role, conjugate)
    _check_linear(problem, role, conjugate)
    make = _input_window if role == "input" else _kernel_window
    folded = role == "kernel" and any(w.fold for w in problem.windows)
    if folded:
        make = _kernel_window_of_fold
    way = "kernel, exchanged" if folded else role
    sizes = zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True)
    windows = tuple(make(*axis) for axis in sizes)
    conj = _CONJ[role][problem.spec.conj] if conjugate else problem.spec.conj
    spec = spec_of_windows(
        windows,
        problem.spec,
        layout=_layout(problem.spec.layout, way),
        groups=_groups(problem.spec.groups, way),
        conj=_swapped(conj) if folded else conj,
        operands="exchanged" if folded else "as_given",
    )
    result = _assemble(problem, role, spec)
    return replace(result, spec=_with_mode_word(result))


def _assemble(problem: Problem, role: Role, spec: Spec) -> Problem:
    cotangent = problem.output_shape, problem.dtype
    if role == "input":
        return replace(problem, spec=spec, input_shape=cotangent[0], input_dtype=cotangent[1])
    return replace(problem, spec=spec, kernel_shape=cotangent[0], kernel_dtype=cotangent[1])


def _swapped(conj: Conj) -> Conj:
    words: dict[Conj, Conj] = {"none": "none", "input": "kernel", "kernel": "input"}
    return words[conj]


def _of_exchanged(problem: Problem, role: Role, conjugate: bool) -> Problem:
    """P(a, b) = Q(b, a): the adjoint with respect to P's first operand is Q's with respect to its second, exchanged again."""
    inner = replace(
        problem, spec=replace(problem.spec, operands="as_given"),
        input_shape=problem.kernel_shape, kernel_shape=problem.input_shape,
        input_dtype=problem.kernel_dtype, kernel_dtype=problem.input_dtype,
    )  # fmt: skip
    result = adjoint(inner, "kernel" if role == "input" else "input", conjugate)
    operands: Literal["as_given", "exchanged"] = "as_given" if result.spec.operands == "exchanged" else "exchanged"
    return replace(
        result, spec=replace(result.spec, operands=operands),
        input_shape=result.kernel_shape, kernel_shape=result.input_shape,
        input_dtype=result.kernel_dtype, kernel_dtype=result.input_dtype,
    )  # fmt: skip


def _check_linear(problem: Problem, role: Role, conjugate: bool) -> None:
    spec = problem.spec
    if spec.missing != "propagate" or spec.product != "multiply" or spec.frame != "computed":
        raise SpecError("no adjoint: missing values, and-or products and frames are not linear; set them to their defaults first")
    if spec.dtype is not None and is_exact(spec.dtype):
        raise SpecError(f"no adjoint: rounding and range of the asked dtype {spec.dtype} are not linear; set dtype=None first")
    if isinstance(spec.scale, str):
        raise SpecError(f"no adjoint: scale {spec.scale} depends on the kernel; set it to its number first")
    if spec.operands in ("longer_first", "dominant_first"):
        raise SpecError(f"no adjoint: operands={spec.operands} depends on the sizes; exchange the operands yourself and use as_given")
    if spec.permute is not None:
        raise SpecError("no adjoint: the kernel's axes are permuted; permute the kernel yourself and leave permute out")
    if not conjugate and spec.conj == role:
        raise SpecError(f"no transpose: the operation conjugates its {role}, so it is antilinear there; only the adjoint exists")


def _reading_range(window: Window, n: int, k: int) -> tuple[int, int]:
    """Return the first and last sample index q (before any boundary) that is read, extended to hold 0 … n−1."""
    first, last = span(window, n, k)
    return min(0, -(-first // window.input_dilation)), max(n - 1, last // window.input_dilation)


def _input_window(window: Window, n: int, k: int) -> Window:
    m, span_taps = core_size(window, n, k), reach(window, k)
    first, last = _reading_range(window, n, k)
    low_folds = window.boundary_low not in NO_FOLD and first < 0
    high_folds = window.boundary_high not in NO_FOLD and last >= n
    low, high = -first if low_folds else 0, last - n + 1 if high_folds else 0
    fold = None
    if low_folds or high_folds:
        from faltung.spec.fold import Fold  # here and below: the first convolution of a process needs none of it

        fold = Fold(size=n, low=low, boundary_low=window.boundary_low, boundary_high=window.boundary_high)
    extent = window.input_dilation * (low + n + high - 1)
    pad_low = span_taps - window.pad_low + window.input_dilation * low
    pad_high = extent + span_taps + 1 - dilated_size(Window(input_dilation=window.stride), m) - pad_low
    reverse = window.output_reversal  # a reversed cotangent: mirror the whole line, which exchanges the pads
    result = Window(
        stride=window.input_dilation, kernel_dilation=window.kernel_dilation, input_dilation=window.stride,
        pad_low=pad_high if reverse else pad_low, pad_high=pad_low if reverse else pad_high,
        reversal=window.reversal == reverse, fold=fold, output_reversal=reverse,
    )  # fmt: skip
    return _continued_by_fold(window, result, m) if window.fold else result


def _continued_by_fold(window: Window, result: Window, m: int) -> Window:
    """Return `result`, which reads m samples, as a Window that reads the fold's samples continued by its boundary."""
    fold = window.fold
    assert fold is not None
    high = m - fold.low - fold.size
    result = replace(
        result, pad_low=result.pad_low + window.stride * fold.low, pad_high=result.pad_high + window.stride * high,
        boundary_low=fold.boundary_low, boundary_high=fold.boundary_high,
    )  # fmt: skip
    first, last = -result.pad_low, window.stride * (fold.size - 1) + result.pad_high
    below = fold.boundary_low not in NO_FOLD and -(-first // window.stride) < -fold.low
    above = fold.boundary_high not in NO_FOLD and last // window.stride > m - fold.low - 1
    if below or above:
        raise SpecError(f"no adjoint: {fold} holds {m} outputs, but the operation could write more; folds made by adjoint() are complete")
    return result


def _kernel_window(window: Window, n: int, k: int) -> Window:
    m = core_size(window, n, k)
    pad_high = reach(window, k) + window.stride * (m - 1) + 1 - dilated_size(window, n) - window.pad_low
    return replace(
        window, stride=window.kernel_dilation, kernel_dilation=window.stride, pad_high=pad_high,
        reversal=window.output_reversal, output_reversal=window.reversal,
    )  # fmt: skip


def _kernel_window_of_fold(window: Window, n: int, k: int) -> Window:
    """The cotangent is the input here (a boundary can stand only there), and the input's n samples are the taps."""
    m, span_taps = core_size(window, n, k), reach(window, k)
    first, last = _reading_range(window, n, k)
    if (first < 0 or last >= n) and (window.boundary_low, window.boundary_high) != ("zero", "zero"):
        raise SpecError("no kernel adjoint: the operation has both a fold and a boundary on one axis")
    taps, reverse = window.input_dilation * (n - 1), window.output_reversal
    pad_low = span_taps - window.pad_low
    pad_high = span_taps + taps + 1 - dilated_size(Window(input_dilation=window.stride), m) - pad_low
    result = Window(
        stride=window.kernel_dilation, kernel_dilation=window.input_dilation, input_dilation=window.stride,
        pad_low=pad_high if reverse else pad_low, pad_high=pad_low if reverse else pad_high,
        reversal=reverse, output_reversal=window.reversal == reverse,
    )  # fmt: skip
    return _continued_by_fold(window, result, m) if window.fold else result


# How the letters of (output, input, kernel) are renamed as they become the new operands: which old operand, and its new letters.
_RENAMED: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "input": (("output", {}), ("kernel", {"O": "I", "I": "O"}), ("input", {})),
    "kernel": (("input", {"N": "C", "C": "N"}), ("output", {"N": "I", "C": "O"}), ("kernel", {"I": "N", "O": "C"})),
    "kernel, exchanged": (("output", {"N": "C", "C": "N"}), ("input", {"N": "I", "C": "O"}), ("kernel", {"I": "C", "O": "N"})),
}


def _layout(layout: "Layout | None", way: str) -> "Layout | None":
    if layout is None:
        return None
    from faltung.spec.layout import Layout, exchange

    first, second, answer = (exchange(getattr(layout, old), letters) for old, letters in _RENAMED[way])
    return Layout(input=first, kernel=second, output=answer)


def _groups(groups: Groups, way: str) -> Groups:
    if groups.count == 1:
        return groups
    from faltung.spec.layout import exchange

    first, second, answer = (exchange(getattr(groups, old), letters) for old, letters in _RENAMED[way])
    return Groups(count=groups.count, input=first, kernel=second, output=answer)


def spec_of_windows(windows: tuple[Window, ...], like: Spec, **core: Any) -> Spec:
    """Return the Spec with explicit pads that means these windows; scale and an inexact dtype are kept from `like`."""

    def values(name: str) -> tuple[Any, ...]:
        return collapse(tuple(getattr(w, name) for w in windows))

    def pairs(name: str) -> tuple[tuple[Any, Any], ...]:
        return collapse(tuple((getattr(w, f"{name}_low"), getattr(w, f"{name}_high")) for w in windows))

    reversal = values("reversal")
    return Spec(
        operation="convolve" if all(reversal) else "correlate", reversal=None if len(set(reversal)) == 1 else reversal,
        mode="pads", pads=pairs("pad"), boundary=pairs("boundary"), fill=pairs("fill"),
        stride=values("stride"), dilation=values("kernel_dilation"), input_dilation=values("input_dilation"),
        fold=values("fold"), output_reversal=values("output_reversal"), scale=like.scale, dtype=like.dtype, **core,
    )  # fmt: skip


def collapse(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return one entry where all are equal: it serves every axis."""
    return values[:1] if len(set(values)) == 1 else values


def _with_mode_word(problem: Problem) -> Spec:
    """Return the Spec with `full` or `valid` in place of pads, where these words mean the same integers."""
    for mode in ("full", "valid"):
        candidate = replace(problem.spec, mode=mode, pads=((0, 0),))
        try:
            if replace(problem, spec=candidate).windows == problem.windows:
                return candidate
        except SpecError:
            continue
    return problem.spec
