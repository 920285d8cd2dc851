"""``faltung laws`` and ``faltung demo``: doors to the rooms of these names."""

from faltung import demo, laws
from faltung.cli.output import emit_json, say

HOLDS, FAILS = 0, 1


def check_laws(names: tuple[str, ...], seed: int, as_json: bool) -> int:
    """Print what the laws say of our engine and of SciPy; return 1 if one fails."""
    results = laws.check(names or None, seed=seed)
    failed = sum(result.verdict == "fails" for result in results)
    if as_json:
        emit_json("laws", seed=seed, failed=failed, results=[laws.as_dict(result) for result in results])
    else:
        print(laws.report(results))
    return FAILS if failed else HOLDS


def run_demo(output: str, force: bool, as_json: bool) -> None:
    """Print the explanations and write the contact sheet."""
    if not as_json:
        demo.run(output, force=force)
        return
    parts: list[str] = []
    sheet = demo.run(output, write=parts.append, force=force)
    say(f"wrote {sheet}")
    emit_json("demo", text="\n".join(parts), sheet=str(sheet))
