"""Whether two Problems are the same operation, whatever words they are written in.

Two Problems are the same when they take the same shapes and dtypes and give the same outputs for every finite input and kernel. The
canonical form of a Problem has explicit pads, the canonical Window of every axis (`faltung.spec.canonical`), its operands in the order
in which they are given, and no word that these dtypes and sizes do not show.
"""

from dataclasses import replace

from faltung.spec.adjoint import spec_of_windows
from faltung.spec.canonical import canonical, empty_window, exact_pads, reads_nothing
from faltung.spec.layout import Groups, Layout, exchange
from faltung.spec.numbers import COMPLEX, is_exact, result_dtype, sum_dtype
from faltung.spec.problem import Problem
from faltung.spec.spec import Conj
from faltung.spec.window import Window, core_size, output_size, reach

Axis = tuple[Window, int, int]


def same_operation(a: Problem, b: Problem) -> bool:
    """Return whether two Problems give equal results for every input and kernel without NaN and infinities.

    Parameters
    ----------
    a, b : Problem
        Any two.

    Returns
    -------
    bool
        True only if they are the same. False where they differ, and for some pairs with folds, exchanged operands with a boundary,
        missing-value steps, or a boundary value where an axis reads no sample at all.

    Examples
    --------
    >>> from faltung.spec import parse
    >>> valid = parse("float64[9] * float64[3] correlate valid boundary=edge")
    >>> same_operation(valid, parse("float64[9] * float64[3] correlate pads=0:0 conj=none"))
    True
    """
    return canonical_problem(a) == canonical_problem(b)


def canonical_problem(problem: Problem) -> Problem:
    """Return the form in which equal operations are equal Problems.

    Parameters
    ----------
    problem : Problem
        Any spelling.

    Returns
    -------
    Problem
        The same operation with mode ``pads``; its canonical form is itself.

    Examples
    --------
    >>> from faltung.spec import parse
    >>> str(canonical_problem(parse("float64[9] * float64[3] correlate same:low boundary=edge dilation=2 reversal=true")))
    'float64[9] * float64[3] convolve pads=2:2 boundary=edge dilation=2'
    """
    if problem.answer_reversed and any(w.fold for w in problem.windows):
        return problem  # reversed behind the fold, which no Window says
    problem = _without_permute(_as_given(problem))
    spec = problem.spec
    plain = spec.missing == "propagate" and not _frame_shows(problem)
    windows = _canonical_windows(_axes(problem)) if plain else tuple(exact_pads(*axis) for axis in _axes(problem))
    core = spec_of_windows(
        windows, spec, layout=_plain_layout(spec.layout), groups=spec.groups if spec.groups.count > 1 else Groups(),
        conj="none" if plain and _reads_nothing(windows, problem) else _visible_conj(spec.conj, problem),
        operands=spec.operands if problem.exchanged else "as_given", permute=spec.permute,
        missing=spec.missing, product=spec.product, offset=spec.offset, frame="computed" if plain else spec.frame,
        rounding=spec.rounding if _rounds(problem) else "half_even", overflow=spec.overflow if is_exact(problem.dtype) else "raise",
    )  # fmt: skip
    return replace(problem, spec=replace(core, dtype=_visible_dtype(problem)))


def _frame_shows(problem: Problem) -> bool:
    return problem.spec.frame != "computed" and any(side for sides in problem.halo for side in sides)


def _axes(problem: Problem) -> list[Axis]:
    return list(zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True))


def _canonical_windows(axes: list[Axis]) -> tuple[Window, ...]:
    """Return the Window of every axis; below a fill, zero is told apart from nothing."""
    found: list[Window] = []
    gaps = False
    for window, n, k in axes:
        found.append(canonical(window, n, k, gaps=gaps))
        if not gaps and found[-1].fold is None and reads_nothing(found[-1], n, k):
            return tuple(empty_window(n, k, output_size(window, n, k)) for window, n, k in axes)
        gaps = gaps or found[-1].fill_low != 0 or found[-1].fill_high != 0
    return tuple(found)


def _reads_nothing(windows: tuple[Window, ...], problem: Problem) -> bool:
    """Return whether every output is 0: then, in canonical Windows, the first axis says so."""
    return bool(windows) and windows[0].fold is None and reads_nothing(windows[0], problem.input_sizes[0], problem.kernel_sizes[0])


# The order of the operands


def _as_given(problem: Problem) -> Problem:
    """Return the Problem with its operands in the order in which they are given, or, where something outside is read, ``exchanged``.

    Solving stride·o + dilation·t − pad_low = input_dilation·q for t, now the index of a sample, exchanges dilation and input_dilation.
    """
    spec = problem.spec
    if not problem.exchanged:
        return problem
    windows, conj = problem.windows, spec.conj
    if problem.answer_reversed:  # say it in the windows; conj(Σ conj(w)·x) is Σ w·conj(x)
        windows = tuple(replace(w, output_reversal=not w.output_reversal) for w in windows)
        conj = "input" if conj == "kernel" else conj
    axes = list(zip(windows, problem.input_sizes, problem.kernel_sizes, strict=True))
    layout, groups, operands = spec.layout, spec.groups, "exchanged"
    linear = spec.missing == "propagate" and spec.frame == "computed" and spec.permute is None
    if linear and _zero_outside(axes):
        windows, operands = tuple(_exchanged_window(*axis) for axis in axes), "as_given"
        conj = _SWAPPED[conj]
        layout, groups = layout and _exchanged_layout(layout), _exchanged_groups(groups)
    core = spec_of_windows(windows, spec, layout=layout, groups=groups, conj=conj, operands=operands, permute=spec.permute)
    kept = {name: getattr(spec, name) for name in ("missing", "product", "offset", "rounding", "overflow", "frame")}
    return replace(problem, spec=replace(core, **kept))


_SWAPPED: dict[Conj, Conj] = {"none": "none", "input": "kernel", "kernel": "input"}
_AS_INPUT, _AS_KERNEL, _AS_OUTPUT = {"O": "N", "I": "C"}, {"N": "O", "C": "I"}, {"N": "C", "C": "N"}


def _exchanged_layout(layout: Layout) -> Layout:
    first, second = exchange(layout.kernel, _AS_INPUT), exchange(layout.input, _AS_KERNEL)
    return Layout(input=first, kernel=second, output=exchange(layout.output, _AS_OUTPUT))


def _exchanged_groups(groups: Groups) -> Groups:
    first, second = exchange(groups.kernel, _AS_INPUT), exchange(groups.input, _AS_KERNEL)
    return Groups(count=groups.count, input=first, kernel=second, output=exchange(groups.output, _AS_OUTPUT))


def _zero_outside(axes: list[Axis]) -> bool:
    """Return whether the boundaries might as well be zero, and there is no fold."""
    zeros = [(replace(w, boundary_low="zero", boundary_high="zero"), n, k) for w, n, k in axes]
    return all(w.fold is None for w, _, _ in axes) and _canonical_windows(axes) == _canonical_windows(zeros)


def _exchanged_window(window: Window, n: int, k: int) -> Window:
    """Return the Window whose samples are this one's taps.

    With a reversal, tap k−1−t is entry t of the stored kernel, and the line runs forwards again; without one, it runs from the last output.
    """
    m = core_size(window, n, k)
    if window.reversal:
        pad_low = window.input_dilation * (n - 1) + window.pad_low - reach(window, k)
    else:
        pad_low = window.stride * (m - 1) - window.pad_low
    result = Window(
        stride=window.stride, kernel_dilation=window.input_dilation, input_dilation=window.kernel_dilation, pad_low=pad_low,
        reversal=window.reversal, output_reversal=window.output_reversal == window.reversal,
    )  # fmt: skip
    last = window.stride * (m - 1) + reach(result, n) - pad_low
    return replace(result, pad_high=last - window.kernel_dilation * (k - 1))


def _without_permute(problem: Problem) -> Problem:
    """Return the Problem without a permutation that moves only axes of one tap."""
    permute = problem.spec.permute
    if permute is None or any(a != axis and problem.kernel_sizes[axis] > 1 for axis, a in enumerate(permute)):
        return problem
    return replace(problem, spec=replace(problem.spec, permute=None))


# Words that may not show


def _plain_layout(layout: Layout | None) -> Layout | None:
    """Return the layout with its spatial letters named in the order of the input: the letters themselves mean nothing."""
    if layout is None:
        return None
    names = [letter for letter in "ABDEFGHJKLMPQRSTUVWXYZ" if letter not in "NCOI"]
    letters = dict(zip(layout.spatial, names, strict=False))
    return Layout(**{name: exchange(getattr(layout, name), letters) for name in ("input", "kernel", "output")})


def _visible_conj(conj: Conj, problem: Problem) -> Conj:
    dtypes = problem.input_dtype, problem.kernel_dtype
    first, second = reversed(dtypes) if problem.exchanged else dtypes
    dtype = {"none": "bool", "input": first, "kernel": second}[conj]
    return conj if dtype in COMPLEX or dtype == "object" else "none"


def _visible_dtype(problem: Problem) -> str | None:
    """Return the asked dtype, or None where the rule gives the same dtype and the same dtype of the sums."""
    found = problem.dtype, problem.sum_dtype
    operands = problem.input_dtype, problem.kernel_dtype
    unasked = replace(problem, spec=replace(problem.spec, dtype=None))
    return None if found == (unasked.dtype, sum_dtype(*operands, None)) else problem.dtype


def _rounds(problem: Problem) -> bool:
    """Return whether a number that is not whole can become an integer."""
    spec = problem.spec
    whole = is_exact(result_dtype(problem.input_dtype, problem.kernel_dtype)) and isinstance(spec.scale, int)
    return is_exact(problem.dtype) and not (whole and isinstance(spec.offset, int))
