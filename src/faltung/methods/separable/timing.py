"""What a Case is expected to take on one thread; the constants are in seconds, for float32."""

from faltung.methods.separable.layout import Sizes

CALL = 10e-6
OUTPUT = 0.4e-9
TAP_DOWN = 20e-12
TAP_ACROSS = 23e-12
TAP_LOADED = 45e-12  # taps that do not lie side by side, or output rows that share no input row
SINGLE_SAMPLE = 0.6e-9  # a sample that is copied alone: where columns are sampled
ROW = 60e-9  # one row of one chunk


def seconds(sizes: Sizes) -> float:
    """Return the expected time."""
    case = sizes.case
    rows, columns = case.output_sizes
    down, across = case.kernel_sizes
    read = (rows - 1) * case.windows[0].stride + sizes.ring  # rows that go through the row pass
    tap_down = TAP_DOWN if sizes.tall > 1 else TAP_LOADED
    tap_across = TAP_ACROSS if sizes.shape.close else TAP_LOADED
    single = SINGLE_SAMPLE * sizes.phases if case.windows[1].stride > 1 else 0.0
    chunks = -(-columns // sizes.chunk)
    row_pass = read * (columns * (across * tap_across + single) * sizes.shape.itemsize / 4 + chunks * ROW)
    column_pass = rows * (columns * (OUTPUT + down * tap_down) * sizes.shape.itemsize / 4 + chunks * ROW)
    return CALL + case.batch * (row_pass + column_pass)
