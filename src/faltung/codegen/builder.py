"""LLVM IR as text: arithmetic on addresses, vectors, and loops with carried values.

Text, and not llvmlite's own IR layer, because one emitter then serves LLVM with opaque pointers and the older one with typed
pointers (there every pointer is an i8*, cast where it is used), and because writing lines is fast: the IR of a kernel is ready in
about a millisecond. Offsets are in bytes everywhere. A Python int stands for an i64 constant, and is folded when it can be.

Nothing here lets LLVM reassociate or contract: a sum is computed in the order in which it was written.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faltung.codegen.types import ITEMSIZE as ITEMSIZE
from faltung.codegen.types import vector as vector


@dataclass(frozen=True, slots=True)
class Value:
    """A typed SSA value or constant."""

    type: str
    name: str


Operand = Value | int
Body = Callable[[Value, list[Value]], Sequence[Operand] | None]
INTRINSIC = {"float": "f32", "double": "f64"}
NULL = Value("ptr", "null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How LLVM wants its text: with opaque pointers or typed ones, and whether the machine multiplies and adds in one rounding."""

    opaque: bool
    fused: bool

    def spell(self, type_: str) -> str:
        """Return a type's text; the pointer is ``ptr`` or ``i8*``."""
        return type_ if self.opaque or type_ != "ptr" else "i8*"


def zeros(type_: str) -> Value:
    """Return the constant 0 of a floating type or vector of it."""
    return Value(type_, "zeroinitializer" if type_.startswith("<") else "0.0")


def constants(numbers: Sequence[float], element: str) -> Value:
    """Return the constant vector (or, for one number, scalar) of `numbers`, rounded to the element."""
    entries = [f"0x{struct.unpack('>Q', struct.pack('>d', _rounded(number, element)))[0]:016X}" for number in numbers]
    text = entries[0] if len(entries) == 1 else "<" + ", ".join(f"{element} {entry}" for entry in entries) + ">"
    return Value(vector(len(entries), element), text)


def _rounded(number: float, element: str) -> float:
    single: float = struct.unpack("f", struct.pack("f", number))[0]
    return single if element == "float" else number


def whole(number: int, type_: str) -> Value:
    """Return the constant of an integer type, or vector of it, whose entries are `number`."""
    count, _, element = type_.strip("<>").rpartition(" x ")
    if not count:
        return Value(type_, str(number))
    return Value(type_, "<" + ", ".join([f"{element} {number}"] * int(count)) + ">")


def byte_size(type_: str) -> int:
    """Return the bytes of a number or vector."""
    count, _, element = type_.strip("<>").rpartition(" x ")
    return int(count or 1) * ITEMSIZE[element]


def repeated(number: float, lanes: int, element: str) -> Value:
    """Return the constant vector (or, for one lane, scalar) whose entries are `number`, rounded to the element."""
    return constants([number] * lanes, element)


class Builder:
    """The body of one function being written."""

    def __init__(self, name: str, arguments: Sequence[str], dialect: Dialect, *, internal: bool = False, attributes: str = "") -> None:
        self.name = name
        self.arguments = tuple(Value(type_, f"%a{i}") for i, type_ in enumerate(arguments))
        self.declarations: set[str] = set()
        self._dialect = dialect
        self._internal = internal
        self._attributes = attributes
        self._lines: list[str] = ["entry:"]
        self._block = "entry"
        self._count = 0

    def text(self) -> str:
        """Return the function's text, ended by a return."""
        spelled = ", ".join(f"{self._spell(a.type)} {a.name}" for a in self.arguments)
        kind = "internal " if self._internal else ""
        lines = "\n  ".join([*self._lines, "ret void"])
        return f"define {kind}void @{self.name}({spelled}) nounwind {self._attributes} {{\n{lines}\n}}\n"

    # -- integers and addresses

    def add(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        if a == 0 or b == 0:
            return b if a == 0 else a
        return self._integer("add nsw", a, b)

    def sub(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, int) and isinstance(b, int):
            return a - b
        return a if b == 0 else self._integer("sub nsw", a, b)

    def mul(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if a == 1 or b == 1:
            return b if a == 1 else a
        return self._integer("mul nsw", a, b)

    def quotient(self, a: Operand, b: Operand) -> Operand:
        """Return ⌊a / b⌋ of numbers that are not negative."""
        return a if b == 1 else self._integer("udiv", a, b)

    def remainder(self, a: Operand, b: Operand) -> Operand:
        """Return a mod b of numbers that are not negative."""
        return 0 if b == 1 else self._integer("urem", a, b)

    def bit_and(self, a: Operand, b: Operand) -> Operand:
        return self._integer("and", a, b)

    def compare(self, relation: str, a: Operand, b: Operand) -> Value:
        """Return whether a stands in LLVM's `relation` (slt, ult, eq, …) to b."""
        type_ = b.type if isinstance(b, Value) else a.type if isinstance(a, Value) else "i64"
        return self._emit("i1", f"icmp {relation} {self._spell(type_)} {self._name(a)}, {self._name(b)}")

    def both(self, a: Value, b: Value) -> Value:
        return self._emit("i1", f"and i1 {a.name}, {b.name}")

    def least(self, a: Operand, b: Operand) -> Value:
        return self.select(self.compare("slt", a, b), a, b)

    def greatest(self, a: Operand, b: Operand) -> Value:
        return self.select(self.compare("sgt", a, b), a, b)

    def select(self, condition: Value, a: Operand, b: Operand) -> Value:
        type_ = self.value(a).type
        return self._emit(type_, f"select i1 {condition.name}, {self._typed(a)}, {self._typed(b)}")

    def at(self, pointer: Value, offset: Operand) -> Value:
        """Return the address `offset` bytes behind `pointer`."""
        if offset == 0:
            return pointer
        return self._emit("ptr", f"getelementptr i8, {self._typed(pointer)}, {self._typed(offset)}")

    def address(self, pointer: Value) -> Value:
        return self._emit("i64", f"ptrtoint {self._typed(pointer)} to i64")

    # -- memory

    def load(self, type_: str, pointer: Value, offset: Operand = 0, *, align: int = 1) -> Value:
        """Return what stands `offset` bytes behind `pointer`; arrays of NumPy's may stand at any address, hence no alignment."""
        place = self._place(type_, self.at(pointer, offset))
        return self._emit(type_, f"load {self._spell(type_)}, {place}, align {align}")

    def store(self, value: Operand, pointer: Value, offset: Operand = 0, *, align: int = 1, past_caches: bool = False) -> None:
        """Write a value `offset` bytes behind `pointer`; past the caches only whole vectors at aligned addresses, and with a `fence`."""
        place = self._place(self.value(value).type, self.at(pointer, offset))
        hint = ""
        if past_caches:
            self.declarations.add("!0 = !{i32 1}")
            hint = ", !nontemporal !0"
        self._lines.append(f"store {self._typed(value)}, {place}, align {align}{hint}")

    def fence(self) -> None:
        """Let every store before, also those past the caches, be seen before any behind."""
        self._lines.append("fence seq_cst")

    def counted(self, pointer: Value) -> Value:
        """Return the i64 at an aligned address and count it up by 1, in one step for all threads."""
        return self._emit("i64", f"atomicrmw add {self._place('i64', pointer)}, i64 1 seq_cst")

    def look(self, pointer: Value) -> Value:
        """Return the i64 at an aligned address as another thread has published it, and with it all that this one wrote before."""
        return self._emit("i64", f"load atomic i64, {self._place('i64', pointer)} acquire, align 8")

    def publish(self, value: Operand, pointer: Value) -> None:
        """Write an i64 to an aligned address, to be seen after all that this thread wrote before."""
        self._lines.append(f"store atomic {self._typed(value)}, {self._place('i64', pointer)} release, align 8")

    def exchange(self, pointer: Value, value: Operand) -> Value:
        """Write an i64 to an aligned address and return what stood there, in one step for all threads."""
        return self._emit("i64", f"atomicrmw xchg {self._place('i64', pointer)}, {self._typed(value)} seq_cst")

    def replace(self, pointer: Value, expected: Operand, value: Operand) -> Value:
        """Write an i64 to an aligned address where `expected` stands, in one step for all threads; return whether it stood there."""
        both = self._emit("pair", f"cmpxchg {self._place('i64', pointer)}, {self._typed(expected)}, {self._typed(value)} seq_cst seq_cst")
        return self._emit("i1", f"extractvalue {{ i64, i1 }} {both.name}, 1")

    def effect(self, name: str, *values: Value) -> None:
        """Call a function of LLVM's, with this whole name, that returns nothing."""
        self.declarations.add(f"declare void @{name}({', '.join(v.type for v in values)})")
        self._lines.append(f"call void @{name}({', '.join(f'{v.type} {v.name}' for v in values)})")

    def prefetch(self, pointer: Value, *, write: bool = False, near: bool = False) -> None:
        """Ask for the cache line at `pointer`, into the second level or, `near`, the first; any address will do, and nothing is read."""
        kind = self._spell("ptr")
        name = "@llvm.prefetch.p0" if self._dialect.opaque else "@llvm.prefetch.p0i8"
        self.declarations.add(f"declare void {name}({kind}, i32, i32, i32)")
        self._lines.append(f"call void {name}({kind} {pointer.name}, i32 {int(write)}, i32 {3 if near else 2}, i32 1)")

    # -- vectors

    def splat(self, scalar: Value, lanes: int) -> Value:
        """Return a vector with `scalar` in every lane."""
        if lanes == 1:
            return scalar
        type_ = vector(lanes, scalar.type)
        one = self._emit(type_, f"insertelement {type_} undef, {self._typed(scalar)}, i32 0")
        return self._emit(type_, f"shufflevector {type_} {one.name}, {type_} undef, <{lanes} x i32> zeroinitializer")

    def shuffle(self, a: Value, b: Value, lanes: Sequence[int]) -> Value:
        """Return the chosen lanes of a followed by b."""
        _, _, element = a.type.strip("<>").partition(" x ")
        mask = ", ".join(f"i32 {lane}" for lane in lanes)
        return self._emit(vector(len(lanes), element), f"shufflevector {self._typed(a)}, {self._typed(b)}, <{len(lanes)} x i32> <{mask}>")

    def lane(self, a: Value, lane: int) -> Value:
        """Return one number of a vector."""
        _, _, element = a.type.strip("<>").partition(" x ")
        return self._emit(element, f"extractelement {self._typed(a)}, i32 {lane}")

    def same_bits(self, a: Value, type_: str) -> Value:
        """Return the bits of a as another type of the same size."""
        return self._emit(type_, f"bitcast {a.type} {a.name} to {type_}")

    def fma(self, a: Value, b: Value, c: Value) -> Value:
        """Return a·b + c, in one rounding where the machine can (else in two: product, then sum)."""
        type_ = c.type
        if not self._dialect.fused:
            product = self._emit(type_, f"fmul {type_} {a.name}, {b.name}")
            return self._emit(type_, f"fadd {type_} {product.name}, {c.name}")
        count, _, element = type_.strip("<>").rpartition(" x ")
        name = f"@llvm.fma.{'v' + count if count else ''}{INTRINSIC[element]}"
        self.declarations.add(f"declare {type_} {name}({type_}, {type_}, {type_})")
        return self._emit(type_, f"call {type_} {name}({type_} {a.name}, {type_} {b.name}, {type_} {c.name})")

    def arithmetic(self, operation: str, a: Value, b: Value) -> Value:
        """Return fadd, fsub, fmul or fdiv of a and b, rounded once; or add, mul, and, or, xor, shl of integers."""
        return self._emit(a.type, f"{operation} {a.type} {a.name}, {b.name}")

    def convert(self, operation: str, a: Value, element: str) -> Value:
        """Return a as a number, or vector, of another element: sext, zext, trunc, sitofp, uitofp, fptosi, fpext, fptrunc."""
        count, _, _ = a.type.strip("<>").rpartition(" x ")
        type_ = f"<{count} x {element}>" if count else element
        return self._emit(type_, f"{operation} {a.type} {a.name} to {type_}")

    def intrinsic(self, name: str, *values: Value) -> Value:
        """Return an intrinsic that takes numbers or vectors of one type and returns one: rint, floor, trunc, copysign, smin, smax."""
        type_ = values[0].type
        count, _, element = type_.strip("<>").rpartition(" x ")
        return self.machine(f"llvm.{name}.{'v' + count if count else ''}{INTRINSIC.get(element, element)}", type_, *values)

    def machine(self, name: str, type_: str, *values: Value) -> Value:
        """Return what the function of LLVM's with this whole name returns."""
        self.declarations.add(f"declare {type_} @{name}({', '.join(v.type for v in values)})")
        return self._emit(type_, f"call {type_} @{name}({', '.join(f'{v.type} {v.name}' for v in values)})")

    def where(self, relation: str, a: Value, b: Value, yes: Value, no: Value) -> Value:
        """Return `yes` in the lanes where a stands in LLVM's floating `relation` to b, else `no`."""
        count, _, _ = a.type.strip("<>").rpartition(" x ")
        bits = f"<{count} x i1>" if count else "i1"
        condition = self._emit(bits, f"fcmp {relation} {a.type} {a.name}, {b.name}")
        return self._emit(yes.type, f"select {bits} {condition.name}, {yes.type} {yes.name}, {no.type} {no.name}")

    def negative(self, a: Value) -> Value:
        return self._emit(a.type, f"fneg {a.type} {a.name}")

    def is_number(self, a: Value) -> Value:
        """Return whether a scalar is finite: infinity and NaN times 0 are NaN."""
        nothing = self.arithmetic("fmul", a, zeros(a.type))
        return self._emit("i1", f"fcmp oeq {a.type} {nothing.name}, {nothing.name}")

    # -- control

    def loop(self, start: Operand, stop: Operand, body: Body, carried: Sequence[Operand] = (), step: Operand = 1) -> list[Value]:
        """Write ``for i in range(start, stop, step): carried = body(i, carried)`` and return what is carried out."""
        head, inside, after = self._label("head"), self._label("inside"), self._label("after")
        before = self._block
        self._jump(head)
        self._open(head)
        slot = len(self._lines)
        index = self._fresh("i64")
        phis = [self._fresh(self.value(v).type) for v in carried]
        self._lines.append("")  # the phis go here once the body is known
        self._lines.append(f"br i1 {self.compare('slt', index, stop).name}, label %{inside}, label %{after}")
        self._open(inside)
        out = body(index, phis) or []
        following = self.add(index, step)
        back = self._block
        self._jump(head)
        rows = zip([index, *phis], [start, *carried], [following, *out], strict=True)
        self._lines[slot] = "\n  ".join(
            f"{p.name} = phi {self._spell(p.type)} [{self._name(a)}, %{before}], [{self._name(b)}, %{back}]" for p, a, b in rows
        )
        self._open(after)
        return phis

    def repeat(self, body: Callable[[list[Value]], tuple[Value, Sequence[Operand]]], carried: Sequence[Operand]) -> list[Operand]:
        """Write ``while True: more, carried = body(carried); if not more: break``; return what is carried out."""
        before, inside, after = self._block, self._label("again"), self._label("after")
        self._jump(inside)
        self._open(inside)
        slot = len(self._lines)
        phis = [self._fresh(self.value(v).type) for v in carried]
        self._lines.append("")
        more, out = body(phis)
        back = self._block
        self._lines.append(f"br i1 {more.name}, label %{inside}, label %{after}")
        self._lines[slot] = "\n  ".join(
            f"{p.name} = phi {self._spell(p.type)} [{self._name(a)}, %{before}], [{self._name(b)}, %{back}]"
            for p, a, b in zip(phis, carried, out, strict=True)
        )
        self._open(after)
        return list(out)

    def when(self, condition: Value, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> None:
        """Write ``if condition: then() else: otherwise()``."""
        yes, no, after = self._label("yes"), self._label("no"), self._label("after")
        self._lines.append(f"br i1 {condition.name}, label %{yes}, label %{no}")
        for label, body in ((yes, then), (no, otherwise)):
            self._open(label)
            body()
            self._jump(after)
        self._open(after)

    def call(self, function: "Value | Builder", arguments: Sequence[Operand]) -> None:
        """Call a function written beside this one, or one whose address is given."""
        values = [self.value(a) for a in arguments]
        target = function.name if isinstance(function, Value) else f"@{function.name}"
        if isinstance(function, Value) and not self._dialect.opaque:
            types = ", ".join(self._spell(v.type) for v in values)
            target = self._emit("callee", f"bitcast i8* {target} to void ({types})*").name
        self._lines.append(f"call void {target}({', '.join(self._typed(v) for v in values)})")

    # -- text

    def _emit(self, type_: str, text: str) -> Value:
        value = self._fresh(type_)
        self._lines.append(f"{value.name} = {text}")
        return value

    def _fresh(self, type_: str) -> Value:
        self._count += 1
        return Value(type_, f"%v{self._count}")

    def _label(self, word: str) -> str:
        self._count += 1
        return f"{word}{self._count}"

    def _open(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label

    def _jump(self, label: str) -> None:
        self._lines.append(f"br label %{label}")

    def value(self, operand: Operand) -> Value:
        """Return the operand as a Value; an int becomes an i64 constant."""
        return Value("i64", str(operand)) if isinstance(operand, int) else operand

    def _name(self, operand: Operand) -> str:
        return self.value(operand).name

    def _spell(self, type_: str) -> str:
        return self._dialect.spell(type_)

    def _typed(self, operand: Operand) -> str:
        value = self.value(operand)
        return f"{self._spell(value.type)} {value.name}"

    def _integer(self, operation: str, a: Operand, b: Operand) -> Value:
        return self._emit("i64", f"{operation} i64 {self._name(a)}, {self._name(b)}")

    def _place(self, type_: str, pointer: Value) -> str:
        if self._dialect.opaque:
            return f"ptr {pointer.name}"
        cast = self._emit("place", f"bitcast i8* {pointer.name} to {self._spell(type_)}*")
        return f"{self._spell(type_)}* {cast.name}"


def module_text(functions: Sequence[Builder]) -> str:
    """Return the text of a module: its functions, and the intrinsics which they use."""
    declarations = sorted(set().union(*(f.declarations for f in functions)))
    return "\n".join([*(f.text() for f in functions), *declarations, ""])
