"""The identities of convolution and cross-correlation, each with formula, derivation and a check on random arrays.

``check()`` computes both sides of every law with our engine and, beside it, with SciPy's; ``report(results)`` is the text that
``faltung laws`` prints. An `Engine` of your own (two functions, each returning the full result) is checked with ``engines=``.
"""

from faltung.laws.engines import ENGINES
from faltung.laws.record import Engine, Law, Result
from faltung.laws.table import LAWS
from faltung.laws.text import as_dict, report
from faltung.laws.verdict import check

__all__ = ["ENGINES", "LAWS", "Engine", "Law", "Result", "as_dict", "check", "report"]
