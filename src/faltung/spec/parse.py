"""Reading the notation back, and the same fields as JSON."""

import re
from dataclasses import fields
from math import nan
from typing import TYPE_CHECKING, Any

from faltung.errors import SpecError
from faltung.spec.boundary import LIBRARY_WORDS, parse_boundary
from faltung.spec.groups import Groups
from faltung.spec.notation import FIELDS, FLAGS, PER_AXIS, default_conj, field_texts, format_spec
from faltung.spec.problem import Problem
from faltung.spec.spec import WORDS, Spec
from faltung.spec.window import Number

if TYPE_CHECKING:
    from fractions import Fraction

    from faltung.spec.fold import Fold

LIMIT = 4000  # characters of untrusted text
SCHEMA = "v1"
_OPERAND = r"([a-z]+\d*)\[(\d{1,18}(?:,\d{1,18})*)\]"


def parse(text: str) -> Spec | Problem:
    """Return the Spec, or the Problem, that a line of notation spells.

    Parameters
    ----------
    text : str
        ``operation [mode] {field=value}``, with ``dtype[sizes] * dtype[sizes]`` in front for a Problem; at most 4,000 characters.

    Returns
    -------
    Spec or Problem

    Raises
    ------
    SpecError
        For an unknown or repeated field, a value that is none, or sizes that do not fit; the message names the word.

    Examples
    --------
    >>> ft.parse("correlate same:high boundary=half_sample").boundary
    (('half_sample', 'half_sample'),)
    >>> ft.parse("float32[2048,2048] * float32[3,3] correlate same:high boundary=half_sample stride=2,2").output_shape
    (1024, 1024)
    """
    if len(text) > LIMIT:
        raise SpecError(f"the text has {len(text)} characters; notation has at most {LIMIT}")
    words = text.split()
    if not words:
        raise SpecError("the text is empty; it should begin with convolve, correlate or convolve_transpose")
    if "[" not in words[0]:
        return _parse_spec(words)
    if len(words) < 4 or words[1] != "*":
        raise SpecError(f"{text!r} is not dtype[sizes] * dtype[sizes] operation …")
    (input_dtype, input_shape), (kernel_dtype, kernel_shape) = _operand(words[0]), _operand(words[2])
    return Problem(
        spec=_parse_spec(words[3:]), input_shape=input_shape, kernel_shape=kernel_shape, input_dtype=input_dtype, kernel_dtype=kernel_dtype
    )


def _operand(word: str) -> tuple[str, tuple[int, ...]]:
    match = re.fullmatch(_OPERAND, word)
    if not match:
        raise SpecError(f"{word!r} is not an operand; write it as float32[5,3]")
    return match[1], tuple(int(size) for size in match[2].split(","))


def _parse_spec(words: list[str]) -> Spec:
    operation, rest = words[0], words[1:]
    if operation not in WORDS["operation"]:
        raise SpecError(f"unknown operation {operation!r}; it must be one of {', '.join(WORDS['operation'])}")
    found: dict[str, Any] = {"operation": operation, "conj": default_conj(operation)}
    seen: set[str] = set()
    if rest and ("=" not in rest[0] or rest[0].startswith("pads=")):
        found |= parse_mode(rest.pop(0))
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals:
            raise SpecError(f"{word!r} is not field=value; the mode stands right behind the operation")
        if name not in FIELDS:
            raise SpecError(f"unknown field {name!r}; the fields are {', '.join(FIELDS)}")
        if name in seen:
            raise SpecError(f"field {name} is given twice")
        seen.add(name)
        found[name] = parse_field(name, value)
    return Spec(**found)


def parse_mode(word: str) -> dict[str, Any]:
    """Return the fields that a mode word spells: ``same:low``, ``pads=1:2``, ``valid``."""
    if word.startswith("pads="):
        return {"mode": "pads", "pads": tuple(_pair(entry, _integer) for entry in word[5:].split(","))}
    mode, colon, anchors = word.partition(":")
    if mode not in WORDS["mode"] or mode == "pads" or (colon and mode != "same"):
        raise SpecError(f"unknown mode {word!r}; the modes are full, same:anchor, valid, causal, same_upper, same_lower, pads=low:high")
    found: dict[str, Any] = {"mode": mode}
    if colon:
        found["anchor"] = tuple(int(a) if re.fullmatch(r"-?\d{1,18}", a) else a for a in anchors.split(","))
    return found


def parse_field(name: str, text: str) -> Any:
    """Return the value of one field from its text."""
    entries = text.split(",")
    if name == "boundary":
        return tuple(_pair(entry, parse_boundary) for entry in entries)
    if name == "fill":
        return tuple(_pair(entry, parse_number) for entry in entries)
    if name in PER_AXIS:
        return tuple(_integer(entry) for entry in entries)
    if name in FLAGS:
        return tuple(_flag(name, entry) for entry in entries)
    if name == "fold":
        return tuple(_fold(entry) for entry in entries)
    if name == "layout":
        from faltung.spec.layout import parse_layout

        return parse_layout(text)
    if name == "groups":
        return _groups(text)
    if name == "scale":
        return text if text in ("1/sum", "1/abs_sum") else _scale(text)
    if name == "offset" or (name == "frame" and text not in ("computed", "copied")):
        return parse_number(text)
    return text


def _pair(entry: str, read: Any) -> tuple[Any, Any]:
    parts = entry.split(":")
    if "" in parts or (len(parts) > 2 and parts[0] not in LIBRARY_WORDS):
        raise SpecError(f"{entry!r} is not one value, nor low:high")
    if len(parts) == 2 and parts[0] not in LIBRARY_WORDS:
        return read(parts[0]), read(parts[1])
    value = read(entry)
    return value, value


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise SpecError(f"{text!r} is not a whole number")
    return int(text)


def parse_number(text: str) -> Number:
    """Return the int, float or complex number that Python would write as `text`."""
    for kind in (int, float, complex):
        try:
            value: Number = kind(text)
        except ValueError:
            continue
        return value if value == value or kind is complex else nan  # one NaN, so that a Spec that holds it equals itself read back
    raise SpecError(f"{text!r} is not a number")


def _scale(text: str) -> "Number | Fraction":
    from fractions import Fraction  # 2 ms, and only for a scale

    return Fraction(text) if re.fullmatch(r"-?\d+/0*[1-9]\d*", text) else parse_number(text)


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise SpecError(f"{name} is {text!r}; it must be true or false")
    return text == "true"


def _fold(text: str) -> "Fold | None":
    if text == "none":
        return None
    parts = text.split(":")
    if len(parts) != 4:
        raise SpecError(f"fold {text!r} is not size:low:boundary:boundary")
    low, high = parse_boundary(parts[2]), parse_boundary(parts[3])
    from faltung.spec.fold import Fold

    return Fold(size=_integer(parts[0]), low=_integer(parts[1]), boundary_low=low, boundary_high=high)


def _groups(text: str) -> Groups:
    parts = text.split(":")
    if len(parts) not in (1, 4):
        raise SpecError(f"groups {text!r} is not a count, nor count:input:kernel:output with the axes that carry the group")
    carriers = parts[1:] or ["C", "O", "C"]
    return Groups(count=_integer(parts[0]), input=carriers[0], kernel=carriers[1], output=carriers[2])


def to_json(value: Spec | Problem) -> str:
    """Return the fields as one JSON object with the schema's version; only what is not the default is written."""
    spec = value.spec if isinstance(value, Problem) else value
    plain = Spec(operation=spec.operation, mode=spec.mode, anchor=spec.anchor, pads=spec.pads, conj=default_conj(spec.operation))
    mode = format_spec(plain)
    found: dict[str, Any] = {"faltung": SCHEMA, "operation": spec.operation, "mode": " ".join(mode.split()[1:]) or "full"}
    found |= field_texts(spec)
    if isinstance(value, Problem):
        names = [f.name for f in fields(Problem) if f.name != "spec"]
        found["problem"] = {name: getattr(value, name) for name in names}
    import json  # 2 ms, and only for JSON

    return json.dumps(found)


def from_json(text: str) -> Spec | Problem:
    """Return what `to_json` wrote."""
    import json

    try:
        found = json.loads(text[: LIMIT + 1]) if len(text) <= LIMIT else None
    except (json.JSONDecodeError, RecursionError) as error:
        raise SpecError(f"this is not JSON: {error}") from None
    if not isinstance(found, dict) or found.pop("faltung", None) != SCHEMA:
        raise SpecError(f'this is not a JSON object with "faltung": "{SCHEMA}" of at most {LIMIT} characters')
    problem = found.pop("problem", None)
    if not all(isinstance(v, str) and not re.search(r"\s", v) for v in found.values()) or "operation" not in found:
        raise SpecError("every field must be text without spaces, and operation must be there")
    words = [found.pop("operation"), found.pop("mode", "full")] + [f"{name}={value}" for name, value in found.items()]
    spec = _parse_spec(words)
    return spec if problem is None else _problem_of_json(spec, problem)


def _problem_of_json(spec: Spec, found: Any) -> Problem:
    shapes, dtypes = ("input_shape", "kernel_shape"), ("input_dtype", "kernel_dtype")
    if not isinstance(found, dict) or not set(shapes) <= set(found) <= {*shapes, *dtypes}:
        raise SpecError(f"the problem must be an object with {', '.join(shapes)} and, if not float64, {', '.join(dtypes)}")
    for name in shapes:
        sizes = found[name]
        if not isinstance(sizes, list) or not all(type(size) is int for size in sizes):
            raise SpecError(f"{name} is {sizes!r}; it must be a list of whole numbers")
    return Problem(spec=spec, **found | {name: tuple(found[name]) for name in shapes})
