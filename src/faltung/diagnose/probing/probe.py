"""Asking a function for its convention: the door, and what is said of a function that gives no steady answer."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.probing.calling import Answer, Ask, Interview, here
from faltung.diagnose.probing.card import Card, Line
from faltung.diagnose.probing.data import ENDED, KERNELS, LONG, Setting, Shape, draw, settings
from faltung.diagnose.probing.isolation import checked_target, isolated, target_of
from faltung.diagnose.probing.reading import read_card
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]
UNSTEADY = "the same operands are answered"  # how a sentence about a function begins of which nothing else can be said


def probe(
    function: Callable[[Any, Any], Any] | str, ndim: int = 2, isolate: bool = False, *, limit: float = 60.0, path: Sequence[str] = (),
    seed: int = 0,
) -> Card:  # fmt: skip
    """Return the convention card of any function of an input and a kernel, found by asking it.

    Impulses, ramps and border probes, complex units, one NaN and large small integers are sent in; from where they come out follow the
    operation, the centre, the outputs that exist, the law at the borders, strides and dtypes. What follows is a Spec, which is then
    compared with the function on random whole numbers, even kernels and small inputs among them, before it is claimed.

    Parameters
    ----------
    function : callable or str
        Called as ``function(x, k)`` with NumPy arrays. A text ``"package.module:function"`` is always probed in a child process.
    ndim : int
        Axes of input and kernel, 1 to 3.
    isolate : bool
        Whether to ask in a child process, which is killed when the function hangs. It must then be importable by name.
    limit : float
        Seconds that the child process may take for all; one call may take a quarter of it. Without a child process there is no limit.
    path : sequence of str
        Folders in which a text's module is looked for before the usual ones. A function's own are those of this process.
    seed : int
        Of the random numbers.

    Returns
    -------
    Card
        ``.spec`` is the Spec, or None where nothing fits; ``print(card)`` says everything, ``.to_pytest()`` writes a test that pins it.

    Raises
    ------
    SpecError
        For a text that names no function, a function that cannot be imported in a child process, or another number of axes. What the
        function itself does wrong is no error: the card says it.

    Notes
    -----
    A function is a black box here: what it does at sizes that were not asked, with arguments that were not given, or on other days is not
    known. Rounding in transforms is forgiven up to 1024 units in the last place.

    Examples
    --------
    >>> from scipy import signal
    >>> card = ft.probe(lambda x, k: signal.correlate2d(x, k, "same", "symm"))
    >>> print(card.spec)
    correlate same:low boundary=half_sample overflow=wrap
    >>> [call for call in card.said_as if call.startswith("scipy")]  # said_as has every library that gives the same sums
    ["scipy.signal.correlate2d(x, k, mode='same', boundary='symm')"]
    """
    if ndim not in KERNELS:
        raise SpecError(f"ndim is {ndim!r}; a probe has {', '.join(map(str, KERNELS))} axes")
    name, target, way = _way(function, isolate, limit, path)
    with way as ask:
        return _examined(Interview(ask=ask), name, target, ndim, seed)


def _way(
    function: Callable[[Any, Any], Any] | str, isolate: bool, limit: float, path: Sequence[str]
) -> tuple[str, str | None, AbstractContextManager[Ask]]:
    """Return the function's name, the text that imports it, and how it is asked."""
    if isinstance(function, str):
        return function, checked_target(function), isolated(function, limit, [os.path.abspath(folder) for folder in path])
    if not callable(function):
        raise SpecError(f"a probe needs a function of (x, k) or its name as text, not {type(function).__name__}")
    target = target_of(function)
    name = target or str(getattr(function, "__name__", type(function).__name__))
    if not isolate:
        return name, target, nullcontext(here(function))
    if target is None:
        raise SpecError(f"{name} cannot be isolated: a new process must import it by name, so it must stand at the top of a module")
    return name, target, isolated(target, limit, sys.path)


def _examined(ask: Interview, name: str, target: str | None, ndim: int, seed: int) -> Card:
    """Return the first card with a Spec, operands exchanged at last; else the first card.

    Where whole numbers of a wide dtype find none, those of a narrow one may: 32-bit images are often clipped. What floats find is final.
    """
    empty = Card(name=name, target=target, ndim=ndim)
    first: Card | None = None
    for turned in (False, True):
        if turned and any(answer.kind in ENDED for answer in ask.answers):
            break  # the time is better kept
        way = Interview(ask=_exchanged(ask.ask), answers=ask.answers) if turned else ask
        for setting in settings(way, ndim):
            found = _finished(_steady(empty, way, setting, turned, seed), way, setting)
            if found.spec:
                return found if first is None or turned else _narrow(found, first, setting)
            if found.problems[0].startswith(UNSTEADY):
                return found
            first = first or found
            if setting.x_dtype.startswith("float"):
                break
    return first or replace(empty, problems=(_nothing(ask, ndim),), calls=len(ask.answers))


def _narrow(found: Card, first: Card, setting: Setting) -> Card:
    """Return a card that says that its Spec holds for narrow dtypes, and why not for the wider ones."""
    note = f"this holds for {setting.x_dtype} * {setting.k_dtype}; of wider whole numbers: {first.problems[0]}"
    return replace(found, problems=(note, *found.problems))


def _exchanged(ask: Ask) -> Ask:
    """Return how a function is asked that takes the kernel first."""
    return lambda x, k: ask(k, x)


def _steady(card: Card, ask: Interview, setting: Setting, turned: bool, seed: int) -> Card:
    """Return what is read, unless the same operands are answered differently before, or after."""
    operands = draw(setting, LONG[card.ndim], setting.base, seed)
    before = ask(*operands)
    problem = _unsteady(before, ask(*operands))
    if problem:
        return replace(card, problems=(problem,))
    found = read_card(card, ask, setting, turned, seed)
    late = _unsteady(before, ask(*operands))
    return replace(found, spec=None, same_as=(), said_as=(), nearest=(), problems=(late, *found.problems)) if late else found


def _finished(card: Card, ask: Interview, setting: Setting) -> Card:
    calls = [Line(about="calls", text=_conduct(ask))]
    return replace(card, lines=(*card.lines, *calls), problems=(*card.problems, *_beware(ask, setting)), calls=len(ask.answers))


def _nothing(ask: Interview, ndim: int) -> str:
    """Return why nothing could be found out, and with how many axes it might be."""
    first = ask.answers[0]
    ended = [answer.said for answer in ask.answers if answer.kind in ENDED]
    if ended:
        return f"nothing was answered: {ended[0]}"
    said = first.said or f"answers have {first.value.ndim if first.value is not None else 0} axes"
    others = [axes for axes in KERNELS if axes != ndim and next(settings(ask, axes), None)]
    return f"nothing was answered with {ndim} axes: {said}" + (f"; it answers with ndim={others[0]}" if others else "")


def _unsteady(one: Answer, other: Answer) -> str:
    if one.value is None or other.value is None:
        return "" if one.kind == other.kind else f"{UNSTEADY} at one time and refused at another"
    if one.value.shape == other.value.shape and np.array_equal(one.value, other.value, equal_nan=one.value.dtype.kind in "fc"):
        return ""
    return f"{UNSTEADY} differently from call to call: it is random, or depends on earlier calls"


def _conduct(ask: Interview) -> str:
    changed = sorted({name for answer in ask.answers for name in answer.changed})
    returned = sorted({answer.returned for answer in ask.answers if answer.returned} - {"ndarray"})
    told = ["operands stay as they are" if not changed else f"CHANGES {' and '.join(changed)}"]
    told += [f"returns {', '.join(returned)}"] if returned else []
    return "; ".join(told)


def _beware(ask: Interview, setting: Setting) -> list[str]:
    found = list(_refused(setting))
    if any(answer.changed for answer in ask.answers):
        found.append("it changes its operands: pass copies")
    found += sorted({f"a call ended the process: {answer.said}" for answer in ask.answers if answer.kind == "died"})
    found += sorted({f"a call hung: {answer.said}" for answer in ask.answers if answer.kind == "hung"})[:1]
    return found


def _refused(setting: Setting) -> Iterator[str]:
    """Yield what is said to the kernel shapes that are not taken, a sentence a kind of error."""
    kinds: dict[str, list[tuple[Shape, str]]] = {}
    for shape, said in setting.refused:
        kinds.setdefault(said.partition(":")[0], []).append((shape, said))
    for refused in kinds.values():
        yield f"kernels of shape {', '.join(str(shape) for shape, _ in refused)}: {refused[0][1]}"
