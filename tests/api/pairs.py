"""Every library that runs in Python beside every other: their own answers, operands for a call, and the namespace of the lines."""

import importlib
import os
from types import SimpleNamespace
from typing import Any

import numpy as np
from dialects.onnx_node import runner
from peers import peer

from faltung.dialects import DIALECTS, read
from faltung.errors import DialectError

os.environ.setdefault("DEV", "PYTHON")  # tinygrad without a compiler
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

LIGHT = ("numpy", "scipy", "cv2")  # between these: test_translate.py
MODULES = (
    "scipy.signal", "scipy.ndimage", "cv2", "torch", "jax.scipy.signal", "keras", "mlx.core", "tinygrad", "kornia", "SimpleITK",
    "PIL.Image", "PIL.ImageFilter", "pyvips", "skimage.filters", "astropy.convolution", "dask.array", "dask_image.ndfilters", "tensorflow",
)  # fmt: skip
TENSORS = ("torch", "kornia")  # whose arrays are PyTorch's
SIGNALS = {1: (9,), 2: (7, 9), 3: (5, 4, 6)}
EVEN, ODD = {1: (4,), 2: (2, 4), 3: (2, 3, 2)}, {1: (3,), 2: (3, 5), 3: (3, 1, 3)}
BATCHES = {1: (9,), 2: (9, 7), 3: (5, 4, 6)}
TAPS = {1: (4,), 2: (4, 2), 3: (2, 1, 3)}
SMALL = {1: (5,), 2: (4, 3), 3: (3, 2, 3)}  # tinygrad is slow without a compiler
# Weights for bytes: their sum is 4, what they weigh is a multiple of 4, nothing overflows; no flip leaves them as they are.
WEIGHTS = np.array([[0, 1, 0], [0, 0, 0], [2, 0, 1]], "float32")


def home(function: str) -> str:
    return function.partition(".")[0]


def namespace() -> dict[str, Any]:
    """Return what lines may name; a library that is absent skips, or fails, the calling test."""
    found: dict[str, Any] = {"numpy": np}
    for module in MODULES:
        peer(module)
        found[home(module)] = importlib.import_module(home(module))
    onnx, runtime = peer("onnx"), peer("onnxruntime")
    found["onnx"] = SimpleNamespace(**{name: runner(onnx, runtime, name) for name in ("Conv", "ConvTranspose")})
    found["torch"].set_num_threads(1)
    return found


def targets() -> list[str]:
    """Return every function whose dialect is executed and whose lines are Python."""
    homes = {home(module) for module in MODULES} | {"numpy", "onnx"}
    return [name for name, dialect in DIALECTS.items() if dialect.evidence == "executed" and home(name) in homes]


def native(names: dict[str, Any], function: str, array: np.ndarray) -> Any:
    """Return an array as its library's own."""
    family = home(function)
    if family in TENSORS:
        return names["torch"].from_numpy(np.ascontiguousarray(array))
    if family == "mlx":
        return names["mlx"].core.array(array)
    if family == "tinygrad":
        return names["tinygrad"].Tensor(np.ascontiguousarray(array))
    return names["dask"].array.from_array(array, chunks=4) if family == "dask_image" else array


def text(function: str, arguments: dict[str, Any]) -> str:
    """Return a call as people type it."""
    rest = "".join(f", {name}={value!r}" for name, value in arguments.items())
    if function == "scipy.signal.lfilter":
        return f"{function}(k, {arguments['a']!r}, x)"
    orders = {"scipy.signal.upfirdn": "k, x", "cv2.filter2D": "x, -1, k"}
    return f"{function}({orders.get(function, 'x, k')}{rest})"


def own(names: dict[str, Any], function: str, arguments: dict[str, Any], x: np.ndarray, k: np.ndarray) -> Any:
    """Return what the library itself answers; where images or layers must be made, by hand and not by a line of ours."""
    family, name, words = home(function), function.rpartition(".")[2], dict(arguments)
    if family == "SimpleITK":
        itk = names["SimpleITK"]
        return itk.GetArrayFromImage(getattr(itk, name)(itk.GetImageFromArray(x), itk.GetImageFromArray(k), **words))
    if family == "pyvips":
        image = names["pyvips"].Image
        mask = image.new_from_array(k.tolist(), scale=words.pop("scale", 1), offset=words.pop("offset", 0))
        return getattr(image.new_from_array(x), name)(mask, **words).numpy()
    if family == "PIL":
        pillow = names["PIL"]
        kernel = pillow.ImageFilter.Kernel(k.shape[::-1], k.ravel().tolist(), **words)
        return np.asarray(pillow.Image.fromarray(x).filter(kernel))
    if ".layers." in function:
        return _layer(getattr(names["keras"].layers, name), x, k, words)
    if function.startswith("torch.nn.Conv"):
        counts = k.shape[0], k.shape[1] * words.get("groups", 1)
        counts = counts if "Transpose" in name else counts[::-1]
        layer = getattr(names["torch"].nn, name)(*counts, k.shape[2:], bias=False, **words)
        layer.weight = names["torch"].nn.Parameter(native(names, function, k))
        return layer(native(names, function, x))
    return eval(text(function, words), {**names, "x": native(names, function, x), "k": native(names, function, k)})


def _layer(cls: Any, x: np.ndarray, k: np.ndarray, words: dict[str, Any]) -> Any:
    places = {"Depthwise": {"depth_multiplier": k.shape[-1]}, "Transpose": {"filters": k.shape[-2]}}
    sizes = next((size for part, size in places.items() if part in cls.__name__), {"filters": k.shape[-1]})
    made = cls(**sizes, kernel_size=k.shape[:-2], use_bias=False, **words)
    made.build(x.shape)
    made.set_weights([k])
    return made(x)


def whole(answer: Any) -> np.ndarray:
    """Return an answer as the whole numbers that it stands for."""
    for method in ("detach", "numpy"):  # tensors that would be trained; those of TensorFlow and tinygrad
        answer = getattr(answer, method)() if hasattr(answer, method) else answer
    answer = np.asarray(answer)
    nearest = np.rint(answer)
    assert np.abs(answer - nearest).max(initial=0) < 1e-3
    return nearest


def drawn(shape: tuple[int, ...] | list[int], seed: int, most: int = 9) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).integers(-most, most + 1, shape).astype("float32")


def plain_operands(function: str, rank: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return operands: an even kernel, an odd one, and on two axes bytes with a 3 x 3 kernel."""
    pairs = [(drawn(SIGNALS[rank], 1), drawn(kernel[rank], 2)) for kernel in (EVEN, ODD)]
    if rank == 2:
        pairs.append((np.random.default_rng(3).integers(0, 16, SIGNALS[2]).astype("uint8") * 4, WEIGHTS))
    if home(function) == "kornia":
        pairs = [(x[None, None].astype("float32"), k[None]) for x, k in pairs]
    return pairs


def tensor_operands(function: str, rank: int, arguments: dict[str, Any], *, single: bool) -> tuple[np.ndarray, np.ndarray] | None:
    """Return operands with channels, or with one image and one channel; None where the groups need more."""
    layout, groups, kernel = _layout(function, rank, arguments)
    depthwise = "epthwise" in function
    if single and groups > 1:
        return None
    channels, filters = (1, 1) if single else (4, 6)
    sizes = {"N": 1 if single else 2, "C": channels, "I": channels, "O": filters}
    if depthwise:
        sizes["O"] = 1 if single else 2
    elif kernel == "I":
        sizes["O"] = filters // groups
    else:
        sizes["I"] = channels // groups
    spatial = SMALL if home(function) == "tinygrad" else BATCHES
    x = {**sizes, **dict(zip(layout.spatial, spatial[rank], strict=True))}
    k = {**sizes, **dict(zip(layout.spatial, TAPS[rank], strict=True))}
    return drawn([x[c] for c in layout.input], 1, 4), drawn([k[c] for c in layout.kernel], 2, 4)


def _layout(function: str, rank: int, arguments: dict[str, Any]) -> tuple[Any, int, str]:
    """Return layout, groups, and the kernel's axis that carries them; sizes that let every channel be its own where they must be known."""
    ones, nines = (1,) * (rank + 2), (9,) * (rank + 2)
    known = {name: value for name, value in arguments.items() if name != "output_shape"}
    for facts in ({}, {"x_shape": nines}, {"x_shape": nines, "k_shape": nines}, {"x_shape": ones, "k_shape": ones}):
        try:
            spec = read(function, **known, **facts)
        except DialectError:
            continue
        if spec.layout is not None and len(spec.layout.spatial) == rank:
            depth = "epthwise" in function
            return (
                spec.layout,
                1 if depth else spec.groups.count,
                "" if depth else spec.groups.kernel if spec.groups.count > 1 else _carrier(spec),
            )
    raise AssertionError(f"{function} {arguments} has no layout of {rank} axes")


def _carrier(spec: Any) -> str:
    return "I" if spec.operation == "convolve_transpose" else "O"
