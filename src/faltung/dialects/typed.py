"""The text of a call, read without evaluating it: which function, which operand is data and which the kernel, which arguments.

Only literals, and the constants of a literal table, have a value here; operands are kept as the text of a name.
"""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faltung.dialects.names import AROUND, BY_VALUE, CONSTANTS, IDLE, OUTER, SIGNATURES, SIZED, full_name, known, nearest, operand_names
from faltung.dialects.record import Dialect
from faltung.errors import DialectError

CHARACTERS, LEVELS, WORD = 4000, 50, 200  # of untrusted text, and of a word in it
ENTRIES = 50  # of a list that is an argument; no operand is one
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCall:
    """What a text says: function, arguments behind the operands, the operands' texts, and their shapes where they are literals."""

    function: str
    arguments: dict[str, Any]
    input: str = "x"
    kernel: str = "k"
    x_shape: tuple[int, ...] | None = None
    k_shape: tuple[int, ...] | None = None


def read_text(text: str, table: Mapping[str, Dialect]) -> TypedCall:
    """Return what the text of a call, or a function's name, says.

    Parameters
    ----------
    text : str
        ``"cv2.filter2D(img, -1, K)"`` or ``"cv2.filter2D"``; at most 4,000 characters and 50 levels.
    table : mapping
        The dialects.

    Raises
    ------
    DialectError
        For text that is no call, an unknown function or keyword, or a value that is neither literal nor a known constant.
    """
    node = _parsed(text)
    if not isinstance(node, ast.Call):
        return TypedCall(function=known(_dotted(node, "the text"), table), arguments={})
    function = known(_dotted(node.func, "the function"), table)
    given = _parameters(node, table[function])
    texts: dict[str, str] = {}
    shapes: dict[str, tuple[int, ...] | None] = {}
    if function in SIZED and "k" in given:  # by its name, where it is no parameter by position
        given["ksize"] = given.pop("k")
    for role, what in (("x", "input"), ("k", "kernel")):
        operand = given.pop(role, None)
        texts[role], shapes[role] = (role, None) if operand is None else _operand(operand, what)
    if function in SIZED:
        texts["k"], shapes["k"] = _box(function, given.pop("ksize", None))
    if function in OUTER:
        texts["k"], shapes["k"] = _outer(function, texts["k"], shapes["k"], given.pop(OUTER[function], None))
    arguments = {name: _value(name, value) for name, value in given.items()}
    kept = _kept(arguments, table[function])
    _check_around(table[function], kept)
    return TypedCall(function=function, arguments=kept, input=texts["x"], kernel=texts["k"], x_shape=shapes["x"], k_shape=shapes["k"])


def _parsed(text: str) -> ast.expr:
    if not isinstance(text, str):
        raise DialectError(f"the call is {type(text).__name__}; it must be text, as 'cv2.filter2D(img, -1, K)'")
    if len(text) > CHARACTERS:
        raise DialectError(f"the text has {len(text)} characters; a call may have {CHARACTERS}")
    if _depth(text) > LEVELS:
        raise DialectError(f"the text is nested {_depth(text)} levels deep; a call may have {LEVELS}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes and comparisons in a text that is not going to run
            node = ast.parse(text.strip(), mode="eval").body
        _check_tree(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, DialectError):
            raise
        raise DialectError(f"the text is not one Python call: {_first_words(text)!r}") from None
    return node


def _first_words(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _depth(text: str) -> int:
    deepest = level = 0
    for character in text:
        level += (character in _OPEN) - (character in _CLOSE)
        deepest = max(deepest, level)
    return deepest


def _check_tree(root: ast.expr) -> None:
    stack: list[tuple[ast.AST, int]] = [(root, 1)]
    while stack:
        node, level = stack.pop()
        if level > LEVELS:
            raise DialectError(f"the text is nested more than {LEVELS} levels deep")
        stack.extend((child, level + 1) for child in ast.iter_child_nodes(node))


def _dotted(node: ast.expr, what: str) -> str:
    parts: list[str] = []
    place = node
    while isinstance(place, ast.Attribute):
        parts.append(place.attr)
        place = place.value
    if not isinstance(place, ast.Name) or any(part.startswith("_") for part in [*parts, place.id]):
        raise DialectError(f"{what} is {_first_words(ast.unparse(node))!r}; it must be a dotted name such as scipy.ndimage.correlate")
    return ".".join([place.id, *reversed(parts)])


def _parameters(node: ast.Call, dialect: Dialect) -> dict[str, ast.expr]:
    """Return the arguments by name, the operands as x and k."""
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(word.arg is None for word in node.keywords):
        raise DialectError("the call unpacks * or **; its arguments must be written out")
    order = signature(dialect)
    by_value = BY_VALUE.get(dialect.function, {})
    found: dict[str, ast.expr] = {}
    for place, argument in enumerate(node.args):
        name = order[place] if place < len(order) and not (by_value and place > 1) else _named_by_value(argument, by_value)
        if name is None:
            raise DialectError(f"{dialect.function} is given {len(node.args)} arguments by position; it takes {', '.join(order)}")
        _add(found, name, argument, dialect.function)
    renamed = {name: role for name, role in zip(operand_names(dialect.function), ("x", "k"), strict=True) if name not in dialect.defaults}
    for word in node.keywords:
        _add(found, renamed.get(str(word.arg), str(word.arg)), word.value, dialect.function)
    return found


def _add(found: dict[str, ast.expr], name: str, value: ast.expr, function: str) -> None:
    if name in found:
        raise DialectError(f"{function} is given {name} twice")
    found[name] = value


def _named_by_value(node: ast.expr, words: Mapping[str | None, str]) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return words.get(value if isinstance(value, str) else None) if words else None


def signature(dialect: Dialect) -> tuple[str, ...]:
    """Return a function's parameters in their order by position, the operands as ``x`` and ``k``."""
    return dialect.signature or SIGNATURES.get(dialect.function, ("x", "k", *dialect.defaults))


def _kept(arguments: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    kept = {name: value for name, value in arguments.items() if name in dialect.defaults or value not in IDLE.get(name, ())}
    for name in kept:
        if name not in dialect.defaults:
            has = ", ".join(dialect.defaults)
            raise DialectError(
                f"{dialect.function} has no argument {name!r}{nearest(name, dialect.defaults)}; behind its operands it has {has}"
            )
    return kept


def _operand(node: ast.expr, what: str) -> tuple[str, tuple[int, ...] | None]:
    """Return the operand's text and, for nested lists of numbers, its shape."""
    if isinstance(node, ast.List | ast.Tuple):
        return ast.unparse(node), _shape(_value(what, node), what)
    place = node
    while isinstance(place, ast.Attribute | ast.Subscript):
        if isinstance(place, ast.Attribute) and place.attr.startswith("_"):
            break
        place = place.value
    if not isinstance(place, ast.Name) or place.id.startswith("_") or _has_call(node):
        raise DialectError(f"the {what} is {_first_words(ast.unparse(node))!r}; give it a name first and write the name")
    return ast.unparse(node), None


def _has_call(node: ast.expr) -> bool:
    allowed = (
        ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.Tuple, ast.UnaryOp, ast.USub, ast.Load, ast.expr_context,
    )  # fmt: skip
    return not all(isinstance(part, allowed) for part in ast.walk(node))


def _box(function: str, node: ast.expr | None) -> tuple[str, tuple[int, ...] | None]:
    """Return a kernel of ones and its shape from (width, height)."""
    if node is None:
        return "k", None
    size = _value("ksize", node)
    whole = isinstance(size, tuple | list) and len(size) == 2 and all(type(entry) is int and entry > 0 for entry in size)
    if not whole:
        raise DialectError(
            f"{function} has ksize {_first_words(ast.unparse(node))}; it must be (width, height), whole numbers of at least 1"
        )
    return f"numpy.ones(({size[1]}, {size[0]}))", (size[1], size[0])


def _outer(function: str, row: str, width: tuple[int, ...] | None, node: ast.expr | None) -> tuple[str, tuple[int, ...] | None]:
    """Return the outer product of a column and a row, and its shape where both are lists."""
    if node is None:
        raise DialectError(f"{function} has two kernels; write both, as in {function}(img, -1, kx, ky)")
    column, height = _operand(node, "second kernel")
    shape = None if width is None or height is None else (max(height), max(width))
    return f"numpy.outer({column}, {row})", shape


def _check_around(dialect: Dialect, given: Mapping[str, Any]) -> None:
    """Refuse what acts before or behind the sums: a line in another library would leave it out."""
    for name, idle in AROUND.get(dialect.function, {}).items():
        value = given.get(name, dialect.defaults[name])
        if value != idle:
            raise DialectError(
                f"{dialect.function} with {name}={value!r} does more than sum products, which no Spec says; say {name}={idle!r}"
            )


def _shape(values: Any, what: str) -> tuple[int, ...]:
    if not isinstance(values, list | tuple):
        if isinstance(values, bool | int | float | complex):
            return ()
        raise DialectError(f"the {what} holds {values!r}; it must hold numbers")
    shapes = {_shape(value, what) for value in values}
    if len(shapes) != 1:
        raise DialectError(f"the {what} is {'empty' if not values else 'ragged'}; give it as nested lists of one shape")
    return (len(values), *shapes.pop())


def _value(name: str, node: ast.expr) -> Any:
    """Return the value of a literal or of a known constant."""
    if isinstance(node, ast.Constant) and node.value is not Ellipsis and not isinstance(node.value, bytes):
        if (isinstance(node.value, int) and abs(node.value) >= 2**63) or (isinstance(node.value, str) and len(node.value) > WORD):
            raise DialectError(f"{name} is longer than any argument: a word has at most {WORD} characters, a whole number 63 bits")
        return node.value
    if isinstance(node, ast.List | ast.Tuple):
        if len(node.elts) > ENTRIES and name not in ("input", "kernel"):
            raise DialectError(f"{name} is a list of {len(node.elts)} entries; an argument has at most {ENTRIES}")
        entries = [_value(name, entry) for entry in node.elts]
        return entries if isinstance(node, ast.List) else tuple(entries)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _number(name, node.operand)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):  # as in 1 + 2j
        a, b = _number(name, node.left), _number(name, node.right)
        return a + b if isinstance(node.op, ast.Add) else a - b
    if isinstance(node, ast.Name | ast.Attribute):
        constant = full_name(_dotted(node, name))
        if constant in CONSTANTS:
            return CONSTANTS[constant]
        raise DialectError(f"{name} is {constant!r}, which has no value here{nearest(constant, CONSTANTS)}; write the value itself")
    raise DialectError(f"{name} is {_first_words(ast.unparse(node))!r}; write its value: a number, a word or a tuple of them")


def _number(name: str, node: ast.expr) -> Any:
    value = _value(name, node)
    if not isinstance(value, int | float | complex):
        raise DialectError(f"{name} is {_first_words(ast.unparse(node))!r}; it must be a number")
    return value
