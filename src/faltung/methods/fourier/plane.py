"""A Case as the compiled pipeline sees it: one image and one kernel in two axes, with stride and dilation 1.

* Two axes: as they are; a dilated kernel is spread, and of a strided result every s-th output is kept.
* One axis: the signal is written into rows that begin `step` samples apart and overlap, and the taps are cut into rows of `step`:
  y[i·step + j] = Σ_{a, c} w[a·step + c] · x[(i + a)·step + j + c] is a correlation in two axes whose outputs j < step are kept.
"""

from dataclasses import dataclass

from faltung.spec.boundary import Boundary, source
from faltung.spec.case import Case
from faltung.spec.window import Number, Window, fill_value, reach, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One axis of an image: its samples, the positions before the first one that are read, outputs, and the kernel's extent."""

    samples: int
    pad: int
    outputs: int
    taps: int
    window: Window

    @property
    def read(self) -> int:
        """Positions that are read."""
        return self.outputs + self.taps - 1


def side(window: Window, n: int, k: int) -> Side:
    """Return an axis with stride and dilation 1 that has every output of `window` among its own."""
    first, last = span(window, n, k)
    taps = reach(window, k) + 1
    return Side(samples=n, pad=-first, outputs=last - first + 2 - taps, taps=taps, window=window)


def sides(case: Case) -> tuple[Side, ...]:
    """Return the axes of a Case."""
    return tuple(side(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True))


def row_sides(signal: Side, step: int, width: int) -> tuple[Side, Side]:
    """Return the two axes of a signal whose rows of `width` samples begin `step` apart; samples outside are among them already."""
    rows, taps = -(-signal.outputs // step), -(-signal.taps // step)
    plain = Window()
    down = Side(samples=rows + taps - 1, pad=0, outputs=rows, taps=taps, window=plain)
    across = Side(samples=width, pad=0, outputs=step, taps=min(step, signal.taps), window=plain)
    return down, across


def positions_map(given: Side, positions: range, fills: list[Number]) -> list[int]:
    """Return what stands at positions, counted from the first that is read: a sample's index, or -1 - f for fills[f].

    Behind the last position that an output needs, fills[0] = 0 stands: nothing outside of an array is read for what is thrown away.
    """
    n, found = given.samples, []
    for p in range(positions.start - given.pad, min(given.read, positions.stop) - given.pad):
        if 0 <= p < n:
            found.append(p)
            continue
        law: Boundary = given.window.boundary_low if p < 0 else given.window.boundary_high
        sample = source(law, p, n)
        found.append(-1 - _number(fill_value(given.window, "low" if p < 0 else "high"), fills) if sample is None else sample)
    return found + [-1] * (len(positions) - len(found))


def _number(value: Number, fills: list[Number]) -> int:
    """Return where in `fills` a value stands; it is appended if it is new."""
    for i, known in enumerate(fills):
        if repr(complex(known)) == repr(complex(value)):  # not ==, which takes 0.0 for -0.0
            return i
    fills.append(value)
    return len(fills) - 1
