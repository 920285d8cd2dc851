"""The door: loose arguments (`3`, ``"same"``, ``None``, a word or a pair for each axis) become a Spec, once, here."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from faltung.errors import SpecError
from faltung.spec.boundary import parse_boundary
from faltung.spec.notation import default_conj
from faltung.spec.parse import parse_mode
from faltung.spec.spec import Spec


def make_spec(operation: str, **arguments: Any) -> Spec:
    """Return the Spec of the loose arguments of `convolve` and `correlate`.

    Parameters
    ----------
    operation : {"convolve", "correlate", "convolve_transpose"}
    **arguments
        mode, boundary, fill, stride, dilation, anchor, conj, dtype, overflow, rounding, missing and the other fields of `Spec`, in any of
        the forms the public functions take.

    Raises
    ------
    SpecError
        For a word that does not exist or is ambiguous, a fill without a constant boundary, or a value out of range.
    """
    try:
        return _cached(operation, tuple(arguments.items()))
    except TypeError:  # a list, which cannot be a key
        return _cached(operation, tuple((name, _frozen(value)) for name, value in arguments.items()))


@lru_cache(maxsize=1024, typed=True)
def _cached(operation: str, items: tuple[tuple[str, Any], ...]) -> Spec:
    given = dict(items)
    fields: dict[str, Any] = {"operation": operation, "conj": given.pop("conj", None) or default_conj(operation)}
    fields |= _mode(given.pop("mode", "full"), given.pop("anchor", None))
    if "boundary" in given:
        fields["boundary"] = tuple(_pair(entry, _law) for entry in _per_axis(given.pop("boundary")))
    if "fill" in given:
        fields["fill"] = _fill(given.pop("fill"), fields.get("boundary", (("zero", "zero"),)))
    for name in ("stride", "dilation", "input_dilation"):
        if name in given:
            fields[name] = tuple(_whole(name, entry) for entry in _per_axis(given.pop(name)))
    return Spec(**fields, **given)


def _frozen(value: Any) -> Any:
    """Return lists as tuples, and arrays' scalars as they are."""
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list | tuple) else value


def _per_axis(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _pair(entry: Any, read: Any) -> tuple[Any, Any]:
    if isinstance(entry, Sequence) and not isinstance(entry, str):
        if len(entry) != 2:
            raise SpecError(f"{entry!r} has {len(entry)} entries; an axis has one value, or a (low, high) pair")
        return read(entry[0]), read(entry[1])
    value = read(entry)
    return value, value


def _law(word: Any) -> Any:
    if not isinstance(word, str):
        raise SpecError(f"boundary {word!r} is not a word, as in boundary='half_sample'")
    return parse_boundary(word)


def _fill(value: Any, boundary: tuple[tuple[Any, Any], ...]) -> tuple[tuple[Any, Any], ...]:
    """Return fills as pairs; a single number goes to the ends whose boundary is constant."""
    if not isinstance(value, Sequence):
        number = _python_number(value)
        if number != 0 and not any("constant" in laws for laws in boundary):
            raise SpecError(f"fill is {number!r} but no boundary is 'constant'; give boundary='constant', or leave fill out")
        return tuple(tuple(number if law == "constant" else 0 for law in laws) for laws in boundary)  # type: ignore[misc]  # pairs
    return tuple(_pair(entry, _python_number) for entry in _per_axis(value))


def _python_number(value: Any) -> Any:
    """Return a NumPy scalar as the Python number it holds."""
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, bool) or not isinstance(number, int | float | complex):
        raise SpecError(f"fill is {value!r}; it must be a number")
    return number


def _whole(name: str, value: Any) -> int:
    try:
        number = value.__index__()
    except AttributeError:
        raise SpecError(f"{name} is {value!r}; it must be a whole number of at least 1") from None
    return int(number)


def _mode(mode: Any, anchor: Any) -> dict[str, Any]:
    if isinstance(mode, str):
        fields = parse_mode(mode)
        if anchor is not None:
            if fields["mode"] != "same":
                raise SpecError(f"anchor is {anchor!r}, but only mode 'same' has one; mode is {mode!r}")
            fields["anchor"] = tuple(a if isinstance(a, str) else _whole("anchor", a) for a in _per_axis(anchor))
        return fields
    if anchor is not None:
        raise SpecError(f"anchor is {anchor!r}, but the mode gives explicit pads; use one of the two")
    pads = _per_axis(mode)
    if len(pads) == 2 and all(hasattr(p, "__index__") for p in pads):
        pads = (pads,)
    if not pads or not all(isinstance(p, Sequence) and len(p) == 2 for p in pads):
        raise SpecError(f"mode {mode!r} is neither a word (full, same, valid, causal, same_upper, same_lower) nor ((low, high), …) pads")
    return {"mode": "pads", "pads": tuple((_whole_pad(low), _whole_pad(high)) for low, high in pads)}


def _whole_pad(value: Any) -> int:
    if not hasattr(value, "__index__"):
        raise SpecError(f"pad {value!r} is not a whole number")
    return int(value.__index__())
