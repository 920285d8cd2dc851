"""jax.lax, jax.numpy and jax.scipy.signal mean what JAX computes: values, shapes, dtypes and refusals."""

import os
from itertools import product

import numpy as np
import pytest
from dialects.tensor_cases import PLANES, SIZES, Beside, grid, large, whole
from peers import peer

import faltung as ft

os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")  # every shape is compiled: quickly, please
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")]
DTYPES = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "uint16",
    "int32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
FIRST = (("NCH", "OIH", "NCH"), ("NHC", "HIO", "NHC"), ("HCN", "IHO", "CNH"))


@pytest.fixture(scope="module")
def jax():
    library = peer("jax")
    peer("jax.scipy.signal")
    return library


def beside(jax, name):
    home, _, last = f"jax.{name}".rpartition(".")
    module = {"jax.lax": jax.lax, "jax.numpy": jax.numpy, "jax.scipy.signal": jax.scipy.signal}[home]
    return Beside(f"jax.{name}", getattr(module, last))


def placed(array, source, target):
    """Return an array whose axes have the letters `source` with its axes in the order of `target`."""
    return np.ascontiguousarray(array.transpose([source.index(c) for c in target]))


def test_one_axis(jax):
    check = beside(jax, "lax.conv_general_dilated")
    for n, size in SIZES:
        x, k = whole((1, 2, n)), whole((3, 2, size), seed=2)
        for arguments in grid(window_strides=((1,), (2,), (3,)), padding=("SAME", "SAME_LOWER", "VALID", [(2, 1)], [(1, -2)])):
            check(x, k, **arguments)
        for arguments in grid(window_strides=((1,), (2,)), padding=("same", [(3, 4)]), rhs_dilation=((2,),)):
            check(x, k, **arguments)
    check.enough(values=180, refusals=20)


def test_negative_pads_read_the_next_image(jax):
    """XLA's CPU code: with a negative pad below and a positive one above, samples of the next image stand where zeros should."""
    x, k = np.arange(1, 7, dtype="float32")[None, None].repeat(2, 0).repeat(2, 1), np.ones((1, 2, 4), "float32")
    x[:, 1] = 0
    found = np.asarray(jax.lax.conv_general_dilated(x, k, (2,), [(-1, 2)]))
    right = ft.like("jax.lax.conv_general_dilated", window_strides=(2,), padding=[(-1, 2)])(x, k)
    assert right[0, 0].tolist() == [2 + 3 + 4 + 5, 4 + 5 + 6]
    assert found[0, 0].tolist() == [2 + 3 + 4 + 5, 4 + 5 + 6 + 1], "mended: the bug's line in the dialect can go"
    check = beside(jax, "lax.conv_general_dilated")  # cropping alone is right
    for padding in ([(-1, -1)], [(-2, 0)], [(0, -3)], [(2, -1)]):
        check(x, k, window_strides=(1,), padding=padding)
    check.enough(values=3)


def test_spread_input(jax):
    check = beside(jax, "lax.conv_general_dilated")
    for n, size in SIZES[:9]:
        x, k = whole((1, 2, n)), whole((2, 2, size), seed=2)
        for arguments in grid(
            window_strides=((1,), (2,)), padding=("SAME", [(3, 1)], [(-1, -2)]), lhs_dilation=((2,), (3,)), rhs_dilation=((2,),)
        ):
            check(x, k, **arguments)
    check.enough(values=50, refusals=30)


def test_layouts(jax):
    check = beside(jax, "lax.conv_general_dilated")
    layouts = [
        ("NCHW", "OIHW", "NCHW"),
        ("NHWC", "HWIO", "NHWC"),
        ("NHWC", "OHWI", "NCHW"),
        ("HWCN", "WIHO", "CNWH"),
        ("NCWH", "OIHW", "NCHW"),
    ]
    for (n, size), numbers in product(PLANES, layouts):
        x, k = placed(whole((2, 3, *n)), "NCHW", numbers[0]), placed(whole((4, 3, *size), seed=2), "OIHW", numbers[1])
        check(x, k, dimension_numbers=numbers, window_strides=(2, 1), padding="SAME")
        check(x, k, dimension_numbers=numbers, window_strides=(1, 3), padding=[(1, 2), (3, 0)], rhs_dilation=(1, 2))
    x, k = whole((1, 5, 4, 6, 2)), whole((2, 3, 2, 2, 3), seed=2)
    check(x, k, window_strides=(1, 2, 1), padding="SAME", dimension_numbers=("NDHWC", "DHWIO", "NDHWC"))
    check(
        whole((1, 3, 4, 5)), whole((3, 2, 3, 2), seed=2), window_strides=(1, 2), padding="SAME", dimension_numbers=("N0C1", "IO10", "1C0N")
    )
    parsed = jax.lax.conv_dimension_numbers((1, 2, 5, 4), (3, 2, 2, 3), ("NCHW", "OIWH", "NCHW"))
    check(whole((1, 2, 5, 4)), whole((3, 2, 2, 3), seed=2), window_strides=(1, 2), padding="SAME", dimension_numbers=parsed)
    for numbers in (("NHC", "HIO"), ("NXC", "XYO", "NXC"), ("NHC", "HIO", "NWC")):
        check(whole((1, 5, 2)), whole((2, 2, 2)), window_strides=(1,), padding="SAME", dimension_numbers=numbers)
    check.enough(values=45, refusals=3)


def test_groups(jax):
    check = beside(jax, "lax.conv_general_dilated")
    for counts in ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (2, 2)):
        for x_shape, k_shape in (
            ((6, 4, 5), (6, 2, 3)),
            ((6, 4, 5), (6, 4, 3)),
            ((4, 6, 5), (6, 2, 2)),
            ((4, 6, 5), (4, 6, 2)),
            ((3, 2, 5), (5, 2, 2)),
        ):
            arguments = {"window_strides": (1,), "padding": "SAME", "feature_group_count": counts[0], "batch_group_count": counts[1]}
            for numbers in FIRST:
                x, k = placed(whole(x_shape), "NCH", numbers[0]), placed(whole(k_shape, seed=2), "OIH", numbers[1])
                check(x, k, dimension_numbers=numbers, **arguments)
    check.enough(values=20, refusals=40)


def test_conv_transpose(jax):
    check = beside(jax, "lax.conv_transpose")
    for n, size in [(4, k) for k in range(1, 8)] + [(1, 3)]:
        x, k = whole((1, n, 2)), whole((size, 2, 2), seed=2)
        for arguments in grid(strides=((2,), (3,)), padding=("SAME", "VALID", [(2, 1)]), rhs_dilation=(None, (2,))):
            check(x, k, **arguments)
            padding = arguments["padding"] if isinstance(arguments["padding"], str) else ((1, -1),)
            check(x, k, transpose_kernel=True, use_consistent_padding=True, **arguments | {"padding": padding})
    for numbers, keep in product(FIRST, (False, True)):
        x, k = placed(whole((1, 2, 5)), "NCH", numbers[0]), placed(whole((2, 2, 3), seed=2), "OIH", numbers[1])
        for arguments in grid(strides=((1,), (2,)), padding=("SAME", "VALID", [(2, 1)])):
            check(x, k, dimension_numbers=numbers, transpose_kernel=keep, **arguments)
    check.enough(values=210)


def test_conv_transpose_of_two_axes(jax):
    check = beside(jax, "lax.conv_transpose")
    for n, size in PLANES:
        x, k = whole((1, *n, 2)), whole((*size, 2, 3), seed=2)
        for arguments in grid(strides=((1, 2), (3, 2)), padding=("SAME", "VALID", [(2, 1), (0, 3)])):
            check(x, k, **arguments)
            check(x, np.ascontiguousarray(k.swapaxes(2, 3)), transpose_kernel=True, **arguments)
    for padding in ("same", "SAME_LOWER"):
        check(x, k, strides=(1, 1), padding=padding)
        check(x, k, strides=(1, 2), padding=padding)
    check(whole((1, 4, 3, 5, 2)), whole((2, 3, 2, 2, 3), seed=2), strides=(2, 1, 3), padding="SAME")
    check.enough(values=58, refusals=2)


@pytest.mark.parametrize("name", ["lax.conv_general_dilated", "lax.conv_transpose"])
def test_dtypes(jax, name):
    check = beside(jax, name)
    transposed = {"dimension_numbers": ("NCH", "OIH", "NCH")} if name.endswith("transpose") else {}
    steps = "strides" if transposed else "window_strides"
    for dtype in DTYPES:
        x, k = whole((1, 2, 6), dtype), whole((2, 2, 3), dtype, seed=2)
        check(x, k, **{steps: (2,)}, padding="SAME", **transposed)
        if np.dtype(dtype).kind in "iu" and np.dtype(dtype).itemsize < 8:
            check(large(x.shape, dtype), large(k.shape, dtype, seed=2), **{steps: (1,)}, padding="SAME", **transposed)
    for a, b in (("int8", "uint8"), ("float32", "float64"), ("int32", "int64"), ("float16", "float32"), ("complex64", "float32")):
        check(whole((1, 2, 6), a), whole((2, 2, 3), b, seed=2), **{steps: (1,)}, padding="SAME", **transposed)
    for a, wider in (("int8", "int32"), ("float16", "float32")):
        x, k = (large((1, 2, 6), a), large((2, 2, 3), a, seed=2)) if a == "int8" else (whole((1, 2, 6), a), whole((2, 2, 3), a, seed=2))
        check(x, k, **{steps: (1,)}, padding="SAME", preferred_element_type=wider, **transposed)
    check.enough(values=20, refusals=3)


def test_short_forms(jax):
    check = beside(jax, "lax.conv")
    for n, size in PLANES:
        x, k = whole((1, 4, *n)), whole((3, 4, *size), seed=2)
        for arguments in grid(window_strides=((1, 1), (2, 1), (1, 3)), padding=("SAME", "VALID")):
            check(x, k, **arguments)
    check.enough(values=20)
    check = beside(jax, "lax.conv_with_general_padding")
    for n, size in PLANES:
        x, k = whole((1, 4, *n)), whole((3, 4, *size), seed=2)
        for arguments in grid(
            window_strides=((1, 1), (2, 1)), padding=("SAME", [(1, 0), (2, 3)]), lhs_dilation=(None, (2, 1)), rhs_dilation=(None, (1, 2))
        ):
            check(x, k, **arguments)
    check.enough(values=40, refusals=20)


@pytest.mark.parametrize("name", ["numpy.convolve", "numpy.correlate", "scipy.signal.convolve", "scipy.signal.correlate"])
def test_like_numpy_and_scipy(jax, name):
    check = beside(jax, name)
    for (n, size), mode in product(SIZES, ("full", "same", "valid", "all")):
        check(whole((n,)), whole((size,), seed=2), mode=mode)
    for (n, size), mode in product(((5, 2), (3, 6)), ("full", "same", "valid")):
        check(whole((n,), "complex64"), whole((size,), "complex64", seed=2), mode=mode)
    for a, b in product(DTYPES, ("int8", "float16", "complex128")):
        check(whole((5,), a), whole((3,), b, seed=2))
    check.enough(values=80, refusals=10)


@pytest.mark.parametrize("name", ["convolve", "correlate", "convolve2d", "correlate2d"])
def test_two_axes(jax, name):
    check = beside(jax, f"scipy.signal.{name}")
    for (n, size), mode in product(PLANES, ("full", "same", "valid")):
        for dtype in ("int16", "complex64"):
            if not (name == "correlate2d" and mode == "valid" and dtype == "complex64"):
                check(whole(n, dtype), whole(size, dtype, seed=2), mode=mode)
    if name.endswith("2d"):
        for arguments in ({"boundary": "wrap"}, {"boundary": "fill", "fillvalue": 3}):
            check(whole((5, 4)), whole((2, 3)), **arguments)
    check.enough(values=15, refusals=6)


def test_correlate2d_forgets_to_conjugate(jax):
    """Should this fail, JAX has mended it: the bug's line in the dialect can go."""
    check = beside(jax, "scipy.signal.correlate2d")
    call = check.run
    check.run = lambda x, k, bugs, mode: call(x, k, mode=mode)
    for (n, size), mode in product((((5, 6), (2, 3)), ((2, 3), (5, 6))), ("full", "same", "valid")):
        check(whole(n, "complex64"), whole(size, "complex64", seed=2), mode=mode, bugs=True)
    check.enough(values=6)


def test_fftconvolve(jax):
    check = beside(jax, "scipy.signal.fftconvolve")
    call = check.run

    def rounded(x, k, **arguments):
        answer = np.asarray(call(x, k, **arguments))
        nearest = np.rint(answer) + 0  # no negative zeros
        assert np.abs(answer - nearest).max() < 0.01
        return nearest

    check.run = rounded
    for (n, size), mode in product(SIZES, ("full", "same", "valid")):
        check(whole((n,)), whole((size,), seed=2), mode=mode)
    check(whole((5,), "float16"), whole((3,), "float16"))
    check.enough(values=30, refusals=1)
