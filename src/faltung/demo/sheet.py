"""The contact sheet: the test card through every kernel of the gallery, under both operations, as one picture."""

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faltung.demo.card import card
from faltung.demo.tiles import TILE, WITHIN, Tile, tiles

Array: TypeAlias = np.ndarray[Any, Any]
Corner: TypeAlias = tuple[int, int]

COLUMNS = 4
MARGIN, GAP, BETWEEN = 28, 8, 32
TITLE, NAME, SMALL = 24, 17, 13
HEAD, FOOT = 48, 22  # height above a pair for its name and line, and below for the operations
PAIR = 2 * TILE + GAP
LEADING = 20
PAPER, PANEL, INK, SOFT, FRAME = (250, 250, 248), (238, 238, 235), (24, 24, 24), (90, 90, 90), (170, 170, 166)

CAPTION = (
    f"The test card ({TILE} x {TILE} samples, shown one to one) under every kernel, weights as drawn at the upper right of each pair. "
    "Each colour is filtered by itself; boundary half_sample, mode same:high.",
    "Correlation lays the kernel over the picture as it is stored, convolution reverses it along both axes first. "
    "Where reversal changes nothing, both are one picture.",
    "Weights that sum to 1 give brightness, cut off at black and white. Others give signed values, shown around mid-grey, which is 0: "
    f"white is the value named, black its negative; about {100 - WITHIN:g} samples in a hundred lie beyond.",
)
# The font has no minus sign but the hyphen.
SCALES = (("weights that sum to 1", ("0", "", "255")), ("signed values", ("- value", "0", "+ value")))


def draw() -> Image.Image:
    """Return the sheet.

    Examples
    --------
    >>> draw().size[0] == 2 * MARGIN + COLUMNS * PAIR + (COLUMNS - 1) * BETWEEN
    True
    """
    shown = tiles(card(TILE, TILE))
    rows = -(-len(shown) // COLUMNS)
    top = MARGIN + TITLE + 16 + len(CAPTION) * LEADING + BETWEEN // 2
    step = HEAD + TILE + FOOT + BETWEEN
    size = 2 * MARGIN + COLUMNS * (PAIR + BETWEEN) - BETWEEN, top + rows * step - BETWEEN + MARGIN
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), "Correlation and convolution: the gallery of faltung", fill=INK, font=_font(TITLE))
    for i, line in enumerate(CAPTION):
        pen.text((MARGIN, MARGIN + TITLE + 16 + i * LEADING), line, fill=SOFT, font=_font(SMALL))
    _legend(sheet, pen, (MARGIN + TILE + 2 * GAP, top + HEAD))
    for i, tile in enumerate(shown):
        _pair(sheet, pen, tile, (MARGIN + i % COLUMNS * (PAIR + BETWEEN), top + i // COLUMNS * step))
    return sheet


def _pair(sheet: Image.Image, pen: ImageDraw.ImageDraw, tile: Tile, corner: Corner) -> None:
    """Draw one kernel's pair: name and facts, the weights, both results with their operations below."""
    left, top = corner
    pen.text((left, top), tile.name, fill=INK, font=_font(NAME))
    pen.text((left, top + NAME + 8), tile.facts, fill=SOFT, font=_font(SMALL))
    if tile.weights is not None:
        _paste(sheet, pen, tile.weights, (left + PAIR - tile.weights.shape[1], top + HEAD - 8 - tile.weights.shape[0]))
    for i, (word, picture) in enumerate(zip(tile.words, tile.pictures, strict=True)):
        at = left + i * (TILE + GAP), top + HEAD
        if picture is None:
            pen.rectangle((at[0] - 1, at[1] - 1, at[0] + TILE, at[1] + TILE), fill=PANEL, outline=FRAME)
            pen.text((at[0] + TILE // 2, at[1] + TILE // 2), "the same", fill=SOFT, font=_font(NAME), anchor="mm")
        else:
            _paste(sheet, pen, picture, at)
        pen.text((at[0], at[1] + TILE + 6), word, fill=INK, font=_font(SMALL))


def _legend(sheet: Image.Image, pen: ImageDraw.ImageDraw, corner: Corner) -> None:
    """Draw the two scales in the empty place beside the card."""
    left, top = corner
    width = TILE - GAP
    ramp = np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[None, :, None], (22, width, 3))
    for row, (title, marks) in enumerate(SCALES):
        at = left, top + LEADING + row * TILE // 2
        pen.text((left, at[1] - LEADING), title, fill=INK, font=_font(SMALL))
        _paste(sheet, pen, ramp, at)
        for mark, place, anchor in zip(marks, (0, width // 2, width), ("la", "ma", "ra"), strict=True):
            pen.text((left + place, at[1] + 22 + 5), mark, fill=SOFT, font=_font(SMALL), anchor=anchor)


def _paste(sheet: Image.Image, pen: ImageDraw.ImageDraw, picture: Array, at: Corner) -> None:
    sheet.paste(Image.fromarray(picture), at)
    pen.rectangle((at[0] - 1, at[1] - 1, at[0] + picture.shape[1], at[1] + picture.shape[0]), outline=FRAME)


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)
