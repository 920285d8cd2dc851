"""A test card drawn by arithmetic: one patch for each thing that a filter can do to a picture."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from faltung.errors import SpecError

Picture: TypeAlias = NDArray[np.float64]
Patch: TypeAlias = Callable[[int, int], Picture]

# The letter has 7 rows and 5 columns, the margins take a sample on each side: below 12 samples a patch of 4 x 4 cannot hold it.
SMALLEST = 48
GREY = 128 / 255
SPOKES = 9
# ITU-R BT.601 luma in thousandths: the weights of Pillow's convert("L").
LUMA = (299, 587, 114)

LETTER = (
    "#####",
    "#....",
    "#....",
    "####.",
    "#....",
    "#....",
    "#....",
)


def card(height: int = 256, width: int = 256) -> NDArray[np.uint8]:
    """A colour test card of shape (height, width, 3), dtype uint8.

    Sixteen patches in four rows and columns on mid grey, as `PATCHES` lists them: ramps and a bump (what smoothing keeps), steps
    and a slanted edge (what derivatives find), disc, star and rings (every direction and many frequencies), checkers, lines
    and one bright sample (what a kernel looks like: its impulse response), colours, texture, and a letter F that shows a flip.
    Nothing is random: one size gives the same bytes each time (another machine's sine may move a sample by one step).

    Raises
    ------
    SpecError
        A side is below 48 samples, where the letter no longer fits its patch.

    Examples
    --------
    >>> picture = card(64, 96)
    >>> picture.shape, str(picture.dtype)
    ((64, 96, 3), 'uint8')
    """
    if height < SMALLEST or width < SMALLEST:
        raise SpecError(f"test card of {height} x {width}: below {SMALLEST} samples a side the letter does not fit its patch; enlarge it")
    picture = np.full((height, width, 3), GREY)
    rows, columns = len(PATCHES), len(PATCHES[0])
    for i, row in enumerate(PATCHES):
        for j, patch in enumerate(row):
            inside = (_span(height, rows, i), _span(width, columns, j))
            drawn = patch(inside[0].stop - inside[0].start, inside[1].stop - inside[1].start)
            picture[inside] = drawn if drawn.ndim == 3 else drawn[:, :, None]
    return np.asarray(np.rint(picture * 255), dtype=np.uint8)


def grey_card(height: int = 256, width: int = 256) -> NDArray[np.uint8]:
    """The same card as luma, shape (height, width).

    Examples
    --------
    >>> grey_card(64, 96).shape
    (64, 96)
    """
    return np.asarray((card(height, width).astype(np.int64) @ np.array(LUMA) + 500) // 1000, dtype=np.uint8)


def _span(extent: int, cells: int, index: int) -> slice:
    """The samples of one cell without its margin."""
    margin = max(1, extent // cells // 32)
    return slice(index * extent // cells + margin, (index + 1) * extent // cells - margin)


def _centred(height: int, width: int) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Positions down and right of the centre in samples, and the radius of the largest circle."""
    y, x = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    return y[:, None], x[None, :], min(height, width) / 2


def ramp_right(height: int, width: int) -> Picture:
    """Brightness rising evenly to the right."""
    return np.tile(np.linspace(0, 1, width), (height, 1))


def ramp_down(height: int, width: int) -> Picture:
    """Brightness rising evenly downwards."""
    return np.tile(np.linspace(0, 1, height)[:, None], (1, width))


def steps(height: int, width: int) -> Picture:
    """A bright rectangle on dark: step edges in both directions, up and down."""
    picture = np.full((height, width), 0.15)
    picture[height // 4 : height - height // 4, width // 4 : width - width // 4] = 0.85
    return picture


def disc(height: int, width: int) -> Picture:
    """A bright disc whose rim is shared in proportion: an edge in every direction."""
    y, x, radius = _centred(height, width)
    return np.asarray(0.1 + 0.8 * np.clip(0.75 * radius - np.hypot(y, x) + 0.5, 0, 1))


def star(height: int, width: int) -> Picture:
    """A Siemens star: every direction, and detail that gets finer towards the centre."""
    y, x, _ = _centred(height, width)
    edge = np.hypot(y, x) / SPOKES * np.sin(SPOKES * np.arctan2(y, x))
    return np.asarray(np.clip(0.5 + edge, 0, 1))


def rings(height: int, width: int) -> Picture:
    """A zone plate: frequency grows with the radius and reaches the highest one at the rim."""
    y, x, radius = _centred(height, width)
    return np.asarray(0.5 + 0.5 * np.cos(math.pi * (y**2 + x**2) / (2 * radius)))


def checkers(height: int, width: int) -> Picture:
    """Fine checkers: squares of one sample at the left, of two at the right."""
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    return np.where(x < width // 2, (y + x) % 2, (y // 2 + x // 2) % 2).astype(np.float64)


def letter(height: int, width: int) -> Picture:
    """The letter F, dark on bright: no flip and no turn leaves it as it is."""
    shape = np.array([[mark == "#" for mark in row] for row in LETTER])
    scale = max(1, min((height - 2) // shape.shape[0], (width - 2) // shape.shape[1]))
    drawn = np.kron(shape, np.ones((scale, scale)))
    top, left = (height - drawn.shape[0]) // 2, (width - drawn.shape[1]) // 2
    picture = np.full((height, width), 0.95)
    picture[top : top + drawn.shape[0], left : left + drawn.shape[1]] -= 0.9 * drawn
    return picture


def impulse(height: int, width: int) -> Picture:
    """One bright sample on black: filtered, it shows the kernel."""
    picture = np.zeros((height, width))
    picture[height // 2, width // 2] = 1
    return picture


def lines(height: int, width: int) -> Picture:
    """Dark lines one sample wide: across, upright and along the diagonal."""
    picture = np.ones((height, width))
    picture[height // 4, :] = 0
    picture[:, width // 4] = 0
    n = min(height, width)
    picture[np.arange(n), width - 1 - np.arange(n)] = 0
    return picture


def slanted_edge(height: int, width: int) -> Picture:
    """An edge about 5 degrees off the vertical, as sharpness is measured (ISO 12233)."""
    y, x, _ = _centred(height, width)
    return np.asarray(0.2 + 0.6 * np.clip(x + y * math.tan(math.radians(5)) + 0.5, 0, 1))


def bump(height: int, width: int) -> Picture:
    """A smooth hill, all slopes and curvatures."""
    y, x, radius = _centred(height, width)
    return np.asarray(np.exp(-2 * (y**2 + x**2) / radius**2))


def colours(height: int, width: int) -> Picture:
    """Red, green and blue above their complements."""
    top = np.repeat(np.eye(3), -(-width // 3), axis=0)[:width]
    return np.stack([top if y < height // 2 else 1 - top for y in range(height)])


def hues(height: int, width: int) -> Picture:
    """A smooth run through the hues, fading to white downwards."""
    phase = np.arange(width)[:, None] / width - np.arange(3) / 3
    hue = 0.5 + 0.5 * np.cos(2 * math.pi * phase)
    fade = np.linspace(0, 1, height)[:, None, None]
    return np.asarray(hue * (1 - fade) + fade)


def texture(height: int, width: int) -> Picture:
    """Speckle that looks like noise: each sample is its position mixed by multiplications and shifts, the same everywhere."""
    y, x = np.arange(height, dtype=np.uint64)[:, None], np.arange(width, dtype=np.uint64)[None, :]
    bits = (y * np.uint64(73856093)) ^ (x * np.uint64(19349663))
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(15))) * np.uint64(2246822519)) % np.uint64(2**32)
    return np.asarray(0.5 + 0.4 * ((bits >> np.uint64(8)) % np.uint64(256) / 255 - 0.5))


def waves(height: int, width: int) -> Picture:
    """Slanted stripes that get finer to the right."""
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    # The slope of the phase is 2 pi (0.02 + 0.2 x / width): from 50 samples a period down to about 5.
    return np.asarray(0.5 + 0.45 * np.sin(2 * math.pi * (0.02 * (x + y) + 0.1 * x**2 / width)))


PATCHES: tuple[tuple[Patch, ...], ...] = (
    (ramp_right, ramp_down, steps, disc),
    (star, rings, checkers, letter),
    (impulse, lines, slanted_edge, bump),
    (colours, hues, texture, waves),
)
