"""One axis of one operation, in integers: which sample meets which tap.

Output o and tap position t meet the sample that

    p = stride·o + kernel_dilation·t − pad_low,        q = p / input_dilation   (nothing is read when it does not divide)

names: y[o] = Σ over t ascending of w[t]·X[q], where w is the kernel in *window order* (reversed if `reversal`) and X is the
input continued by its boundary. Output size: M = ⌊(D + pad_low + pad_high − L − 1) / stride⌋ + 1 with the dilated input length
D = input_dilation·(N−1) + 1 and the reach L = kernel_dilation·(K−1). Negative pads crop.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from faltung.errors import SpecError
from faltung.spec.boundary import BOUNDARIES, Boundary, parse_boundary, source

if TYPE_CHECKING:
    from faltung.spec.fold import Fold

Number = int | float | complex


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The settings of one axis, in integers.

    Parameters
    ----------
    stride, kernel_dilation, input_dilation : int
        Step of the outputs, of the taps, and spread of the input's samples; at least 1.
    pad_low, pad_high : int
        Positions read before the first and behind the last sample; negative ones crop.
    reversal : bool
        Whether the stored kernel is reversed into window order.
    boundary_low, boundary_high, fill_low, fill_high
        What lies outside of each end (one of the six laws, or ``library:word``), and its value where that is ``"constant"``.
    fold : Fold or None
        Scatter-add of the outputs, the partner of a boundary under adjoint.
    output_reversal : bool
        Whether the outputs are reversed (before a fold).

    Raises
    ------
    SpecError
        If a step or spread is less than 1, or a word is no boundary.

    Notes
    -----
    Output o and tap t meet position p = stride·o + kernel_dilation·t − pad_low of the input whose samples are spread by input_dilation.

    Examples
    --------
    >>> from faltung.spec.window import table
    >>> table(ft.Window(pad_low=1, pad_high=0, boundary_low="edge"), 3, 2)
    ((0, 0), (0, 1), (1, 2))
    """

    stride: int = 1
    kernel_dilation: int = 1
    input_dilation: int = 1
    pad_low: int = 0
    pad_high: int = 0
    reversal: bool = False
    boundary_low: Boundary = "zero"
    boundary_high: Boundary = "zero"
    fill_low: Number = 0
    fill_high: Number = 0
    fold: "Fold | None" = None
    output_reversal: bool = False

    def __post_init__(self) -> None:
        for name in ("stride", "kernel_dilation", "input_dilation"):
            value = getattr(self, name)
            if value < 1:
                raise SpecError(f"{name} is {value}; it must be at least 1")
        read_boundaries(self)


def read_boundaries(ends: "Fold | Window") -> None:
    """Put the laws in the place of a library's words; a word that is neither is refused."""
    for name in ("boundary_low", "boundary_high"):
        word = getattr(ends, name)
        if word not in BOUNDARIES:
            object.__setattr__(ends, name, parse_boundary(word))


Nothing = Literal["nothing"]
Outside = Literal["low", "high"]
Reading = int | Outside | Nothing
"""What a tap meets: a sample's index, the fill value of one end, or nothing (between the samples of a dilated input)."""


def reach(window: Window, k: int) -> int:
    """Return L: how far the last of `k` taps lies behind the first."""
    return window.kernel_dilation * (k - 1)


def dilated_size(window: Window, n: int) -> int:
    """Return D: how long an input of `n` samples is once zeros stand between them."""
    return window.input_dilation * (n - 1) + 1 if n else 0


def core_size(window: Window, n: int, k: int) -> int:
    """Return how many outputs the equation has before any fold (at least 0)."""
    room = dilated_size(window, n) + window.pad_low + window.pad_high - reach(window, k) - 1
    return room // window.stride + 1 if room >= 0 else 0


def output_size(window: Window, n: int, k: int) -> int:
    """Return M, the number of outputs."""
    return window.fold.size if window.fold else core_size(window, n, k)


def position(window: Window, o: int, t: int) -> int:
    """Return p, where output `o` and tap position `t` look in the dilated input."""
    return window.stride * o + window.kernel_dilation * t - window.pad_low


def reading(window: Window, p: int, n: int) -> Reading:
    """Return what stands at position `p` of the dilated, continued input of `n` samples."""
    q, between = divmod(p, window.input_dilation)
    if between:
        return "nothing"
    if 0 <= q < n:
        return q
    low = q < 0
    sample = source(window.boundary_low if low else window.boundary_high, q, n)
    return sample if sample is not None else ("low" if low else "high")


def fill_value(window: Window, end: Outside) -> Number:
    """Return the value that stands outside of one end: the fill of a constant boundary, else 0."""
    if end == "low":
        return window.fill_low if window.boundary_low == "constant" else 0
    return window.fill_high if window.boundary_high == "constant" else 0


def table(window: Window, n: int, k: int) -> tuple[tuple[Reading, ...], ...]:
    """Return, for every output before any fold and every tap position, what it reads."""
    return tuple(tuple(reading(window, position(window, o, t), n) for t in range(k)) for o in range(core_size(window, n, k)))


def span(window: Window, n: int, k: int) -> tuple[int, int]:
    """Return the first and last position p that any output reads; (0, -1) when there are no outputs."""
    m = core_size(window, n, k)
    return (-window.pad_low, position(window, m - 1, k - 1)) if m and k else (0, -1)


def part_of(window: Window, n: int, k: int, wanted: slice) -> Window:
    """Return the Window whose outputs are `wanted` (a slice with start, stop and positive step) of those of `window`."""
    stride, pad_low = window.stride * wanted.step, window.pad_low - window.stride * wanted.start
    count = len(range(wanted.start, wanted.stop, wanted.step))
    last = stride * (count - 1) + window.kernel_dilation * (k - 1) - pad_low
    return replace(window, stride=stride, pad_low=pad_low, pad_high=last - window.input_dilation * (n - 1))
