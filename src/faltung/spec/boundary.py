"""The six laws that continue a signal beyond its ends, and the words for them.

A law maps any integer index m to a sample 0 … n-1, or to ``None`` where the fill value stands. For n = 4 (samples a b c d):

=============  ======================  ===========================
word           what is read            law
=============  ======================  ===========================
zero           0 0 0 | a b c d | 0 0   nothing outside, value 0
constant       v v v | a b c d | v v   nothing outside, value fill
edge           a a a | a b c d | d d   clamp(m, 0, n-1)
periodic       b c d | a b c d | a b   m mod n
half_sample    c b a | a b c d | d c   period 2n, mirrored between the samples
whole_sample   d c b | a b c d | c b   period 2n-2, mirrored on the end samples
=============  ======================  ===========================
"""

from typing import Literal, get_args

from faltung.errors import SpecError

Boundary = Literal["zero", "constant", "edge", "periodic", "half_sample", "whole_sample"]
BOUNDARIES: tuple[Boundary, ...] = get_args(Boundary)

# Words that mean different laws in different libraries, or the same law under a library's own name; used only with the library.
LIBRARY_WORDS: dict[str, dict[str, Boundary]] = {
    "numpy": {
        "constant": "constant", "edge": "edge", "wrap": "periodic", "symmetric": "half_sample", "reflect": "whole_sample",
    },
    "ndimage": {
        "constant": "constant", "grid-constant": "constant", "nearest": "edge", "wrap": "periodic", "grid-wrap": "periodic",
        "reflect": "half_sample", "grid-mirror": "half_sample", "mirror": "whole_sample",
    },
    "scipy.signal": {"fill": "constant", "wrap": "periodic", "symm": "half_sample"},
    "cv2": {
        "constant": "constant", "replicate": "edge", "wrap": "periodic", "reflect": "half_sample", "reflect_101": "whole_sample",
    },
    "torch": {
        "zeros": "zero", "constant": "constant", "replicate": "edge", "circular": "periodic", "reflect": "whole_sample",
    },
}  # fmt: skip


def source(law: Boundary, m: int, n: int) -> int | None:
    """Return the sample that index `m` of a signal of `n` samples reads, or None where the fill value stands."""
    if 0 <= m < n:
        return m
    if law in ("zero", "constant") or n == 0:
        return None
    if law == "edge" or (law == "whole_sample" and n == 1):
        return 0 if m < 0 else n - 1
    if law == "periodic":
        return m % n
    if law == "half_sample":
        r = m % (2 * n)
        return r if r < n else 2 * n - 1 - r
    r = m % (2 * n - 2)
    return r if r < n else 2 * n - 2 - r


def parse_boundary(word: str) -> Boundary:
    """Return the law that a word means: one of ours, or ``library:word`` for one of a library's."""
    if word in BOUNDARIES:
        return word
    if not isinstance(word, str):
        raise SpecError(f"boundary is {word!r}; it is a word: {', '.join(BOUNDARIES)}")
    library, colon, name = word.partition(":")
    if colon and library in LIBRARY_WORDS:
        if name in LIBRARY_WORDS[library]:
            return LIBRARY_WORDS[library][name]
        raise SpecError(f"{library} has no boundary {name!r}; it has {', '.join(LIBRARY_WORDS[library])}")
    meanings = [f"{lib}:{word} = {words[word]}" for lib, words in LIBRARY_WORDS.items() if word in words]
    if meanings:
        raise SpecError(f"boundary {word!r} is ambiguous: {'; '.join(meanings)}; write one of these, or the law itself")
    raise SpecError(f"unknown boundary {word!r}; the laws are {', '.join(BOUNDARIES)}")
