"""A stream gives what the whole signal gives, whatever the blocks: bits, dtypes, batches, decimation, state."""

import copy
import pickle
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from scipy import signal

import faltung as ft
from faltung.methods.bounds import error_bound

MODES = ("full", "same:high", "same:low", "valid", "causal", ((2, 1),), ((-1, 2),), ((3, -2),))
DTYPES = ("bool", "int8", "uint16", "int64", "float16", "float32", "float64", "longdouble", "complex64", "complex128")


def blocks(x, cuts, axis=-1):
    return np.split(x, sorted(cuts), axis)


def fed(stream, parts, axis=-1):
    """Return what a stream gives for these blocks and at their end, in one array."""
    return np.concatenate([*(stream(part) for part in parts), stream.flush()], axis)


def splits(n, count, seed=0):
    """Yield whole, sample by sample, and some random cuts, with blocks of no samples among them."""
    yield ()
    yield tuple(range(1, n))
    draw = np.random.default_rng([seed, n])
    for _ in range(count):
        yield tuple(draw.integers(0, n + 1, draw.integers(1, 6)))


def sampled(n, dtype, seed):
    draw = np.random.default_rng([seed, n])
    if np.dtype(dtype).kind in "biu":
        low = 0 if np.dtype(dtype).kind in "bu" else -100
        return draw.integers(low, 2 if dtype == "bool" else 100, n).astype(dtype)
    x = draw.standard_normal(n)
    return (x + 1j * draw.standard_normal(n) if np.dtype(dtype).kind == "c" else x).astype(dtype)


@pytest.mark.parametrize("operation", ["convolve", "correlate"])
def test_every_small_size_exactly(operation):
    checked = 0
    for n, k, mode, stride, dilation in product((1, 2, 7), (1, 2, 5), MODES, (1, 3), (1, 2)):
        x, w = sampled(n, "int64", 1), sampled(k, "int64", 2)
        arguments = {"mode": mode, "stride": stride, "dilation": dilation}
        for boundary in ("zero", "edge", (("edge", "zero"),)):
            try:
                expected = getattr(ft, operation)(x, w, boundary=boundary, method="shift", **arguments)
            except ft.SpecError:
                expected = np.zeros(0, int)  # the kernel does not fit: no output
            for cuts in splits(n, 1):
                found = fed(ft.Stream(w, operation=operation, boundary=boundary, method="shift", **arguments), blocks(x, cuts))
                np.testing.assert_array_equal(found, expected, f"{n} {k} {arguments} {boundary} {cuts}")
                checked += 1
    assert checked > 1800


@pytest.mark.parametrize("method", ["shift", pytest.param("direct", marks=pytest.mark.compiled)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_the_split_changes_no_bit(dtype, method):
    for (n, k), mode, stride in product([(60, 7), (700, 33), (5000, 260)], ("full", "same", "valid"), (1, 3)):
        x, w = sampled(n, dtype, 1), sampled(k, dtype, 2)
        expected = ft.convolve(x, w, mode=mode, stride=stride, method=method)
        for cuts in list(splits(n, 3))[0 if n < 100 else 2 :]:
            stream = ft.Stream(w, mode=mode, stride=stride, method=method)
            np.testing.assert_array_equal(fed(stream, blocks(x, cuts)), expected, f"{n} {k} {mode} {stride} {cuts}")


@pytest.mark.parametrize(("x_dtype", "k_dtype"), list(product(DTYPES, DTYPES)))
def test_every_pair_of_dtypes(x_dtype, k_dtype):
    x, w = sampled(40, x_dtype, 1), sampled(6, k_dtype, 2)
    stream = ft.Stream(w)
    expected = ft.convolve(x, w, method=method_of(stream, x))
    found = fed(stream, blocks(x, (0, 3, 20)))
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def method_of(stream, x):
    """Return the method that a stream takes for this input."""
    other = copy.copy(stream)
    other(x[:0])
    return other.method


def test_python_numbers_take_the_precision_of_the_input():
    x = sampled(30, "float32", 1)
    stream = ft.Stream([0.1, 0.2, 0.3], method="shift")
    expected = ft.convolve(x, [0.1, 0.2, 0.3], method="shift")
    found = fed(stream, [x[:10], x[10:]])
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
    late = ft.Stream([1, 2], input_dtype="float32")
    assert (late([1, 2]).dtype, late([0.5]).tolist()) == (np.float32, [4.5])


def test_integers_are_exact_beyond_every_float():
    x, w = np.array([2**62, 5, -(2**61)]), np.array([1, 3])
    with pytest.raises(OverflowError, match="dtype=object is exact"):
        ft.Stream(w)(x)
    assert fed(ft.Stream(w, dtype=object), [x[:1], x[1:]]).tolist() == [2**62, 3 * 2**62 + 5, -(2**61) + 15, -3 * 2**61]
    thirds = np.array([Fraction(1, 3), Fraction(1, 7)], object)
    assert fed(ft.Stream(thirds), [thirds[:1], thirds[1:]]).tolist() == [Fraction(1, 9), Fraction(2, 21), Fraction(1, 49)]


@pytest.mark.parametrize("frame", [None, 256])
@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_fourier_stays_within_its_bound(dtype, frame):
    x, w = sampled(6000, dtype, 1), sampled(500, dtype, 2)
    exact = ft.convolve(x.astype("clongdouble"), w.astype("clongdouble"), method="shift")
    whole = ft.plan(x, w, method="fourier")
    seen = set()
    for cuts in splits(6000, 5):
        if len(cuts) > 100:
            cuts = cuts[:40]
        stream = ft.Stream(w, method="fourier", frame=frame)
        found = fed(stream, blocks(x, cuts))
        assert np.abs(found - exact).max() <= 4 * whole.error_bound * np.abs(w).sum() * np.abs(x).max()
        seen.add(found.tobytes())
    assert len(seen) == 1 or frame is None  # in frames, the split changes no bit


def test_the_method_is_chosen_for_the_block_named_and_not_for_those_that_come():
    w = sampled(3000, "float64", 1)
    names = []
    for block, first in product((1, 100_000), (1, 50_000)):
        stream = ft.Stream(w, block=block)
        stream(np.zeros(first))
        names.append(stream.method)
    assert names[0] == names[1]
    assert names[2] == names[3]
    expected = [ft.plan((3000 + block - 1,), w, mode="valid").method for block in (1, 100_000)]
    assert names[::2] == expected


def test_frames_wait_until_they_are_full():
    stream = ft.Stream([1, 1], frame=4)
    assert [len(stream(np.ones(n, int))) for n in (3, 1, 0, 7, 1)] == [0, 4, 0, 4, 4]
    assert stream.flush().tolist() == [1]
    with pytest.raises(ft.SpecError, match="1 outputs wait for a frame of 4"):
        stream(np.ones(5, int)), stream.zi


def test_batches_and_sliding_axes():
    x, w = sampled(6 * 40 * 5, "float64", 1).reshape(6, 40, 5), sampled(7, "float64", 2)
    found = fed(ft.Stream(w, axis=1, method="shift"), blocks(x, (1, 1, 30), 1), 1)
    np.testing.assert_array_equal(found, ft.convolve(x, w, axes=1, method="shift"))
    x, w = x.reshape(40, 30), sampled(12, "float64", 2).reshape(3, 4)
    for axis, mode, boundary in product((0, 1), ("full", "same", "valid"), ("edge", "zero")):
        stream = ft.Stream(w, axis=axis, mode=mode, boundary=boundary, stride=(2, 1), method="shift", operation="correlate")
        expected = ft.correlate(x, w, mode=mode, boundary=boundary, stride=(2, 1), method="shift")
        np.testing.assert_array_equal(fed(stream, blocks(x, (3, 4, 17), axis), axis), expected)
    lines = ft.Stream(w, axis=0, mode="same", boundary=("zero", "half_sample"), method="shift")  # rows of a camera
    expected = ft.convolve(x, w, mode="same", boundary=("zero", "half_sample"), method="shift")
    np.testing.assert_array_equal(fed(lines, blocks(x, range(1, 40), 0), 0), expected)
    x = x.reshape(10, 4, 30)
    stream = ft.Stream(w, axis=-1, axes=(0, -1), dilation=(1, 2), method="shift")
    np.testing.assert_array_equal(fed(stream, blocks(x, (7, 20))), ft.convolve(x, w, axes=(0, 2), dilation=(1, 2), method="shift"))


def test_fills():
    x, w = sampled(9, "float32", 1), sampled(3, "float32", 2)
    arguments = {"boundary": "constant", "fill": 0.1, "mode": "same", "method": "shift"}
    np.testing.assert_array_equal(fed(ft.Stream(w, **arguments), blocks(x, (4,))), ft.convolve(x, w, **arguments))
    arguments |= {"fill": np.nan, "mode": "full"}
    np.testing.assert_array_equal(fed(ft.Stream(w, **arguments), blocks(x, (4,))), ft.convolve(x, w, **arguments))
    with pytest.raises(ft.SpecError, match="fill -1 is no uint8"):
        ft.Stream([1, 1], boundary="constant", fill=-1)(np.ones(3, np.uint8))


def test_rounding_and_saturation_are_those_of_convolve():
    x, w = sampled(50, "uint16", 1), np.array([0.5, 0.25, 0.75])
    arguments = {"dtype": "uint8", "overflow": "saturate", "rounding": "half_up"}
    np.testing.assert_array_equal(fed(ft.Stream(w, **arguments), blocks(x, (9, 30))), ft.convolve(x, w, **arguments))


def test_not_a_number_stays_in_its_windows():
    x = sampled(400, "float64", 1)
    x[100] = np.nan
    for method in ("shift", "fourier"):
        found = fed(ft.Stream(np.ones(9), method=method), blocks(x, (90, 101, 300)))
        assert np.flatnonzero(np.isnan(found)).tolist() == list(range(100, 109))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_state_goes_to_lfilter_and_back(dtype):
    x, w = sampled(3 * 60, dtype, 1).reshape(3, 60), sampled(8, dtype, 2)
    draw = sampled(3 * 7, dtype, 3).reshape(3, 7)
    tolerance = {"rtol": 0, "atol": 1e-4 if dtype == "float32" else 1e-12}
    for zi in (np.zeros_like(draw), draw):
        stream, state = ft.Stream.from_zi(w, zi), zi
        for part in blocks(x, (2, 5, 40)):
            expected, state = signal.lfilter(w, np.ones(1, dtype), part, zi=state)
            np.testing.assert_allclose(stream(part), expected, **tolerance)
            np.testing.assert_allclose(stream.zi, state, **tolerance)
            assert stream.zi.dtype == state.dtype
            stream = ft.Stream.from_zi(w, state)
        np.testing.assert_allclose(ft.Stream.from_zi(w, state).zi, state)


def test_state_is_what_the_past_adds():
    x, w = sampled(20, "int64", 1), sampled(6, "int64", 2)
    for cut, operation, dilation in product((0, 1, 3, 12), ("convolve", "correlate"), (1, 2)):
        stream = ft.Stream(w, operation=operation, dilation=dilation)
        first = stream(x[:cut])
        assert stream.zi.tolist() == copy.copy(stream).flush().tolist() or cut == 0
        second = ft.Stream.from_zi(w, stream.zi, operation=operation, dilation=dilation)
        expected = getattr(ft, operation)(x, w, dilation=dilation)
        np.testing.assert_array_equal(np.concatenate([first, fed(second, [x[cut:]])]), expected)
    settled = ft.Stream(w.astype(float), boundary="edge")
    settled([3.0])
    np.testing.assert_allclose(settled.zi, signal.lfilter_zi(w, 1.0) * 3)


def test_one_state_serves_every_item_and_split():
    x, w, zi = sampled(4 * 30, "int64", 1).reshape(4, 30), sampled(5, "int64", 2), np.array([[1, 20, 300, 4000]])
    expected = signal.lfilter(w.astype(float), 1.0, x, zi=np.broadcast_to(zi, (4, 4)).astype(float))[0]
    for cuts in ((), (1, 2, 3, 4), (2, 29)):
        found = np.concatenate([(stream := ft.Stream.from_zi(w, zi))(x[:, :0]), *(stream(part) for part in blocks(x, cuts))], 1)
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(OverflowError, match="and zi together do not fit int64"):
        ft.Stream.from_zi([1, 1], [2**62])([2**62, 0])


def test_pickles_and_copies_go_on_with_the_same_bits():
    x, w = sampled(500, "float32", 1), sampled(40, "float32", 2)
    stream, expected = ft.Stream(w, mode="same", stride=2), fed(ft.Stream(w, mode="same", stride=2), [x])
    got = []
    for part in blocks(x, (0, 7, 8, 300)):
        twin = copy.copy(stream)
        got.append(stream(part))
        np.testing.assert_array_equal(twin(part), got[-1])
        stream = pickle.loads(pickle.dumps(stream))
    whole = np.concatenate([*got, stream.flush()])
    np.testing.assert_array_equal(whole, expected)


def test_flush_and_reset_start_anew():
    stream = ft.Stream([1, 2])
    for _ in range(2):
        assert (stream([1, 1]).tolist(), stream.flush().tolist(), stream.fed, stream.done) == ([1, 3], [2], 0, 0)
    stream([5])
    stream.reset()
    assert stream([1]).tolist() == [1]
    other = ft.Stream([1, 2])
    assert other.flush().tolist() == []
    assert other(np.zeros(0, np.float32)).dtype == np.float32
    assert other.flush().dtype == np.float32


def test_an_error_leaves_the_stream_as_it_was():
    stream = ft.Stream([1, 1], dtype="int8")
    stream([1, 2])
    with pytest.raises(OverflowError):
        stream([100, 100])
    assert (stream.fed, stream([3]).tolist()) == (2, [5])


def test_neither_kernel_nor_blocks_are_kept_alive_or_changed():
    kernel, block = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    stream = ft.Stream(kernel)
    stream(block)
    kernel[:], block[:] = 0, 0
    assert stream(np.ones(1)).tolist() == [3]
    backwards = np.arange(6)[::-2]
    backwards.flags.writeable = False
    assert fed(ft.Stream([1]), [backwards]).tolist() == [5, 3, 1]


def test_latency():
    for mode, expected in (("full", 0), ("causal", 0), ("valid", 4), ("same", 2), (((4, -3),), 3)):
        stream, given = ft.Stream([1] * 5, mode=mode), []
        for _ in range(12):
            given.append(len(stream([1])))
        assert (stream.latency, given.index(1)) == (expected, expected)


def test_it_says_what_it_is():
    stream = ft.Stream([1, 1], mode="same", stride=2)
    stream([1, 2, 3])
    assert repr(stream) == "<Stream convolve same:high stride=2: 2 taps along axis -1, method auto, 3 fed, 2 done>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"boundary": "periodic"}, "boundary 'periodic' cannot be streamed, for it reads the other end"),
        ({"boundary": "half_sample"}, "boundary 'half_sample' cannot be streamed, for it reads samples beyond those"),
        ({"mode": "same_upper"}, "same_upper cannot be streamed: its pads depend on the length"),
        ({"operation": "convolve_transpose"}, "convolve_transpose cannot be streamed"),
        ({"axes": (0, 1)}, "along axis -1, which is none of axes="),
        ({"axes": (0, -1)}, "the kernel has 1 axes .* and axes=.* names 2"),
        ({"k": np.ones((2, 2)), "axis": 2}, "axis 2 does not exist: the kernel has 2 axes"),
        ({"block": 0}, "block is 0; it must be at least 1"),
        ({"frame": 1.5}, "frame is 1.5; it must be a whole number"),
        ({"input_dtype": "datetime64[s]"}, "input_dtype is .* which is no dtype"),
        (
            {"k": np.ones((2, 2)), "axis": 0, "boundary": ("zero", "constant"), "fill": 3},
            "on the streamed axis and another on a later axis",
        ),
        ({"k": []}, "kernel is empty"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ft.SpecError, match=message):
        ft.Stream(**{"k": [1, 1, 1], **arguments})


@pytest.mark.parametrize(
    ("zi", "arguments", "message"),
    [
        ([1, 2, 3], {}, r"zi has shape \(3,\); along axis -1 it must have 2"),
        ([1, 2], {"stride": 2}, "zi is the state of mode 'full' or 'causal' with stride 1, not of convolve stride=2"),
        ([1, 2], {"mode": "same"}, "not of convolve same:high"),
        ([1, 2], {"boundary": "edge"}, "boundary 'edge' says it too"),
        ([1, 2], {"dtype": "uint8"}, "which dtype='uint8' rounds or clips"),
    ],
)
def test_states_that_do_not_go_with_the_stream(zi, arguments, message):
    with pytest.raises(ft.SpecError, match=message):
        ft.Stream.from_zi([1, 1, 1], zi, **arguments)


def test_blocks_that_do_not_go_with_the_first():
    stream = ft.Stream([1, 1], axis=0)
    stream(np.ones((2, 3), np.float32))
    for block, message in (
        (np.ones((2, 4), np.float32), r"a block has shape \(2, 4\) and the first had \(2, 3\); they may differ along axis 0 only"),
        (np.ones(3, np.float32), r"a block has shape \(3,\)"),
        (np.ones((2, 3)), "a block is float64 and the stream's input is float32"),
        (np.ones((2, 3), complex), "a block is complex128"),
    ):
        with pytest.raises(ft.SpecError, match=message):
            stream(block)
    for state, message in (
        (np.ones((1, 2)), r"it must be \(1, 3\), or 1"),
        (np.ones((1, 3), complex), "zi is complex128 and results are float32"),
    ):
        with pytest.raises(ft.SpecError, match=message):
            ft.Stream.from_zi([1, 1], state, axis=0)(np.ones((2, 3), np.float32))
    with pytest.raises(ft.SpecError, match="blocks arrive along axis 1, but the first one has shape"):
        ft.Stream([1, 1], axis=1)([1, 2])
    with pytest.raises(ft.SpecError, match="gives no zi before the first sample"):
        ft.Stream([1, 1], boundary="edge").zi


@pytest.mark.compiled
def test_the_bound_is_that_of_the_pieces():
    """Under `direct`, what the whole promises holds for the stream: it has the same bits."""
    x, w = sampled(4000, "float32", 1), sampled(31, "float32", 2)
    plan = ft.plan(x, w, method="direct")
    exact = ft.convolve(x.astype("longdouble"), w.astype("longdouble"), method="shift")
    found = fed(ft.Stream(w, method="direct"), blocks(x, (1000, 1001, 3000)))
    assert np.abs(found - exact).max() <= error_bound(plan.route.case, "direct") * np.abs(w).sum() * np.abs(x).max()


@pytest.mark.compiled
def test_a_column_times_a_row_is_streamed_in_two_passes():
    k = np.outer(np.arange(1.0, 24), np.arange(18.0, 2, -1)).astype("float32")
    x = np.random.default_rng(0).random((700, 2048)).astype("float32")
    stream = ft.Stream(k, axis=0, axes=(0, 1), mode="valid", block=2048)
    cuts = (0, 3, 250, 251, 511, 700)
    parts = [stream(x[a:b]) for a, b in pairwise(cuts)]
    whole = ft.Stream(k, axis=0, axes=(0, 1), mode="valid", block=2048)
    assert np.array_equal(np.concatenate(parts), whole(x))
    assert whole.method == "separable"
