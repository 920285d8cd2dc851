"""What the functions of other libraries mean, as a Spec, and how to say a Spec in them. None of these libraries is imported here."""

from typing import Any

from faltung.dialects.astropy import ASTROPY
from faltung.dialects.dask_image import DASK_IMAGE
from faltung.dialects.deep_sources import DEEP_SOURCES
from faltung.dialects.ffmpeg import FFMPEG
from faltung.dialects.gegl import GEGL
from faltung.dialects.imagemagick import IMAGEMAGICK
from faltung.dialects.itk import ITK
from faltung.dialects.jax import JAX
from faltung.dialects.julia import JULIA
from faltung.dialects.keras import KERAS
from faltung.dialects.mathematica import MATHEMATICA
from faltung.dialects.matlab import MATLAB
from faltung.dialects.mlx import MLX
from faltung.dialects.names import no_dialect
from faltung.dialects.numpy import NUMPY
from faltung.dialects.octave import OCTAVE
from faltung.dialects.onnx import ONNX
from faltung.dialects.opencv import OPENCV
from faltung.dialects.pillow import PILLOW
from faltung.dialects.pyvips import PYVIPS
from faltung.dialects.r import R
from faltung.dialects.record import Call, Dialect, Refusal, read_with
from faltung.dialects.scipy_filters import SCIPY_FILTERS
from faltung.dialects.scipy_ndimage import SCIPY_NDIMAGE
from faltung.dialects.scipy_signal import SCIPY_SIGNAL, lags
from faltung.dialects.skimage import SKIMAGE
from faltung.dialects.svg import SVG
from faltung.dialects.tensorflow import TENSORFLOW
from faltung.dialects.tinygrad import TINYGRAD
from faltung.dialects.torch import TORCH
from faltung.dialects.web_audio import WEB_AUDIO
from faltung.dialects.writing import write_with
from faltung.spec import Spec

__all__ = ["DIALECTS", "Call", "Dialect", "Refusal", "lags", "read", "write"]

DIALECTS: dict[str, Dialect] = {
    **NUMPY,
    **SCIPY_SIGNAL,
    **SCIPY_FILTERS,
    **SCIPY_NDIMAGE,
    **OPENCV,
    **TORCH,
    **SKIMAGE,
    **DASK_IMAGE,
    **ITK,
    **PILLOW,
    **PYVIPS,
    **JAX,
    **ASTROPY,
    **MATLAB,
    **OCTAVE,
    **R,
    **MATHEMATICA,
    **JULIA,
    **KERAS,
    **FFMPEG,
    **IMAGEMAGICK,
    **SVG,
    **WEB_AUDIO,
    **GEGL,
    **ONNX,
    **MLX,
    **TINYGRAD,
    **TENSORFLOW,
    **DEEP_SOURCES,
}


def read(function: str, /, **arguments: Any) -> Spec:
    """Return the Spec that a call of a library's function means.

    Parameters
    ----------
    function : str
        Its dotted name, one of `DIALECTS`.
    **arguments
        Those behind the two operands, as the library takes them; the library's own defaults stand for the rest. ``x_dtype`` and
        ``k_dtype``, names of the operands' dtypes, let the Spec say the dtype of the result. Where a function slides (``axis``,
        ``axes``) and how it computes (``method``) is no part of a Spec; they are checked, or left to `run`, and not kept.

    Returns
    -------
    Spec

    Raises
    ------
    DialectError
        For a function that is not in the table, an argument that it does not have, or a value that it refuses.

    Examples
    --------
    >>> print(ft.read("scipy.ndimage.convolve", mode="mirror", origin=-1))
    convolve same:low+1 boundary=whole_sample missing=skip_zero_weights rounding=truncate overflow=wrap
    >>> print(ft.read("numpy.convolve", mode="same", x_dtype="uint8", k_dtype="int8"))
    convolve same:high operands=longer_first dtype=int16 overflow=wrap
    """
    return read_with(_dialect(function), arguments)


def write(spec: Spec, function: str) -> Call | Refusal:
    """Return the call of a library's function that computes what `spec` says, or a Refusal that says what it lacks.

    Parameters
    ----------
    spec : Spec
        The convention.
    function : str
        Dotted name, one of `DIALECTS`.

    Returns
    -------
    Call or Refusal
        Call: ``.code`` is the line to type, with ``x`` and ``k`` as operands; what the library does not reverse, conjugate or scale
        itself stands in the line. Its sums are the Spec's; differences in dtype, rounding, overflow and NaN are its ``.notes``.
        Refusal: ``.reason`` and the ``.nearest`` call.

    Raises
    ------
    DialectError
        For a function that is not in the table.

    Examples
    --------
    >>> ft.write(ft.parse("correlate same:high boundary=whole_sample"), "scipy.ndimage.correlate").code
    "scipy.ndimage.correlate(x, k, mode='mirror')"
    >>> ft.write(ft.parse("correlate same:low boundary=whole_sample"), "scipy.ndimage.convolve").code
    "scipy.ndimage.convolve(x, numpy.conj(numpy.flip(k)), mode='mirror')"
    >>> print(ft.write(ft.parse("convolve same:low"), "numpy.convolve"))
    numpy.convolve has no anchor=low (it has high); nearest: numpy.convolve(x, k, mode='same')
    """
    return write_with(_dialect(function), spec)


def _dialect(function: str) -> Dialect:
    if function not in DIALECTS:
        raise no_dialect(function, DIALECTS)
    return DIALECTS[function]
