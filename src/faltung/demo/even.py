"""Even kernels have no centre, and libraries choose differently: where one impulse lands."""

import numpy as np

from faltung import api
from faltung.demo.grid import paragraph

LENGTH, PLACE = 9, 4
KERNEL = (1, 2, 3, 4)

# What each call means, as a line of notation. The tests call the libraries themselves.
CALLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("convolve same:high", ("np.convolve", "scipy.signal.convolve", "scipy.signal.convolve2d")),
    ("convolve same:low", ("scipy.ndimage.convolve1d",)),
    ("correlate same:high", ("np.correlate", "scipy.signal.correlate", "scipy.ndimage.correlate1d", "cv2.filter2D")),
    ("correlate same:low", ("scipy.signal.correlate2d", "torch padding='same'")),
)


def rows() -> tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...]:
    """Return for each convention its notation, the calls that follow it, and the computed output.

    Examples
    --------
    >>> rows()[0][2]
    (0, 0, 0, 1, 2, 3, 4, 0, 0)
    """
    impulse = np.zeros(LENGTH, dtype=np.int64)
    impulse[PLACE] = 1
    return tuple((notation, calls, tuple(api.run(notation, impulse, KERNEL).tolist())) for notation, calls in CALLS)


def explain() -> str:
    """Return the table as text.

    Examples
    --------
    >>> print(explain().splitlines()[0])
    3. Even kernels: where an impulse at index 4 of 9 lands
    """
    high, low = len(KERNEL) // 2, (len(KERNEL) - 1) // 2
    told = [f"  {' '.join(map(str, output))}   {notation}\n      {', '.join(calls)}" for notation, calls, output in rows()]
    return "\n".join(
        (
            f"3. Even kernels: where an impulse at index {PLACE} of {LENGTH} lands",
            "",
            paragraph(
                f"The kernel {' '.join(map(str, KERNEL))} has no middle tap, so `same` must choose, and libraries choose differently:",
                f"`high` lays tap {high} on the sample of the same index, `low` lays tap {low}, counted in window order.",
                "A convolution answers an impulse with the kernel, a correlation with its mirror image.",
            ),
            "",
            *told,
        )
    )
