"""The record through which Python tells the compiled driver what to do: 64-bit integers in a fixed order.

Strides and places are in bytes, counts in elements. *Down* is the first sliding axis, *across* the second, whose samples lie side by
side in scratch. A halo table says what is read outside of an axis: entry `low + p` for a position p < 0, entry `low + p - n` for
p >= n; an entry v >= 0 is a sample's index, v < 0 stands for fill number -1 - v.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faltung.codegen.builder import Builder, Value

FIELDS = (
    "item_x",  # from one item of the batch to the next
    "item_out",
    "chunk",  # columns at a time
    "stretch",  # of these, columns that go through both passes at a time: whole tiles
    "tall",  # output rows at a time where they share input rows, else 1
    "taps_down", "samples_down", "stride_down", "dilation_down", "pad_down", "halo_down", "low_down", "x_down", "out_down",
    "taps_across", "samples_across", "stride_across", "pad_across", "halo_across", "low_across", "x_across", "out_across",
    "sampled_across",  # of the columns that are computed, from one to the next that is an output
    "offsets",  # address of a table: where in the line output 0 finds each tap
    "phase",  # samples of one phase (p, p + stride, …) in the line
    "phases",
    "extra",  # samples of a phase beyond one for each output
    "fills",  # address of the fill values
    "ring",  # rows in the ring
    "ring_row",
    "table",  # places in scratch: addresses of the ring's rows, twice over
    "line",  # one row of samples, continued by its boundary; or lines of the column pass, where it comes first
    "line_row",
    "rows",  # the ring
    "result",  # outputs which do not go straight to their place
    "noted",  # where several terms note that a sum is not finite
)  # fmt: skip
POINTERS = ("halo_down", "halo_across", "offsets", "fills")


def field(b: "Builder", record: "Value", name: str) -> "Value":
    """Return a field of the record."""
    return b.load("ptr" if name in POINTERS else "i64", record, 8 * FIELDS.index(name))
