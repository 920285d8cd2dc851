"""The results that cases.py rebuilds by hand are those of the libraries in the reports."""

import subprocess

import numpy as np
import pytest
from diagnose.reports import cases
from dialects.onnx_node import runner
from peers import peer, program

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]  # what libraries warn of when they are imported is not ours


def torch_of(*arrays: np.ndarray) -> list:
    torch = peer("torch")
    return [torch.from_numpy(np.ascontiguousarray(array, dtype=np.float64)) for array in arrays]


def equal(found: object, wanted: object) -> None:
    assert np.array_equal(np.asarray(found), np.asarray(wanted))


def channels_first(x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.moveaxis(x, 3, 1), w.transpose(3, 2, 0, 1)


def test_a_filter_of_ones_own_with_zeros():
    case = cases.zero_pad_against_reflect()
    x, w = torch_of(case.x[None, None], case.k[None, None])
    equal(peer("torch").nn.functional.conv2d(x, w, padding=1)[0, 0], case.y)


def test_conv2_of_octave():
    case = cases.centre_of_even_kernels()
    x, k = (f"[{'; '.join(' '.join(map(str, row)) for row in array.tolist())}]" for array in (case.x, case.k))
    text = f"printf('%d ', conv2({x}, {k}, 'same').')"
    done = subprocess.run([program("octave"), "--no-gui", "--quiet", "--eval", text], capture_output=True, text=True, check=True)
    equal([int(word) for word in done.stdout.split()], case.y.ravel())


def test_weights_turned():
    functional = peer("torch").nn.functional
    case = cases.weights_from_a_library_that_correlates()
    equal(functional.conv2d(*torch_of(case.x, case.k[:, :, ::-1, ::-1])), case.y)
    case = cases.theano_to_tensorflow()
    equal(functional.conv2d(*torch_of(case.x, case.k[:, :, ::-1, ::-1]), padding=1), case.y)
    case = cases.kernels_not_reversed_on_load()
    equal(peer("keras").ops.conv(*torch_of(case.x, case.k[::-1, ::-1]), padding="same"), case.y)


def test_pads_with_a_stride():
    torch, lax = peer("torch"), peer("jax").lax
    case = cases.pads_of_same_with_stride()
    equal(np.moveaxis(torch.nn.functional.conv2d(*torch_of(*channels_first(case.x, case.k)), padding=1, stride=2).numpy(), 1, 3), case.y)
    case = cases.pad_on_the_wrong_side()
    x, w = torch_of(case.x, case.k)
    equal(torch.nn.functional.conv2d(torch.nn.functional.pad(x, (1, 0, 1, 0)), w, stride=2), case.y)
    equal(lax.conv(case.x.astype(np.float32), case.k.astype(np.float32), (2, 2), "SAME"), case.expected)


def test_transposed_layers():
    torch, lax = peer("torch"), peer("jax").lax
    case = cases.transposed_layer_reversed()
    letters = ("NCHW", "IOHW", "NCHW")
    x, w = case.x.astype(np.float32), case.k.astype(np.float32)
    equal(lax.conv_transpose(x, w, (2, 2), "VALID", dimension_numbers=letters), case.y)
    case = cases.transposed_layer_off_by_one()
    x, w = torch_of(*channels_first(case.x, case.k))
    y = torch.nn.functional.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1)
    equal(np.moveaxis(y.numpy(), 1, 3), case.y)
    case = cases.padding_of_a_transposed_layer_is_a_crop()
    run = runner(peer("onnx"), peer("onnxruntime"), "ConvTranspose")
    equal(run(case.x.astype(np.float32), case.k.astype(np.float32), strides=[2, 2], pads=[0, 0, 2, 2]), case.y)
    case = cases.grouped_transposed_layout()
    swapped = np.concatenate([part.swapaxes(0, 1) for part in np.split(case.k, 2, 0)], 0)
    equal(torch.nn.functional.conv_transpose2d(*torch_of(case.x, swapped), groups=2), case.y)


def test_channels():
    case = cases.blue_and_red_exchanged()
    equal(peer("torch").nn.functional.conv2d(*torch_of(case.x[:, ::-1], case.k)), case.y)
    case = cases.depthwise_weights()
    equal(np.moveaxis(np.asarray(peer("keras").ops.depthwise_conv(*torch_of(np.moveaxis(case.x, 1, 3), case.k))), 3, 1), case.y)


def test_backward():
    torch = peer("torch")
    case = cases.backward_without_the_turn()
    g, w = torch_of(case.x, case.k)
    equal(torch.nn.grad.conv2d_input(case.expected.shape, w, g), case.expected)
    equal(torch.nn.functional.conv2d(g, w.swapaxes(0, 1), padding=(2, 1)), case.y)


def test_autocorrelation_of_jax():
    case = cases.conjugate_missing()
    jax = peer("jax")
    with_conjugate = np.asarray(jax.numpy.correlate(case.x.astype(np.complex64), case.k.astype(np.complex64), "full"))
    assert int(np.argmax(np.abs(with_conjugate))) == case.x.size - 1  # the peak that the report misses
    assert not np.allclose(with_conjugate, case.y)
