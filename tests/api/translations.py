"""Every call of one library said in another, typed into both, and their answers compared."""

import importlib
from dataclasses import dataclass
from itertools import product

import numpy as np
from proof import counting

import faltung as ft
from faltung.dialects import Call, Refusal

SAMES = ("full", "same", "valid")
MODULES = ("numpy", "scipy.signal", "scipy.ndimage")
ONE, TWO = ((9,), (7, 9)), ((4,), (2, 4))


@dataclass(frozen=True, kw_only=True)
class Source:
    """Texts of calls on x and k, and for how many axes their function is."""

    function: str
    texts: tuple[str, ...]
    ranks: tuple[int, ...] = (1, 2)


def _ndimage(name: str, ranks: tuple[int, ...]) -> Source:
    outside = [f"mode='{mode}'" for mode in ("reflect", "mirror", "nearest", "wrap", "constant")] + ["mode='constant', cval=3"]
    moved = [f", origin={origin}" if origin else "" for origin in (0, -1)]
    texts = (f"scipy.ndimage.{name}(x, k, {law}{origin})" for law, origin in product(outside, moved))
    return Source(function=f"scipy.ndimage.{name}", texts=tuple(texts), ranks=ranks)


def _modes(function: str, ranks: tuple[int, ...], more: tuple[str, ...] = ("",)) -> Source:
    texts = tuple(f"{function}(x, k, mode='{mode}'{rest})" for mode, rest in product(SAMES, more))
    return Source(function=function, texts=texts, ranks=ranks)


OUTSIDE_2D = ("", ", boundary='fill', fillvalue=3", ", boundary='wrap'", ", boundary='symm'")
BORDERS = ("", ", borderType=cv2.BORDER_CONSTANT", ", borderType=cv2.BORDER_REPLICATE", ", borderType=cv2.BORDER_REFLECT", ", delta=5",
           ", anchor=(1, 0)", ", anchor=(0, 1), borderType=cv2.BORDER_REFLECT")  # fmt: skip
NUMPY_AND_SCIPY: tuple[Source, ...] = (
    _modes("numpy.convolve", (1,)), _modes("numpy.correlate", (1,)),
    *(_modes(f"scipy.signal.{name}", (1, 2)) for name in ("convolve", "correlate", "fftconvolve", "oaconvolve")),
    *(_modes(f"scipy.signal.{name}", (2,), OUTSIDE_2D) for name in ("convolve2d", "correlate2d")),
    *(_ndimage(name, (1, 2)) for name in ("convolve", "correlate")), *(_ndimage(name, (1,)) for name in ("convolve1d", "correlate1d")),
)  # fmt: skip
FILTERS: tuple[Source, ...] = (
    Source(function="scipy.signal.lfilter", texts=("scipy.signal.lfilter(k, 1, x)", "scipy.signal.lfilter(k, [1.0], x)"), ranks=(1,)),
    Source(
        function="scipy.signal.upfirdn",
        texts=tuple(f"scipy.signal.upfirdn(k, x, {up}, {down})" for up, down in product((1, 2, 3), (1, 2, 3))),
        ranks=(1,),
    ),
)
CV2 = (Source(function="cv2.filter2D", texts=tuple(f"cv2.filter2D(x, -1, k{rest})" for rest in BORDERS), ranks=(2,)),)


def names(*modules: str) -> dict:
    """Return the namespace in which lines are typed."""
    found = {}
    for module in (*MODULES, *modules):
        importlib.import_module(module)
        home = module.partition(".")[0]
        found[home] = importlib.import_module(home)
    return found


def typed(line: str, namespace: dict, x, k):
    """Return what a line computes, as whole numbers."""
    scope = {**namespace, "x": x, "k": k}
    exec(f"answer = {line}", scope)
    answer = scope["answer"]
    for method in ("detach", "numpy"):  # torch's tensors that would be trained; tinygrad's
        answer = getattr(answer, method)() if hasattr(answer, method) else answer
    answer = np.asarray(answer)
    nearest = np.rint(answer)
    assert np.abs(answer - nearest).max(initial=0) < 1e-4, line
    return nearest


def operand(shape, seed: int, dtype: str = "float64"):
    draw = np.random.default_rng([seed, *shape])
    return draw.integers(-9, 10, shape).astype(dtype)


@dataclass(kw_only=True)
class Tally:
    """What came of the translations of one source into one target."""

    executed: int = 0
    refused: int = 0
    wrong: tuple[str, ...] = ()

    def __post_init__(self):
        counting.tallies(self)


def compare(text: str, to: str, namespace: dict, x, k, *, shapes: bool, tally: Tally) -> None:
    """Translate, type both lines, compare; a Refusal must give its reason."""
    said = ft.translate(text, to, **({"x_shape": tuple(x.shape), "k_shape": tuple(k.shape)} if shapes else {}))
    if isinstance(said, Refusal):
        assert said.reason
        tally.refused += 1
        return
    assert isinstance(said, Call)
    wanted = typed(text, namespace, x, k)
    try:
        found = typed(said.code, namespace, x, k)
    except Exception as error:
        found = error
    tally.executed += 1
    same = not isinstance(found, Exception) and found.shape == wanted.shape and np.array_equal(found, wanted)
    if not same:
        tally.wrong += (f"{text} -> {said.code} for {x.shape}, {k.shape}: {found!r}",)
