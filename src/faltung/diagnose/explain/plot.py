"""The residuals of the leading explanations as one picture, side by side: where each is right (pale), and where it is not."""

from dataclasses import dataclass
from functools import cache
from textwrap import wrap
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.judge import judge
from faltung.diagnose.explain.probes import answer
from faltung.diagnose.explain.report import Report, notation
from faltung.diagnose.explain.words import phrase

Corner: TypeAlias = tuple[int, int]

FEWEST = 2  # panels for which there is room
PANELS = 4  # explanations that are drawn
SIDE, GAP, MARGIN = 260, 28, 24  # of a panel, between panels, around them
TITLE, TEXT = 18, 14
LEADING = 19
HEAD = 80  # height for the answer and the headings
CHARACTERS = 34  # of a line of text under a panel
PAPER, INK, SOFT, FRAME = (250, 250, 248), (24, 24, 24), (90, 90, 90), (170, 170, 166)
BELOW, ABOVE, NONE = (33, 92, 175), (190, 46, 30), (238, 238, 235)  # y too small, y too large, equal
SCALE = 14  # height of the colour scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """One place: a heading, lines of text, and what is drawn (None: nothing can be)."""

    heading: str
    lines: tuple[str, ...]
    values: Array | None


def plot(report: Report, x: Any, k: Any, y: Any) -> Image.Image:
    """Return y and, beside it, what is left of it when the result of each leading explanation is taken away.

    Parameters
    ----------
    report : Report
        Of the same operands.
    x, k, y : array_like
        As they were diagnosed.

    Returns
    -------
    PIL.Image.Image
        Of a result with more than two axes one slice is drawn, in all panels: the one in which the first that fails is off by most.

    Examples
    --------
    >>> x, k, y = np.eye(4), np.ones((2, 2)), np.ones((3, 3))
    >>> plot(ft.diagnose(x, k, y), x, k, y).mode
    'RGB'
    """
    data, kernel, result = (np.asarray(each) for each in (x, k, y))
    result = result.reshape(report.facts.y_shape)  # a single number may stand for all axes
    leading = _leading(report)
    panels = [_panel(title, each, report, data, kernel, result) for title, each in leading]
    own = Panel(heading="y", lines=_facts(result), values=_real(result))
    rows = 2 + max(len(panel.lines) for panel in (own, *panels))
    height = 2 * MARGIN + HEAD + SIDE + SCALE + rows * LEADING
    columns = max(1 + len(panels), FEWEST)  # so that the answer can be read
    sheet = Image.new("RGB", (2 * MARGIN + columns * (SIDE + GAP) - GAP, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    clause = report.answer.partition("; ")[0]
    for i, line in enumerate(wrap(clause, (sheet.width - 2 * MARGIN) // 9)[:2]):
        pen.text((MARGIN, MARGIN - 6 + i * (TITLE + 3)), line, fill=INK, font=_font(TITLE - 1))
    top = MARGIN + HEAD
    place = next((_worst(each.values) for each in panels if each.values is not None and each.values.any()), None)
    for i, panel in enumerate([own, *panels]):
        _draw(sheet, pen, panel, (MARGIN + i * (SIDE + GAP), top), place)
    return sheet


def _leading(report: Report) -> list[tuple[str, Explanation]]:
    """Return the first explanation of every class, or the nearest that fail, and what was expected, each with its heading."""
    found = [("this fits", equals.first) for equals in report.classes[:1]] + [("fits too", equals.first) for equals in report.classes[1:]]
    found = found or [("fails", failure.explanation) for failure in report.near]
    wanted = [("expected", report.wanted)] if report.wanted is not None and not report.as_expected else []
    return found[: PANELS - len(wanted)] + wanted


def _facts(y: Array) -> tuple[str, ...]:
    return (f"the result, {' x '.join(map(str, y.shape))} {y.dtype}",)


def _panel(title: str, explanation: Explanation, report: Report, x: Array, k: Array, y: Array) -> Panel:
    said = tuple(wrap(phrase(explanation, report.facts), CHARACTERS)[:4]) + tuple(wrap(notation(explanation), CHARACTERS)[:3])
    predicted = answer(explanation, x, k)
    if isinstance(predicted, str):
        return Panel(heading=title, lines=("refuses these operands", *said), values=None)
    if predicted.shape != y.shape:
        return Panel(heading=title, lines=(f"its result has shape {predicted.shape}", *said), values=None)
    verdict = judge(explanation, x, k, y)
    wrong = verdict.wrong
    residual = np.where(wrong, _real(y) - _real(predicted), 0)
    count = int(wrong.sum())
    right = "equal, bit for bit" if verdict.level == "exact" else "y minus it: nothing but rounding is left"
    first = f"y minus it: wrong at {count:,} of {y.size:,}" if count else right
    return Panel(heading=title, lines=(first, *said), values=np.nan_to_num(residual, nan=0.0))


def _real(values: Array) -> Array:
    """Return values to draw: of complex ones, the part in which they vary more."""
    if values.dtype.kind != "c":
        return values.astype("float64")
    parts = np.stack([values.real, values.imag]).astype("float64")
    return np.asarray(parts[int(np.ptp(parts[1]) > np.ptp(parts[0]))])


def _draw(sheet: Image.Image, pen: ImageDraw.ImageDraw, panel: Panel, corner: Corner, slice_of: tuple[int, ...] | None) -> None:
    left, top = corner
    pen.text((left, top - TITLE - 7), panel.heading, fill=INK, font=_font(TITLE))
    frame = (left - 1, top - 1, left + SIDE, top + SIDE)
    if panel.values is not None:
        size = float(np.abs(panel.values[np.isfinite(panel.values)]).max(initial=0))
        values, place = _flat(panel.values, slice_of)
        picture = Image.fromarray(_curve(values[0], size) if values.shape[0] == 1 and values.shape[1] > 1 else _colours(values, size))
        shown = _fitted(picture)
        sheet.paste(shown, (left + (SIDE - shown.width) // 2, top + (SIDE - shown.height) // 2))
        _legend(sheet, pen, (left, top + SIDE + 6), size)
        if place:
            pen.text((left + SIDE, top - TEXT - 4), place, fill=SOFT, font=_font(TEXT), anchor="ra")
    else:
        pen.text((left + SIDE // 2, top + SIDE // 2), "not of the shape of y", fill=SOFT, font=_font(TEXT), anchor="mm")
    pen.rectangle(frame, outline=FRAME)
    for i, line in enumerate(panel.lines):
        pen.text((left, top + SIDE + SCALE + 32 + i * LEADING), line, fill=INK if i == 0 else SOFT, font=_font(TEXT))


def _worst(values: Array) -> tuple[int, ...]:
    """Return the place with the largest value on all axes but the last two."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(values))), values.shape)[:-2])


def _flat(values: Array, place: tuple[int, ...] | None) -> tuple[Array, str]:
    """Return the last two axes, of the others one place (None: that of the largest value), and which place that is."""
    if values.ndim < 2:
        return np.atleast_2d(values), ""
    if values.ndim == 2:
        return values, ""
    place = _worst(values) if place is None else place
    return values[place], f"[{', '.join(map(str, place))}, :, :]"


def _colours(values: Array, size: float) -> Array:
    """Return pixels: pale where it is 0, blue below and red above; of many samples the largest in each pixel."""
    steps = tuple(-(-n // SIDE) for n in values.shape)
    if max(steps) > 1:
        padded = np.pad(values, [(0, -n % step) for n, step in zip(values.shape, steps, strict=True)])
        blocks = padded.reshape(padded.shape[0] // steps[0], steps[0], padded.shape[1] // steps[1], steps[1]).swapaxes(1, 2)
        flat = blocks.reshape(*blocks.shape[:2], -1)
        values = np.take_along_axis(flat, np.abs(flat).argmax(-1)[..., None], -1)[..., 0]
    share = np.nan_to_num(np.clip(values / size if size else values * 0, -1, 1))[..., None]
    strength = np.sqrt(np.abs(share))  # small residuals are seen too
    end = np.where(share < 0, np.array(BELOW), np.array(ABOVE))
    return np.asarray(np.rint(np.array(NONE) + strength * (end - np.array(NONE))), dtype=np.uint8)


def _curve(values: Array, size: float) -> Array:
    """Return a bar for each sample of one axis, upwards where it is above 0."""
    columns = np.linspace(0, len(values), SIDE, endpoint=False).astype(int)
    shares = np.nan_to_num(np.clip(values / size if size else values * 0, -1, 1))[columns]
    rows = SIDE / 2 - np.arange(SIDE)[:, None]  # from the middle upwards
    bars = np.where(shares >= 0, (rows >= 0) & (rows <= shares * SIDE / 2), (rows <= 0) & (rows >= shares * SIDE / 2))
    pixels = np.where(bars[..., None], np.where(shares[None, :, None] < 0, np.array(BELOW), np.array(ABOVE)), np.array(NONE))
    pixels[SIDE // 2] = FRAME
    return np.asarray(pixels, dtype=np.uint8)


def _fitted(picture: Image.Image) -> Image.Image:
    factor = max(1, SIDE // max(picture.size))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def _legend(sheet: Image.Image, pen: ImageDraw.ImageDraw, corner: Corner, size: float) -> None:
    left, top = corner
    ramp = np.broadcast_to(np.linspace(-size or -1, size or 1, SIDE), (SCALE, SIDE))
    sheet.paste(Image.fromarray(_colours(ramp, size or 1)), (left, top))
    pen.rectangle((left - 1, top - 1, left + SIDE, top + SCALE), outline=FRAME)
    marks = (f"-{size:.3g}", "0", f"{size:.3g}") if size else ("", "0 everywhere", "")
    for mark, place, anchor in zip(marks, (0, SIDE // 2, SIDE), ("la", "ma", "ra"), strict=True):
        pen.text((left + place, top + SCALE + 3), mark, fill=SOFT, font=_font(TEXT - 2), anchor=anchor)


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)
