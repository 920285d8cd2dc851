"""What a Case is expected to take on one thread.

The constants were measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors), float32, llvmlite 0.50, 2048 x
2048: 3 x 3 1.7 ms, 5 x 5 1.9, 9 x 9 2.6, 15 x 15 3.3, 31 x 31 6.0; of two terms 5 x 5 2.8 ms, 9 x 9 3.9, 13 x 13 5.0, 15 x 15 5.7,
31 x 31 11.2; of three 7 x 7 4.4 ms, 9 x 9 5.4. Integer samples, whose column pass comes first: uint8 3 x 3 0.9 ms, 5 x 5 1.2, 9 x 9 1.7,
15 x 15 2.7, 31 x 31 4.7. They are in seconds; float64 takes twice as long.
"""

from math import prod

from faltung.methods.separable.sizes import Sizes

CALL = 10e-6
OUTPUT = 0.24e-9
OUTPUT_NARROW = 60e-12  # several terms: less memory to go through
OUTPUT_UPRIGHT = 0.12e-9
TAP_FOLDED = 12e-12  # of a column that is symmetric, as nearly all are
TAP_DOWN = 18e-12
TAP_ACROSS = 20e-12
TAP_FURTHER = 16e-12  # of the row pass of a further term, which finds the samples in registers
TAP_LOADED = 45e-12  # taps that do not lie side by side, or output rows that share no input row
SINGLE_SAMPLE = 0.6e-9  # a sample that is copied alone: where columns are sampled
ROW = 60e-9  # one row of one chunk
OUTPUT_WALK = 0.2e-9
TAP_WALK = 17e-12
SLIDE = 50e-12  # a sample that comes to running sums, while another goes
RUNNING_OUTPUT = 0.17e-9


def seconds(sizes: Sizes) -> float:
    """Return the expected time."""
    if sizes.of_box is not None:
        return _running(sizes)
    if sizes.walk is not None:
        return _walk(sizes)
    if sizes.upright:
        return _upright(sizes)
    case = sizes.case
    rows, columns = case.output_sizes
    down, across = case.kernel_sizes
    read = (rows - 1) * case.windows[0].stride + sizes.ring  # rows that go through the row pass
    tap_down = TAP_DOWN if sizes.tall > 1 else TAP_LOADED
    tap_across = (TAP_ACROSS if sizes.shape.close else TAP_LOADED) + (sizes.terms - 1) * TAP_FURTHER
    single = SINGLE_SAMPLE * sizes.phases if case.windows[1].stride > 1 else 0.0
    chunks = -(-columns // sizes.chunk)
    row_pass = read * (columns * (across * tap_across + single) * sizes.shape.itemsize / 4 + chunks * ROW)
    output = OUTPUT if case.stored is None else OUTPUT_NARROW
    column_pass = rows * (columns * (output + sizes.terms * down * tap_down) * sizes.shape.itemsize / 4 + chunks * ROW)
    return CALL + case.batch * (row_pass + column_pass)


def _upright(sizes: Sizes) -> float:
    """Return the expected time where the column pass comes first, on all columns that some output reads."""
    case = sizes.case
    rows, columns = case.output_sizes
    down, across = case.kernel_sizes
    chunks = -(-columns // sizes.chunk)
    read = chunks * sizes.phases * (-(-columns // chunks) + sizes.extra)
    tap_down = TAP_LOADED if sizes.tall == 1 else TAP_FOLDED if sizes.foldable else TAP_DOWN
    copied = ((rows - 1) * case.windows[0].stride + sizes.ring) * (read * SINGLE_SAMPLE if case.windows[1].stride > 1 else 0.0)
    sums = read * down * tap_down + columns * (OUTPUT_UPRIGHT + across * (TAP_DOWN if sizes.shape.close else TAP_LOADED))
    return CALL + case.batch * (copied + rows * (sums * sizes.shape.itemsize / 4 + chunks * ROW))


def _walk(sizes: Sizes) -> float:
    """Return the expected time of a walk in registers."""
    case = sizes.case
    scale = sizes.shape.itemsize / 4
    return CALL + case.batch * prod(case.output_sizes) * scale * (OUTPUT_WALK + sum(case.kernel_sizes) * TAP_WALK)


def _running(sizes: Sizes) -> float:
    """Return the expected time of running sums: it depends on the taps only through the rows and columns that are read beside the image."""
    case = sizes.case
    rows, columns = case.output_sizes
    down, across = case.windows
    chunks = -(-columns // sizes.chunk)
    read = (rows - 1) * down.stride + case.kernel_sizes[0]
    slid = read * (across.stride * columns + chunks * sizes.extra) * SLIDE
    summed = rows * across.stride * columns * RUNNING_OUTPUT * sizes.shape.itemsize / 4
    return CALL + case.batch * (slid + summed + (read + rows) * chunks * ROW)
