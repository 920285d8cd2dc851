"""The emitter: small functions compiled from it do what Python does."""

import numpy as np
import pytest

from faltung.codegen.builder import Builder, Dialect, Value, module_text, vector, zeros
from faltung.codegen.compile import compile_function, dialect

pytestmark = pytest.mark.compiled
TYPED = Dialect(opaque=False, fused=True)


def run(name, write, *arrays):
    """Compile what `write` writes to a function of addresses, and call it on arrays."""
    b = Builder(name, ["ptr"] * len(arrays), dialect())
    write(b, *b.arguments)
    compile_function([b]).call(*(a.ctypes.data for a in arrays))


def test_integers():
    cases = np.array([[7, 3], [-7, 3], [0, 5], [9, 9]], np.int64)
    out = np.zeros((4, 7), np.int64)

    def write(b, x, y):
        def one(i, _):
            a, c = (b.load("i64", b.at(x, b.mul(i, 16)), offset) for offset in (0, 8))
            found = [b.add(a, c), b.sub(a, c), b.mul(a, c), b.least(a, c), b.greatest(a, c), b.bit_and(a, c)]
            found.append(b.select(b.both(b.compare("slt", a, c), b.compare("ne", a, 0)), 1, 0))
            for k, value in enumerate(found):
                b.store(value, b.at(y, b.mul(i, 56)), 8 * k)

        b.loop(0, 4, one)

    run("integers", write, cases, out)
    for (a, c), row in zip(cases.tolist(), out.tolist(), strict=True):
        assert row == [a + c, a - c, a * c, min(a, c), max(a, c), a & c, int(a < c and a != 0)]


def test_constants_are_folded():
    b = Builder("folded", [], dialect())
    assert (b.add(2, 3), b.sub(2, 3), b.mul(2, 3)) == (5, -1, 6)
    value = Value("i64", "%x")
    assert b.add(value, 0) is b.mul(1, value) is b.sub(value, 0) is b.add(0, value) is value
    assert b.remainder(value, 1) == 0


def test_a_loop_carries_values_and_a_branch_chooses():
    out = np.zeros(3, np.int64)

    def write(b, y):
        odd, total = b.loop(3, 10, lambda i, c: [b.add(c[0], b.remainder(i, 2)), b.add(c[1], i)], [0, 100], step=2)
        b.store(odd, y)
        b.store(total, y, 8)
        b.when(b.compare("eq", total, 124), lambda: b.store(1, y, 16), lambda: b.store(2, y, 16))

    run("carried", write, out)
    assert out.tolist() == [4, 124, 1]


@pytest.mark.parametrize(("element", "dtype"), [("float", np.float32), ("double", np.float64)])
@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 16])
def test_vectors(element, dtype, lanes):
    rng = np.random.default_rng(0)
    x, out = rng.integers(-9, 9, 3 * lanes).astype(dtype), np.zeros(2 * lanes, dtype)
    kind, width = vector(lanes, element), lanes * np.dtype(dtype).itemsize

    def write(b, source, target):
        first, second = b.load(kind, source), b.load(kind, source, width)
        weight = b.splat(b.load(element, source, 2 * width), lanes)
        b.store(b.fma(weight, first, second), target)
        b.store(b.fma(weight, second, zeros(kind)), target, width)

    run(f"vectors_{element}{lanes}", write, x, out)
    w = x[2 * lanes]
    assert out.tolist() == [*(w * x[:lanes] + x[lanes : 2 * lanes]), *(w * x[lanes : 2 * lanes])]


def test_fma_rounds_once():
    if not dialect().fused:
        return  # there, product and sum are rounded in turn
    x, out = np.array([1 + 2.0**-30, -(1 + 2.0**-29)]), np.zeros(1)

    def write(b, source, target):
        a, c = b.load("double", source), b.load("double", source, 8)
        b.store(b.fma(a, a, c), target)

    run("fma_once", write, x, out)
    assert out[0] == 2.0**-60


def test_shuffle_deals_lanes():
    x, out = np.arange(8, dtype=np.float32), np.zeros(4, np.float32)

    def write(b, source, target):
        both = b.load(vector(8, "float"), source)
        b.store(b.shuffle(both, both, range(1, 8, 2)), target)

    run("dealt", write, x, out)
    assert out.tolist() == [1, 3, 5, 7]


def test_a_function_calls_another_and_one_whose_address_is_given():
    inner = Builder("store_seven", ["ptr"], dialect(), internal=True, attributes="noinline")
    inner.store(7, inner.arguments[0])
    given = Builder("store_nine", ["ptr"], dialect())
    given.store(9, given.arguments[0])
    outer = Builder("call_both", ["ptr", "ptr"], dialect())
    outer.call(inner, [outer.arguments[0]])
    outer.call(outer.arguments[1], [outer.at(outer.arguments[0], 8)])
    out = np.zeros(2, np.int64)
    compile_function([inner, outer]).call(out.ctypes.data, compile_function([given]).address)
    assert out.tolist() == [7, 9]


def test_text_with_typed_pointers_has_no_opaque_one():
    b = Builder("typed", ["ptr", "i64"], TYPED)
    pointer, n = b.arguments
    b.loop(0, n, lambda i, _: b.store(b.load("ptr", b.at(pointer, i)), pointer))
    b.prefetch(pointer)
    text = module_text([b])
    assert "ptr " not in text.replace("getelementptr ", "")
    assert "i8** " in text
