"""Where even kernels put their centre: an impulse at index 4 of 9, kernel 1 2 3 4, ``same``, in several libraries."""

import numpy as np
from scipy import ndimage, signal

IMPULSE, KERNEL = np.eye(9)[4], np.array([1.0, 2.0, 3.0, 4.0])


def row(answer):
    return " ".join(f"{value:.0f}" for value in np.ravel(answer))


def numpy_and_scipy():
    """Return the answer of each function, as text."""
    x, k, lines = IMPULSE, KERNEL, (IMPULSE[None], KERNEL[None])
    answers = {
        "numpy.convolve": np.convolve(x, k, "same"), "numpy.correlate": np.correlate(x, k, "same"),
        "scipy.signal.convolve": signal.convolve(x, k, "same"), "scipy.signal.correlate": signal.correlate(x, k, "same"),
        "scipy.signal.fftconvolve": np.abs(signal.fftconvolve(x, k, "same")),
        "scipy.signal.oaconvolve": np.abs(signal.oaconvolve(x, k, "same")),
        "scipy.signal.convolve2d": signal.convolve2d(*lines, "same"), "scipy.signal.correlate2d": signal.correlate2d(*lines, "same"),
        "scipy.ndimage.convolve": ndimage.convolve(x, k), "scipy.ndimage.correlate": ndimage.correlate(x, k),
        "scipy.ndimage.convolve1d": ndimage.convolve1d(x, k), "scipy.ndimage.correlate1d": ndimage.correlate1d(x, k),
    }  # fmt: skip
    return {name: row(answer) for name, answer in answers.items()}


def cv2_filter2d(cv2):
    return row(cv2.filter2D(IMPULSE[None], -1, KERNEL[None]))


def torch_same(torch):
    x, k = torch.from_numpy(IMPULSE)[None, None], torch.from_numpy(KERNEL)[None, None]
    return row(torch.nn.functional.conv1d(x, k, padding="same").numpy())
