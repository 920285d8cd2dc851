"""How far an explanation lies from what a library does when nothing is said: the deviations that these operands can show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Array, Change, Explanation
from faltung.dialects import DIALECTS, Dialect
from faltung.dialects.record import read_with
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.layout import Groups
from faltung.spec.numbers import is_exact
from faltung.spec.spec import at, reversed_axis

Shape = tuple[int, ...]
PLAINNESS = 4  # entries of `literal` that say how plain an explanation is; the others are mere orders
# Fields with a value out of a continuum count twice.
CONTINUOUS = ("scale", "offset", "fill", "frame")
MODES = ("full", "same", "valid", "causal", "same_upper", "same_lower", "pads")
INSIDE: dict[str, Any] = {"boundary": (("zero", "zero"),), "fill": ((0, 0),)}
# Functions that make their kernel themselves.
OWN_KERNEL = ("cv2.boxFilter", "cv2.blur")
# What a function that has no default for it is called with.
REQUIRED: tuple[dict[str, object], ...] = ({}, {"padding": "VALID", "window_strides": (1, 1), "strides": (1, 1)}, {"strides": (1, 1)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the operands can show at all: shapes, dtypes, whether they are complex, all finite, and all whole numbers."""

    x_shape: Shape
    k_shape: Shape
    y_shape: Shape
    x_dtype: str
    k_dtype: str
    y_dtype: str
    complex_x: bool
    complex_k: bool
    finite: bool
    whole: bool

    @property
    def exact(self) -> bool:
        """Whether the result is whole numbers."""
        return is_exact(self.y_dtype)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An explanation, how many deviations it counts, and from whose default call."""

    explanation: Explanation
    deviations: int
    nearest: str


def facts_of(x: Array, k: Array, y: Array) -> Facts:
    """Return what there is to know of the arrays without looking at single samples."""
    names = [_name(array) for array in (x, k, y)]
    finite = all(array.dtype.kind not in "fc" or bool(np.isfinite(array).all()) for array in (x, k))
    return Facts(
        x_shape=x.shape, k_shape=k.shape, y_shape=y.shape, x_dtype=names[0], k_dtype=names[1], y_dtype=names[2],
        complex_x=x.dtype.kind == "c", complex_k=k.dtype.kind == "c", finite=finite,
        whole=all(_whole(array) for array in (x, k)),
    )  # fmt: skip


def _whole(array: Array) -> bool:
    return array.dtype.kind in "biu" or (array.dtype.kind == "f" and bool((array == np.rint(array)).all()))


def _name(array: Array) -> str:
    name = array.dtype.type.__name__
    return name if name in ("longdouble", "clongdouble") else str(array.dtype.name)


def ranked(found: Iterable[Explanation], facts: Facts, expected: Spec | None = None) -> tuple[Ranked, ...]:
    """Return the explanations by their deviations from `expected`, or else from the nearest library's default call.

    Parameters
    ----------
    found : iterable of Explanation
    facts : Facts
    expected : Spec, optional

    Returns
    -------
    tuple of Ranked
        The fewest deviations first; ties in the order of `literal`, and of the libraries in the atlas.
    """
    answers, places = [], {}
    for explanation in found:
        rank = rank_of(explanation, facts)
        bases = (("expected", expected),) if expected is not None else defaults(facts, rank)
        each = ((deviations(explanation.spec, spec, facts, rank), place, name) for place, (name, spec) in enumerate(bases))
        distance, places[explanation], nearest = min(each)
        cost = distance + changes_cost(explanation.changes)
        answers.append(Ranked(explanation=explanation, deviations=cost, nearest=nearest))

    def key(each: Ranked) -> tuple[Any, ...]:
        own = literal(each.explanation, facts)
        return each.deviations, own[:PLAINNESS], places[each.explanation], own[PLAINNESS:]

    return tuple(sorted(answers, key=key))


def changes_cost(changes: tuple[Change, ...]) -> int:
    """Return how many deviations changes count."""
    return sum(change.cost for change in changes)


def rank_of(explanation: Explanation, facts: Facts) -> int:
    """Return over how many axes the kernel slides."""
    if explanation.spec.layout is not None:
        return len(explanation.spec.layout.spatial)
    return len(explanation.axes) if explanation.axes is not None else len(facts.x_shape)


def deviations(spec: Spec, base: Spec, facts: Facts, rank: int) -> int:
    """Return in how many fields two Specs differ, those left out that these operands cannot show."""
    return sum(2 if name in CONTINUOUS else 1 for name in differing(spec, base, facts, rank))


def differing(spec: Spec, base: Spec, facts: Facts, rank: int) -> tuple[str, ...]:
    """Return the names of these fields.

    Examples
    --------
    >>> x, k = np.ones((9, 8)), np.ones((3, 4))
    >>> differing(ft.parse("correlate valid conj=kernel"), ft.parse("convolve boundary=edge"), facts_of(x, k, x), 2)
    ('reversal', 'mode')
    """
    one, other = _visible(spec, facts, rank), _visible(base, facts, rank)
    found = [name for name, value in one.items() if value != other[name] and not _unseen(name, spec, facts)]
    if {"mode", "anchor", "pads"} & set(found) and _same_outputs(spec, base, facts):
        found = [name for name in found if name not in ("mode", "anchor", "pads")]
    if "mode" in found and "anchor" in found and set(one["anchor"]) <= {"low", "high", "plain"}:
        found.remove("anchor")  # a library's own same has one of the two
    return tuple(found)


def _same_outputs(spec: Spec, base: Spec, facts: Facts) -> bool:
    """Return whether two modes, in other words, are the same pads on these sizes."""
    if (spec.operation == "convolve_transpose") != (base.operation == "convolve_transpose"):
        return False
    one, other = pads_of(spec, facts), pads_of(base, facts)
    return one is not None and one == other


@lru_cache(maxsize=20_000)
def pads_of(spec: Spec, facts: Facts) -> tuple[tuple[int, int], ...] | None:
    """Return the pads of every axis on these sizes; None where the Spec does not go with them."""
    try:
        problem = Problem(spec=spec, input_shape=facts.x_shape, kernel_shape=facts.k_shape)
    except SpecError:
        return None
    return tuple((window.pad_low, window.pad_high) for window in problem.windows)


def _unseen(name: str, spec: Spec, facts: Facts) -> bool:
    """Return whether a field leaves no trace: nothing is read outside, nothing overflowed, or nothing was rounded."""
    if name in ("boundary", "fill"):
        return _reads_inside(spec)
    if name == "overflow":
        return not facts.exact or spec.overflow == "raise"
    whole = facts.whole and isinstance(spec.scale, int) and isinstance(spec.offset, int)
    return name == "rounding" and (whole or not facts.exact)


@lru_cache(maxsize=20_000)
def _visible(spec: Spec, facts: Facts, rank: int) -> dict[str, Any]:
    """Return the fields in one form in which equal values compare equal, one entry for every axis."""

    def each(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(at(values, axis) if len(values) in (1, rank) else values for axis in range(rank))

    mode, anchor, pads = _mode(spec, facts, rank)
    outside = ((("zero", "zero"), (0, 0)),) * rank if _reads_inside(spec) else _laws(spec, facts, rank)
    larger = any(k > n for n, k in zip(facts.x_shape, facts.k_shape, strict=False))
    return {
        "operation": spec.operation == "convolve_transpose",
        "reversal": tuple(reversed_axis(spec, axis) for axis in range(rank)),
        "mode": mode, "anchor": anchor, "pads": pads,
        "boundary": tuple(laws for laws, _ in outside), "fill": tuple(fills for _, fills in outside),
        "stride": each(spec.stride), "dilation": each(spec.dilation), "input_dilation": each(spec.input_dilation),
        "fold": each(spec.fold), "output_reversal": each(spec.output_reversal),
        "layout": str(spec.layout) if spec.layout else "", "groups": spec.groups.count,
        "conj": (spec.conj == "input" and facts.complex_x, spec.conj == "kernel" and facts.complex_k),
        "operands": spec.operands if larger or spec.operands == "exchanged" else "as_given",
        "permute": None if spec.permute == tuple(range(len(spec.permute or ()))) else spec.permute,
        "scale": spec.scale, "missing": None if facts.finite else spec.missing,
        "product": spec.product if facts.y_dtype == "bool" or facts.x_dtype == facts.k_dtype == "bool" else "multiply",
        "dtype": None if spec.dtype in (None, facts.y_dtype) else spec.dtype,
        "offset": spec.offset, "rounding": spec.rounding, "overflow": spec.overflow, "frame": spec.frame,
    }  # fmt: skip


def _reads_inside(spec: Spec) -> bool:
    return spec.mode == "valid" or (spec.mode == "pads" and max(max(pair) for pair in spec.pads) <= 0)


def _mode(spec: Spec, facts: Facts, rank: int) -> tuple[str, tuple[Any, ...], tuple[Any, ...]]:
    """Return mode, centres and pads; valid is pads of 0, and low and high are one centre where the taps are odd in number."""
    plain, none = ("plain",) * rank, ((0, 0),) * rank
    if spec.mode in ("same_upper", "same_lower") and set(spec.stride) == {1} and spec.operation != "convolve_transpose":
        anchor: tuple[Any, ...] = ("low",) if spec.mode == "same_upper" else ("high",)
    elif spec.mode == "same":
        anchor = spec.anchor
    elif spec.mode in ("valid", "pads") or (spec.mode == "full" and spec.operation == "convolve_transpose"):
        return "pads", plain, tuple(at(spec.pads, axis) if len(spec.pads) in (1, rank) else (0, 0) for axis in range(rank))
    else:
        return spec.mode, plain, none
    taps = _taps(spec, facts, rank)
    found = []
    for axis, size in enumerate(taps):
        centre = at(anchor, axis) if len(anchor) in (1, rank) else anchor[0]
        found.append("high" if centre == "low" and (size - 1) * at(spec.dilation, min(axis, len(spec.dilation) - 1)) % 2 == 0 else centre)
    return "same", tuple(found), none


def _taps(spec: Spec, facts: Facts, rank: int) -> tuple[int, ...]:
    """Return the sizes of the kernel along the axes that slide."""
    if spec.layout is not None and len(spec.layout.kernel) == len(facts.k_shape):
        return tuple(facts.k_shape[spec.layout.kernel.index(letter)] for letter in spec.layout.spatial)
    return facts.k_shape[-rank:] if len(facts.k_shape) >= rank else (2,) * rank


def _laws(spec: Spec, facts: Facts, rank: int) -> tuple[tuple[tuple[str, str], tuple[Any, Any]], ...]:
    """Return laws and fills of all ends: zero where nothing is read there, edge where half_sample reads one sample only."""
    pads = _reach(spec, facts, rank)
    found = []
    for axis in range(rank):
        ends = zip(at(spec.boundary, axis), at(spec.fill, axis), pads[axis], strict=True)
        said = [_law(law, fill, pad) for law, fill, pad in ends]
        found.append(((said[0][0], said[1][0]), (said[0][1], said[1][1])))
    return tuple(found)


def _law(law: str, fill: Any, pad: int) -> tuple[str, Any]:
    if pad <= 0 or (law == "constant" and isinstance(fill, int | float) and fill == 0):
        return "zero", 0
    return ("edge" if law == "half_sample" and pad == 1 else law), fill


def _reach(spec: Spec, facts: Facts, rank: int) -> tuple[tuple[int, int], ...]:
    """Return how many samples are read beyond each end; 2 where the sizes do not say it."""
    pads = pads_of(spec, facts)
    return pads if pads is not None and len(pads) == rank else ((2, 2),) * rank


def literal(explanation: Explanation, facts: Facts) -> tuple[Any, ...]:
    """Return the key that orders explanations with equally many deviations: fewer changes, one law for all ends, then literal orders."""
    spec = explanation.spec
    spread = sum(len(set(values)) - 1 for values in (spec.boundary, spec.stride, spec.dilation, spec.anchor, spec.pads))
    ends = sum(low != high for low, high in spec.boundary)
    laws = tuple(BOUNDARIES.index(law) for pair in spec.boundary for law in pair)
    operations = ("convolve", "correlate", "convolve_transpose")
    names = tuple((change.place, change.name, str(change.values)) for change in explanation.changes)
    return (
        explanation.rounding_only, len(names), spec.reversal is not None, spread + ends, MODES.index(spec.mode),
        operations.index(spec.operation), laws, len(str(spec)), str(spec), names,
    )  # fmt: skip


@lru_cache(maxsize=64)
def defaults(facts: Facts, rank: int) -> tuple[tuple[str, Spec], ...]:
    """Return every function that slides over `rank` axes, with the Spec of its default call for these operands.

    A library that counts batch and channel axes is taken at one image and one channel where the operands have no such axes.
    """
    found: dict[str, Spec] = {}
    for name, dialect in DIALECTS.items():
        if dialect.axes in (None, rank) and name not in OWN_KERNEL:
            spec = _default(dialect, facts, rank)
            if spec is not None:
                found[name] = spec
    return tuple(found.items())


def _default(dialect: Dialect, facts: Facts, rank: int) -> Spec | None:
    for required in REQUIRED:
        spec = read_for(dialect, {name: value for name, value in required.items() if name in dialect.defaults}, facts, rank)
        if spec is not None:
            return _fitted(spec, facts, rank)
    return None


@lru_cache(maxsize=64)
def plain_specs(facts: Facts, rank: int) -> tuple[Spec, ...]:
    """Return the conventions of the libraries' default calls and of their modes, without steps that these operands do not show."""
    found: dict[Spec, None] = {}
    for _, spec in defaults(facts, rank):
        if spec.layout is None and spec.operation != "convolve_transpose":
            core = Spec(operation=spec.operation, reversal=spec.reversal, boundary=spec.boundary, fill=spec.fill)
            for mode in ("full", "same", "valid"):
                for anchor in ("low", "high") if mode == "same" else ("high",):
                    found[replace(core, mode=mode, anchor=(anchor,), **(INSIDE if mode == "valid" else {}))] = None
    return tuple(found)


def default_for(dialect: Dialect, arguments: dict[str, Any], facts: Facts) -> Spec | None:
    """Return what a call means for these operands, batch and channel axes left out where they have none; None where it is refused."""
    rank = dialect.axes or len(facts.x_shape)
    if rank > len(facts.x_shape):
        return None
    spec = read_for(dialect, arguments, facts, rank)
    return None if spec is None else _fitted(spec, facts, rank)


def read_for(dialect: Dialect, arguments: dict[str, Any], facts: Facts, rank: int, *, dtypes: bool = False) -> Spec | None:
    """Return what a call means for these operands, or for them with a batch and a channel axis; None where it is refused.

    With `dtypes` it must take theirs.
    """
    shapes = [(facts.x_shape, facts.k_shape)]
    if len(facts.x_shape) == rank:
        x, k = facts.x_shape, facts.k_shape
        shapes += [((1, 1, *x), (1, 1, *k)), ((1, *x, 1), (*k, 1, 1)), ((1, *x, 1), (1, *k, 1)), ((*x, 1, 1), (*k, 1, 1))]
    types: list[dict[str, Any]] = [{"x_dtype": facts.x_dtype, "k_dtype": facts.k_dtype}, {}]
    for names, (x, k) in product(types[:1] if dtypes else types, shapes):
        try:
            return read_with(dialect, {**arguments, **names, "x_shape": x, "k_shape": k})
        except (ValueError, IndexError, TypeError, KeyError):  # each refuses what it does not take in its own way
            continue
    return None


def _fitted(spec: Spec, facts: Facts, rank: int) -> Spec | None:
    """Return a default as it is for these operands; None where it slides over another number of axes."""
    layout = spec.layout
    if layout is None:
        return spec
    if len(layout.spatial) != rank:
        return None
    if len(layout.input) == len(facts.x_shape) and len(layout.kernel) == len(facts.k_shape) and len(facts.x_shape) > rank:
        return spec
    try:
        return replace(spec, layout=None, groups=Groups())
    except SpecError:
        return None
