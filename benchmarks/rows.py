"""The rows of the table: works with the ratio that is aimed at, and against whom."""

from dataclasses import dataclass
from math import exp

import numpy as np

IMAGE = "float32[2048,2048] * float32[{k},{k}] correlate same:high boundary={boundary}"
NARROW = "uint8[2048,2048] * int16[{k},{k}] correlate same:high boundary=edge dtype=uint8 overflow=saturate"
SMOOTH = "{x}[2048,2048] * float32[{k},{k}] correlate same:high boundary=whole_sample{end}"
BYTES = " dtype=uint8 overflow=saturate"
OPENCV, SCIPY = ("cv2.filter2D",), ("scipy.signal.fftconvolve",)
SIGNALS = ("numpy.convolve", "scipy.signal.oaconvolve", "scipy.signal.fftconvolve")
PEERS = ("cv2.filter2D", "scipy.signal.oaconvolve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A work, how many times as fast as the fastest of `against` it should be, and whether its kernel is a Gaussian.

    Without `against`, `aim` is the most that our time may be in units of a copy; `rate` is aimed at in GFLOP/s.
    """

    problem: str
    aim: float
    against: tuple[str, ...] = ()
    gaussian: bool = False
    rate: float = 0


def images() -> list[Row]:
    """Return images of 2048 x 2048, with kernels from 3 x 3 to 255 x 255."""
    rows = [
        Row(problem=IMAGE.format(k=k, boundary=boundary), aim=2.3, against=OPENCV)
        for k in (3, 4, 5, 7, 9) for boundary in ("zero", "edge", "half_sample", "whole_sample")
    ]  # fmt: skip
    rows += [Row(problem=IMAGE.format(k=3, boundary="periodic"), aim=1.3)]
    rows += [Row(problem=IMAGE.format(k=k, boundary="zero"), aim=3, against=OPENCV) for k in (11, 13)]
    rows += [Row(problem=IMAGE.format(k=k, boundary="zero"), aim=10, against=PEERS) for k in (15, 31, 63)]
    rows += [Row(problem=IMAGE.format(k=k, boundary="zero"), aim=4, against=("torch.fft",)) for k in (15, 31, 63)]
    rows += [Row(problem=IMAGE.format(k=127, boundary="zero"), aim=8, against=PEERS)]
    rows += [Row(problem=IMAGE.format(k=255, boundary="zero"), aim=5, against=SCIPY)]
    return [*rows, Row(problem="float32[1024,1024] * float32[1024,1024] convolve", aim=5, against=SCIPY)]


def narrow() -> list[Row]:
    """Return images of bytes."""
    kernels = (3, 5, 7, 11)
    return [Row(problem=NARROW.format(k=k), aim=aim, against=against) for k in kernels for aim, against in ((2, OPENCV), (1, ("pyvips",)))]


def smooth() -> list[Row]:
    """Return Gaussians, which are found to be a column times a row."""
    passes = ("cv2.sepFilter2D",)
    kinds = (("float32", ""), ("uint8", BYTES))
    return [
        Row(problem=SMOOTH.format(x=x, k=k, end=end), aim=2, against=passes, gaussian=True)
        for x, end in kinds
        for k in (3, 5, 9, 15, 31, 63)
    ]


def volumes_and_signals() -> list[Row]:
    """Return volumes, signals and rows of a table."""
    rows = [Row(problem="float32[192,192,192] * float32[3,3,3] correlate same:high boundary=half_sample", aim=2)]
    rows += [Row(problem="float32[192,192,192] * float32[5,5,5] correlate same:high boundary=half_sample", aim=0, rate=120)]
    signals = ((1_000_000, 33), (1_000_000, 257), (1_000_000, 4097), (10_000_000, 1025))
    rows += [Row(problem=f"float32[{n}] * float32[{k}] convolve same:high", aim=4, against=SIGNALS) for n, k in signals]
    return [*rows, Row(problem="float32[100000,256] * float32[1,15] correlate same:high", aim=2)]


def gaussian(taps: int) -> np.ndarray:
    """Return a square kernel of weights with sum 1."""
    sigma = 0.3 * ((taps - 1) / 2 - 1) + 0.8
    line = np.array([exp(-((i - taps // 2) ** 2) / (2 * sigma**2)) for i in range(taps)])
    line /= line.sum()
    return np.outer(line, line).astype("float32")
