"""What libraries for images share: kernels slide over rows and columns, and every channel behind them is treated alike."""

from typing import Any

import numpy as np

from faltung.dialects.record import Arguments
from faltung.errors import DialectError

ArrayLike = np.ndarray[Any, Any]


def planes(arguments: Arguments) -> tuple[int, ...] | None:
    """Return the axes that slide: rows and columns where the image has channels, else all."""
    shape = arguments["x_shape"]
    return (0, 1) if shape is not None and len(shape) == 3 else None


def sampled(function: str, x: ArrayLike, channels: int | None = None) -> ArrayLike:
    """Return an image if it has rows and columns, and perhaps channels: at most so many.

    Raises
    ------
    DialectError
        For other numbers of axes, an empty image, and too many channels.
    """
    if x.ndim not in (2, 3) or 0 in x.shape or (x.ndim == 3 and channels is not None and x.shape[2] > channels):
        most = "" if channels is None else f" of at most {channels}"
        raise DialectError(f"{function} has an image of shape {x.shape}; it must have rows, columns, and perhaps channels{most}")
    return x


def dtype_accepted(function: str, dtype: str, accepted: tuple[str, ...]) -> str:
    """Return the name of a dtype if the library takes it, or raise with those that it takes."""
    if dtype not in accepted:
        raise DialectError(f"{function} does not take {dtype}; it takes {', '.join(accepted)}")
    return dtype
