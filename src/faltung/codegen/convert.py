"""Emitters of conversions: samples that are widened as they are read, and sums that are finished as they are written.

Finishing is what `faltung.engine.finish` does to whole arrays, in registers and with the same bits: scale and offset in float64,
rounding, range, conversion. A NaN has no nearest integer; 0 is stored, as image libraries do.
"""

from faltung.codegen.builder import Builder, Value, repeated, whole
from faltung.codegen.numbers import FLOATS, Finish, Number
from faltung.codegen.types import ITEMSIZE

I32 = -(2**31), 2**31 - 1


def widened(b: Builder, value: Value, source: Number, element: str) -> Value:
    """Return samples as numbers of the floating `element`."""
    if source.scalar in FLOATS:
        return value if source.scalar == element else b.convert("fpext", value, element)
    if source.itemsize < 4:
        value = b.convert("sext" if source.signed else "zext", value, "i32")
    return b.convert("sitofp" if source.signed or source.itemsize < 4 else "uitofp", value, element)


def finished(b: Builder, value: Value, finish: Finish) -> Value:
    """Return sums as numbers of the results."""
    value = ranged(b, value, finish)
    element, target = element_of(value), finish.results
    if element == target.scalar:
        return value
    if target.scalar in FLOATS:
        operation = "sitofp" if element not in FLOATS else "fpext" if target.scalar == "double" else "fptrunc"
    else:
        operation = "trunc" if target.itemsize < ITEMSIZE[element] else "sext"
    return b.convert(operation, value, target.scalar)


def ranged(b: Builder, value: Value, finish: Finish) -> Value:
    """Return sums scaled, rounded and in the range of the results: for integers, in 32 bits where these serve, else in 64."""
    if finish.scaled:
        value = scaled(b, value, finish)
    if finish.results.scalar in FLOATS:
        return value
    if element_of(value) not in FLOATS:
        return clipped_integers(b, value, finish)
    if finish.rounding is not None:
        value = rounded(b, value, finish.rounding)
    low, high = finish.results.range
    if finish.overflow == "saturate":
        value = clipped_floats(b, value, low, high)
    if finish.overflow == "wrap":
        return b.convert("fptosi", value, "i32" if element_of(value) == "float" else "i64")  # whole, and below 2^24 or 2^53
    narrow = low >= I32[0] and high <= I32[1]
    return b.convert("fptoui" if high > 2**63 else "fptosi", value, "i32" if narrow else "i64")


def scaled(b: Builder, value: Value, finish: Finish) -> Value:
    """Return sums times factor, over divisor, plus offset, in float64; or times factor in float32."""
    if finish.single:
        value = value if element_of(value) == "float" else b.convert("sitofp", value, "float")
        return b.arithmetic("fmul", value, constant(value, finish.factor))
    if element_of(value) != "double":
        value = b.convert("fpext" if element_of(value) == "float" else "sitofp", value, "double")
    steps = (("fmul", finish.factor, 1.0), ("fdiv", finish.divisor, 1.0), ("fadd", finish.offset, 0.0))
    for operation, number, nothing in steps:
        if number != nothing:
            value = b.arithmetic(operation, value, constant(value, number))
    return value


def rounded(b: Builder, value: Value, rounding: str) -> Value:
    """Return floats rounded to integers."""
    half = constant(value, 0.5)
    if rounding == "half_away":
        return b.intrinsic("trunc", b.arithmetic("fadd", value, b.intrinsic("copysign", half, value)))
    if rounding == "half_up":
        return b.intrinsic("floor", b.arithmetic("fadd", value, half))
    return b.intrinsic({"half_even": "rint", "floor": "floor", "truncate": "trunc"}[rounding], value)


def clipped_floats(b: Builder, value: Value, low: int, high: int) -> Value:
    """Return floats between the least integer and the largest that their type holds of those up to `high`."""
    if low < 0:
        value = b.where("ord", value, value, value, constant(value, 0.0))
    bottom = constant(value, float(low))
    value = b.where("ogt", value, bottom, value, bottom)  # a NaN becomes the 0 at the bottom
    digits = 24 if element_of(value) == "float" else 53
    most = float(high) if high < 2**digits else float(high + 1) - float((high + 1) >> digits)
    top = constant(value, most)
    return b.where("olt", value, top, value, top)


def clipped_integers(b: Builder, value: Value, finish: Finish) -> Value:
    """Return 32-bit integers in the range of the results."""
    low, high = finish.results.range
    if finish.overflow in ("saturate", "raise") and low > I32[0]:
        value = b.intrinsic("smax", value, whole(low, value.type))
    if finish.overflow in ("saturate", "raise") and high < I32[1]:
        value = b.intrinsic("smin", value, whole(high, value.type))
    return value


def constant(like: Value, number: float) -> Value:
    """Return a constant of the floating type of a value."""
    count, _, element = like.type.strip("<>").rpartition(" x ")
    return repeated(number, int(count or 1), element)


def element_of(value: Value) -> str:
    """Return the element of a vector's type, or the type of a number."""
    return value.type.strip("<>").rpartition(" x ")[2]
