"""The table of even kernels, printed and compared with the real libraries and with the definition."""

import pytest
from dialects.even_kernels import IMPULSE, KERNEL, cv2_filter2d, numpy_and_scipy, row, torch_same
from dialects.operands import expected
from peers import peer

from faltung.dialects import read
from faltung.spec import parse

CONVOLVE_HIGH, CONVOLVE_LOW = "0 0 0 1 2 3 4 0 0", "0 0 1 2 3 4 0 0 0"
CORRELATE_HIGH, CORRELATE_LOW = "0 0 0 4 3 2 1 0 0", "0 0 4 3 2 1 0 0 0"
TABLE = {
    "numpy.convolve": CONVOLVE_HIGH,
    "scipy.signal.convolve": CONVOLVE_HIGH,
    "scipy.signal.fftconvolve": CONVOLVE_HIGH,
    "scipy.signal.oaconvolve": CONVOLVE_HIGH,
    "scipy.signal.convolve2d": CONVOLVE_HIGH,
    "scipy.ndimage.convolve": CONVOLVE_LOW,
    "scipy.ndimage.convolve1d": CONVOLVE_LOW,
    "numpy.correlate": CORRELATE_HIGH,
    "scipy.signal.correlate": CORRELATE_HIGH,
    "scipy.ndimage.correlate": CORRELATE_HIGH,
    "scipy.ndimage.correlate1d": CORRELATE_HIGH,
    "scipy.signal.correlate2d": CORRELATE_LOW,
}


def test_table_is_what_the_libraries_compute():
    found = numpy_and_scipy()
    for name, answer in found.items():
        print(f"{name:26} {answer}")
    assert found == TABLE


@pytest.mark.parametrize("name", TABLE)
def test_table_is_what_the_dialects_say(name):
    spec = read(name, mode="same") if "ndimage" not in name else read(name)
    lines = (IMPULSE[None], KERNEL[None]) if name.endswith("2d") else (IMPULSE, KERNEL)
    assert row(expected(spec, *lines)) == TABLE[name]


def test_opencv():
    assert cv2_filter2d(peer("cv2")) == CORRELATE_HIGH == row(expected(parse("correlate same:high"), IMPULSE, KERNEL))


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_torch():
    assert torch_same(peer("torch")) == CORRELATE_LOW == row(expected(parse("correlate same:low"), IMPULSE, KERNEL))
