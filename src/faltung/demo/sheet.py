"""The contact sheet: the test card through every kernel of the gallery, under both operations, as one picture."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faltung import api
from faltung.demo.card import card
from faltung.gallery import Kernel, kernel, kernels

Array: TypeAlias = np.ndarray[Any, Any]
Ink: TypeAlias = tuple[int, int, int]

TILE = 160  # samples of the card a side; drawn one to one, so that single samples can be seen
COLUMNS = 4
MARGIN, GAP, BETWEEN = 24, 8, 28
NAME, SMALL, TITLE = 16, 12, 22
LABEL = 44  # height of a name and the line below it
PAPER, INK, SOFT, FRAME = (250, 250, 248), (24, 24, 24), (96, 96, 96), (176, 176, 172)
# The hundredth part of the samples that is farthest from 0 is clipped, so that single impulses do not darken all the rest.
SHOWN = 99.0

CAPTION = (
    "Left of each pair: correlation, the kernel as it is stored. Right: convolution, the kernel reversed; "
    "where reversal leaves the kernel as it is, both are one picture.",
    "Weights that sum to 1 give brightness: clipped to 0 … 255. Others give signed values: mid-grey is 0, and the value that is shown "
    "as white is said; its negative is black.",
    f"Card of {TILE} x {TILE} samples, each colour filtered by itself, boundary half_sample, mode same:high.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One kernel's place on the sheet: its name, a line about it, and one or two pictures of TILE x TILE x 3."""

    name: str
    line: str
    pictures: tuple[Array, ...]
    words: tuple[str, ...]


def tiles() -> tuple[Tile, ...]:
    """Return the card itself, then one tile for each kernel of the gallery, computed."""
    picture = card(TILE, TILE)
    itself = Tile(name="the card", line="as it comes in", pictures=(picture,), words=("input",))
    return (itself, *(tile(kernel(name), picture) for name in kernels()))


def tile(k: Kernel, picture: Array) -> Tile:
    """Return one kernel's tile."""
    results = [_filtered(operation, picture, k) for operation in ("correlate", "convolve")]
    if k.reversal == "unchanged":
        results = results[:1]
    signed = abs(float(k.total) - 1) > 1e-6  # weights that were rounded sum to 1 only nearly
    white = _white(results) if signed else 255.0
    size = " x ".join(map(str, k.weights.shape))
    line = f"{size}, sum {_sum_text(k)}" + (f", white = {white:g}" if signed else "")
    words = ("correlation", "convolution") if len(results) == 2 else ("both operations",)
    return Tile(name=k.name, line=line, pictures=tuple(_shown(result, white, signed) for result in results), words=words)


def _filtered(operation: Literal["correlate", "convolve"], picture: Array, k: Kernel) -> Array:
    function = api.correlate if operation == "correlate" else api.convolve
    return function(picture.astype(np.float64), k.weights, mode="same", boundary="half_sample", axes=(0, 1))


def _white(results: list[Array]) -> float:
    """Return the magnitude that is drawn white, with two digits."""
    reached = float(np.percentile(np.abs(np.stack(results)), SHOWN))
    return float(f"{reached:.2g}") or 1.0


def _shown(result: Array, white: float, signed: bool) -> Array:
    levels = 127.5 + 127.5 * result / white if signed else result
    return np.asarray(np.clip(np.rint(levels), 0, 255), dtype=np.uint8)


def _sum_text(k: Kernel) -> str:
    total = float(k.total)
    return f"{total:.3g}" if abs(total) > 1e-9 else "0"


def draw() -> Image.Image:
    """Return the sheet.

    Examples
    --------
    >>> draw().size[0] == 2 * MARGIN + COLUMNS * PAIR + (COLUMNS - 1) * BETWEEN
    True
    """
    shown = tiles()
    rows = -(-len(shown) // COLUMNS)
    head = MARGIN + TITLE + 14 + len(CAPTION) * (SMALL + 7) + 14
    height = head + rows * (LABEL + TILE) + (rows - 1) * BETWEEN + MARGIN
    sheet = Image.new("RGB", (2 * MARGIN + COLUMNS * PAIR + (COLUMNS - 1) * BETWEEN, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), "faltung: the gallery under correlation and convolution", fill=INK, font=_font(TITLE))
    for i, line in enumerate(CAPTION):
        pen.text((MARGIN, MARGIN + TITLE + 14 + i * (SMALL + 7)), line, fill=SOFT, font=_font(SMALL))
    for i, entry in enumerate(shown):
        corner = MARGIN + i % COLUMNS * (PAIR + BETWEEN), head + i // COLUMNS * (LABEL + TILE + BETWEEN)
        _place(sheet, pen, entry, corner)
    return sheet


PAIR = 2 * TILE + GAP


def _place(sheet: Image.Image, pen: ImageDraw.ImageDraw, entry: Tile, corner: tuple[int, int]) -> None:
    """Draw one tile: the name and its line, then the pictures; an empty frame says that there is no second one."""
    left, top = corner
    pen.text((left, top), entry.name, fill=INK, font=_font(NAME))
    pen.text((left, top + NAME + 7), entry.line, fill=SOFT, font=_font(SMALL))
    pen.text((left + PAIR, top + NAME + 7), " | ".join(entry.words), fill=SOFT, font=_font(SMALL), anchor="ra")
    for i, picture in enumerate(entry.pictures):
        at = left + i * (TILE + GAP), top + LABEL
        sheet.paste(Image.fromarray(picture), at)
        pen.rectangle((at[0] - 1, at[1] - 1, at[0] + TILE, at[1] + TILE), outline=FRAME)


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)
