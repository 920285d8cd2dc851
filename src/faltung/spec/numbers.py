"""Dtypes by name: what a result has when none is asked for, and in which dtype the sums run. No NumPy: plain tables.

==========================  ==========================================================================================
operands                    result
==========================  ==========================================================================================
bool, integers              int64
inexact input               the promotion of both; an integer kernel is weak: float32 with int64 is float32
integer input, 8 or 16 bit  float32 with an inexact kernel, float64 if the kernel is float64; complex likewise
wider integer input         float64, complex128
object                      object (Python numbers; exact for int and Fraction)
==========================  ==========================================================================================

float16 sums run in float32. A dtype that is asked for and wider than the rule's is also the dtype of the sums.
"""

from faltung.errors import SpecError

INTEGERS = {f"{sign}int{bits}": bits for sign in ("", "u") for bits in (8, 16, 32, 64)}
FLOATS = ("float16", "float32", "float64", "longdouble")
COMPLEX = ("complex64", "complex128", "clongdouble")
DTYPES = ("bool", *INTEGERS, *FLOATS, *COMPLEX, "object")

# Real and complex part by rank: float16 has no complex partner of its own, its sums run in complex64.
_RANK = {"float16": 0, "float32": 1, "complex64": 1, "float64": 2, "complex128": 2, "longdouble": 3, "clongdouble": 3}
_REAL = ("float16", "float32", "float64", "longdouble")
_COMPLEX = ("complex64", "complex64", "complex128", "clongdouble")


def check_dtype(name: str) -> str:
    """Return `name` if it is one of the dtypes, else raise with the list."""
    if name not in DTYPES:
        raise SpecError(f"dtype {name!r} is not supported; the dtypes are {', '.join(DTYPES)}")
    return name


def is_exact(name: str) -> bool:
    """Return whether a dtype holds booleans or integers."""
    return name == "bool" or name in INTEGERS


def integer_range(name: str) -> tuple[int, int]:
    """Return the least and the largest value of an integer dtype."""
    if name == "bool":
        return 0, 1
    bits = INTEGERS[name]
    return (0, 2**bits - 1) if name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def promote(a: str, b: str) -> str:
    """Return the dtype that holds both of two inexact dtypes."""
    rank = max(_RANK[a], _RANK[b])
    return (_COMPLEX if a in COMPLEX or b in COMPLEX else _REAL)[rank]


def result_dtype(input_dtype: str, kernel_dtype: str) -> str:
    """Return the dtype of a result when none is asked for."""
    check_dtype(input_dtype), check_dtype(kernel_dtype)
    if "object" in (input_dtype, kernel_dtype):
        return "object"
    if is_exact(input_dtype):
        if is_exact(kernel_dtype):
            return "int64"
        return promote("float32" if INTEGERS.get(input_dtype, 8) <= 16 else "float64", kernel_dtype)
    return input_dtype if is_exact(kernel_dtype) else promote(input_dtype, kernel_dtype)


def sum_dtype(input_dtype: str, kernel_dtype: str, asked: str | None) -> str:
    """Return the dtype in which the sums run; integers stay integers (int64) and are converted afterwards."""
    rule = result_dtype(input_dtype, kernel_dtype)
    if asked == "object":
        return "object"
    if rule in _RANK and asked in _RANK:
        if asked in COMPLEX and rule not in COMPLEX:
            asked = _REAL[_RANK[asked]]
        rule = promote(rule, asked) if _RANK[asked] > _RANK[rule] else rule
    return {"float16": "float32"}.get(rule, rule)
