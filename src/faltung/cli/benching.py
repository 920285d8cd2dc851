"""``faltung bench`` and ``faltung measure``."""

import sys

from faltung.cli.output import emit_json, say

DONE = 0


def run_races(problems: tuple[str, ...], peers: tuple[str, ...], workers: int | None, turns: int, methods: bool, as_json: bool) -> None:
    """Race each problem, and print the figures."""
    from faltung.bench.machine import machine
    from faltung.bench.race import race
    from faltung.bench.shown import race_json, race_text
    from faltung.errors import SpecError
    from faltung.methods.workers import default_workers
    from faltung.spec import Problem, parse

    works = [parse(text) for text in problems]
    for text, work in zip(problems, works, strict=True):
        if not isinstance(work, Problem):
            raise SpecError(f"{text!r} has no sizes; put them in front, as in 'float32[512,512] * float32[7,7] {text}'")
    threads = workers or default_workers()
    if not as_json:
        print(machine(peers))
    found = []
    for work in works:
        assert isinstance(work, Problem)
        say(f"racing {work}")
        outcome = race(work, threads, only=peers, methods=methods, turns=turns)
        found.append(race_json(outcome))
        if not as_json:
            print(f"\n{race_text(outcome)}")
    if as_json:
        emit_json("bench", machine=machine(peers), workers=threads, races=found)


def run_measure(reset: bool, show: bool, as_json: bool) -> None:
    """Measure and keep, or show or remove what was kept."""
    from faltung.bench import measure

    if reset:
        path = measure.forget()
        say(f"removed {path}" if path else "there was no measurement")
        return
    if show:
        _show(measure.kept(), as_json)
        return
    measured = measure.measure(progress=lambda line: say(f"timing {line}") if sys.stderr.isatty() else None)
    path = measure.keep(measured)
    if as_json:
        emit_json("measure", path=path, **{k: v for k, v in measured.to_json().items() if k not in ("faltung", "kind")})
    else:
        _print(measured.to_json())
    say(f"kept in {path}; plans of new processes use it (faltung measure --reset removes it)")


def _show(kept: object, as_json: bool) -> None:
    if isinstance(kept, str):
        raise ValueError(f"the measurement is not used: {kept}; measure again: faltung measure")
    if kept is None:
        say("nothing has been measured: plans use the constants that come with the package")
    elif isinstance(kept, dict):
        if as_json:
            emit_json("measure", **{k: v for k, v in kept.items() if k not in ("faltung", "kind")})
        else:
            _print(kept)


def _print(kept: dict[str, object]) -> None:
    from faltung.bench.timing import shown, table

    cases, factors = kept["cases"], kept["factors"]
    assert isinstance(cases, list)
    assert isinstance(factors, dict)
    print(f"{kept['processor']}, {kept['date']}, one thread\n")
    rows = [
        [c["problem"], c["method"], shown(c["predicted"]), shown(c["measured"]), f"{c['measured'] / c['predicted']:.2f}"] for c in cases
    ]
    print(table(["problem", "method", "predicted", "measured", "measured / predicted"], rows))
    print("\nfactors: " + ", ".join(f"{name} {factor:.2f}" for name, factor in factors.items()))
