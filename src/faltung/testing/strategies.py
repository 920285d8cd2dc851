"""Hypothesis strategies: Specs, and Problems with sizes that they accept. Needs the extra ``faltung[testing]``."""

from typing import Any

from hypothesis import strategies as st

from faltung.errors import SpecError
from faltung.spec import BOUNDARIES, Problem, Spec

Pair = tuple[Any, Any]


@st.composite
def specs(draw: st.DrawFn, /, ndim: int = 2, modes: tuple[str, ...] = ("full", "same", "valid", "causal", "pads"), steps: int = 3) -> Spec:
    """Return Specs of the linear core: operation, mode with centre or pads, boundaries with fills, strides and dilations up to `steps`.

    Examples
    --------
    >>> from faltung.testing.strategies import specs
    >>> specs(ndim=1)
    specs(ndim=1)
    """
    mode = draw(st.sampled_from(modes))
    boundary = tuple(draw(st.tuples(*[st.sampled_from(BOUNDARIES)] * 2)) for _ in range(ndim))
    fill = tuple(tuple(draw(st.integers(-5, 5)) if law == "constant" else 0 for law in laws) for laws in boundary)
    several = st.tuples(*[st.integers(1, steps)] * ndim)
    given: dict[str, Any] = {"mode": mode, "boundary": boundary, "fill": fill, "stride": draw(several), "dilation": draw(several)}
    if mode == "same":
        given["anchor"] = draw(st.tuples(*[st.sampled_from(("high", "low"))] * ndim))
    if mode == "pads":
        given["pads"] = draw(st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4))] * ndim))
    return Spec(operation=draw(st.sampled_from(("convolve", "correlate"))), **given)


@st.composite
def problems(draw: st.DrawFn, /, ndim: int = 2, most: int = 9, taps: int = 5, **arguments: Any) -> Problem:
    """Return Problems: a Spec of `specs` (which takes the other arguments) with up to `most` samples and `taps` taps on every axis.

    Examples
    --------
    >>> from faltung.testing.strategies import problems
    >>> problems(ndim=1, most=6)
    problems(ndim=1, most=6)
    """
    from hypothesis import reject

    spec = draw(specs(ndim=ndim, **arguments))
    shapes = [draw(st.tuples(*[st.integers(1, size)] * ndim)) for size in (most, taps)]
    try:
        return Problem(spec=spec, input_shape=shapes[0], kernel_shape=shapes[1])
    except SpecError:
        return reject()
