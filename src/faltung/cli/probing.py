"""``faltung probe``."""

from faltung.cli.output import say
from faltung.diagnose import Card, probe

FOUND, NOTHING_FITS = 0, 4


def probe_target(target: str, ndim: int, limit: float, folders: tuple[str, ...], kind: str) -> int:
    """Print the card of a function; return 4 where no Spec fits."""
    card = probe(target, ndim, limit=limit, path=folders)
    print(_shown(card, kind))
    if card.spec is None:
        say("no convention fits; the card says what was seen")
        return NOTHING_FITS
    return FOUND


def _shown(card: Card, kind: str) -> str:
    return {"json": card.to_json, "pytest": card.to_pytest, "text": card.__str__}[kind]().rstrip("\n")
