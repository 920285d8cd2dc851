"""Emitter of bytes from four vectors of sums at a time: half as many instructions as one vector after the other, and one store.

The bits are those of `faltung.codegen.convert.finished`: sums are rounded half to even by the conversion itself, a NaN gives 0, and what is
outside of a byte its nearest end. Packing saturates; only a large sum is brought down before, for its conversion would be negative.
"""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Value
from faltung.codegen.convert import constant, scaled
from faltung.codegen.host import host
from faltung.codegen.numbers import Finish

ORDER = [4 * (i % 4) + i // 4 for i in range(16)]
"""Packing works within 16 bytes: where in what it gives each group of four outputs stands."""
IN_TURN = [16 * (i // 16) + 4 * (i % 4) + i % 16 // 4 for i in range(64)]
"""Where in what packing gives each output stands, if each vector has every fourth output."""


def becomes_bytes(finish: Finish, sums: Sequence[Value]) -> bool:
    """Return whether sums become bytes in a way that is written here: 64-byte vectors of float32, to unsigned bytes that saturate."""
    plain = not finish.scaled or finish.single
    rounding = finish.rounding in (None, "half_even") and finish.overflow == "saturate"
    whole = len(sums) % 4 == 0 and sums[0].type == "<16 x float>"
    return plain and rounding and whole and finish.results.name == "ui8" and host().pair_sums


def bytes_of(b: Builder, sums: Sequence[Value], finish: Finish) -> Value:
    """Return four vectors of sums as one of bytes."""
    packed = b.same_bits(saturated(b, sums, finish), "<16 x i32>")
    return b.same_bits(b.shuffle(packed, packed, ORDER), "<64 x i8>")


def bytes_of_phases(b: Builder, sums: Sequence[Value], finish: Finish) -> Value:
    """Return as bytes, in order, the sums of which four neighbours stand in the same lane of four vectors."""
    packed = saturated(b, sums, finish)
    return b.shuffle(packed, packed, IN_TURN)


def saturated(b: Builder, sums: Sequence[Value], finish: Finish) -> Value:
    """Return four vectors of sums as bytes; within 16 of them, four of each vector follow each other."""
    if finish.scaled:
        sums = [scaled(b, value, finish) for value in sums]
    tops = [constant(value, 255.0) for value in sums]
    clipped = [b.where("olt", top, value, top, value) for value, top in zip(sums, tops, strict=True)]
    # the last two arguments: every lane, rounding as the control register says, which is half to even
    every, rule = Value("i16", "-1"), Value("i32", "4")
    zero = Value("<16 x i32>", "zeroinitializer")
    numbers = [b.machine("llvm.x86.avx512.mask.cvtps2dq.512", "<16 x i32>", value, zero, every, rule) for value in clipped]
    low = b.machine("llvm.x86.avx512.packssdw.512", "<32 x i16>", *numbers[:2])
    high = b.machine("llvm.x86.avx512.packssdw.512", "<32 x i16>", *numbers[2:])
    return b.machine("llvm.x86.avx512.packuswb.512", "<64 x i8>", low, high)
