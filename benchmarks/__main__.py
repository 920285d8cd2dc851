"""Every table and the plot: ``python benchmarks [--quick] [--results FOLDER]``.

Writes table.md, table.json and sizes.png into the folder (docs/benchmarks unless told), and prints the tables.
"""

import argparse
import json
from datetime import date
from pathlib import Path

from calls import first_call, memory, scaling, small
from images import against_opencv
from rows import images, narrow, smooth, volumes_and_signals
from suite import outcomes_json, outcomes_table, raced

from faltung.bench.limits import copy_seconds, peak_flops
from faltung.bench.machine import cores, machine, processor, versions
from faltung.bench.plot import plot_sizes
from faltung.bench.race import Race, race
from faltung.bench.shown import race_json
from faltung.methods.workers import default_workers
from faltung.spec import Problem, parse

SIZES = (3, 5, 7, 9, 11, 15, 21, 31, 45, 63, 91, 127, 181, 255)
SLOW = 0.4
"""Seconds beyond which a library is not drawn for larger kernels."""
HOW = """Every row is one race: ours and the peers take turns, and the best of several turns counts. Outputs are given to those that take
one; the others allocate. `its threads` is CPU time over wall time: what the peer really used. `ratio` is the peer's time over ours (above
1 faltung is faster); beside a copy, our time over that of copying as many bytes with as many threads; beside GFLOP/s, the rate."""


def sections(quick: bool, workers: int) -> tuple[list[str], dict[str, object]]:
    turns = 3 if quick else 25
    peak = peak_flops(workers)
    limits = f"Copying 2 x 16 MB takes {copy_seconds(1 << 24, 1 << 24, workers) * 1e3:.2f} ms"
    limits += f"; fused multiply-adds reach {peak / 1e9:.0f} GFLOP/s." if peak else "."
    text = [f"{machine()}; {date.today().isoformat()}; {workers} threads", HOW, limits]
    data: dict[str, object] = {"processor": processor(), "cores": cores(), "versions": versions(), "date": date.today().isoformat()}
    for title, rows in (("Images", images()), ("Images of bytes", narrow()), ("Gaussians", smooth()), ("Others", volumes_and_signals())):
        chosen = rows[:: 4 if quick else 1]
        outcomes = raced(chosen, workers, turns, everyone=False)
        text += [f"## {title}", outcomes_table(outcomes)]
        data[title] = outcomes_json(outcomes)
    text += ["## Every boundary", against_opencv((3,) if quick else (3, 7), turns), "## Calls", small(), first_call(), memory(), scaling()]
    return text, data


def sizes(quick: bool, workers: int) -> dict[int, Race]:
    """Return the race of every library for each kernel size, as long as it is not too slow."""
    found: dict[int, Race] = {}
    slow: set[str] = set()
    for size in SIZES[:: 4 if quick else 1]:
        problem = parse(f"float32[2048,2048] * float32[{size},{size}] correlate same:high")
        assert isinstance(problem, Problem)
        found[size] = race(problem, workers, methods=True, without=slow, turns=2, budget=3.0)
        slow |= {entry.name for entry in found[size].entries if entry.seconds > SLOW}
        print(f"{size} x {size}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="every fourth row, fewer turns")
    parser.add_argument("--results", type=Path, default=Path(__file__).parents[1] / "docs/benchmarks")
    parser.add_argument("--no-plot", action="store_true")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    workers = default_workers()
    text, data = sections(options.quick, workers)
    print("\n\n".join(text))
    if not options.no_plot:
        races = sizes(options.quick, workers)
        data["sizes"] = {size: race_json(each) for size, each in races.items()}
        plot_sizes(races, peak_flops(workers), str(options.results / "sizes.png"), f"2048 x 2048 float32, zeros outside, {workers} threads")
    (options.results / "table.md").write_text("# Benchmarks\n\n" + "\n\n".join(text) + "\n")
    (options.results / "table.json").write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
