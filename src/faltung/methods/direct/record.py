"""The record through which Python tells the compiled driver what to do: 64-bit integers in a fixed order.

All offsets and strides are in bytes, all counts in elements. The outer axes (all but the last) follow one another behind the head;
the last of them is the *row axis*, whose output rows are taken `rows` at a time.
"""

HEAD = (
    "chunk",  # outputs of a row between two changes of row block; also what a fill row must serve
    "wide",  # most outputs which one piece of scratch serves; a multiple of tile
    "tile",  # outputs of one row in one register tile
    "rows",  # output rows of one block
    "row_blocks",  # ceil(outputs of the row axis / rows)
    "strip_height",  # output rows of one register tile, of which a block has one or more
    "strip_rows",  # input rows which one tile reads
    "strip_group",  # of these, rows for each tap of the axes before the row axis
    "strip_step",  # bytes of the table of rows from one tile of a block to the next
    "tap_rows",  # input rows which one block of output rows reads
    "inner_low",  # outputs inner_low <= j < inner_high read no sample outside of the last axis, and x as it lies
    "inner_high",
    "staged",  # bytes before the block of results in scratch where blocks go through it, else 0
    "staged_bytes",  # of a block
    "stage_room",  # bytes from the room of one block to that of the next, in turn
    "behind",  # bytes before the note on the block that is still to be written (see `staged`)
    "past_caches",  # 1 where inner columns are written past the caches, else 0
    "align_mask",  # lanes - 1 when vectors should be stored to aligned addresses, else 0
    "scratch_row",  # bytes of one row of samples in scratch
    "phase",  # bytes of one phase of such a row: samples p, p + stride, p + 2 stride, …
    "phases",
    "extra",  # samples of a phase beyond one for each output
    "result",  # bytes before the piece of results in scratch, behind tables and samples; a multiple of a vector
    "taps",  # of the last axis
    "tap_offsets",  # address of a table: where in a scratch row output 0 finds tap t
    "samples",  # the last axis: n, stride, pad
    "stride",
    "pad",
    "halo",  # address of a table: what is read outside of the last axis
    "halo_low",  # how many of its entries lie before sample 0
    "x_stride",
    "out_stride",
    "fills",  # address of the fill rows
    "fill_row",  # bytes of one of them
    "columns",  # outputs of a row
    "out_row",  # bytes from one output row to the next
    "ends",  # address of the function for the ends of short rows, or 0 where they go through scratch; what follows is for it
    "reach_low",  # bytes from x to the lowest address that holds a sample
    "reach_high",  # bytes from x to behind the highest
    "reach",  # bytes of a row which the windows of its outputs span
    "image",  # bytes before the image of end columns in scratch (see `end_columns`)
    "image_group",  # bytes of one of its groups
    "end_low",  # outputs of the low end
    "end_high",
    "end_high_at",  # bytes in a group before the first position of the high end
    "low_columns",  # samples that are taken at the low end
    "low_columns_at",  # bytes in a group before the first of them
    "high_columns",
    "high_columns_at",
    "end_copies",  # address of pairs: bytes before a slot, bytes before a slot that gets the same
    "end_copies_count",
    "end_fills",  # address of pairs: bytes before a fill row, bytes before a slot
    "end_fills_count",
)
OUTER = ("outputs", "taps", "samples", "stride", "dilation", "pad", "halo", "halo_low", "x_stride", "out_stride")
FIELD = {name: 8 * i for i, name in enumerate(HEAD)}


def outer_field(axis: int, name: str) -> int:
    """Return where in the record a field of an outer axis stands."""
    return 8 * (len(HEAD) + len(OUTER) * axis + OUTER.index(name))


# Scratch begins with tables of addresses, `tap_rows` entries each: rows in x, fill rows, rows as the strip gets them, and pairs
# (row in x, row in scratch) of the rows that are copied.
TABLES = 40
PAIR = 16
