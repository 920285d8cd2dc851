"""Rows of the atlas for libraries that cannot be run here: what their sources and documentation say, with the place.

A row says what a dialect would: it is data for the page, and nothing is computed from it.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One function of a library, in the words of the atlas.

    Parameters
    ----------
    function : str
        Its name.
    reversed : str
        Whether the kernel is reversed.
    conjugated : str
        Which operand is conjugated; ``unknown`` where that was not established.
    centre : str
        Centre of an even kernel in ``same``, or how its pads are chosen.
    boundary : str
        What lies outside when nothing is said.
    layout : str
        Axes of input, kernel and output.
    dtype : str
        The dtype of the result.
    evidence : {"executed", "source", "documentation"}
        How it is known.
    reference : str
        Where it was read.
    bugs : tuple of str
        What is known to be wrong, or contradicts itself.
    """

    function: str
    reversed: str
    conjugated: str = "none"
    centre: str
    boundary: str = "zero"
    layout: str = ""
    dtype: str = ""
    evidence: Literal["executed", "source", "documentation"] = "source"
    reference: str
    bugs: tuple[str, ...] = ()


_EXPLICIT = "explicit pads"
_TORCH = "NC…,OI…->NC…"

ROWS: tuple[Row, ...] = (
    Row(
        function="cupyx.scipy.ndimage.convolve", reversed="yes", centre="low − origin", boundary="half_sample", dtype="the input's",
        reference="cupy at 6b6d9563c, cupyx/scipy/ndimage/_filters.py",
    ),
    Row(
        function="cupyx.scipy.ndimage.correlate", reversed="no", conjugated="kernel", centre="high + origin", boundary="half_sample",
        dtype="the input's", reference="cupy at 6b6d9563c, cupyx/scipy/ndimage/_filters.py",
    ),
    Row(
        function="cupyx.scipy.signal.correlate2d", reversed="no", conjugated="unknown", centre="low",
        reference="cupy at 6b6d9563c: documents SciPy's discrepancy for even lengths",
    ),
    Row(
        function="CoreML conv_transpose", reversed="scatter", centre="explicit crops", layout="NC…,IO…->NC…",
        reference="coremltools at e0e2f42b",
    ),
    Row(
        function="DirectML CONVOLUTION", reversed="yes", centre=_EXPLICIT, layout=_TORCH, evidence="documentation",
        reference="learn.microsoft.com, DML_CONVOLUTION_MODE; in the backward direction it is CROSS_CORRELATION that reverses",
    ),
    Row(
        function="DirectML CROSS_CORRELATION", reversed="no", centre=_EXPLICIT, layout=_TORCH, evidence="documentation",
        reference="learn.microsoft.com, DML_CONVOLUTION_MODE",
    ),
)  # fmt: skip
