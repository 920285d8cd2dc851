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
    axes.set(xscale="log", yscale="log", xlabel="kernel side, taps", ylabel="seconds", title=title)
    sizes = sorted(races)
    for place, name in enumerate(_names(list(races.values()))):
        points = [(size, entry.seconds) for size in sizes for entry in races[size].entries if entry.name == name]
        axes.plot(*zip(*points, strict=True), label=name, **_style(name, place))
    _limits(axes, races, sizes, peak_flops)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(visible=True, which="major", color="#dddddd", lw=0.6)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    figure.savefig(path)


def _style(name: str, place: int) -> dict[str, Any]:
    """Return how a line is drawn: ours thick, our methods dashed, ten colours, and another mark from the eleventh on."""
    if name == OURS:
        return {"color": INK, "lw": 3, "marker": "o", "ms": 5, "zorder": 3}
    dashed = "--" if name.startswith(f"{OURS} ") else "-"
    return {"color": f"C{place % 10}", "lw": 1.2, "marker": "os^D"[place // 10 % 4], "ms": 3, "ls": dashed, "zorder": 2}


def _names(races: Sequence[Race]) -> list[str]:
    return list(dict.fromkeys(entry.name for race in races for entry in race.entries))


def _limits(axes: Any, races: Mapping[int, Race], sizes: Sequence[int], peak_flops: float | None) -> None:
    axes.plot(sizes, [races[size].copy for size in sizes], color=LIMIT, ls="--", lw=1, label="limit: copying the image")
    times = [entry.seconds for race in races.values() for entry in race.entries]
    if peak_flops:
        needed = [2 * races[size].multiplications / peak_flops for size in sizes]
        axes.plot(sizes, needed, color=LIMIT, ls=":", lw=1.4, label="limit: multiply-adds of a direct sum")
    axes.set_ylim(min(races[size].copy for size in sizes) / 2, 2 * max(times))
