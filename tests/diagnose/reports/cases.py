"""What users reported, rebuilt with NumPy and with the libraries that `make test` installs. Each function cites its report."""

from dataclasses import replace

import cv2
import numpy as np
from diagnose.reports.by_hand import (
    circular,
    convolved,
    correlated,
    fully_convolved,
    grouped,
    grouped_transposed,
    integers,
    layer,
    tf32,
    transposed_layer,
)
from diagnose.reports.case import Case, Report, cause
from PIL import Image, ImageFilter
from scipy import ndimage, signal

from faltung.diagnose.explain.explanation import Change

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def two_lines() -> Case:
    """A hand calculation gives 14 where convolve2d gives 10."""
    x, k = np.array([[0, 0, 0], [1, 1, 2], [1, 3, 0]]), np.array([[4, 1, 1], [0, 3, 3], [2, 1, 2]])
    return Case(x=x, k=k, y=10, expected=14, cause=cause("convolve valid"))


def filter2d_is_not_ndimage() -> Case:
    """stackoverflow.com/questions/26857829: the kernel is not reversed, and 2 x 2 moves the anchor."""
    x, k = integers(1, 9, 8).astype(float), np.array([[1.0, 2], [3, 5]])
    meant = cause("correlate same:high boundary=whole_sample")
    return Case(x=x, k=k, y=cv2.filter2D(x, -1, k), expected="scipy.ndimage.convolve(x, k)", cause=meant)


def zero_pad_against_reflect() -> Case:
    """discuss.pytorch.org/t/132441: a filter2D of one's own differs at the edges only."""
    x, k = integers(2, 9, 8).astype(float), integers(3, 3, 3).astype(float)
    meant = cause("correlate same:high")
    return Case(x=x, k=k, y=correlated(np.pad(x, 1), k), expected="cv2.filter2D(x, -1, k)", cause=meant)


def centre_of_even_kernels() -> Case:
    """stackoverflow.com/questions/3731093: MATLAB's conv2 begins at floor(K/2) of the full result, SciPy's at floor((K-1)/2)."""
    x, k = integers(4, 7, 6), integers(5, 4, 2)
    y = fully_convolved(x, k)[2:9, 1:7]
    return Case(x=x, k=k, y=y, expected="scipy.signal.convolve2d(x, k, 'same')", cause=cause("convolve same:low"))


def conjugate_missing() -> Case:
    """github.com/JuliaDSP/DSP.jl/issues/173: the autocorrelation of a complex signal has no peak."""
    x = integers(6, 8) + 1j * integers(7, 8)
    y = correlated(np.pad(x, 7), x)
    return Case(x=x, k=x.copy(), y=y, expected="numpy.correlate(x, k, 'full')", cause=cause("correlate full conj=none"))


def correlate_swaps() -> Case:
    """github.com/numpy/numpy/issues/20090: with the longer one second, the valid correlation comes reversed."""
    x, k = integers(8, 3), integers(9, 7)
    y = np.correlate(x, k, "valid")
    return Case(x=x, k=k, y=y, expected=correlated(k, x), cause=cause("correlate valid operands=longer_first"))


def same_follows_the_first() -> Case:
    """github.com/scipy/scipy/issues/9941: fftconvolve(a, b) is not fftconvolve(b, a) in mode same."""
    x, k = integers(10, 12).astype(float), integers(11, 5).astype(float)
    y = signal.fftconvolve(k, x, "same")
    meant = cause("convolve same:high operands=exchanged")
    return Case(x=x, k=k, y=y, expected="scipy.signal.fftconvolve(x, k, 'same')", cause=meant)


def pillow_flips_rows() -> Case:
    """github.com/python-pillow/Pillow/issues/3678: a kernel that should shift down shifts up."""
    x, k = integers(12, 9, 8, low=0, high=256).astype(np.uint8), np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    y = np.asarray(Image.fromarray(x).filter(ImageFilter.Kernel((3, 3), k.ravel().tolist(), scale=1)))
    meant = cause("correlate same:high reversal=true,false rounding=half_up overflow=saturate frame=copied dtype=uint8")
    return Case(x=x, k=k, y=y, expected=ndimage.correlate(x, k), cause=meant)


def frame_without_offset() -> Case:
    """github.com/uploadcare/pillow-simd/issues/104: a line at the border, since the offset is not added to the copied frame."""
    x, k = integers(13, 9, 8, low=0, high=100).astype(np.uint8), integers(14, 3, 3, low=0, high=3)
    y = np.asarray(Image.fromarray(x).filter(ImageFilter.Kernel((3, 3), k.ravel().tolist(), scale=8, offset=20)))
    meant = cause(
        "correlate same:high reversal=true,false scale=0.125 offset=20 rounding=half_up overflow=saturate frame=copied dtype=uint8"
    )
    return Case(x=x, k=k, y=y, cause=meant)


def weights_from_a_library_that_correlates() -> Case:
    """github.com/vtjeng/MIPVerify.jl/issues/14: PyTorch's weights in Julia, whose conv reverses them."""
    x, w = integers(15, 2, 3, 6, 7), integers(16, 4, 3, 3, 2)
    y = layer(x, w[:, :, ::-1, ::-1])
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv2d(x, k)", cause=cause("convolve valid layout=NCHW,OIHW->NCHW"))


def kernels_not_reversed_on_load() -> Case:
    """github.com/coxlab/prednet/issues/46, keras #5374 and #3717: weights of Theano on another backend."""
    x, w = integers(17, 1, 6, 7, 2), integers(18, 3, 3, 2, 4)
    y = np.moveaxis(layer(np.moveaxis(x, 3, 1), w.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1], 1, 1), 1, 3)
    meant = cause("convolve pads=1:1 layout=NHWC,HWIO->NHWC")
    return Case(x=x, k=w, y=y, expected="keras.layers.Conv2D(padding='same')", cause=meant)


def pads_of_same_with_stride() -> Case:
    """github.com/keras-team/keras/issues/19291: 3 x 3 with stride 2, (1, 1) here and (0, 1) there, of the same shape."""
    x, w = integers(19, 1, 8, 6, 2), integers(20, 3, 3, 2, 4)
    y = np.moveaxis(layer(np.moveaxis(x, 3, 1), w.transpose(3, 2, 0, 1), 1, 1, 2), 1, 3)
    meant = cause("correlate pads=1:1 stride=2 layout=NHWC,HWIO->NHWC")
    return Case(x=x, k=w, y=y, expected="keras.layers.Conv2D(strides=2, padding='same')", cause=meant)


def pad_on_the_wrong_side() -> Case:
    """github.com/vtjeng/MIPVerify.jl/pull/23: of 6 samples with 3 taps and stride 2, the pad must be at the end."""
    x, w = integers(21, 1, 2, 6, 6), integers(22, 3, 2, 3, 3)
    y = layer(x, w, 1, 0, 2)
    meant = cause("correlate pads=1:0 stride=2 layout=NCHW,OIHW->NCHW")
    return Case(x=x, k=w, y=y, expected=layer(x, w, 0, 1, 2), cause=meant)


def transposed_layer_reversed() -> Case:
    """github.com/jax-ml/jax/issues/11252: Flax's ConvTranspose reverses the kernel, PyTorch's does not."""
    x, w = integers(23, 1, 2, 4, 5), integers(24, 2, 3, 3, 2)
    y = transposed_layer(x, w[:, :, ::-1, ::-1], 2)
    changes = (Change(place="kernel", name="reverse", values=((2, 3),)),)
    meant = cause("convolve_transpose stride=2 layout=NCHW,IOHW->NCHW groups=1:C:I:C", *changes)
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv_transpose2d(x, k, stride=2)", cause=meant)


def transposed_layer_off_by_one() -> Case:
    """github.com/keras-team/keras/pull/22876: the crop of SAME stands at the end, and a symmetric padding cannot say that."""
    x, w = integers(25, 1, 4, 5, 2), integers(26, 3, 3, 4, 2)
    y = np.moveaxis(transposed_layer(np.moveaxis(x, 3, 1), w.transpose(3, 2, 0, 1), 2)[:, :, 1:, 1:], 1, 3)
    meant = cause("convolve_transpose pads=1:0 stride=2 layout=NHWC,HWOI->NHWC")
    return Case(x=x, k=w, y=y, expected="keras.layers.Conv2DTranspose(strides=2, padding='same')", cause=meant)


def padding_of_a_transposed_layer_is_a_crop() -> Case:
    """github.com/Samsung/TICO/issues/420: values differ, shapes do not; the crop was taken at one end."""
    x, w = integers(27, 1, 2, 4, 5), integers(28, 2, 3, 3, 3)
    y = transposed_layer(x, w, 2)[:, :, :-2, :-2]
    meant = cause("convolve_transpose pads=0:2 stride=2 layout=NCHW,IOHW->NCHW groups=1:C:I:C")
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv_transpose2d(x, k, stride=2, padding=1)", cause=meant)


def grouped_transposed_layout() -> Case:
    """github.com/apache/tvm/issues/10223: the importer reads (O, I/g), and the weights are (I, O/g)."""
    x, w = integers(29, 1, 4, 3, 4), integers(30, 4, 2, 3, 2)
    swapped = np.concatenate([part.swapaxes(0, 1) for part in np.split(w, 2, 0)], 0)  # (O, I/g) read as (I, O/g)
    y = grouped_transposed(x, swapped, 2, 1)
    meant = cause("convolve_transpose layout=NCHW,OIHW->NCHW groups=2")
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv_transpose2d(x, k, groups=2)", cause=meant)


def blue_and_red_exchanged() -> Case:
    """github.com/amdegroot/ssd.pytorch/issues/44: a network of BGR pictures is given RGB."""
    x, w = integers(31, 1, 3, 6, 7, low=0, high=256), integers(32, 4, 3, 3, 2)
    y = layer(x[:, ::-1], w)
    meant = cause("correlate valid layout=NCHW,OIHW->NCHW", Change(place="input", name="reverse", values=((1,),)))
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv2d(x, k)", cause=meant)


def negative_slopes_vanish() -> Case:
    """stackoverflow.com/questions/14769180: ddepth -1 keeps uint8, and saturates."""
    x, k = integers(33, 9, 8, low=0, high=40).astype(np.uint8), SOBEL
    y = cv2.filter2D(x, -1, k)
    meant = cause("correlate same:high boundary=whole_sample dtype=uint8 overflow=saturate")
    return Case(x=x, k=k, y=y, expected="cv2.filter2D(x, cv2.CV_64F, k)", cause=meant)


def ghost_at_the_opposite_edge() -> Case:
    """github.com/Rich-Hall/sentinel1Level0DecodingDemo/issues/11: a product of spectra without zeros behind the signal is circular."""
    x, k = integers(34, 16).astype(float), integers(35, 5).astype(float)
    y = circular(x, k)
    return Case(x=x, k=k, y=y, expected=np.convolve(x, k)[:16], cause=cause("convolve causal boundary=periodic"))


def two_meanings_of_reflect() -> Case:
    """github.com/scikit-image/scikit-image/pull/1583: reflect of scipy.ndimage is not reflect of NumPy."""
    x, k = integers(36, 7, 6), integers(37, 3, 5)
    y = ndimage.correlate(x, k, mode="reflect")
    expected = correlated(np.pad(x, ((1, 1), (2, 2)), mode="reflect"), k)
    return Case(x=x, k=k, y=y, expected=expected, cause=cause("correlate same:high boundary=half_sample"))


def depthwise_weights() -> Case:
    """github.com/AlexanderLutsenko/nobuco/issues/2: (h, w, I, M) of Keras, where (O, 1, h, w) is wanted."""
    x, w = integers(38, 1, 3, 6, 7), integers(39, 3, 2, 3, 2)
    y = grouped(x, np.moveaxis(w, (2, 3), (0, 1)).reshape(6, 1, 3, 2), 3)
    meant = cause("correlate valid layout=NCHW,OIHW->NCHW groups=3", Change(place="kernel", name="depthwise"))
    return Case(x=x, k=w, y=y, cause=meant)


def normalised_kernel() -> Case:
    """github.com/astropy/astropy/issues/4138: the kernel is divided by its sum."""
    from astropy.convolution import convolve

    x, k = integers(40, 9, 8).astype(float), integers(41, 3, 3, low=1).astype(float)
    return Case(x=x, k=k, y=convolve(x, k), expected="scipy.signal.convolve2d(x, k, 'same')", cause=cause("convolve same scale=1/sum"))


def backward_without_the_turn() -> Case:
    """github.com/nntrainer/nntrainer/issues/705: the input gradient needs weights turned by 180° and channels exchanged."""
    g, w = integers(42, 1, 4, 4, 5), integers(43, 4, 3, 3, 2)
    y = layer(np.pad(g, ((0, 0), (0, 0), (2, 2), (1, 1))), w.swapaxes(0, 1))
    meant = cause("correlate full layout=NCHW,IOHW->NCHW")
    return Case(x=g, k=w, y=y, expected=transposed_layer(g, w, 1), cause=meant)


def sobel_in_the_other_direction() -> Case:
    """github.com/image-js/image-js/issues/81: the kernel is stored by columns."""
    x = integers(44, 9, 8)
    y = correlated(np.pad(x, 1, mode="edge"), SOBEL.T)
    meant = cause("correlate same boundary=edge", Change(place="kernel", name="transpose", values=((1, 0),)))
    return Case(x=x, k=SOBEL, y=y, expected=correlated(np.pad(x, 1, mode="edge"), SOBEL), cause=meant)


def theano_to_tensorflow() -> Case:
    """github.com/hi-abhi/tensorflow-value-iteration-networks/issues/2: the kernel is turned when ported; here it is turned once more."""
    x, w = integers(45, 1, 1, 8, 7), integers(46, 2, 1, 3, 3)
    y = np.array([[convolved(np.pad(x[0, 0], 1), one[0]) for one in w]])
    meant = cause("convolve pads=1:1 layout=NCHW,OIHW->NCHW")
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv2d(x, k, padding=1)", cause=meant)


def tensor_cores() -> Case:
    """github.com/pytorch/pytorch/issues/107514: on a GPU results are off by a thousandth, since operands are rounded to TF32."""
    random = np.random.default_rng(47)
    x, w = (random.standard_normal(shape).astype(np.float32) for shape in ((1, 3, 9, 8), (4, 3, 3, 3)))
    y = layer(tf32(x), tf32(w)).astype(np.float32)
    meant = replace(cause("correlate valid layout=NCHW,OIHW->NCHW"), rounding_only=True)
    return Case(x=x, k=w, y=y, expected="torch.nn.functional.conv2d(x, k)", cause=meant, as_expected=True)


def mistaken_reporter() -> Case:
    """github.com/rapidsai/cusignal/issues/538: correlate2d was right, and the reporter mistaken."""
    x, k = integers(48, 7, 6).astype(float), integers(49, 3, 3).astype(float)
    y = correlated(np.pad(x, 1), k)
    return Case(x=x, k=k, y=y, expected="scipy.signal.correlate2d(x, k, 'same')", cause=cause("correlate same"), as_expected=True)


REPORTS: tuple[Report, ...] = (
    two_lines, filter2d_is_not_ndimage, zero_pad_against_reflect, centre_of_even_kernels, conjugate_missing, correlate_swaps,
    same_follows_the_first, pillow_flips_rows, frame_without_offset, weights_from_a_library_that_correlates, kernels_not_reversed_on_load,
    pads_of_same_with_stride, pad_on_the_wrong_side, transposed_layer_reversed, transposed_layer_off_by_one,
    padding_of_a_transposed_layer_is_a_crop, grouped_transposed_layout, blue_and_red_exchanged, negative_slopes_vanish,
    ghost_at_the_opposite_edge, two_meanings_of_reflect, depthwise_weights, normalised_kernel, backward_without_the_turn,
    sobel_in_the_other_direction, theano_to_tensorflow, tensor_cores, mistaken_reporter,
)  # fmt: skip
