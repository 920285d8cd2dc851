"""faltung.drop_in.scipy_ndimage does what scipy.ndimage does: dtypes, output, origins, axes, complex numbers, errors."""

from itertools import product

import numpy as np
import pytest
from drop_in.agreement import assert_agree, numbers
from scipy import ndimage

from faltung.drop_in import scipy_ndimage as ours
from faltung.spec.numbers import DTYPES

SEVERAL, ONE = ("convolve", "correlate"), ("convolve1d", "correlate1d")
FUNCTIONS = SEVERAL + ONE
MODES = ("reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant")


def agree(name, *args, **kwargs):
    assert_agree(getattr(ours, name), getattr(ndimage, name), *args, **kwargs)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_size_and_origin(name, mode):
    for n, k in product(range(1, 7), range(1, 7)):
        for origin in range(-(k // 2) - 1, (k - 1) // 2 + 2):  # one illegal origin at each end
            agree(name, numbers(n, "int64"), numbers(k, "float64", 1), mode=mode, cval=3, origin=origin)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_pair_of_dtypes(name):
    for a, b in product(DTYPES, DTYPES):
        if (a, b) != ("object", "object") and "bool" not in (a, b):
            agree(name, numbers(7, a), numbers(4, b, 1), same_message=False)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_bool_is_true_wherever_the_sum_is_not_zero(name):
    """Differs on purpose: SciPy writes the sum itself into the byte of a bool, which NumPy then shows as True."""
    x, k = np.array([False, True, True, False]), [1, 1, 1]
    for output in (None, bool):
        found, theirs = getattr(ours, name)(x, k, output=output), getattr(ndimage, name)(x, k, output=output)
        assert found.view(np.uint8).max() == 1 < theirs.view(np.uint8).max()
        assert found.dtype == theirs.dtype == bool
        assert found.tolist() == (theirs.view(np.uint8) != 0).tolist()
    agree(name, x, k, output="bool")
    agree(name, x, k, output=np.int16)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"])
def test_integers_are_truncated_and_wrap(name, dtype):
    x = np.array([0, 1, 100, 127, 90, 3, 64]).astype(dtype)
    # Halves and quarters: exact in any order of summation, which is not SciPy's along one axis, so that truncation is the same.
    for k in ([1.75, 0.75], [-1.75, 0.75, 0.25], [100.5, 3.25], [-77.75]):
        agree(name, x, k)
        agree(name, x, k, output=np.float32)
        agree(name, x.astype(np.float64), k, output=dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "int32"])
def test_output(name, dtype):
    x, k = numbers((4, 5), dtype), numbers((2, 3), "float64", 1) if name in SEVERAL else numbers(3, "float64", 1)
    outputs = [None, "float32", "float64", "complex64", "complex128", "int16", np.float32, np.dtype("f8"), np.complex64]
    outputs += [float, complex, int, "float16", "longdouble", "O", "S3", ">f4", ">c16", np.dtype(">f8"), object, np.zeros((4, 4))]
    for output in outputs:
        agree(name, x, k, output=output, same_message=name in SEVERAL)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", ">f4", "int16", "uint8"])
def test_output_array_is_filled_and_returned(name, dtype):
    x, k = numbers((4, 5), "complex64" if dtype == "complex64" else "float32"), numbers((3,) if name in ONE else (3, 2), "float64", 1)
    one, other = np.zeros((8, 5), dtype)[::2], np.zeros((4, 5), dtype)
    assert getattr(ours, name)(x, k, output=one) is one
    getattr(ndimage, name)(x, k, output=other)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_output_in_place(name):
    k = numbers((3,) if name in ONE else (3, 2), "float64", 1)
    for dtype in ("float64", "int16"):
        x, y = numbers((4, 5), dtype), numbers((4, 5), dtype)
        getattr(ours, name)(x, k, output=x)
        getattr(ndimage, name)(y, k, output=y)
        np.testing.assert_array_equal(x, y)
    fixed = np.zeros((4, 5))
    fixed.flags.writeable = False
    agree(name, numbers((4, 5), "float64"), k, output=fixed, same_message=False)


@pytest.mark.parametrize("name", SEVERAL)
def test_axes_and_origins(name):
    x = numbers((3, 4, 5), "int64")
    for axes in (0, 2, (0,), (-1,), (0, 2), (2, 0), [1, 2], (0, 1, 2), (2, 1, 0), None, (0, 0), (3,), 0.5, "a", (), [0, 0.5]):
        count = 3 if axes is None else len(axes) if isinstance(axes, tuple | list) else 1
        for origin in (0, -1, (0, -1, 0)[:count], (-1,) * count, [0] * (count + 1)):
            agree(name, x, numbers((2, 3, 2)[:count], "float64", 1), axes=axes, origin=origin)
    agree(name, x, numbers((2, 3), "float64"))
    agree(name, x, numbers((2, 3), "float64"), axes=(1,))


@pytest.mark.parametrize("name", ONE)
def test_axis(name):
    x = numbers((3, 4, 5), "int64")
    for axis in (0, 1, 2, -1, -3, np.int64(1), 3, -4, 0.5, "a", None, (0,)):
        agree(name, x, [1, 2, 5.5], axis=axis, same_message=isinstance(axis, int))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_complex(name):
    shape, kernel = ((4, 5), (2, 3)) if name in SEVERAL else ((4, 5), (4,))
    for a, b in product(("float32", "complex64", "complex128", "uint8", "int64"), ("float64", "complex64", "complex128")):
        x, k = numbers(shape, a), numbers(kernel, b, 1)
        for mode, cval in product(("constant", "mirror"), (0, 2.5, 1 + 2j)):
            agree(name, x, k, mode=mode, cval=cval, same_message="c" in (x.dtype.kind, k.dtype.kind))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan(name):
    x = np.array([1, np.nan, 3, 4, np.inf, 6, 7, 8])
    turned = np.zeros(8, complex)
    turned.imag = x
    for k in ([1, 0, 1], [0, 0, 0], [1, 1], [0, 1, 0, 0], np.array([1, 0, 1j]), np.array([1j, 0, 0])):
        for data in (x, x.astype(complex), turned):
            agree(name, data, k)
            agree(name, data, k, mode="constant", cval=np.nan)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_refused(name):
    x = numbers(5, "float64")
    for mode in ("bad", None, 2, ["reflect"], ("reflect",)):
        agree(name, x, [1, 1], mode=mode)
    for weights in ([], [[1, 1]], 1) if name != "convolve1d" else ([], [[1, 1]]):  # SciPy has an IndexError for the last
        agree(name, x, weights)
    for cval in ("a", None, [1], np.array(2)):
        agree(name, x, [1, 1], mode="constant", cval=cval, same_message=False)
    for origin in (0.5, "a", None, 1, True):
        agree(name, x, [1, 1], origin=origin, same_message=False)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_samples_and_no_axes(name):
    k = [1.0, 2.0] if name in ONE else [[1.0, 2.0]]
    for dtype in ("float64", "complex64", "uint8"):
        agree(name, np.zeros((0, 3), dtype), k)
        agree(name, np.zeros((3, 0), dtype), k, output=np.float32 if dtype != "complex64" else np.complex64)
    if name in SEVERAL:
        agree(name, np.array(3.0), np.array(2.0))
        agree(name, 3.0, [2.0])
    else:
        agree(name, np.array(3.0), [2.0])


@pytest.mark.parametrize("name", SEVERAL)
def test_tiny_weights_count(name):
    """Differs on purpose: SciPy takes weights of magnitude up to 2.2e-16 for zeros."""
    assert getattr(ndimage, name)([1e20, 2e20], [1e-20]).tolist() == [0, 0]
    assert getattr(ours, name)([1e20, 2e20], [1e-20]).tolist() == [1, 2]


@pytest.mark.parametrize("name", SEVERAL)
def test_last_axis_as_a_bare_number(name):
    """Differs on purpose: SciPy takes -1 in a tuple only."""
    x = numbers((3, 4), "int64")
    with pytest.raises(RuntimeError, match="must match len"):
        getattr(ndimage, name)(x, [1, 2], axes=-1)
    np.testing.assert_array_equal(getattr(ours, name)(x, [1, 2], axes=-1), getattr(ndimage, name)(x, [1, 2], axes=(-1,)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_beyond_32_bits(name):
    """Differs on purpose: SciPy leaves the conversion of such sums, and of NaN, to the C compiler."""
    x = np.array([np.nan, np.inf, 5e9, -5e9])
    for dtype in ("int16", "int32", "uint32", "int64"):
        assert getattr(ours, name)(x, [1], output=dtype).tolist() == [0, 0, *np.array([5 * 10**9, -5 * 10**9]).astype(dtype)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_large_uint64(name):
    agree(name, np.array([2**63 + 4096, 2**64 - 4096], np.uint64), [1])
