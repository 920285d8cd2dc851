"""What a dialect is made of: a function of a library, the Spec a call of it means, and the call that says a Spec."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from faltung.errors import DialectError
from faltung.spec import Spec

Arguments = Mapping[str, Any]
Language = Literal["python", "octave", "r", "mathematica", "julia"]
FACTS: Arguments = {"x_dtype": None, "k_dtype": None, "x_shape": None, "k_shape": None, "bugs": False}
"""What a call's meaning may depend on beside its arguments: names of dtypes and shapes of the operands, and whether bugs are imitated."""


class ShapesNeededError(DialectError):
    """The meaning of a call depends on the operands' shapes, which are not among the facts."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An argument's value as an expression to type, such as ``cv2.BORDER_REFLECT`` or ``k.shape[0] // 2``."""

    text: str

    def __repr__(self) -> str:
        return self.text


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
    answer : str
        What is done with the call's answer: ``{}`` stands for the call, as in ``{}[2:7]``.
    line : str
        The call as it is typed, where that is not ``function(input, kernel, name=value, ...)``.
    """

    function: str
    arguments: tuple[tuple[str, Any], ...] = ()
    input: str = "x"
    kernel: str = "k"
    notes: tuple[str, ...] = ()
    answer: str = "{}"
    line: str = ""

    @property
    def code(self) -> str:
        """The line to type."""
        usual = f"{self.function}({', '.join([self.input, self.kernel, *(f'{name}={value!r}' for name, value in self.arguments)])})"
        return self.answer.replace("{}", self.line or usual)


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
    sliding : callable, optional
        From all arguments to the axes of the input that the kernel slides over (None: all); ``x_shape`` and ``k_shape`` are among them.
    prepares, finishes : callable, optional
        What stands before and behind and no Spec says, on arrays: ``prepares(x, k, arguments)`` returns both operands as they are
        computed with, or raises DialectError where the library refuses them; ``finishes(y, x, k, arguments)`` returns the result.
    evidence : {"executed", "source", "documentation"}
        How the entry is known: its tests run the library, or its source or documentation was read.
    reference : str
        Where it was read: a commit and file, a page; for an executed one, what is worth knowing.
    bugs : tuple of str
        Known bugs, each with the library's version and a link; imitated only where ``bugs=True`` is among the arguments.
    signature : tuple of str
        Every parameter in the order in which the library takes them by position, the operands as ``x`` and ``k``; empty: the operands,
        then `defaults` in their order.
    types : callable, optional
        From a Call to its line as it is typed (`Call.line`), where the operands do not come first or the language is not Python.
    language : {"python", "octave", "r", "mathematica", "julia"}
        In which the line is.
    says : callable, optional
        Writes a Spec on operands of two names in place of `faltung.dialects.writing`: where axes must be moved, for example.
    batched : bool
        Whether the input has a batch and a channel axis in front, which do not slide, and the kernel one more axis.
    """

    function: str
    defaults: Arguments
    reads: Callable[[Arguments], Spec]
    offers: Callable[[Spec], Iterable[Arguments]]
    axes: int | None = None
    sliding: Callable[[Arguments], tuple[int, ...] | None] | None = None
    prepares: Callable[[Any, Any, Arguments], tuple[Any, Any]] | None = None
    finishes: Callable[[Any, Any, Any, Arguments], Any] | None = None
    evidence: Literal["executed", "source", "documentation"] = "executed"
    reference: str = ""
    bugs: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    types: Callable[[Call], str] | None = None
    language: Language = "python"
    says: "Callable[[Dialect, Spec, str, str], Call | Refusal] | None" = None
    batched: bool = False


def read_with(dialect: Dialect, arguments: Arguments) -> Spec:
    """Return the Spec of a call; its defaults are filled in, an argument that the function does not have is an error."""
    for name in arguments:
        if name not in dialect.defaults and name not in FACTS:
            known = ", ".join(dialect.defaults)
            raise DialectError(f"{dialect.function} has no argument {name!r}; behind its two operands it has {known}")
    return dialect.reads(complete(dialect, arguments))


def complete(dialect: Dialect, arguments: Arguments) -> dict[str, Any]:
    """Return every argument: the library's defaults where none is given, and None for facts that are not known."""
    return {**FACTS, **dialect.defaults, **arguments}


def choice(function: str, argument: str, value: Any, meanings: Mapping[Any, Any]) -> Any:
    """Return what a word of the library means, or raise with the words it has."""
    try:
        return meanings[value]
    except (KeyError, TypeError):  # unknown, or not hashable
        words = ", ".join(repr(word) for word in meanings)
        raise DialectError(f"{function} has no {argument} {value!r}; it has {words}") from None
