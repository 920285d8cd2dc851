"""Calls of every library that runs in Python, as data: which function, on how many axes, with which arguments."""

from collections.abc import Iterator
from typing import Any

Arguments = dict[str, Any]
MODES: list[Arguments] = [{"mode": mode} for mode in ("full", "same", "valid")]
NDIMAGE: list[Arguments] = [{}, {"mode": "mirror", "origin": -1}, {"mode": "constant", "cval": 3}, {"mode": "nearest"}, {"mode": "wrap"}]
SPARSE: list[Arguments] = [{"mode": mode} for mode in ("reflect", "mirror", "nearest", "wrap", "constant", "valid")]

# Functions of one image, or one signal: on how many axes, and their arguments.
PLAIN: dict[str, tuple[tuple[int, ...], list[Arguments]]] = {
    "numpy.convolve": ((1,), MODES),
    "numpy.correlate": ((1,), MODES),
    "scipy.signal.convolve": ((1, 2, 3), MODES),
    "scipy.signal.correlate": ((1, 2), MODES),
    "scipy.signal.fftconvolve": ((2,), [{"mode": "same"}]),
    "scipy.signal.oaconvolve": ((2,), [{"mode": "valid"}]),
    "scipy.signal.convolve2d": ((2,), [{"mode": "same", "boundary": "symm"}, {"boundary": "wrap"}, {"mode": "valid"}]),
    "scipy.signal.correlate2d": ((2,), [{"mode": "same", "fillvalue": 3}, {"boundary": "symm"}, {"mode": "same"}]),
    "scipy.ndimage.convolve": ((1, 2, 3), NDIMAGE),
    "scipy.ndimage.correlate": ((1, 2), NDIMAGE),
    "scipy.ndimage.convolve1d": ((1,), NDIMAGE[1:3]),
    "scipy.ndimage.correlate1d": ((1,), NDIMAGE[1:3]),
    "scipy.signal.lfilter": ((1,), [{"a": 1.0}, {"a": [0.5]}]),
    "scipy.signal.upfirdn": ((1,), [{"up": 2, "down": 3}, {"up": 3, "mode": "symmetric"}, {"mode": "reflect"}]),
    "cv2.filter2D": ((2,), [{}, {"borderType": 0}, {"borderType": 1, "anchor": (1, 0)}, {"borderType": 2, "delta": 5}]),
    "cv2.matchTemplate": ((2,), [{"method": 2}]),
    "skimage.filters.correlate_sparse": ((1, 2), SPARSE),
    "dask_image.ndfilters.convolve": ((1, 2), NDIMAGE),
    "dask_image.ndfilters.correlate": ((1, 2), NDIMAGE),
    "SimpleITK.Convolution": ((2, 3), [{}, {"boundaryCondition": 0}, {"boundaryCondition": 2}, {"outputRegionMode": 1}]),
    "SimpleITK.FFTConvolution": ((2, 3), [{}, {"boundaryCondition": 0, "outputRegionMode": 1}]),
    "PIL.ImageFilter.Kernel": ((2,), [{"scale": 1}, {}, {"scale": 2, "offset": 3}]),
    "pyvips.Image.conv": ((2,), [{}, {"offset": 3}, {"precision": "integer"}, {"scale": 4}]),
    "pyvips.Image.convf": ((2,), [{}]),
    "pyvips.Image.convi": ((2,), [{}]),
    "astropy.convolution.convolve": (
        (1, 2, 3),
        [{"normalize_kernel": False, "boundary": law} for law in ("fill", "wrap", "extend", None)]
        + [{"boundary": "wrap"}, {"normalize_kernel": False, "fill_value": 3}],
    ),
    "astropy.convolution.convolve_fft": ((1, 2, 3), [{"normalize_kernel": False, "boundary": law} for law in ("fill", "wrap")]),
    "jax.numpy.convolve": ((1,), MODES),
    "jax.numpy.correlate": ((1,), MODES),
    "jax.scipy.signal.convolve": ((1, 2), MODES),
    "jax.scipy.signal.correlate": ((1, 2), MODES),
    "jax.scipy.signal.fftconvolve": ((1, 2), MODES),
    "jax.scipy.signal.convolve2d": ((2,), MODES),
    "jax.scipy.signal.correlate2d": ((2,), MODES),
    "mlx.core.convolve": ((1,), MODES),
    "kornia.filters.filter2d": (
        (2,),
        [{}, {"border_type": "constant"}, {"border_type": "circular", "behaviour": "conv"}, {"padding": "valid"}],
    ),
}

PADDED: list[Arguments] = [{"padding": 1, "padding_mode": mode} for mode in ("zeros", "reflect", "replicate")]
TORCH: dict[str, list[Arguments]] = {
    "torch.nn.functional.conv{}d": [{}, {"padding": "same"}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 2, "groups": 2}],
    "torch.nn.Conv{}d": [*PADDED, {"padding": "same", "padding_mode": "circular"}],
    "torch.nn.functional.conv_transpose{}d": [
        {}, {"stride": 2, "padding": 1, "output_padding": 1}, {"stride": 2, "dilation": 2, "groups": 2},
    ],
    "torch.nn.ConvTranspose{}d": [{"stride": 2, "padding": 1, "output_padding": 1}, {"stride": 2, "groups": 2}],
}  # fmt: skip
KERAS: dict[str, list[Arguments]] = {
    "keras.layers.Conv{}D": [{}, {"padding": "same", "strides": 2}, {"dilation_rate": 2, "groups": 2}],
    "keras.layers.Conv{}DTranspose": [{}, {"padding": "same", "strides": 2}, {"strides": 3, "output_padding": 1}],
    "keras.ops.conv": [{"padding": "same", "strides": 2}, {"dilation_rate": 2, "data_format": "channels_first"}],
    "keras.ops.depthwise_conv": [{}, {"padding": "same"}],
    "keras.ops.conv_transpose": [{"padding": "same", "strides": 2}, {"strides": 2, "output_padding": 1}],
}
MLX: dict[str, list[Arguments]] = {
    "mlx.core.conv{}d": [{}, {"stride": 2, "padding": 1}],
    "mlx.core.conv_transpose{}d": [{}, {"stride": 2, "padding": 1, "output_padding": 1}],
    "mlx.core.conv_general": [{"flip": True, "padding": 2}, {"input_dilation": 2, "padding": 1}],
}
TINYGRAD: dict[str, list[Arguments]] = {
    "tinygrad.Tensor.conv2d": [{"stride": 2, "padding": 1}, {"groups": 2}],
    "tinygrad.Tensor.conv_transpose2d": [{}, {"stride": 2, "padding": 1}],
}
ONNX_NAMED: dict[str, list[Arguments]] = {
    "onnx.Conv": [{}, {"auto_pad": "SAME_UPPER"}, {"auto_pad": "SAME_LOWER"}, {"group": 2}],
    "onnx.ConvTranspose": [{}, {"auto_pad": "SAME_UPPER"}, {"group": 2}],
}
LAST = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NDHWC", "DHWIO", "NDHWC")}


def _lists(rank: int) -> dict[str, list[Arguments]]:
    """Return calls whose arguments are lists with an entry for each axis."""
    ones, twos, pairs = (1,) * rank, (2,) * rank, ((1, 2),) * rank
    return {
        "jax.lax.conv_general_dilated": [
            {"window_strides": ones, "padding": "SAME"}, {"window_strides": twos, "padding": "SAME_LOWER"},
            {"window_strides": ones, "padding": pairs, "rhs_dilation": twos},
            {"window_strides": ones, "padding": pairs, "lhs_dilation": twos},
            {"window_strides": ones, "padding": "VALID", "dimension_numbers": LAST[rank]},
            {"window_strides": ones, "padding": "VALID", "feature_group_count": 2},
        ],
        "jax.lax.conv_with_general_padding": [
            {"window_strides": ones, "padding": pairs, "lhs_dilation": None, "rhs_dilation": twos},
        ],
        "jax.lax.conv": [{"window_strides": twos, "padding": "VALID"}],
        "jax.lax.conv_transpose": [
            {"strides": twos, "padding": "SAME"}, {"strides": twos, "padding": "VALID", "transpose_kernel": True},
            {"strides": twos, "padding": ((1, 0),) * rank},
            {"strides": twos, "padding": ((1, 0),) * rank, "use_consistent_padding": True, "transpose_kernel": True},
        ],
        "onnx.Conv": [{"pads": [1] * rank + [2] * rank, "strides": [2] * rank, "dilations": [2] * rank}],
        "onnx.ConvTranspose": [{"pads": [1] * rank + [0] * rank, "strides": [2] * rank, "output_padding": [1] * rank}],
        f"tensorflow.nn.conv{rank}d": [
            {"stride" if rank == 1 else "strides": [1, *twos, 1], "padding": padding} for padding in ("SAME", "VALID")
        ],
    }  # fmt: skip


def tensor_calls() -> Iterator[tuple[str, int, Arguments]]:
    """Yield function, number of axes and arguments of calls on batches with channels."""
    for rank in (1, 2, 3):
        for table in (TORCH, KERAS, MLX, TINYGRAD, ONNX_NAMED, _lists(rank)):
            for name, calls in table.items():
                yield from ((name.format(rank), rank, arguments) for arguments in calls)
    yield "keras.layers.Conv1D", 1, {"padding": "causal"}
    for rank in (1, 2):
        yield from ((f"keras.layers.DepthwiseConv{rank}D", rank, arguments) for arguments in ({}, {"padding": "same", "strides": 2}))
    yield from (("tensorflow.nn.depthwise_conv2d", 2, {"strides": [1] * 4, "padding": padding}) for padding in ("SAME", "VALID"))
    for padding, sizes in (("SAME", (18, 14)), ("VALID", (20, 14))):  # of inputs and kernels as in pairs.py
        yield "tensorflow.nn.conv2d_transpose", 2, {"strides": 2, "padding": padding, "output_shape": [-1, *sizes, -1]}


def plain_calls() -> Iterator[tuple[str, int, Arguments]]:
    """Yield function, number of axes and arguments of calls on one image or signal."""
    for name, (ranks, calls) in PLAIN.items():
        yield from ((name, rank, arguments) for rank in ranks for arguments in calls)
