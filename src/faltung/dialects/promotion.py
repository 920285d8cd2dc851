"""The dtype NumPy gives two arrays together (``numpy.result_type``), as a rule on names.

====================  ==========================================================================================
operands              result
====================  ==========================================================================================
object and any        object
bool and any          the other
two of one kind       the wider
signed and unsigned   the signed one that holds both; int64 and uint64: float64
integer and inexact   8 bits fit float16, 16 bits float32, more float64; then the wider, complex if one of them is
====================  ==========================================================================================
"""

from typing import Any

from faltung.spec.numbers import COMPLEX, FLOATS, INTEGERS, check_dtype

_COMPLEX_PARTNER = {"float16": "complex64", "float32": "complex64", "float64": "complex128", "longdouble": "clongdouble"}
_REAL_PART = {"complex64": "float32", "complex128": "float64", "clongdouble": "longdouble"}
_FLOAT_FOR_BITS = {8: "float16", 16: "float32", 32: "float64", 64: "float64"}


def promoted(a: str, b: str) -> str:
    """Return the name of ``numpy.result_type(a, b)``.

    Examples
    --------
    >>> promoted("uint8", "int8"), promoted("int32", "float32"), promoted("int64", "uint64")
    ('int16', 'float64', 'float64')
    """
    check_dtype(a), check_dtype(b)
    if a == b or b == "bool":
        return a
    if a == "bool":
        return b
    if "object" in (a, b):
        return "object"
    if a in INTEGERS and b in INTEGERS:
        return _integers(a, b)
    real = max((_real(a), _real(b)), key=FLOATS.index)
    return _COMPLEX_PARTNER[real] if a in COMPLEX or b in COMPLEX else real


def numbers(x_dtype: str | None, k_dtype: str | None) -> dict[str, Any]:
    """Return the steps of functions that multiply and add in the promoted dtype: integers wrap, booleans meet by *and* and *or*."""
    if x_dtype is None or k_dtype is None:
        return {"overflow": "wrap"}
    dtype = promoted(x_dtype, k_dtype)
    return {"dtype": dtype, "product": "or_and" if dtype == "bool" else "multiply", "overflow": "wrap"}


def complex_partner(name: str) -> str:
    """Return the name of ``numpy.promote_types(name, complex64)``."""
    return promoted(name, "complex64")


def _real(name: str) -> str:
    return _FLOAT_FOR_BITS[INTEGERS[name]] if name in INTEGERS else _REAL_PART.get(name, name)


def _integers(a: str, b: str) -> str:
    if a.startswith("u") == b.startswith("u"):
        return max(a, b, key=INTEGERS.__getitem__)
    signed, unsigned = (b, a) if a.startswith("u") else (a, b)
    bits = max(INTEGERS[signed], 2 * INTEGERS[unsigned])
    return f"int{bits}" if bits <= 64 else "float64"
