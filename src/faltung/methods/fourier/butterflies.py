"""Emitters of transforms over lists of complex vectors: small DFTs without any reordering, twiddles, and transposes.

A `Complex` carries a factor that has not been multiplied in yet: a rotation by w = c·(1 + i·tan) costs two fused multiply-adds and
leaves c pending, and the next addition takes it along at no cost. A 16-point DFT is 144 such operations.

Frequencies come out in natural order of the list (`dft` returns them so), and every table is made to fit: nothing is ever reordered.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faltung.codegen.builder import Builder, Value
from faltung.methods.fourier.tile import Lanes

CLOSE = 1e-12
"""Below it a sine or cosine is 0, and factors are equal: those that occur are 0 or larger than 0.01."""


@dataclass(frozen=True, slots=True)
class Complex:
    """A vector of complex numbers, scale·(re + i·im); `scale` is known while code is written, and not multiplied in."""

    re: Value
    im: Value
    scale: float = 1.0


def combined(b: Builder, lanes: Lanes, a: Complex, c: Complex, sign: int) -> Complex:
    """Return a + sign·c, scaled as a is."""
    ratio = sign * c.scale / a.scale
    if abs(abs(ratio) - 1) < CLOSE:
        operation = "fadd" if ratio > 0 else "fsub"
        return Complex(b.arithmetic(operation, a.re, c.re), b.arithmetic(operation, a.im, c.im), a.scale)
    factor = lanes.constant(ratio)
    return Complex(b.fma(factor, c.re, a.re), b.fma(factor, c.im, a.im), a.scale)


def rotated(b: Builder, lanes: Lanes, a: Complex, w: complex) -> Complex:
    """Return a·w in at most two operations; the tangent or cotangent used is at most 1, which keeps the rounding small."""
    c, s = w.real, w.imag
    if abs(s) < CLOSE:
        return Complex(a.re, a.im, a.scale * c)
    if abs(c) < CLOSE:
        return Complex(b.negative(a.im), a.re, a.scale * s)
    if abs(c) > abs(s) - CLOSE:
        tan = s / c
        return Complex(b.fma(lanes.constant(-tan), a.im, a.re), b.fma(lanes.constant(tan), a.re, a.im), a.scale * c)
    cot = lanes.constant(c / s)
    return Complex(b.fma(cot, a.re, b.negative(a.im)), b.fma(cot, a.im, a.re), a.scale * s)


def settled(b: Builder, lanes: Lanes, a: Complex) -> Complex:
    """Return a with its scale multiplied in."""
    if a.scale == 1:
        return a
    factor = lanes.constant(a.scale)
    return Complex(b.arithmetic("fmul", a.re, factor), b.arithmetic("fmul", a.im, factor))


def times(b: Builder, a: Complex, wr: Value, wi: Value, *, conjugate: bool = False) -> Complex:
    """Return a·w, or a·conj(w), for a factor known at run time; a's scale must be in the tables already, and is dropped."""
    re, im = b.arithmetic("fmul", a.re, wr), b.arithmetic("fmul", a.im, wr)
    if conjugate:
        return Complex(b.fma(a.im, wi, re), b.fma(b.negative(a.re), wi, im))
    return Complex(b.fma(b.negative(a.im), wi, re), b.fma(a.re, wi, im))


def dft(b: Builder, lanes: Lanes, x: Sequence[Complex], sign: int) -> list[Complex]:
    """Return Σ_n x[n]·exp(sign·2πi·k·n/N) for all k, in natural order; N is 2^a or 3·2^a, and x[0] has nothing pending."""
    n = len(x)
    if n == 1:
        return list(x)
    if n == 3:
        return _dft3(b, lanes, x, sign)
    if n % 4:
        return _halved(b, lanes, x, sign)
    m = n // 4
    parts: list[list[Complex]] = [[], [], [], []]
    for j in range(m):
        p, q = combined(b, lanes, x[j], x[2 * m + j], 1), combined(b, lanes, x[j], x[2 * m + j], -1)
        r, s = combined(b, lanes, x[m + j], x[3 * m + j], 1), combined(b, lanes, x[m + j], x[3 * m + j], -1)
        s = rotated(b, lanes, s, sign * 1j)
        four = (combined(b, lanes, p, r, 1), combined(b, lanes, q, s, 1), combined(b, lanes, p, r, -1), combined(b, lanes, q, s, -1))
        for k, part in enumerate(four):
            parts[k].append(rotated(b, lanes, part, cmath.exp(sign * 2j * math.pi * j * k / n)))
    out: list[Complex] = [x[0]] * n
    for k in range(4):
        out[k::4] = dft(b, lanes, parts[k], sign)
    return out


def _halved(b: Builder, lanes: Lanes, x: Sequence[Complex], sign: int) -> list[Complex]:
    """Return the DFT of an even number by one step of radix 2."""
    n, m = len(x), len(x) // 2
    even = [combined(b, lanes, x[j], x[m + j], 1) for j in range(m)]
    odd = [combined(b, lanes, x[j], x[m + j], -1) for j in range(m)]
    out: list[Complex] = [x[0]] * n
    out[0::2] = dft(b, lanes, even, sign)
    out[1::2] = dft(b, lanes, [rotated(b, lanes, v, cmath.exp(sign * 2j * math.pi * j / n)) for j, v in enumerate(odd)], sign)
    return out


def _dft3(b: Builder, lanes: Lanes, x: Sequence[Complex], sign: int) -> list[Complex]:
    """Return x0 + (x1 + x2), and x0 − (x1 + x2)/2 ± sign·i·√3/2·(x1 − x2)."""
    both, apart = combined(b, lanes, x[1], x[2], 1), combined(b, lanes, x[1], x[2], -1)
    middle = combined(b, lanes, x[0], replace(both, scale=-both.scale / 2), 1)
    turned = rotated(b, lanes, replace(apart, scale=apart.scale * math.sqrt(3) / 2), sign * 1j)
    return [combined(b, lanes, x[0], both, 1), combined(b, lanes, middle, turned, 1), combined(b, lanes, middle, turned, -1)]


def transposed(b: Builder, lanes: Lanes, rows: Sequence[Complex]) -> list[Complex]:
    """Return the transpose of as many complex vectors as a vector has lanes."""
    re, im = (_transposed(b, lanes, [getattr(z, part) for z in rows]) for part in ("re", "im"))
    return [Complex(*pair) for pair in zip(re, im, strict=True)]


def blocks_transposed(b: Builder, lanes: Lanes, rows: Sequence[Complex]) -> list[Complex]:
    """Return the transpose of 1, 2 or 4 complex vectors, each taken as so many blocks of lanes."""
    re, im = (_blocks(b, lanes, [getattr(z, part) for z in rows]) for part in ("re", "im"))
    return [Complex(*pair) for pair in zip(re, im, strict=True)]


def _transposed(b: Builder, lanes: Lanes, rows: list[Value]) -> list[Value]:
    """Transpose inside of 16-byte blocks by neighbours, then the blocks: one instruction a shuffle, all on one port."""
    count, size = lanes.count, lanes.per_block
    done = rows
    for width in (1, 2)[: size.bit_length() - 1]:
        merged = list(done)
        for start in range(0, count, 2 * width):
            for i in range(width):
                pair = done[start + i], done[start + width + i]
                for half in (0, 1):
                    merged[start + 2 * i + half] = b.shuffle(*pair, _interleaved(count, size, width, half))
        done = merged
    out = list(rows)
    for column in range(size):
        out[column::size] = _blocks(b, lanes, done[column::size])
    return out


def _interleaved(count: int, size: int, width: int, half: int) -> list[int]:
    """Return lanes that take turns between two vectors, `width` at a time, from one half of every 16-byte block."""
    places = range(half * size // 2, (half + 1) * size // 2)
    groups = [places[i : i + width] for i in range(0, len(places), width)]
    return [block + place + source for block in range(0, count, size) for group in groups for source in (0, count) for place in group]


def _blocks(b: Builder, lanes: Lanes, rows: list[Value]) -> list[Value]:
    if len(rows) == 1:
        return rows
    size = lanes.count // len(rows)
    if len(rows) == 2:
        halves = [[*range(h, h + size), *range(h + lanes.count, h + lanes.count + size)] for h in (0, size)]
        return [b.shuffle(rows[0], rows[1], half) for half in halves]
    even, odd = ([size * q + c + source for source in (0, lanes.count) for q in p for c in range(size)] for p in ((0, 2), (1, 3)))
    out = list(rows)
    for half, pick in enumerate((even, odd)):
        p, q = b.shuffle(rows[0], rows[1], pick), b.shuffle(rows[2], rows[3], pick)
        out[half], out[2 + half] = b.shuffle(p, q, even), b.shuffle(p, q, odd)
    return out
