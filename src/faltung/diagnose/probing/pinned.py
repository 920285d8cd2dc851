"""A card as a test: the text of a pytest module."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from faltung.diagnose.probing.isolation import checked_target
from faltung.diagnose.probing.numbers import DtypeRow
from faltung.errors import SpecError
from faltung.spec import Spec

Array = np.ndarray[Any, Any]
MOST = 2  # examples in a module


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Operands and the function's answer, as nested lists with the names of their dtypes."""

    x: Any
    x_dtype: str
    k: Any
    k_dtype: str
    y: Any
    y_dtype: str


class Pinned(Protocol):
    """What of a card the test pins."""

    @property
    def name(self) -> str: ...
    @property
    def target(self) -> str | None: ...
    @property
    def ndim(self) -> int: ...
    @property
    def spec(self) -> Spec | None: ...
    @property
    def dtypes(self) -> tuple[DtypeRow, ...]: ...
    @property
    def examples(self) -> tuple[Example, ...]: ...


def example(x: Array, k: Array, y: Array) -> Example:
    """Return arrays as an Example."""
    return Example(x=x.tolist(), x_dtype=x.dtype.name, k=k.tolist(), k_dtype=k.dtype.name, y=y.tolist(), y_dtype=y.dtype.name)


def module_text(card: Pinned, function: str | None) -> str:
    """Return the module; see `faltung.diagnose.probing.card.Card.to_pytest`."""
    target = function if function is not None else card.target
    if target is None:
        raise SpecError(f"{card.name} has no name by which a test can import it; give one, as in to_pytest('package.module:function')")
    module, name = checked_target(target).split(":")
    first, *rest = name.split(".")
    call = ".".join(["function", *rest])
    head = [
        f'"""The convention of {target}, as `faltung.probe` found it. Written by faltung; a failure means that it has changed."""',
        "", "import numpy as np", "import pytest", *_names(card), "", *_testing(card),
        f"from {module} import {first} as function", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *_convention(card, call), *_dtypes(card, call), *_examples(card, call)]) + "\n"


def _names(card: Pinned) -> list[str]:
    """Return the import of the names by which numbers that are not finite are written."""
    text = repr(_smallest(card))
    return ["from numpy import inf, nan  # noqa: F401"] if "nan" in text or "inf" in text else []


def _smallest(card: Pinned) -> list[Example]:
    """Return a few examples: small ones, but with two taps or more on every axis, and an input that is larger than the kernel."""
    return sorted(card.examples, key=lambda e: (min(np.shape(e.k)) < 2, np.shape(e.x) <= np.shape(e.k), np.size(e.x) + np.size(e.k)))[:MOST]


def _shapes(card: Pinned) -> list[tuple[Any, Any]]:
    """Return one pair of shapes for every shape of kernel, and one kernel as long as the input."""
    pairs = [(np.shape(e.x), np.shape(e.k)) for e in card.examples]
    larger = {k: x for x, k in reversed(pairs) if x > k}
    return [(x, k) for k, x in larger.items()] + [pair for pair in pairs if pair[0] == pair[1]][:1]


def _testing(card: Pinned) -> list[str]:
    return ["from faltung.testing import assert_convention"] if card.spec else []


def _convention(card: Pinned, call: str) -> list[str]:
    if card.spec is None:
        return []
    dtypes = (card.examples[0].x_dtype, card.examples[0].k_dtype)
    return [
        f"CONVENTION = {str(card.spec)!r}", "SHAPES = [  # of input and kernel", *(f"    {pair!r}," for pair in _shapes(card)), "]", "", "",
        "def test_convention():", f"    assert_convention({call}, CONVENTION, shapes=SHAPES, dtypes={dtypes!r})", "", "",
    ]  # fmt: skip


def _dtypes(card: Pinned, call: str) -> list[str]:
    rows = [(row.x, row.k, row.result) for row in card.dtypes if row.result]
    if not rows or not card.examples:
        return []
    shapes = np.shape(_smallest(card)[0].x), np.shape(_smallest(card)[0].k)
    return [
        "DTYPES = [", *(f"    {row!r}," for row in rows), "]", "", "",
        '@pytest.mark.parametrize(("x", "k", "result"), DTYPES)', "def test_dtype(x, k, result):",
        f"    assert np.asarray({call}(np.ones({shapes[0]}, x), np.ones({shapes[1]}, k))).dtype == result", "", "",
    ]  # fmt: skip


def _examples(card: Pinned, call: str) -> list[str]:
    if not card.examples:
        return [
            "def test_nothing_is_answered():", f"    ones = np.ones((5,) * {card.ndim})", "    try:",
            f"        found = np.asarray({call}(ones, ones))", "    except Exception:", "        return",
            f'    assert found.dtype.kind not in "biufc" or found.ndim != {card.ndim}',
        ]  # fmt: skip
    rows = [(e.x, e.x_dtype, e.k, e.k_dtype, e.y) for e in _smallest(card)]
    return [
        "EXAMPLES = [", *(f"    {row!r}," for row in rows), "]", "", "",
        '@pytest.mark.parametrize(("x", "x_dtype", "k", "k_dtype", "y"), EXAMPLES)', "def test_example(x, x_dtype, k, k_dtype, y):",
        f"    found = {call}(np.array(x, x_dtype), np.array(k, k_dtype))",
        "    np.testing.assert_allclose(found, y, rtol=1e-5, atol=1e-5)",
    ]  # fmt: skip
