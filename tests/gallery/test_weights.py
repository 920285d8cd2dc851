"""Every entry's weights: exact tables, sums, and the same numbers from OpenCV and SciPy where they are the same thing."""

from fractions import Fraction

import numpy as np
import pytest
from peers import peer
from scipy import ndimage
from scipy.signal import windows

from faltung.gallery import kernel, kernels

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
PREWITT = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
SCHARR = [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]

INTEGER_TABLES = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sobel-x": SOBEL,
    "sobel-y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "prewitt-x": PREWITT,
    "prewitt-y": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "scharr-x": SCHARR,
    "scharr-y": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "laplacian-4": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "laplacian-8": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
}
SUMS = {
    **dict.fromkeys(("identity", "box", "gaussian", "binomial", "motion-blur", "sharpen", "unsharp", "emboss"), 1),
    **dict.fromkeys(
        ("sobel-x", "sobel-y", "prewitt-x", "prewitt-y", "scharr-x", "scharr-y", "laplacian-4", "laplacian-8", "log", "dog"), 0
    ),
}


@pytest.mark.parametrize(("name", "table"), INTEGER_TABLES.items())
def test_integer_kernels_are_these_tables(name, table):
    k = kernel(name)
    assert k.weights.dtype == np.int64
    assert k.weights.tolist() == table
    assert k.integers is not None
    assert k.scale == 1


@pytest.mark.parametrize(("name", "total"), SUMS.items())
def test_sums(name, total):
    k = kernel(name)
    if k.integers is None:
        assert k.total == pytest.approx(total, abs=1e-15)
    else:
        assert isinstance(k.total, Fraction)
        assert k.total == total


@pytest.mark.parametrize("size", [*range(1, 9), (1, 5), (4, 3)])
def test_box_is_ones_over_their_number(size):
    k = kernel("box", size=size)
    rows, columns = (size, size) if isinstance(size, int) else size
    assert k.weights.shape == (rows, columns)
    assert np.all(k.integers == 1)
    assert k.scale == Fraction(1, rows * columns)
    assert np.all(k.weights == 1 / (rows * columns))
    assert k.total == 1


@pytest.mark.parametrize("size", range(1, 9))
def test_binomial_is_the_two_sample_mean_repeated(size):
    line = np.array([1])
    for _ in range(size - 1):
        line = np.convolve(line, [1, 1])
    k = kernel("binomial", size=size)
    assert np.array_equal(k.integers, np.outer(line, line))
    assert np.array_equal(k.weights, np.outer(line, line) / 4 ** (size - 1))
    assert k.total == 1


def test_sharpen_is_identity_minus_laplacian():
    assert np.array_equal(kernel("sharpen").weights, kernel("identity").weights - kernel("laplacian-4").weights)


@pytest.mark.parametrize("name", ["sobel", "prewitt", "scharr"])
def test_y_is_the_transpose_of_x(name):
    assert np.array_equal(kernel(f"{name}-y").weights, kernel(f"{name}-x").weights.T)


@pytest.mark.parametrize("size", [*range(1, 9), 31])
@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.5])
def test_gaussian_is_scipys_window_and_for_odd_sizes_opencvs(size, sigma):
    line = windows.gaussian(size, sigma) / windows.gaussian(size, sigma).sum()
    k = kernel("gaussian", size=size, sigma=sigma)
    np.testing.assert_allclose(k.weights, np.outer(line, line), rtol=0, atol=1e-15)
    cv2 = peer("cv2")
    line = cv2.getGaussianKernel(size, sigma)[:, 0]
    if size % 2 == 0:  # OpenCV takes exp(0) for the two middle samples of an even size, which lie half a sample off the centre
        line[size // 2 - 1 : size // 2 + 1] *= np.exp(-1 / (8 * sigma**2))
        line /= line.sum()
    np.testing.assert_allclose(k.weights, np.outer(line, line), rtol=0, atol=1e-15)
    assert k.total == pytest.approx(1, abs=1e-15)


def test_gaussian_and_its_laplacian_are_scipys_impulse_responses():
    impulse = np.zeros((21, 21))
    impulse[10, 10] = 1
    wide = ndimage.gaussian_filter(impulse, (1.0, 1.5), truncate=3)
    k = kernel("gaussian", sigma=(1.0, 1.5), size=(7, 9))
    np.testing.assert_allclose(k.weights, wide[7:14, 6:15] / wide[7:14, 6:15].sum(), rtol=0, atol=1e-6 + wide[10, 5])
    same = ndimage.gaussian_filter(impulse, 1.3, radius=5)
    np.testing.assert_allclose(kernel("gaussian", sigma=1.3, size=11).weights, same[5:16, 5:16], rtol=0, atol=1e-15)
    raw = ndimage.gaussian_laplace(impulse, 1.3, radius=5)[5:16, 5:16]
    gap = kernel("log", sigma=1.3, size=11).weights - raw
    np.testing.assert_allclose(gap, -raw.mean(), rtol=0, atol=1e-15)  # they differ by the mean that is taken off


def test_a_vanishing_sigma_is_the_identity_or_the_mean_of_the_two_middle_samples():
    assert np.array_equal(kernel("gaussian", sigma=1e-200, size=5).weights, kernel("identity", size=5).weights)
    assert kernel("gaussian", sigma=1e-200, size=(1, 4)).weights.tolist() == [[0, 0.5, 0.5, 0]]
    assert np.array_equal(kernel("gaussian", sigma=1e300, size=3).weights, np.outer([1 / 3] * 3, [1 / 3] * 3))


@pytest.mark.parametrize(("sigma", "size"), [(0.5, 5), (1.0, 7), (1.1, 9), (2.0, 13)])
def test_the_default_size_of_a_gaussian_reaches_three_sigmas(sigma, size):
    assert kernel("gaussian", sigma=sigma).weights.shape == (size, size)


@pytest.mark.parametrize("size", [3, 5, 7, 31])
def test_sobel_is_opencvs(size):
    cv2 = peer("cv2")
    row, column = (v[:, 0] for v in cv2.getDerivKernels(1, 0, size, ktype=cv2.CV_64F))
    assert np.array_equal(kernel("sobel-x", size=size).weights, np.outer(column, row))
    row, column = (v[:, 0] for v in cv2.getDerivKernels(0, 1, size, ktype=cv2.CV_64F))
    assert np.array_equal(kernel("sobel-y", size=size).weights, np.outer(column, row))


def test_scharr_is_opencvs_and_sobel_and_prewitt_are_scipys():
    cv2 = peer("cv2")
    row, column = (v[:, 0] for v in cv2.getDerivKernels(1, 0, cv2.FILTER_SCHARR))
    assert np.array_equal(kernel("scharr-x").weights, np.outer(column, row))
    impulse = np.zeros((3, 3), dtype=np.int64)
    impulse[1, 1] = 1
    for name, function in (("sobel", ndimage.sobel), ("prewitt", ndimage.prewitt)):
        for suffix, axis in (("x", 1), ("y", 0)):
            response = function(impulse, axis=axis, mode="constant")  # a correlation's impulse response is the kernel reversed
            assert np.array_equal(kernel(f"{name}-{suffix}").reversed_weights, response)


@pytest.mark.parametrize("sigma", [0.7, 1.5])
@pytest.mark.parametrize("amount", [0, 0.5, 2])
def test_unsharp_is_identity_plus_amount_of_detail(amount, sigma):
    k = kernel("unsharp", amount=amount, sigma=sigma, size=7)
    one, blur = kernel("identity", size=7).weights, kernel("gaussian", sigma=sigma, size=7).weights
    np.testing.assert_allclose(k.weights, one + amount * (one - blur), rtol=0, atol=1e-15)


@pytest.mark.parametrize("length", range(1, 9))
def test_motion_blur_along_an_axis_is_a_box(length):
    for angle, size in ((0, (1, length)), (90, (length, 1)), (180, (1, length)), (-90, (length, 1)), (720, (1, length))):
        k = kernel("motion-blur", length=length, angle=angle)
        assert np.array_equal(k.weights, kernel("box", size=size).weights)
        assert k.scale == Fraction(1, length)


@pytest.mark.parametrize("length", [*range(1, 9), 25])
def test_motion_blur_is_a_mean_of_points_on_the_line(length):
    for angle in (10, 30, 45, 60, 135, -20, 200.5):
        w = kernel("motion-blur", length=length, angle=angle).weights
        y, x = ((np.arange(n) - (n - 1) / 2) for n in w.shape)
        cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        assert w.sum() == pytest.approx(1, abs=1e-14)
        assert w.min() >= 0
        assert np.array_equal(w, w[::-1, ::-1])
        assert all(n % 2 == length % 2 or n == 1 for n in w.shape)
        # Bilinear sharing keeps the mixed moment up to half a sample on each axis; its sign is the direction as seen (y points down).
        spread = (length**2 - 1) / 12
        assert (w * y[:, None] * x[None, :]).sum() == pytest.approx(-cos * sin * spread, abs=0.25)
        mirrored = kernel("motion-blur", length=length, angle=-angle).weights
        np.testing.assert_allclose(mirrored, w[::-1], rtol=0, atol=1e-14)


def test_dog_is_nearly_minus_a_laplacian_of_gaussian():
    narrow, times = 3.0, 1.05
    dog = kernel("dog", sigma=narrow, ratio=times, size=31).weights
    log = kernel("log", sigma=narrow * (1 + times) / 2, size=31).weights
    np.testing.assert_allclose(dog, -(times - 1) * narrow**2 * log, rtol=0, atol=0.06 * dog.max())


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
@pytest.mark.parametrize("phase", [0, 40, 90])
def test_gabor_is_opencvs_reversed_with_the_other_sense_of_turning(angle, phase):
    cv2 = peer("cv2")
    theirs = cv2.getGaborKernel((13, 11), 2.0, np.radians(-angle), 5.0, 0.7, np.radians(phase), cv2.CV_64F)
    ours = kernel("gabor", wavelength=5, angle=angle, sigma=2, aspect=0.7, phase=phase, size=(11, 13))
    np.testing.assert_allclose(ours.reversed_weights, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", kernels())
def test_weights_are_finite_and_read_only(name):
    k = kernel(name)
    assert np.isfinite(k.weights).all()
    for array in (k.weights, k.reversed_weights, *(k.factors or ())):
        assert not array.flags.writeable
    if k.integers is not None:
        assert np.array_equal(k.weights, k.integers * float(k.scale) if k.scale.numerator != 1 else k.integers / k.scale.denominator)
