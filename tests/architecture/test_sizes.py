"""Files of up to 400 lines; function bodies of up to 60, nine in ten in src of up to 25; no utils.py."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
FILES = [path for folder in ("src", "tests", "benchmarks", "docs") for path in sorted((ROOT / folder).rglob("*.py"))]
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
FILE_LINES, BODY_LINES, USUAL_LINES, USUAL_SHARE = 400, 60, 25, 0.9

Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(function: Function) -> int:
    """Return how many lines the body has, from its first statement after the docstring to its end."""
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return statements[-1].end_lineno - statements[0].lineno + 1 if statements else 0


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", body_lines(node)


def test_body_lines():
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    x = 1\n\n    return x\n'
    assert body_lines(ast.parse(text).body[0]) == 3


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_file_is_short(path):
    assert len(path.read_text().splitlines()) <= FILE_LINES


def test_no_function_is_long():
    assert {name: lines for path in FILES for name, lines in functions(path) if lines > BODY_LINES} == {}


def test_nine_functions_in_ten_are_short():
    lines = dict(entry for path in SOURCE for entry in functions(path))
    over = {name: n for name, n in lines.items() if n > USUAL_LINES}
    assert len(over) <= (1 - USUAL_SHARE) * len(lines), f"{len(over)} of {len(lines)} bodies are over {USUAL_LINES} lines: {over}"


def test_no_drawer_for_everything():
    assert [name for name in NAMES if Path(name).name in ("utils.py", "util.py", "helpers.py", "misc.py")] == []
