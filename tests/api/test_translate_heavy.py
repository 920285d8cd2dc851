"""What `translate` says in libraries for images and for deep learning is typed into them and computes the same."""

import importlib
import os

import numpy as np
import pytest
from api.translations import CV2, NUMPY_AND_SCIPY, Tally, names, operand, typed
from peers import peer

import faltung as ft
from faltung.dialects import DIALECTS, Call, Refusal

pytestmark = pytest.mark.heavy
os.environ.setdefault("DEV", "PYTHON")  # tinygrad without a compiler

# Functions by the module that a test needs for them; with those that take odd kernels only.
TARGETS = {
    "torch": ("torch.nn.functional.conv1d", "torch.nn.functional.conv2d", "torch.nn.Conv1d", "torch.nn.Conv2d"),
    "jax.scipy.signal": (
        "jax.lax.conv_general_dilated", "jax.numpy.convolve", "jax.numpy.correlate", "jax.scipy.signal.convolve",
        "jax.scipy.signal.correlate", "jax.scipy.signal.fftconvolve", "jax.scipy.signal.convolve2d", "jax.scipy.signal.correlate2d",
    ),
    "keras": ("keras.ops.conv", "keras.layers.Conv1D", "keras.layers.Conv2D"),
    "skimage.filters": ("skimage.filters.correlate_sparse",),
    "dask_image.ndfilters": ("dask_image.ndfilters.convolve", "dask_image.ndfilters.correlate"),
    "astropy.convolution": ("astropy.convolution.convolve", "astropy.convolution.convolve_fft"),
    "SimpleITK": ("SimpleITK.Convolution", "SimpleITK.FFTConvolution"),
    "pyvips": ("pyvips.Image.conv",),
    "cv2": ("cv2.matchTemplate",),
    "mlx.core": ("mlx.core.conv1d", "mlx.core.conv2d", "mlx.core.conv_general", "mlx.core.convolve"),
    "tinygrad": ("tinygrad.Tensor.conv2d",),
}  # fmt: skip
ODD = ("skimage.filters.correlate_sparse", "astropy.convolution.convolve")
SINGLE = ("cv2.matchTemplate", "keras.layers.Conv1D", "keras.layers.Conv2D")
# Those written for two axes where no shapes are given.
TWO_AXES = ("keras.ops.conv", "jax.lax.conv_general_dilated", "mlx.core.conv_general", "tinygrad.Tensor.conv2d")
LEAST = {"torch": 100, "jax.scipy.signal": 200}


def sources():
    """Yield text and rank of every call in NumPy, SciPy and OpenCV whose meaning no other function there has."""
    for source in (*NUMPY_AND_SCIPY, *CV2):
        if source.function.endswith(("fftconvolve", "oaconvolve", "1d")):
            continue
        for text in source.texts:
            for rank in source.ranks:
                yield text, rank


@pytest.mark.parametrize("module", TARGETS)
@pytest.mark.filterwarnings("ignore")
def test_into_other_libraries(module):
    home = peer(module).__name__.partition(".")[0]
    namespace = {**names("cv2"), home: importlib.import_module(home)}
    if home == "dask_image":
        import dask.array

        namespace["dask"] = dask
    tally = Tally()
    for to in TARGETS[module]:
        for text, rank in sources():
            if DIALECTS[to].axes in (None, rank):
                one(text, rank, to, namespace, tally)
    print(f"{module}: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= LEAST.get(module, 30)


def one(text, rank, to, namespace, tally):
    dtype = "float32" if to in SINGLE else "float64"
    x, k = operand(((9,), (7, 9))[rank - 1], 1, dtype), operand((((3,), (3, 5)) if to in ODD else ((4,), (2, 4)))[rank - 1], 2, dtype)
    wanted = attempt(text, namespace, x, k)
    if wanted is None:
        return
    lines = set()
    for shapes in ({"x_shape": x.shape, "k_shape": k.shape}, {}):
        said = ft.translate(text, to, **shapes)
        if isinstance(said, Call) and said.code in lines:
            continue
        if isinstance(said, Refusal):
            tally.refused += 1
            continue
        if not shapes and rank == 1 and (to in TWO_AXES or to.startswith("SimpleITK")):
            continue
        found = typed(said.code, namespace, x, k)
        lines.add(said.code)
        tally.executed += 1
        if found.shape != wanted.shape or not np.array_equal(found, wanted):
            tally.wrong += (f"{text} -> {said.code}",)


def attempt(text, namespace, x, k):
    """Return the answer of the original, or None where it refuses these operands."""
    try:
        return typed(text, namespace, x, k)
    except Exception:
        return None


TENSORS = [
    ("torch.nn.functional.conv2d(x, k)", 2), ("torch.nn.functional.conv2d(x, k, None, (2, 1), (1, 2), (1, 2))", 2),
    ("torch.nn.functional.conv2d(x, k, padding='same')", 2), ("torch.nn.functional.conv1d(x, k, stride=3, dilation=2, padding=4)", 1),
    ("torch.nn.functional.conv3d(x, k, padding=1)", 3),
]  # fmt: skip
FROM_TENSORS = ("torch.nn.functional.conv1d", "torch.nn.functional.conv2d", "torch.nn.functional.conv3d", "jax.lax.conv_general_dilated",
                "keras.ops.conv")  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_between_deep_learning_libraries():
    """Two images, two channels in and three out, and the layouts of every library."""
    torch = peer("torch")
    namespace = {"numpy": np, "torch": torch, "jax": peer("jax"), "keras": peer("keras")}
    tally = Tally()
    for text, rank in TENSORS:
        x, k = operand((2, 2, *(9, 8, 7)[:rank]), 1), operand((3, 2, *(2, 3, 2)[:rank]), 2)
        compare_tensors(text, rank, namespace, x, k, tally)
    print(f"layers: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 10


def compare_tensors(text, rank, namespace, x, k, tally):
    torch = namespace["torch"]
    wanted = typed(text, namespace, torch.as_tensor(x), torch.as_tensor(k))
    for to in FROM_TENSORS:
        if DIALECTS[to].axes not in (None, rank):
            continue
        said = ft.translate(text, to, x_shape=x.shape, k_shape=k.shape)
        if isinstance(said, Refusal):
            tally.refused += 1
            continue
        arrays = (torch.as_tensor(x), torch.as_tensor(k)) if to.startswith("torch") else (x, k)
        found = typed(said.code, namespace, *arrays)
        tally.executed += 1
        if found.shape != wanted.shape or not np.array_equal(found, wanted):
            tally.wrong += (f"{text} -> {said.code}",)


SINGLE_CHANNEL = ("numpy.correlate", "numpy.convolve", "scipy.signal.correlate", "scipy.signal.convolve2d", "scipy.signal.correlate2d",
                  "scipy.ndimage.correlate", "scipy.ndimage.convolve", "cv2.filter2D")  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_from_tensors_of_one_channel():
    torch = peer("torch")
    namespace = {**names("cv2"), "torch": torch}
    tally = Tally()
    for text, rank in TENSORS:
        x, k = operand((1, 1, *(9, 8, 7)[:rank]), 1), operand((1, 1, *(2, 3, 2)[:rank]), 2)
        wanted = typed(text, namespace, torch.as_tensor(x), torch.as_tensor(k))
        for to in SINGLE_CHANNEL:
            said = ft.translate(text, to, x_shape=x.shape, k_shape=k.shape)
            if DIALECTS[to].axes in (None, rank):
                assert isinstance(said, Call), (text, to, str(said))
                found = typed(said.code, namespace, x, k)
                tally.executed += 1
                if found.shape != wanted.shape or not np.array_equal(found, wanted):
                    tally.wrong += (f"{text} -> {said.code}",)
    assert tally.wrong == ()
    assert tally.executed >= 25


def test_channels_are_refused_with_the_nearest():
    said = ft.translate("F.conv2d(x, k, padding=1)", "scipy.ndimage.correlate", x_shape=(1, 3, 8, 8), k_shape=(4, 3, 3, 3))
    assert isinstance(said, Refusal)
    assert "one image with one channel" in said.reason
    assert said.nearest is not None


# Calls of other libraries, the module that they need, and for how many axes they are; said in NumPy, SciPy and OpenCV.
MODES = ("full", "same", "valid")
OTHERS = {
    "skimage.filters": [(f"skimage.filters.correlate_sparse(x, k, mode='{mode}')", (1, 2)) for mode in ("reflect", "mirror", "wrap")],
    "jax.scipy.signal": [
        *((f"jax.numpy.{name}(x, k, mode='{mode}')", (1,)) for name in ("convolve", "correlate") for mode in MODES),
        *((f"jax.scipy.signal.{name}(x, k, mode='{mode}')", (1, 2)) for name in ("convolve", "correlate") for mode in MODES),
        *((f"jax.scipy.signal.{name}(x, k, mode='{mode}')", (2,)) for name in ("convolve2d", "correlate2d") for mode in MODES),
    ],
    "astropy.convolution": [
        (f"astropy.convolution.convolve(x, k, boundary='{law}', normalize_kernel=False)", (1, 2)) for law in ("fill", "wrap", "extend")
    ],
    "dask_image.ndfilters": [
        (f"dask_image.ndfilters.{name}(x, k, mode='{mode}', origin=-1)", (1, 2))
        for name in ("convolve", "correlate") for mode in ("reflect", "mirror", "nearest", "constant")
    ],
}  # fmt: skip


@pytest.mark.parametrize("module", OTHERS)
@pytest.mark.filterwarnings("ignore")
def test_from_other_libraries(module):
    home = peer(module).__name__.partition(".")[0]
    namespace = {**names("cv2"), home: importlib.import_module(home)}
    tally = Tally()
    for text, rank in ((text, rank) for text, ranks in OTHERS[module] for rank in ranks):
        x, k = operand(((9,), (7, 9))[rank - 1], 1), operand(((3,), (3, 5))[rank - 1], 2)
        wanted = typed(text, namespace, as_dask(x) if home == "dask_image" else x, k)
        for source in (*NUMPY_AND_SCIPY, *CV2):
            if rank in source.ranks:
                back(text, source.function, namespace, x, k, wanted, tally)
    print(f"from {module}: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 80


def as_dask(x):
    import dask.array

    return dask.array.from_array(x, chunks=4)


def back(text, to, namespace, x, k, wanted, tally):
    for shapes in ({"x_shape": x.shape, "k_shape": k.shape}, {}):
        said = ft.translate(text, to, **shapes)
        if isinstance(said, Refusal):
            tally.refused += 1
            continue
        found = typed(said.code, namespace, x, k)
        tally.executed += 1
        if found.shape != wanted.shape or not np.array_equal(found, wanted):
            tally.wrong += (f"{text} -> {said.code}",)
