"""Emitters for sums of whole numbers in 32 bits: one instruction multiplies and adds the products of 4 or 2 neighbouring taps.

    sum[l] += w[t]·x[g·l + t] + … + w[t + g - 1]·x[g·l + t + g - 1]        g = 4: samples of 8 bits, weights of 8; g = 2: 16 by 16

A register of 32-bit sums thus holds every g-th output, and g registers, which load their samples one further on each, hold all of them:
no sample is moved within a register. Taps are filled up to whole groups with weights of 0, and count as taps: what they meet exists.

Where an instruction takes only unsigned bytes or only signed words, 2^7 is added to signed bytes and 2^15 taken from unsigned words, and
the sums start at what that makes of the weights: the number before them. Sums may leave 32 bits on their way and come back; the last is
right.
"""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Operand, Value, vector, whole
from faltung.codegen.convert import clipped_integers, finished, ranged
from faltung.codegen.numbers import FLOATS
from faltung.methods.direct.shapes import Dots

PAIRS = {64: "llvm.x86.avx512.pmaddw.d.512", 32: "llvm.x86.avx2.pmadd.wd"}
FOURS = {64: "llvm.x86.avx512.vpdpbusd.512", 32: "llvm.x86.avx512.vpdpbusd.256"}


def start_sums(b: Builder, dots: Dots, w: Value) -> Value:
    """Return the sums of no taps."""
    if not dots.moved:
        return whole(0, dots.sums)
    return b.splat(b.load("i32", w, align=4), dots.width // 4)


def samples(b: Builder, dots: Dots, place: Value, vectors: int) -> list[Value]:
    """Return the samples which the first tap of a group meets, phase by phase, for each vector."""
    step = dots.lanes * dots.source.itemsize
    return [one_phase(b, dots, place, q * step + p * dots.source.itemsize) for q in range(vectors) for p in range(dots.group)]


def one_phase(b: Builder, dots: Dots, place: Value, offset: Operand) -> Value:
    """Return a register of samples, moved to where the instruction takes them."""
    if dots.source.itemsize * dots.group == 4:
        found = b.load(dots.sums, place, offset)
        mask = {2**7: 0x80808080, -(2**15): 0x80008000}.get(dots.moved)
        return b.arithmetic("xor", found, whole(mask - 2**32, dots.sums)) if mask else found
    narrow = b.load(vector(dots.width // 2, "i8"), place, offset)
    return b.same_bits(b.convert("sext" if dots.source.signed else "zext", narrow, "i16"), dots.sums)


def added(b: Builder, dots: Dots, weights: Value, found: Value, total: Value) -> Value:
    """Return sums with the products of one group of taps added."""
    if dots.group == 4:
        return b.machine(FOURS[dots.width], dots.sums, total, found, weights)
    words = vector(dots.width // 2, "i16")
    products = b.machine(PAIRS[dots.width], dots.sums, b.same_bits(found, words), b.same_bits(weights, words))
    return b.arithmetic("add", total, products)


def note_misfits(b: Builder, dots: Dots, sums: Sequence[Value], place: Value) -> None:
    """Write a number that is not 0 to `place` if a sum is not in the range of the results.

    That may be one of a column that nobody asked for, at the end of a narrow piece: whoever reads it must look again.
    """
    changed = [b.arithmetic("xor", total, clipped_integers(b, total, dots.finish)) for total in sums]
    total = changed[0]
    for other in changed[1:]:
        total = b.arithmetic("or", total, other)
    found = b.machine(f"llvm.vector.reduce.or.v{dots.width // 4}i32", "i32", total)
    b.when(b.compare("ne", found, Value("i32", "0")), lambda: b.store(Value("i32", "1"), place))


def outputs(b: Builder, dots: Dots, sums: Sequence[Value]) -> list[Value]:
    """Return the results of one vector of each phase, in their order."""
    finish = dots.finish
    size = finish.results.itemsize
    if finish.results.scalar in FLOATS or size > 2:
        return interleaved(b, [finished(b, total, finish) for total in sums])
    if 8 * size * dots.group < 32:  # two bytes do not fill 32 bits
        pairs = merged(b, [b.convert("trunc", v, "i32") if "i64" in v.type else v for v in (ranged(b, t, finish) for t in sums)], 2)
        return [b.convert("trunc", b.same_bits(pairs[0], vector(dots.lanes, "i16")), "i8")]
    found = [ranged(b, total, finish) for total in sums]
    found = [b.convert("trunc", value, "i32") if "i64" in value.type else value for value in found]
    if dots.group == 4 and size == 2:  # lanes of (0, 1) and of (2, 3), which alternate
        return interleaved(b, [*merged(b, found[:2], 2), *merged(b, found[2:], 2)])
    return merged(b, found, size)


def merged(b: Builder, values: Sequence[Value], size: int) -> list[Value]:
    """Return one register whose 32-bit lanes hold the lowest `size` bytes of each value, the first lowest."""
    bits, total = 8 * size, None
    for i, value in enumerate(values):
        if i < len(values) - 1:
            value = b.arithmetic("and", value, whole(2**bits - 1, value.type))
        if i:
            value = b.arithmetic("shl", value, whole(bits * i, value.type))
        total = value if total is None else b.arithmetic("or", total, value)
    assert total is not None
    return [total]


def interleaved(b: Builder, values: Sequence[Value]) -> list[Value]:
    """Return vectors a, b, … as a[0], b[0], …, a[1], b[1], …: as many as there were."""
    if len(values) == 1:
        return list(values)
    found = []
    for even, odd in zip(interleaved(b, values[0::2]), interleaved(b, values[1::2]), strict=True):
        lanes = int(even.type.strip("<>").split(" x ")[0])
        for half in (0, lanes // 2):
            found.append(b.shuffle(even, odd, [half + i // 2 + lanes * (i % 2) for i in range(lanes)]))
    return found
