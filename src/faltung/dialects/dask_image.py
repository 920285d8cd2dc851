"""dask-image: `convolve` and `correlate` of ``scipy.ndimage`` on chunks that overlap; the same meaning, without ``output`` and ``axes``."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from faltung.dialects.record import Arguments, Dialect, read_with
from faltung.dialects.scipy_ndimage import SCIPY_NDIMAGE
from faltung.errors import DialectError
from faltung.spec import Spec

GRID_WRAP = (
    "dask-image 2026.5.0: mode='grid-wrap' wraps around in every chunk, not around the array; 'wrap' is right "
    "(https://github.com/dask/dask-image/issues/242 mended 'wrap' alone)"
)


def _read(original: Dialect, arguments: Arguments) -> Spec:
    return read_with(original, arguments)


def _prepare(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    """Return the operands; refuse what Dask does: an overlap of chunks that is longer than the array."""
    origin = arguments["origin"]
    origins = tuple(origin) if isinstance(origin, tuple | list) else (origin,) * k.ndim
    for n, m, o in zip(x.shape, k.shape, origins, strict=False):
        if m // 2 + abs(o) > n:
            raise DialectError(f"{function} overlaps chunks by {m // 2 + abs(o)} samples (kernel {m}, origin {o}), but an axis has {n}")
    return x, k


def _offers(original: Dialect, spec: Spec) -> Iterable[Arguments]:
    for arguments in original.offers(spec):
        yield {name: value for name, value in arguments.items() if name != "output"}


def _dialect(name: str) -> Dialect:
    original = SCIPY_NDIMAGE[f"scipy.ndimage.{name}"]
    return Dialect(
        function=f"dask_image.ndfilters.{name}", defaults={"mode": "reflect", "cval": 0.0, "origin": 0},
        prepares=partial(_prepare, f"dask_image.ndfilters.{name}"),
        reads=partial(_read, original), offers=partial(_offers, original), bugs=(GRID_WRAP,),
        reference="both operands are Dask arrays, or the weights a NumPy array; a result is computed by .compute()",
    )  # fmt: skip


DASK_IMAGE = {f"dask_image.ndfilters.{name}": _dialect(name) for name in ("convolve", "correlate")}
