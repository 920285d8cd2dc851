"""What a dialect is made of: a function of a library, the Spec a call of it means, and the call that says a Spec."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from faltung.errors import DialectError
from faltung.spec import Spec

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a library's function on an input ``x`` and a kernel ``k``.

    Parameters
    ----------
    function : str
        Dotted name.
    arguments : tuple of (str, object)
        What follows the two operands; only what differs from the library's defaults.
    input, kernel : str
        The operands as expressions in ``x`` and ``k``: a kernel that the library would otherwise reverse stands there reversed.
    notes : tuple of str
        What this call does otherwise with dtypes, rounding, NaN or operands exchanged by length; its sums are those of the Spec.
    """

    function: str
    arguments: tuple[tuple[str, Any], ...] = ()
    input: str = "x"
    kernel: str = "k"
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The line to type."""
        return f"{self.function}({', '.join([self.input, self.kernel, *(f'{name}={value!r}' for name, value in self.arguments)])})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a library's function cannot say, and the nearest call that it can."""

    function: str
    reason: str
    nearest: Call | None = None

    def __str__(self) -> str:
        return self.reason + (f"; nearest: {self.nearest.code}" if self.nearest else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One function of a library.

    Parameters
    ----------
    function : str
        Dotted name.
    defaults : mapping
        Every argument behind the two operands, with the library's default.
    reads : callable
        From all these arguments, and ``x_dtype`` and ``k_dtype`` (None where unknown), to the Spec.
    offers : callable
        From a Spec to the arguments worth trying when the library is to say it.
    axes : int or None
        How many axes the function slides over; None: any number.
    """

    function: str
    defaults: Arguments
    reads: Callable[[Arguments], Spec]
    offers: Callable[[Spec], Iterable[Arguments]]
    axes: int | None = None


def read_with(dialect: Dialect, arguments: Arguments) -> Spec:
    """Return the Spec of a call; its defaults are filled in, an argument that the function does not have is an error."""
    for name in arguments:
        if name not in dialect.defaults and name not in ("x_dtype", "k_dtype"):
            known = ", ".join(dialect.defaults)
            raise DialectError(f"{dialect.function} has no argument {name!r}; behind its two operands it has {known}")
    return dialect.reads({"x_dtype": None, "k_dtype": None, **dialect.defaults, **arguments})


def choice(function: str, argument: str, value: Any, meanings: Mapping[Any, Any]) -> Any:
    """Return what a word of the library means, or raise with the words it has."""
    try:
        return meanings[value]
    except (KeyError, TypeError):  # unknown, or not hashable
        words = ", ".join(repr(word) for word in meanings)
        raise DialectError(f"{function} has no {argument} {value!r}; it has {words}") from None
