"""The text of a call is parsed within limits and never evaluated; what is unknown is named, with the nearest that there is."""

import pytest

import faltung as ft
from faltung.dialects import Call, Refusal
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
    ("np.convole(x, k)", TO, "there is no dialect 'np.convole'; near are numpy.convolve"),
    ("cv2.filter2d(x, -1, k)", TO, "near are cv2.filter2D"),
    ("np.convolve(x, k)", "ndimage.corelate", "near are scipy.ndimage.correlate"),
    ("np.convolve(x, k, boundary='fill')", TO, "numpy.convolve has no argument 'boundary'; behind its operands it has mode"),
    ("ndimage.correlate(x, k, orgin=1)", TO, "has no argument 'orgin'; near are origin"),
    ("np.convolve(x, k, mode='sane')", TO, "has no mode 'sane'; it has 'full', 'same', 'valid'"),
    ("cv2.filter2D(x, -1, k, borderType=cv2.BORDER_MIRROR)", TO, "borderType is 'cv2.BORDER_MIRROR', which has no value here; near are"),
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
