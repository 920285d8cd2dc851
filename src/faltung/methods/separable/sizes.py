"""How a Case is cut: sizes of chunk, ring and scratch."""

from functools import cached_property
from math import prod

from faltung.codegen.host import host
from faltung.codegen.types import ITEMSIZE
from faltung.methods.direct.shapes import Strip
from faltung.methods.separable import running_sizes
from faltung.methods.separable.running_sizes import RunningSizes
from faltung.methods.separable.shape import TALL, Shape
from faltung.methods.separable.walk import walk_of
from faltung.methods.stored import finish_of, source_of
from faltung.spec.case import Case
from faltung.spec.numbers import INTEGERS, integer_range
from faltung.spec.window import Number, fill_value

ELEMENTS = {"float32": "float", "float64": "double"}
RING_BYTES = 384 * 1024
"""What a ring may hold if it can: it stays in a 1 MB L2 beside the rows that stream past."""
LONGEST_CHUNK = 4096
LONGEST_CHUNK_UPRIGHT = 2048
STRETCH_BYTES = 16 * 1024
SHORTEST_STRETCH = 1024
"""Bytes of all of the ring's rows, and least bytes of each, that go through both passes at a time: they stay in first-level cache, and
reading and writing memory alternate quickly (5 x 5 on 4096 x 4096: 12 % faster; from 15 x 15 on it is slower, and whole chunks go)."""
CACHE_LINE = 64


class Sizes:
    """How one Case is cut, in elements unless bytes are named."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def shape(self) -> Shape:
        """What the passes are compiled for: 16 accumulators, 4 vectors and a weight in 32 registers; 12, 3 and 1 in 16."""
        element = ELEMENTS[self.case.dtype]
        across = self.case.windows[1]
        close = across.stride == across.kernel_dilation == 1
        shape = Shape(
            element=element, lanes=host().lanes(ITEMSIZE[element]), vectors=vectors_of_a_tile(), close=close, terms=self.terms,
            running=self.of_box is not None,
        )  # fmt: skip
        stored = self.case.stored
        if stored is None:
            return shape
        return shape._replace(source=source_of(stored), finish=finish_of(stored), upright=self.upright)

    @cached_property
    def of_box(self) -> RunningSizes | None:
        """The sizes of a box of bytes, which has running sums in place of both passes."""
        case, stored = self.case, self.case.stored
        if stored is None or not self.upright or source_of(stored).itemsize > 1 or not running_sizes.applies(case):
            return None
        return RunningSizes(case=case, tile=host().vector_bytes, output_bytes=finish_of(stored).results.itemsize)

    @cached_property
    def walk(self) -> Strip | None:
        """What goes down the columns in registers, where both passes can."""
        return walk_of(self.case) if self.of_box is None and self.terms == 1 else None

    @property
    def boxed(self) -> tuple[int, ...]:
        """Axes along which the weights are known to be equal, if that is made use of."""
        return () if self.of_box is None else (0, 1)

    @property
    def work(self) -> int:
        """Multiply-adds of the whole, an output counted as 16."""
        down, across = self.case.kernel_sizes
        each = self.terms * (down + across) if self.of_box is None else 0  # a running sum takes as long for any
        return self.case.batch * prod(self.case.output_sizes) * (each + 16)

    @property
    def upright(self) -> bool:
        """Whether the column pass comes first: it reads samples as they lie in memory, if the fill values can stand among them."""
        stored = self.case.stored
        return stored is not None and self.terms == 1 and all(is_sample(fill, stored.samples) for fill in fills_of(self.case))

    @property
    def foldable(self) -> bool:
        """Whether this machine can sum bytes by whole weights in the column pass."""
        source, shape = self.shape.source, self.shape
        bytes_ = self.upright and source is not None and source.itemsize == 1
        return bytes_ and shape.element == "float" and shape.vectors % 2 == 0 and host().pair_sums

    @property
    def terms(self) -> int:
        """Products of a column and a row that are added up."""
        return self.case.weights.terms if self.case.weights is not None else 1

    @property
    def tall(self) -> int:
        """Output rows at a time."""
        if self.of_box is not None:
            return 1
        down = self.case.windows[0]
        return TALL if down.stride == down.kernel_dilation == 1 and self.case.kernel_sizes[0] >= TALL - 1 else 1

    @property
    def ring(self) -> int:
        """Rows which one block of output rows reads."""
        if self.of_box is not None:
            return self.of_box.ring
        down = self.case.windows[0]
        return down.kernel_dilation * (self.case.kernel_sizes[0] - 1) + down.stride * (self.tall - 1) + 1

    @cached_property
    def chunk(self) -> int:
        """Columns at a time: whole tiles, evenly cut."""
        if self.of_box is not None:
            return self.of_box.chunk
        tile, columns = self.shape.tile, self.case.output_sizes[1]
        rows = max(self.ring * self.terms, self.phases)
        longest = LONGEST_CHUNK_UPRIGHT if self.upright else LONGEST_CHUNK
        most = max(min(RING_BYTES // (rows * self.waiting_bytes), longest) // tile, 1)
        tiles = -(-columns // tile)
        return tile * -(-tiles // -(-tiles // most))

    @property
    def stretch(self) -> int:
        """Columns that go through both passes at a time, in whole pairs of tiles; at most a chunk."""
        pair = 2 * self.shape.tile * self.shape.itemsize
        fitting = STRETCH_BYTES // (self.ring * self.terms) // pair * pair
        return min(fitting // self.shape.itemsize, self.chunk) if fitting >= SHORTEST_STRETCH else self.chunk

    @property
    def ring_row(self) -> int:
        """Bytes of a row of the ring: a cache line more than its samples, so that neighbours do not meet in the same sets."""
        if self.of_box is not None:
            return self.of_box.ring_row
        return (aligned(self.along * self.waiting_bytes) if self.upright else self.chunk * self.shape.itemsize) + CACHE_LINE

    @property
    def waiting_bytes(self) -> int:
        """Bytes of what waits in the ring."""
        return self.shape.waiting.itemsize

    @property
    def waiting_dtype(self) -> str:
        """NumPy's name of what waits in the ring, or of fill values among it."""
        stored = self.case.stored
        if stored is None or not self.upright:
            return self.case.dtype
        return "int16" if self.shape.sample_bytes == 1 and self.of_box is None else stored.samples

    @property
    def along(self) -> int:
        """Columns of the column pass that comes first, in whole tiles: all phases, one behind the other."""
        return -(-self.phases * self.phase // self.shape.tile) * self.shape.tile

    @property
    def line_row(self) -> int:
        """Bytes of a line that the column pass writes."""
        if self.of_box is not None:
            return self.of_box.line_row
        return self.along * self.shape.itemsize + CACHE_LINE

    @property
    def phases(self) -> int:
        across = self.case.windows[1]
        if self.of_box is not None:
            return 1
        taps = range(min(self.case.kernel_sizes[1], across.stride))
        return 1 + max(across.kernel_dilation * t % across.stride for t in taps)

    @property
    def extra(self) -> int:
        across = self.case.windows[1]
        return across.kernel_dilation * (self.case.kernel_sizes[1] - 1) // (1 if self.of_box is not None else across.stride)

    @property
    def phase(self) -> int:
        """Samples of a phase in the line; the row pass reads up to a vector beyond the last tap."""
        return self.chunk + self.extra + self.shape.lanes

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in scratch everything stands, and its size as "end"."""
        if self.of_box is not None:
            return self.of_box.places
        line = aligned(16 * self.ring * self.terms)
        lines = self.tall * self.line_row if self.upright else self.phases * self.phase * self.shape.itemsize
        rows = line + aligned(lines)
        result = rows + aligned(self.ring * self.terms * self.ring_row)
        results = aligned(self.chunk * self.shape.itemsize + CACHE_LINE) * -(-self.shape.output_bytes // self.shape.itemsize)
        noted = result + aligned(self.tall * results)
        return {"table": 0, "line": line, "rows": rows, "result": result, "noted": noted, "end": noted + CACHE_LINE}

    @property
    def offsets(self) -> list[int]:
        """Where, in bytes, output 0 finds each tap in the line."""
        across = self.case.windows[1]
        places = (divmod(across.kernel_dilation * t, across.stride) for t in range(self.case.kernel_sizes[1]))
        return [self.shape.itemsize * (phase * self.phase + i) for i, phase in places]


def vectors_of_a_tile() -> int:
    """Return 4, which with a weight and 16 accumulators fit into 32 registers; 3 with 12 into 16."""
    return 4 if host().registers >= 32 else 3


def fills_of(case: Case) -> list[Number]:
    """Return the fill values of both ends of every axis."""
    return [fill_value(window, end) for window in case.windows for end in ("low", "high")]


def is_sample(fill: Number, samples: str) -> bool:
    """Return whether a fill value stands among the samples as it is."""
    if isinstance(fill, complex) or samples not in ("bool", *INTEGERS):
        return False
    low, high = integer_range(samples)
    return low <= fill <= high and fill == int(fill) == float(fill)


def aligned(size: int) -> int:
    """Return a number of bytes in whole cache lines."""
    return -(-size // CACHE_LINE) * CACHE_LINE
