"""Time against the kernel's size, for every library, with the limits of the machine: one picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from faltung.bench.race import Race

OURS = "faltung"
INK = "#1a1a1a"
LIMIT = "#8a8a8a"


def plot_sizes(races: Mapping[int, Race], peak_flops: float | None, path: str, title: str) -> None:
    """Write a picture of times over kernel sizes, both axes logarithmic.

    Parameters
    ----------
    races : mapping of int to Race
        The races by the side of the kernel.
    peak_flops : float or None
        Float operations a second that multiply-adds reach; draws the line below which no direct sum can be.
    path, title : str
        Of the picture.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 6.5), dpi=150, layout="constrained")
    axes = figure.subplots()
    sizes = sorted(races)
    for name in _names(list(races.values())):
        points = [(size, entry.seconds) for size in sizes for entry in races[size].entries if entry.name == name]
        ours = name == OURS
        axes.plot(*zip(*points, strict=True), marker="o", ms=5 if ours else 3, lw=3 if ours else 1.2, color=INK if ours else None,
                  label=name, zorder=3 if ours else 2)  # fmt: skip
    _limits(axes, races, sizes, peak_flops)
    axes.set(xscale="log", yscale="log", xlabel="kernel side, taps", ylabel="seconds", title=title)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(visible=True, which="major", color="#dddddd", lw=0.6)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    figure.savefig(path)


def _names(races: Sequence[Race]) -> list[str]:
    return list(dict.fromkeys(entry.name for race in races for entry in race.entries))


def _limits(axes: Any, races: Mapping[int, Race], sizes: Sequence[int], peak_flops: float | None) -> None:
    axes.plot(sizes, [races[size].copy for size in sizes], color=LIMIT, ls="--", lw=1, label="limit: copying the image")
    if peak_flops:
        needed = [2 * races[size].multiplications / peak_flops for size in sizes]
        low, high = axes.get_ylim()
        axes.plot(sizes, needed, color=LIMIT, ls=":", lw=1.4, label="limit: multiply-adds of a direct sum")
        axes.set_ylim(min(low, min(races[size].copy for size in sizes) / 2), high)
