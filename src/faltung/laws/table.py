"""The laws in the order in which they are told: one literal table."""

import difflib

from faltung.errors import SpecError
from faltung.laws.algebra import ALGEBRA
from faltung.laws.definitions import DEFINITIONS
from faltung.laws.filters import FILTERS
from faltung.laws.record import Law
from faltung.laws.spectra import SPECTRA

LAWS: dict[str, Law] = {law.name: law for law in (*DEFINITIONS, *ALGEBRA, *FILTERS, *SPECTRA)}


def law(name: str) -> Law:
    """Return the law of that name.

    Raises
    ------
    SpecError
        When there is none; the message has the nearest names and all of them.

    Examples
    --------
    >>> law("commutativity").formula
    'convolve(x, k) = convolve(k, x)'
    """
    if name in LAWS:
        return LAWS[name]
    near = difflib.get_close_matches(str(name).lower().replace("_", "-"), LAWS, n=2)
    nearest = f"nearest: {' or '.join(near)}; " if near else ""
    raise SpecError(f"no law is named {name!r}; {nearest}the {len(LAWS)} names are {', '.join(LAWS)}")
