"""The text of a call is parsed within limits and never evaluated; what is unknown is named, with the nearest that there is."""

from contextlib import suppress

import pytest

import faltung as ft
from faltung.dialects import DIALECTS, Call, Refusal
from faltung.errors import DialectError

TO = "scipy.ndimage.correlate"
HOSTILE = [
    "x" * 4001,
    "np.convolve(x, k)" + " " * 4000,
    "f(" * 51 + ")" * 51,
    "np.convolve(" + "[" * 60 + "]" * 60 + ", k)",
    "-" * 3000 + "x",
    "not " * 900 + "x",
    "x" + ".a" * 1500 + "(x, k)",
    "x" + "()" * 1500,
    "1" + "**1" * 1000,
    "(lambda: " * 40 + "x" + ")" * 40,
    "np.convolve(x, k, mode=" + "9" * 3900 + ")",
    "",
    "   ",
    "\0",
    "np.convolve(x, k",
    "np.convolve(x, k); import os",
    "import os",
    "x = np.convolve(x, k)",
    "np.convolve(x, k) if True else 1",
    "faltung zu Deutsch",
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('touch /tmp/faltung-was-here')",
    "np.convolve(x, k, mode=__import__('os').getcwd())",
    "np.convolve(x, k, mode=open('/etc/passwd').read())",
    "np.convolve(x.__class__, k)",
    "np.convolve(__builtins__, k)",
    "np.convolve(exit(), k)",
    "np.convolve((lambda: x)(), k)",
    "np.convolve([y for y in x], k)",
    "np.convolve(x, k, mode=f'{exit()}')",
    "np.convolve(x, k, mode=(y := 'same'))",
    "np.convolve(*args)",
    "np.convolve(x, k, **options)",
    "getattr(np, 'convolve')(x, k)",
    "np.__dict__['convolve'](x, k)",
    "np.convolve(x, k, mode=b'same')",
    "np.convolve(x, k, mode=...)",
    "np.convolve(x, k, mode='same' * 10**9)",
    "np.convolve(x, k, mode=10**10**10)",
    "np.convolve([[1, 2], [3]], k)",
    "np.convolve([], k)",
    "np.convolve(['a'], k)",
    "np.convolve(x, k, mode='same', mode='full')",
    "np.convolve(x, k, 'same', v=k)",
    "np.convolve(x, k, 'same', 1, 2, 3)",
    "np.convolve(x, k, mode='\0')",
    "np.convolve(x\0, k)",
    "ndimage.correlate(x, k, origin=" + "-" * 60 + "1)",
    "ndimage.correlate(x, k, origin=" + "~" * 30 + "1)",
    "ndimage.correlate(x, k, origin=not not 1)",
    "ndimage.correlate(x, k, origin=1 if exit() else 2)",
    "ndimage.correlate(x, k, cval=1e999**2)",
    "ndimage.correlate(x, k, cval=" + "+1" * 60 + ")",
    "ndimage.correlate(x, k, origin=2**62 + 1)",
    "torch.nn.functional.conv2d(x, k, stride=[" + "1," * 1500 + "])",
    "cv2.blur(x, (3, exit()))",
    "cv2.blur(x, (10**10**10, 3))",
    "cv2.blur(x, f'{exit()}')",
    "cv2.blur(x, (3, -1))",
    "cv2.blur(x, 3)",
    "cv2.blur(x, ksize=(3, 3), kernel=k)",
    "cv2.sepFilter2D(x, -1, kx, exit())",
    "cv2.sepFilter2D(x, -1, kx, kernelY=lambda: 1)",
    "np.convolve(x := k, k)",
    "(yield)",
    "await np.convolve(x, k)",
    "np.convolve(x[exit()], k)",
    "np.convolve(x['\\N{BULLET}'.join], k).real",
    "np.convolve(\ud800, k)",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)}:{text[:24]!r}")
def test_hostile_text_is_an_error(text, monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("evaluated")

    ft.translate("numpy.convolve", TO)  # loads what is loaded on first use
    said = None
    with monkeypatch.context() as patch:
        for name in ("eval", "exec", "open"):
            patch.setattr(f"builtins.{name}", forbidden)
        try:
            ft.translate(text, TO)
        except DialectError as error:
            said = str(error)
    assert said is not None
    assert len(said) < 1200


@pytest.mark.parametrize("text", [None, 3, b"np.convolve(x, k)", ["np.convolve"]])
def test_only_text_is_taken(text):
    with pytest.raises(DialectError, match="it must be text"):
        ft.translate(text, TO)


UNKNOWN = [
    ("np.convole(x, k)", TO, "there is no dialect 'np.convole'; nearest: numpy.convolve"),
    ("cv2.filter2d(x, -1, k)", TO, "nearest: cv2.filter2D"),
    ("np.convolve(x, k)", "ndimage.corelate", "nearest: scipy.ndimage.correlate"),
    ("np.convolve(x, k, boundary='fill')", TO, "numpy.convolve has no argument 'boundary'; behind its operands it has mode"),
    ("ndimage.correlate(x, k, orgin=1)", TO, "has no argument 'orgin'; nearest: origin"),
    ("np.convolve(x, k, mode='sane')", TO, "has no mode 'sane'; it has 'full', 'same', 'valid'"),
    ("cv2.filter2D(x, -1, k, borderType=cv2.BORDER_MIRROR)", TO, "borderType is 'cv2.BORDER_MIRROR', which has no value here; nearest: "),
    ("np.convolve(x, k, mode=m)", TO, "mode is 'm', which has no value here"),
    ("cv2.filter2D(x, -1, k, borderType=cv2.BORDER_WRAP)", TO, "has no borderType 3"),
    ("np.convolve(f(x), k)", TO, "the input is 'f(x)'; give it a name first"),
    ("np.convolve(x, k)", "numpy", "there is no dialect 'numpy'"),
]


@pytest.mark.parametrize(("text", "to", "message"), UNKNOWN)
def test_what_is_unknown_is_named_with_the_nearest(text, to, message):
    with pytest.raises(DialectError) as error:
        ft.translate(text, to)
    assert message in str(error.value)


AROUND = [
    ("onnx.ConvInteger(x, k, x_zero_point=3)", "with x_zero_point=3 does more than sum products"),
    ("onnx.QLinearConv(x, k, y_scale=0.5)", "with y_scale=0.5 does more"),
    ("web_audio.ConvolverNode(x, k)", "with normalize=True does more than sum products, which no Spec says; say normalize=False"),
    ("svg.feConvolveMatrix(x, k)", "say color_interpolation_filters='sRGB'"),
    ("keras.ops.separable_conv(x, k)", "with pointwise_kernel=None"),
    ("cv2.sepFilter2D(x, -1, k)", "has two kernels; write both"),
]


@pytest.mark.parametrize(("text", "message"), AROUND)
def test_what_stands_around_the_sums_is_no_line(text, message):
    with pytest.raises(DialectError) as error:
        ft.translate(text, TO)
    assert message in str(error.value)


WRONG_RANKS = [
    ("cv2.filter2D(x, -1, k)", "np.convolve", (7, 9), (3, 3), "slides over 1 axes, not over 2"),
    ("ndimage.correlate(x, k)", "octave.xcorr", (7, 9), (3, 3), "slides over 1 axes, not over 2"),
    ("ndimage.correlate(x, k)", "cv2.filter2D", (7, 9, 4), (3, 3, 2), "slides over 2 axes, not over 3"),
    ("cv2.filter2D(x, -1, k)", "PIL.ImageFilter.Kernel", (7, 9), (2, 2), "must be 3 x 3 or 5 x 5"),
    ("F.conv2d(x, k)", "octave.conv2", (1, 1, 7, 9), (1, 1, 3, 3), "cut one image and one kernel out first"),
    (
        "F.conv_transpose2d(x, k, stride=2, padding=2)",
        "mlx.core.conv_transpose2d",
        (1, 1, 5, 5),
        (1, 1, 1, 4),
        "crops a kernel of (1, 4) taps",
    ),
    ("kornia.filters.filter2d(x, k)", "ndimage.correlate", (2, 3, 7, 9), (1, 3, 3), "filters a batch"),
]


@pytest.mark.parametrize(("text", "to", "x_shape", "k_shape", "reason"), WRONG_RANKS)
def test_sizes_that_the_other_refuses(text, to, x_shape, k_shape, reason):
    said = ft.translate(text, to, x_shape=x_shape, k_shape=k_shape)
    assert isinstance(said, Refusal), said.code
    assert reason in said.reason


# What some functions cannot be read without.
STEPS = {"stride": 1, "strides": [1] * 4, "window_strides": (1, 1), "padding": "SAME", "output_shape": [1] * 4, "kernelY": [1], "n": 9}


def test_every_dialect_refuses_odd_shapes_with_a_sentence():
    """Shapes of any rank are read, or are a DialectError: no other error."""
    for function, dialect in DIALECTS.items():
        steps = {name: value for name, value in STEPS.items() if name in dialect.defaults}
        for x_shape, k_shape in (((4,), (2,)), ((4, 5), (2, 3)), ((4,), (2, 3)), ((1, 2, 4), (2, 2, 3)), ((1,) * 7, (1,) * 7)):
            for arguments in ({}, steps):
                with suppress(DialectError, ft.SpecError):
                    ft.read(function, x_shape=x_shape, k_shape=k_shape, **arguments)
    assert len(DIALECTS) > 100


SHAPES = [
    ({"x_shape": (3, 3), "k_shape": (0, 3)}, "k_shape is (0, 3); it must be whole numbers of at least 1"),
    ({"x_shape": "large"}, "x_shape is 'large'"),
    ({"x_shape": (True,)}, "x_shape is (True,)"),
    ({"x_shape": (3, 3), "k_shape": (3,)}, "slides over 2 axes of an input of shape (3, 3); k_shape is (3,)"),
]


@pytest.mark.parametrize(("shapes", "message"), SHAPES)
def test_wrong_shapes(shapes, message):
    with pytest.raises(DialectError) as error:
        ft.translate("scipy.signal.convolve2d(x, k)", TO, **shapes)
    assert message in str(error.value)


def test_shapes_that_the_function_refuses():
    with pytest.raises(DialectError, match="is at least as large as the other"):
        ft.translate("signal.convolve2d(x, k, mode='valid')", TO, x_shape=(5, 2), k_shape=(2, 5))
    with pytest.raises(DialectError, match="has shape"):
        ft.translate("np.convolve([1, 2, 3], k)", "signal.convolve", x_shape=(4,), k_shape=(2,))


CODES = [
    ("cv2.blur(img, (5, 3))", TO, {}, "scipy.ndimage.correlate(img, (numpy.ones((3, 5)) * 0.06666666666666667), mode='mirror')"),
    ("cv2.boxFilter(img, -1, (2, 2), normalize=False)", TO, {}, "scipy.ndimage.correlate(img, numpy.ones((2, 2)), mode='mirror')"),
    ("cv2.blur(src=img, ksize=(3, 3), borderType=cv2.BORDER_REPLICATE)", TO, {},
     "scipy.ndimage.correlate(img, (numpy.ones((3, 3)) * 0.1111111111111111), mode='nearest')"),
    ("cv2.sepFilter2D(img, -1, kx, ky)", TO, {}, "scipy.ndimage.correlate(img, numpy.outer(ky, kx), mode='mirror')"),
    ("cv2.sepFilter2D(img, cv2.CV_32F, [1, 2, 1], [1, 0, -1])", "np.convolve", {}, None),
    ("pyvips.Image.conv(x, k, scale=3)", "signal.convolve2d", {"x_shape": (5, 5), "k_shape": (3, 3)},
     "scipy.signal.convolve2d(numpy.pad(x, ((1, 1), (1, 1)), mode='edge'), numpy.flip((k * (1 / 3))), mode='valid')"),
    ("F.conv2d(x, k)", "kornia.filters.filter2d", {"x_shape": (1, 1, 5, 5), "k_shape": (1, 1, 3, 3)},
     "kornia.filters.filter2d(torch.as_tensor(numpy.asarray(x)[0, 0, :, :])[None, None], "
     "torch.as_tensor(numpy.asarray(k)[0, 0, :, :])[None], padding='valid', border_type='constant')[0, 0][None, None, :, :]"),
    ("np.correlate(x, k, 'full')", "julia.DSP.conv", {}, "DSP.conv(x, conj(reverse(k)))"),
    ("cv2.filter2D(img, -1, K)", "skimage.filters.correlate_sparse", {}, "skimage.filters.correlate_sparse(img, K, mode='mirror')"),
    ("cv2.filter2D(img, -1, K)", TO, {}, "scipy.ndimage.correlate(img, K, mode='mirror')"),
    ("cv2.filter2D(src=img, ddepth=-1, kernel=K, borderType=cv2.BORDER_REFLECT)", TO, {}, "scipy.ndimage.correlate(img, K)"),
    ("cv.filter2D(self.image[0], cv.CV_64F, K)", TO, {}, "scipy.ndimage.correlate(self.image[0], K, mode='mirror', output='float64')"),
    ("np.convolve(a=x, v=k)", "np.correlate", {}, "numpy.correlate(x, numpy.conj(numpy.flip(k)), mode='full')"),
    ("numpy.convolve", "signal.convolve", {}, "scipy.signal.convolve(x, k)"),
    ("np.convolve([1, 2, 3], [0, 1], 'same')", "signal.convolve", {}, "scipy.signal.convolve([1, 2, 3], [0, 1], mode='same')"),
    ("cv2.filter2D(img, -1, K)", TO, {"x_shape": (9, 9, 3), "k_shape": (3, 3)},
     "scipy.ndimage.correlate(img, K[:, :, None], mode='mirror')"),
    ("ndimage.correlate1d(x, k, axis=0)", TO, {"x_shape": (9, 9), "k_shape": (3,)}, "scipy.ndimage.correlate(x, k[:, None])"),
    ("np.convolve(x, k, 'same')", "ndimage.convolve1d", {"x_shape": (9,), "k_shape": (4,)},
     "scipy.ndimage.convolve1d(x, k, mode='constant', origin=-1)"),
    ("octave.imfilter(A, h, 'replicate', 'conv')", "ndimage.convolve", {}, "scipy.ndimage.convolve(A, h, mode='nearest')"),
    ("np.correlate(x, k)", "signal.correlate", {"x_shape": (3,), "k_shape": (5,)},
     "numpy.conj(numpy.flip(scipy.signal.correlate(k, x, mode='valid')))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "to", "shapes", "code"), CODES)
def test_lines(text, to, shapes, code):
    said = ft.translate(text, to, **shapes)
    if code is None:
        assert isinstance(said, Refusal), said.code
        return
    assert isinstance(said, Call), str(said)
    assert said.code == code


def test_a_refusal_names_the_nearest():
    said = ft.translate("r.stats.filter(x, k)", "np.convolve")
    assert isinstance(said, Refusal)
    assert "no frame=nan" in said.reason
    assert said.nearest.code == "numpy.convolve(x, k, mode='same')"
    said = ft.translate("ndimage.correlate(x, k, axes=(0, 1))", "cv2.filter2D")
    assert "needs x_shape and k_shape" in said.reason


def test_operands_exchanged_by_length_are_noted_or_settled():
    open_question = ft.translate("np.convolve(x, k, 'same')", "signal.convolve")
    assert any("not longer than the input" in note for note in open_question.notes)
    settled = ft.translate("np.convolve(x, k, 'same')", "signal.convolve", x_shape=(3,), k_shape=(5,))
    assert settled.code == "scipy.signal.convolve(k, x, mode='same')"
    assert settled.notes == ()
