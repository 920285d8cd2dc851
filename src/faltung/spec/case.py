"""A Problem as methods see it: plain sums of products, with everything else already settled by the engine.

    y[b, g·O + o, i] = Σ over c, then over the taps t ascending (last axis fastest), of  w[g·O + o, c, t] · X[b, g·C + c, i, t]

The engine has put the weights into window order (reversed, conjugated, scaled, in the compute dtype), and does folds, output
reversal, rounding, casts and batching itself. A method gets contiguous weights `w` of shape (G·O, C, *K), inputs `x` of shape
(B, G·C, *N) with any strides, and writes `out` of shape (B, G·O, *M) with any strides; all three have the compute dtype.
"""

from dataclasses import dataclass
from typing import NamedTuple

from faltung.spec.window import Window, core_size


class Weights(NamedTuple):
    """What planning may know of the kernel: whether every tap is finite, and its rank.

    The rank is 1 for a column times a row with the same signs and zeros, exactly or (for floats) to rounding; a larger number says that
    it is at least so large, 0 that only signs or zeros stand in the way, None that it is not known.
    """

    finite: bool = True
    rank: int | None = None
    terms: int = 1
    """More than 1: so many columns times rows sum to the kernel, exactly or to rounding."""
    spread: float = 1.0
    """Sum of the absolute values of their weights, over that of the kernel's."""
    boxed: tuple[int, ...] = ()
    """Axes, of two, along which all weights are equal."""


class Stored(NamedTuple):
    """Dtypes in memory that are not the one of the sums: samples are widened as they are read, sums finished as they are written.

    Finishing is: times `factor`, over `divisor`, plus `offset` (in float64, where they are not 1, 1 and 0), `rounding` (None: the sums are
    whole), `overflow` (None: they fit), conversion. `single` says that times `factor` in float32 comes to the same. `weights` are the
    integer lanes that hold the weights where the sums run in int32.
    """

    samples: str
    results: str
    factor: float = 1.0
    divisor: float = 1.0
    offset: float = 0.0
    rounding: str | None = None
    overflow: str | None = None
    weights: str | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One piece of work for a method. The windows have no fold, no reversal and no output reversal."""

    windows: tuple[Window, ...]
    input_sizes: tuple[int, ...]
    kernel_sizes: tuple[int, ...]
    dtype: str
    batch: int = 1
    groups: int = 1
    channels_in: int = 1
    channels_out: int = 1
    weights: Weights | None = None
    exact: float | None = None
    """For integers held in floats: no output is larger than this, and every output must come out right to the last digit."""
    stored: Stored | None = None
    """For `direct` and `separable`: x and out have these dtypes, and only the weights the dtype of the sums."""
    memory: int | None = None
    """Bytes of scratch that a method may take, where it has a choice."""

    @property
    def output_sizes(self) -> tuple[int, ...]:
        """M on every axis."""
        return tuple(core_size(*axis) for axis in zip(self.windows, self.input_sizes, self.kernel_sizes, strict=True))
