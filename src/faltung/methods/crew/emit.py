"""Emitters of the crew: who takes a part of the work, and how threads wait for one another (see `places`).

    turns(board, scratch, most)                          make calls of a table, one after another, until all are taken or this
                                                         thread has made `most`
    lead(board, scratch, most, boxes, helpers, looks)    post to helpers; if none of them sleeps, make turns and leave them
    attend(box, errand, looks)                           leave a helper, or serve as one

Everyone looks again and again, `looks` times at most, and does not sleep here.
"""

import platform

from faltung.codegen.builder import Builder, Dialect, Operand, Value
from faltung.methods.crew.places import ARM, ASLEEP, BOARD, BOX, IDLE, LEAVE, POSTED, TAKEN_BACK, WORKING, X86

NEVER = -1
MOST_CALLS = 1 << 62


def field(b: Builder, place: Value, names: tuple[str, ...], name: str) -> Value:
    """Return the address of a field."""
    return b.at(place, 8 * names.index(name))


def emit_turns(columns: int, scratch_at: int, dialect: Dialect) -> list[Builder]:
    """Return `turns` for a table of so many columns, whose functions are given the scratch as argument number `scratch_at`."""
    b = Builder(f"faltung_crew_turns_{columns}_{scratch_at}", ("ptr", "ptr", "i64"), dialect)
    board, scratch, most = b.arguments
    calls, row = (b.load("i64", field(b, board, BOARD, name)) for name in ("calls", "row"))
    table = b.load("ptr", field(b, board, BOARD, "table"))

    def make(place: Value) -> None:
        given = [b.load("i64", place, 8 * i) for i in range(1, columns)]
        b.call(b.load("ptr", place), [*given[:scratch_at], b.address(scratch), *given[scratch_at:]])

    def turn(carried: list[Value]) -> tuple[Value, list[Operand]]:
        made = b.add(carried[0], 1)
        i = b.counted(field(b, board, BOARD, "taken"))
        inside = b.compare("slt", i, calls)
        b.when(inside, lambda: make(b.at(table, b.mul(i, row))))
        return b.both(inside, b.compare("slt", made, most)), [made]

    b.repeat(turn, [0])
    return [b]


def emit_lead(dialect: Dialect) -> list[Builder]:
    """Return `lead`; its `turns` is that of the first box."""
    b = Builder("faltung_crew_lead", ("ptr", "ptr", "i64", "ptr", "i64", "i64"), dialect)
    board, scratch, most, boxes, helpers, looks = b.arguments

    def post(i: Value, carried: list[Value]) -> list[Operand]:
        box = b.load("ptr", boxes, b.mul(i, 8))
        found = b.exchange(field(b, box, BOX, "state"), POSTED)
        b.store(found, field(b, box, BOX, "found"))
        return [b.select(b.compare("eq", found, IDLE), carried[0], 1)]

    def go() -> None:
        b.call(b.load("ptr", field(b, b.load("ptr", boxes), BOX, "turns")), [board, scratch, most])
        taken, calls = (b.load("i64", field(b, board, BOARD, name)) for name in ("taken", "calls"))
        b.when(b.compare("sge", taken, calls), lambda: b.loop(0, helpers, lambda i, _: leave(b, b.load("ptr", boxes, b.mul(i, 8)), looks)))

    (asleep,) = b.loop(0, helpers, post, [0])
    b.when(b.compare("eq", asleep, 0), go)
    return [b]


def emit_attend(dialect: Dialect) -> list[Builder]:
    """Return `attend`."""
    b = Builder("faltung_crew_attend", ("ptr", "i64", "i64"), dialect)
    box, errand, looks = b.arguments
    b.when(b.compare("eq", errand, LEAVE), lambda: leave(b, box, looks), lambda: serve(b, box, looks))
    return [b]


def leave(b: Builder, box: Value, looks: Value) -> None:
    """Write what takes a post back that the helper has not seen, or else waits for the helper."""
    state = field(b, box, BOX, "state")
    b.replace(state, POSTED, TAKEN_BACK)
    wait_while(b, state, WORKING, looks)


def serve(b: Builder, box: Value, looks: Value) -> None:
    """Write a helper's life between two sleeps: it waits for a post, takes part, and waits again, until it has looked in vain."""
    state = field(b, box, BOX, "state")
    b.replace(state, ASLEEP, IDLE)  # woken once too often: nobody has posted

    def work() -> None:
        board, scratch, turns = (b.load("ptr", field(b, box, BOX, name)) for name in ("board", "scratch", "turns"))
        b.call(turns, [board, scratch, MOST_CALLS])
        b.publish(IDLE, state)

    def turn(_: list[Value]) -> tuple[Value, list[Operand]]:
        left = wait_while(b, state, IDLE, looks)
        b.when(b.replace(state, POSTED, WORKING), work)
        b.replace(state, TAKEN_BACK, IDLE)
        in_vain = b.compare("eq", left, 0)
        sleeps = b.replace(state, b.select(in_vain, IDLE, NEVER), ASLEEP)
        return b.compare("eq", b.select(sleeps, 1, 0), 0), []

    b.repeat(turn, [])


def wait_while(b: Builder, state: Value, unwanted: int, looks: Value) -> Value:
    """Look at a state until it is another than `unwanted`, or `looks` times; return how many were left, 0 where it still is."""

    def look(carried: list[Value]) -> tuple[Value, list[Operand]]:
        pause(b)
        same = b.compare("eq", b.look(state), unwanted)
        left = b.select(same, b.sub(carried[0], 1), carried[0])
        return b.both(same, b.compare("sgt", left, 0)), [left]

    return b.value(b.repeat(look, [looks])[0])


def pause(b: Builder) -> None:
    """Let a sibling thread on the same core get on, and some 10 ns pass, which `looks` are counted in."""
    machine = platform.machine().lower()
    if machine in X86:
        b.effect("llvm.x86.sse2.pause")
    elif machine in ARM:
        b.effect("llvm.aarch64.isb", Value("i32", "15"))  # most ARM cores pass over their hint `yield` in no time
