"""How operands are reversed, conjugated, scaled and transposed in the languages that a line can be in; ``{}`` stands for the operand."""

from dataclasses import dataclass
from fractions import Fraction

from faltung.dialects.record import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language. `{axes}` are numbered from `first_axis` and stand in `brackets`."""

    conj: str
    reverse: str
    reverse_axes: str
    transpose: str
    by_sum: str
    by_abs_sum: str
    times: str = "{} * {factor}"
    brackets: tuple[str, str] = ("(", ")")
    first_axis: int = 0


NUMPY = Phrases(
    conj="numpy.conj({})", reverse="numpy.flip({})", reverse_axes="numpy.flip({}, {axes})", transpose="numpy.transpose({}, {axes})",
    by_sum="{} / numpy.sum({})", by_abs_sum="{} / numpy.sum(numpy.abs({}))",
)  # fmt: skip
TORCH = Phrases(
    conj="torch.conj_physical({})", reverse="{}.flip(tuple(range({}.ndim)))", reverse_axes="{}.flip({axes})",
    transpose="{}.permute({axes})", by_sum="{} / {}.sum()", by_abs_sum="{} / {}.abs().sum()",
)  # fmt: skip
OCTAVE = Phrases(
    conj="conj({})", reverse="reshape({}(end:-1:1), size({}))", reverse_axes="flip({}, {axes})", transpose="permute({}, {axes})",
    by_sum="{} / sum({}(:))", by_abs_sum="{} / sum(abs({}(:)))", brackets=("[", "]"), first_axis=1,
)  # fmt: skip
R = Phrases(
    conj="Conj({})", reverse="rev({})", reverse_axes="rev({})", transpose="aperm({}, {axes})", by_sum="{} / sum({})",
    by_abs_sum="{} / sum(abs({}))", brackets=("c(", ")"), first_axis=1,
)  # fmt: skip
MATHEMATICA = Phrases(
    conj="Conjugate[{}]", reverse="Reverse[{}, Range[ArrayDepth[{}]]]", reverse_axes="Reverse[{}, {axes}]",
    transpose="Transpose[{}, {axes}]", by_sum="{} / Total[{}, Infinity]", by_abs_sum="{} / Total[Abs[{}], Infinity]",
    brackets=("{", "}"), first_axis=1,
)  # fmt: skip
JULIA = Phrases(
    conj="conj({})", reverse="reverse({})", reverse_axes="reverse({}, dims={axes})", transpose="permutedims({}, {axes})",
    by_sum="{} ./ sum({})", by_abs_sum="{} ./ sum(abs.({}))", times="{} .* {factor}", first_axis=1,
)  # fmt: skip

# Libraries, and functions, that take real numbers only: what they conjugate does not matter, and their lines conjugate nothing.
REAL = frozenset({
    "cv2", "skimage", "PIL", "pyvips", "SimpleITK", "astropy", "mlx", "tinygrad", "onnx", "tensorflow", "imagemagick", "ffmpeg", "svg",
    "librsvg", "gegl", "web_audio", "r.stats.filter", "octave.imfilter", "matlab.imfilter",
})  # fmt: skip

PHRASES: dict[Language, Phrases] = {"python": NUMPY, "octave": OCTAVE, "r": R, "mathematica": MATHEMATICA, "julia": JULIA}


def phrases_of(function: str, language: Language) -> Phrases:
    """Return the phrases for the operands of a function: torch has arrays of its own."""
    return TORCH if function.startswith("torch.") else PHRASES[language]


def takes_real_only(function: str) -> bool:
    """Return whether a function takes real numbers only.

    Examples
    --------
    >>> from faltung.dialects.phrases import takes_real_only
    >>> takes_real_only("cv2.filter2D"), takes_real_only("octave.imfilter"), takes_real_only("octave.conv2")
    (True, True, False)
    """
    return function in REAL or function.partition(".")[0] in REAL


def factor_text(factor: object) -> str:
    """Return a factor as it is typed: fractions as a quotient, which every language here has."""
    return f"({factor.numerator} / {factor.denominator})" if isinstance(factor, Fraction) else repr(factor)


def contiguous(operand: str) -> str:
    """Return an operand of NumPy as it is handed to a library that takes no negative strides: copied, where it was reversed."""
    return f"numpy.ascontiguousarray({operand})" if "flip(" in operand else operand


def say(phrase: str, operand: str) -> str:
    """Return a phrase about an operand."""
    return phrase.replace("{}", operand)


def axes_text(phrases: Phrases, axes: tuple[int, ...]) -> str:
    """Return axes, counted from 0, as the language writes them."""
    opening, closing = phrases.brackets
    if opening == "(" and len(axes) == 1:
        closing = ",)"
    return opening + ", ".join(str(axis + phrases.first_axis) for axis in axes) + closing
