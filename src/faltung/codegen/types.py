"""LLVM's types as text, and how many bytes a number of them has."""

ITEMSIZE = {"float": 4, "double": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8}


def vector(lanes: int, element: str) -> str:
    """Return the type of `lanes` elements, or the element's own type for one lane."""
    return f"<{lanes} x {element}>" if lanes > 1 else element
