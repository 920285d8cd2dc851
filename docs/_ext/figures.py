"""Pictures of the documentation. Every number in them comes from the package, or from the arrays that a page passes in."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.patches import Rectangle

import faltung as ft
from faltung.demo.card import grey_card
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import position

BLUE, ORANGE, GREY = "#3b82c4", "#e07b39", "#888888"


def cell(axes: Axes, row: float, column: float, text: object, *, colour: str = "none", alpha: float = 0.3, size: float = 10) -> None:
    """Draw one cell of a table: a square, filled where a colour is given, with a text in it."""
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=colour, alpha=alpha, edgecolor="none"))
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor="none", edgecolor=GREY, linewidth=0.6))
    axes.text(column + 0.5, row + 0.52, str(text), ha="center", va="center", fontsize=size)


def table_axes(axes: Axes, rows: float, columns: float, *, left: float = 0.0, top: float = 0.0) -> None:
    """Give the axes one unit a cell, rows downwards, and no ticks."""
    axes.set(xlim=(-left - 0.1, columns + 0.1), ylim=(rows + 0.1, -top - 0.1), aspect="equal")
    axes.axis("off")


def cells(axes: Axes, values: Any, *, window: tuple[int, int, int, int] | None = None, size: float = 10) -> None:
    """Draw a table of numbers; `window` (row, column, height, width) is coloured and framed."""
    values = np.asarray(values)
    i, j, height, width = window or (0, 0, 0, 0)
    for (row, column), value in np.ndenumerate(values):
        inside = i <= row < i + height and j <= column < j + width
        cell(axes, row, column, value, colour=BLUE if inside else "none", size=size)
    if window:
        axes.add_patch(Rectangle((j, i), width, height, facecolor="none", edgecolor=BLUE, linewidth=2))
    table_axes(axes, *values.shape)


def tables(**named: Any) -> None:
    """Draw tables side by side under their names, underscores as blanks, cells of one size."""
    arrays = {name.replace("_", " "): np.asarray(values) for name, values in named.items()}
    widths = [values.shape[1] for values in arrays.values()]
    height = max(values.shape[0] for values in arrays.values())
    _, panels = plt.subplots(1, len(arrays), figsize=(0.55 * sum(widths) + 0.6, 0.55 * height + 0.5), width_ratios=widths)
    for panel, (name, values) in zip(np.atleast_1d(panels), arrays.items(), strict=True):
        cells(panel, values)
        panel.set_title(name)


def every_position(x: Any, k: Any) -> None:
    """Draw the input once for each output of a valid correlation, the window that it reads marked."""
    x, k = np.asarray(x), np.asarray(k)
    y = ft.correlate(x, k, mode="valid")
    _, panels = plt.subplots(*y.shape, figsize=(6.4, 7.0))
    for place, panel in np.ndenumerate(panels):
        cells(panel, x, window=(*place, *k.shape), size=11)
        panel.set_title(f"y[{place[0]}, {place[1]}] = {y[place]}", fontsize=10)


def boundary_laws(reach: int = 6) -> None:
    """Draw what each law continues the samples a b c d with, read by a kernel of one tap with `reach` pads on both sides."""
    samples = np.arange(1, 5)
    _, axes = plt.subplots(figsize=(6.4, 2.6))
    for row, law in enumerate(BOUNDARIES):
        read = ft.correlate(samples, [1], mode=((reach, reach),), boundary=law, **({"fill": 5} if law == "constant" else {}))
        for column, value in enumerate(read):
            inside = reach <= column < reach + samples.size
            shade = BLUE if 1 <= value <= 4 else "none"
            cell(axes, 1.2 * row, column, "0abcdv"[value], colour=shade, alpha=0.13 * float(value))
            if inside:
                axes.add_patch(Rectangle((column, 1.2 * row), 1, 1, facecolor="none", edgecolor=ORANGE, linewidth=1.8))
        axes.text(-0.3, 1.2 * row + 0.5, law, ha="right", va="center", family="monospace")
    table_axes(axes, 1.2 * len(BOUNDARIES), 2 * reach + samples.size, left=4.6)


def windows_read(lines: Sequence[str]) -> None:
    """Draw, for problems on one axis in their notation, the samples and below them the taps of every output."""
    problems = [ft.parse(line) for line in lines]
    low = max(problem.windows[0].pad_low for problem in problems) + 1.6
    high = max(problem.input_sizes[0] + problem.windows[0].pad_high for problem in problems)
    rows = sum(problem.output_sizes[0] + 3 for problem in problems) - 0.6
    _, axes = plt.subplots(figsize=(0.3 * (low + high), 0.3 * rows))
    top = 0.9
    for problem, line in zip(problems, lines, strict=True):
        axes.text(-low, top - 0.45, line.split(" ", 3)[-1], family="monospace")
        draw_windows(axes, problem, top)
        top += problem.output_sizes[0] + 3
    table_axes(axes, rows, high, left=low)


def draw_windows(axes: Axes, problem: Any, top: float) -> None:
    """Draw one problem of `windows_read`: blue taps read a sample, orange ones what the boundary supplies."""
    window, n, taps = problem.windows[0], problem.input_sizes[0], problem.kernel_sizes[0]
    for sample in range(n):
        cell(axes, top, sample, f"x{sample}", colour=GREY, alpha=0.2, size=8)
    for o in range(problem.output_sizes[0]):
        row = top + o + 1.25
        axes.text(-max(window.pad_low, 0) - 0.3, row + 0.5, f"y{o}", ha="right", va="center", fontsize=8)
        for t in range(taps):
            p = position(window, o, t)
            cell(axes, row, p, t, colour=BLUE if 0 <= p < n else ORANGE, size=8)


def shown(axes: Axes, values: Any, title: str) -> None:
    """Show a picture in grey: samples from 0 to 255 as they are; where some are negative, mid grey is 0."""
    low, high = float(np.min(values)), float(np.max(values))
    reach = max(-low, high)
    limits = {"norm": TwoSlopeNorm(0, -reach, reach)} if low < -1e-9 else {"vmin": 0, "vmax": max(high, 255)}
    axes.imshow(values, cmap="gray", interpolation="none", **limits)
    axes.set_title(f"{title}\n{low:.4g} to {high:.4g}", fontsize=10)
    axes.axis("off")


def both_operations(kernel: Any, size: int = 160) -> None:
    """Show the test card, and the results of correlating and of convolving it with a kernel."""
    picture = grey_card(size, size).astype(np.float64)
    _, panels = plt.subplots(1, 3, figsize=(6.4, 2.6))
    shown(panels[0], picture, "test card")
    for panel, operation in zip(panels[1:], (ft.correlate, ft.convolve), strict=True):
        shown(panel, operation(picture, kernel, mode="same", boundary="half_sample"), operation.__name__)
