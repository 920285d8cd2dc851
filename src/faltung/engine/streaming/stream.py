"""A Stream: the one mutable thing, a Filter with the State that changes."""

from typing import Any, Literal

import numpy as np

from faltung.engine.operands import dtype_name
from faltung.engine.streaming.filter import Array, Filter, make_filter
from faltung.engine.streaming.state import State, advance, latency, output_state, tail
from faltung.errors import SpecError
from faltung.methods.workers import default_workers
from faltung.spec.arguments import make_spec

TYPICAL_BLOCK = 4096
"""Samples for which the method is chosen where none are named: 85 ms of sound at 48 kHz."""


class Stream:
    """A convolution or correlation of a signal that arrives in blocks. Call it with a block: ``y = stream(block)``.

    With blocks x₁, x₂, … of any lengths, along one axis,

        concatenate([stream(x₁), stream(x₂), …, stream.flush()]) == convolve(concatenate([x₁, x₂, …]), k, mode, boundary, …)

    bit for bit under `direct` and `shift` and for integers, and within the error bound under `fourier`. Every output is given as soon
    as its last sample has come: none waits in the modes ``"full"`` and ``"causal"``.

    Parameters
    ----------
    k : array_like
        The kernel; a private copy is kept. One axis, or as many as `axes` names.
    operation : {"convolve", "correlate"}
        Which.
    axis : int
        Along which blocks arrive. The other axes are batches, or slide too.
    axes : tuple of int, optional
        The sliding axes, `axis` among them, for a kernel with several. None: `axis`; all axes for a kernel with several.
    mode, boundary, fill, stride, dilation, anchor, conj, dtype, overflow, rounding
        As for `convolve`, but for what cannot be known in time: boundaries are ``"zero"``, ``"constant"`` and ``"edge"`` along `axis`, and
        ``"same_upper"`` and ``"same_lower"`` are left out. A stride decimates.
    block : int
        Typical length of the blocks. The method is chosen for it, and never for the blocks that come.
    frame : int, optional
        Compute this many outputs at a time, no more and no fewer; outputs then wait until a frame is full. With it the split changes no
        bit under `fourier` either, and a long kernel costs one transform a frame, however short the blocks.
    input_dtype : dtype, optional
        Of the input. None: that of the first block.
    method, memory, workers
        As for `convolve`.

    Attributes
    ----------
    zi : ndarray
        What the past adds to the next outputs, as ``scipy.signal.lfilter`` returns it in `zf`.
    latency : int
        Output o is given once sample ``stride·o + latency`` was fed.
    method : str
        "auto" until the first block settled it (and with integers, which are exact with every method).
    fed, done : int
        Samples fed and outputs given since the start.

    Raises
    ------
    SpecError
        For modes and boundaries that would need samples not fed yet, and for blocks that do not go with the first one.
    PlanError, OverflowError
        As for `convolve`; the stream is then as it was before the block.

    See Also
    --------
    convolve, plan

    Notes
    -----
    A stream can be pickled and copied at any point, and goes on with the same bits. It is not for several threads at once.
    The state `zi` is that of the transposed direct form II: Oppenheim and Schafer, *Discrete-Time Signal Processing*, section 6.3.4.

    Examples
    --------
    >>> smooth = ft.Stream([1, 1, 1])
    >>> smooth([1, 2]), smooth([3, 4, 5]), smooth.flush()
    (array([1, 3]), array([ 6,  9, 12]), array([9, 5]))
    >>> ft.convolve([1, 2, 3, 4, 5], [1, 1, 1])
    array([ 1,  3,  6,  9, 12,  9,  5])
    """

    __slots__ = ("_filter", "_state")
    _filter: Filter
    _state: State

    def __init__(
        self, k: Any, *, operation: Literal["convolve", "correlate"] = "convolve", axis: int = -1, axes: tuple[int, ...] | None = None,
        mode: Any = "full", boundary: Any = "zero", fill: Any = 0, stride: Any = 1, dilation: Any = 1, anchor: Any = None,
        conj: str | None = None, dtype: Any = None, overflow: str = "raise", rounding: str = "half_even", block: int = TYPICAL_BLOCK,
        frame: int | None = None, input_dtype: Any = None, method: str = "auto", memory: int | None = None, workers: int | None = None,
    ) -> None:  # fmt: skip
        spec = make_spec(
            operation, mode=mode, boundary=boundary, fill=fill, stride=stride, dilation=dilation, anchor=anchor, conj=conj,
            dtype=_name("dtype", dtype), overflow=overflow, rounding=rounding,
        )  # fmt: skip
        self._filter = make_filter(
            spec, k, axis=_whole("axis", axis), axes=None if axes is None else tuple(_whole("axes", a) for a in axes),
            block=_count("block", block), frame=None if frame is None else _count("frame", frame),
            input_dtype=_name("input_dtype", input_dtype), method=method, memory=memory,
            workers=default_workers() if workers is None else workers,
        )  # fmt: skip
        self._state = State()

    @classmethod
    def from_zi(cls, k: Any, zi: Any, **arguments: Any) -> "Stream":
        """Return a Stream that goes on from the state `zi`, as ``scipy.signal.lfilter(k, 1.0, x, zi=zi)`` does.

        Parameters
        ----------
        k : array_like
            The kernel.
        zi : array_like
            What the past adds to the first L = dilation·(K−1) outputs: L entries along `axis`, and the sizes of the result, or 1, on the
            other axes.
        **arguments
            As for `Stream`; the mode must be ``"full"`` or ``"causal"``, the stride 1 and the boundary ``"zero"``.

        Returns
        -------
        Stream

        Raises
        ------
        SpecError
            When zi does not go with the kernel or the convention.

        Examples
        --------
        >>> first = ft.Stream([1, 10, 100])
        >>> first([1, 2, 3]), first.zi
        (array([  1,  12, 123]), array([230, 300]))
        >>> ft.Stream.from_zi([1, 10, 100], first.zi)([4, 5])
        array([234, 345])
        """
        made = cls(k, **arguments)
        filter_ = made._filter
        options = {
            name: getattr(filter_, name) for name in ("axis", "axes", "block", "frame", "input_dtype", "method", "memory", "workers")
        }
        made._filter = make_filter(filter_.spec, k, zi=zi, **options)
        return made

    def __call__(self, block: Any) -> Array:
        """Return the outputs that this block completes: perhaps none."""
        answer, self._state = advance(self._filter, self._state, block)
        return answer

    def flush(self) -> Array:
        """Return the outputs that are left, as no sample follows; the stream then stands at the start of another signal."""
        answer = tail(self._filter, self._state)
        self.reset()
        return answer

    def reset(self) -> None:
        """Forget the signal: the stream stands at its start, as it was made."""
        self._state = State()

    @property
    def zi(self) -> Array:
        """What the past adds to the next outputs."""
        return output_state(self._filter, self._state)

    @property
    def latency(self) -> int:
        """Output o is given once sample stride·o + latency was fed."""
        return latency(self._filter)

    @property
    def method(self) -> str:
        """Name of the method, once it is settled."""
        return self._state.setup.method if self._state.setup else self._filter.method

    @property
    def fed(self) -> int:
        """Samples fed since the start."""
        return self._state.fed

    @property
    def done(self) -> int:
        """Outputs given since the start."""
        return self._state.done

    def __repr__(self) -> str:
        made = self._filter
        return f"<Stream {made.spec}: {made.taps} taps along axis {made.axis}, method {self.method}, {self.fed} fed, {self.done} done>"


def _whole(name: str, value: Any) -> int:
    if not hasattr(value, "__index__"):
        raise SpecError(f"{name} is {value!r}; it must be a whole number")
    return int(value.__index__())


def _count(name: str, value: Any) -> int:
    number = _whole(name, value)
    if number < 1:
        raise SpecError(f"{name} is {number}; it must be at least 1")
    return number


def _name(name: str, dtype: Any) -> str | None:
    if dtype is None:
        return None
    try:
        return dtype_name(np.empty(0, dtype))
    except (TypeError, KeyError):
        raise SpecError(f"{name} is {dtype!r}, which is no dtype that can be multiplied and summed") from None
