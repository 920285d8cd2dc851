"""The figures of the atlas, counted in the dialects and in the record of the run that proved them."""

from faltung.atlas_page.libraries import library_of
from faltung.atlas_page.proof import proof
from faltung.atlas_page.rows import rows
from faltung.dialects import DIALECTS


def figures(functions: str = "") -> dict[str, int | str]:
    """Return name → number, in the order in which they are told; those of the whole run only where all functions are meant."""
    record, found = proof(), rows(functions)
    spoken = [row.function for row in found if row.function in DIALECTS]
    executed = [name for name in spoken if DIALECTS[name].evidence == "executed"]
    evidence = [record.evidence(name) for name in executed]
    counts: dict[str, int | str] = {
        "libraries with a dialect": len({library_of(name).name for name in spoken}),
        "libraries executed": len({library_of(name).name for name in executed}),
        "functions with a dialect": len(spoken),
        "functions executed": len(executed),
        "functions that are rows only": len(found) - len(spoken),
        "comparisons": sum(entry.comparisons for entry in evidence),
        "refusals that agree": sum(entry.refused for entry in evidence),
        "calls probed from outside": sum(entry.probed for entry in evidence),
    }
    whole: dict[str, int | str] = {
        "translations executed": record.translations["executed"],
        "translations refused with a reason": record.translations["refused"],
        "wrong": record.translations["wrong"],
        "seconds": record.seconds,
        "processes": record.workers,
    }
    return {**counts, **({} if functions else whole), "date": record.date}
