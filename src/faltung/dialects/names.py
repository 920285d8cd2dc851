"""Names in the text of a call: how people import libraries, what parameters are called, and the constants that stand for a value.

Literal tables; a text is looked up here, and never evaluated.
"""

from difflib import get_close_matches
from typing import Any

from faltung.errors import DialectError

# What a name at the beginning of a dotted name stands for; the longest match wins.
ALIASES: dict[str, str] = {
    "np": "numpy", "sp": "scipy", "signal": "scipy.signal", "ss": "scipy.signal", "sig": "scipy.signal", "sps": "scipy.signal",
    "ndimage": "scipy.ndimage", "ndi": "scipy.ndimage", "nd": "scipy.ndimage", "sp.signal": "scipy.signal", "sp.ndimage": "scipy.ndimage",
    "cv": "cv2", "opencv": "cv2", "skimage": "skimage", "filters": "skimage.filters", "ski": "skimage", "sitk": "SimpleITK",
    "astropy": "astropy", "ap": "astropy", "ndfilters": "dask_image.ndfilters", "dask_image": "dask_image", "vips": "pyvips",
    "F": "torch.nn.functional", "nnf": "torch.nn.functional", "functional": "torch.nn.functional", "nn.functional": "torch.nn.functional",
    "tf": "tensorflow", "jnp": "jax.numpy", "lax": "jax.lax", "jsp": "jax.scipy", "jax.scipy": "jax.scipy", "mx": "mlx.core",
    "mlx": "mlx", "tinygrad": "tinygrad", "ops": "keras.ops", "kornia": "kornia", "ImageFilter": "PIL.ImageFilter",
    "stats": "r.stats", "R": "r", "MATLAB": "matlab", "Octave": "octave", "DSP": "julia.DSP", "ImageFiltering": "julia.ImageFiltering",
    "NNlib": "julia.NNlib", "Flux": "julia.Flux",
}  # fmt: skip

# The operands' parameters, by the longest beginning of the function's name.
OPERANDS: dict[str, tuple[str, str]] = {
    "numpy": ("a", "v"), "scipy.signal": ("in1", "in2"), "scipy.ndimage": ("input", "weights"), "cv2.filter2D": ("src", "kernel"),
    "cv2.sepFilter2D": ("src", "kernelX"), "cv2.blur": ("src", "ksize"), "cv2.boxFilter": ("src", "ksize"),
    "cv2.matchTemplate": ("image", "templ"), "torch": ("input", "weight"), "skimage.filters": ("image", "kernel"),
    "astropy.convolution": ("array", "kernel"), "dask_image.ndfilters": ("image", "weights"), "jax.numpy": ("a", "v"),
    "jax.scipy.signal": ("in1", "in2"), "jax.lax": ("lhs", "rhs"), "keras.ops": ("inputs", "kernel"), "tensorflow": ("input", "filters"),
    "mlx.core": ("input", "weight"), "mlx.core.convolve": ("a", "v"), "SimpleITK": ("image", "kernelImage"),
    "r.stats.filter": ("x", "filter"), "r.stats.convolve": ("x", "y"), "kornia": ("input", "kernel"),
}  # fmt: skip

# Every positional parameter in order, where a function does not take input, kernel and then its other arguments in their order.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "cv2.filter2D": ("x", "ddepth", "k", "dst", "anchor", "delta", "borderType"),
    "scipy.ndimage.convolve": ("x", "k", "output", "mode", "cval", "origin"),
    "scipy.ndimage.correlate": ("x", "k", "output", "mode", "cval", "origin"),
    "cv2.blur": ("x", "ksize", "dst", "anchor", "borderType"),
    "cv2.boxFilter": ("x", "ddepth", "ksize", "dst", "anchor", "normalize", "borderType"),
    "torch.nn.functional.conv1d": ("x", "k", "bias", "stride", "padding", "dilation", "groups"),
    "torch.nn.functional.conv2d": ("x", "k", "bias", "stride", "padding", "dilation", "groups"),
    "torch.nn.functional.conv3d": ("x", "k", "bias", "stride", "padding", "dilation", "groups"),
    "octave.filter2": ("k", "x", "shape"),
    "matlab.filter2": ("k", "x", "shape"),
    "octave.filter": ("k", "a", "x"),
    "matlab.filter": ("k", "a", "x"),
    "mathematica.ListConvolve": ("k", "x", "overhang", "padding"),
    "mathematica.ListCorrelate": ("k", "x", "overhang", "padding"),
}

# Arguments that act before or behind the sums, and the values with which they do nothing: with others no Spec says what the call means.
AROUND: dict[str, dict[str, Any]] = {
    "onnx.ConvInteger": {"x_zero_point": 0, "w_zero_point": 0},
    "onnx.QLinearConv": {
        "x_scale": 1.0, "x_zero_point": 0, "w_scale": 1.0, "w_zero_point": 0, "y_scale": 1.0, "y_zero_point": 0,
    },
    "keras.ops.separable_conv": {"pointwise_kernel": "a number for each channel"},  # nothing is what it means without
    "astropy.convolution.convolve": {"mask": None, "preserve_nan": False},
    "astropy.convolution.convolve_fft": {"mask": None, "preserve_nan": False, "min_wt": 0.0},
    "svg.feConvolveMatrix": {"color_interpolation_filters": "sRGB"},
    "librsvg.feConvolveMatrix": {"color_interpolation_filters": "sRGB"},
    "web_audio.ConvolverNode": {"normalize": False},
}  # fmt: skip

# Functions that are told a size in place of a kernel, (width, height), and those whose kernel is the outer product of two.
SIZED = ("cv2.blur", "cv2.boxFilter")
OUTER = {"cv2.sepFilter2D": "kernelY"}

# Functions that recognise their options by value, in any order: a word and the argument that it is; None: a number's.
BY_VALUE: dict[str, dict[str | None, str]] = {
    f"{home}.imfilter": {
        "corr": "operation", "conv": "operation", "same": "size", "full": "size", "replicate": "boundary", "symmetric": "boundary",
        "circular": "boundary", "reflect": "boundary", None: "boundary",
    }
    for home in ("octave", "matlab")
}  # fmt: skip

# Arguments that only say how or where to compute, or an empty bias; dropped where a dialect does not know them.
IDLE: dict[str, tuple[Any, ...]] = {"dst": (None,), "out": (None,), "bias": (None,), "axis": (-1,), "a": (1,)}

_BORDERS = {"CONSTANT": 0, "REPLICATE": 1, "REFLECT": 2, "WRAP": 3, "REFLECT_101": 4, "REFLECT101": 4, "DEFAULT": 4}
_DEPTHS = {"8U": 0, "8S": 1, "16U": 2, "16S": 3, "32S": 4, "32F": 5, "64F": 6}
_DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "longdouble",
    "complex64", "complex128",
)  # fmt: skip
CONSTANTS: dict[str, Any] = {
    **{f"cv2.BORDER_{word}": value for word, value in _BORDERS.items()},
    **{f"cv2.CV_{word}": value for word, value in _DEPTHS.items()},
    **{f"{home}.{name}": name for home in ("numpy", "torch", "jax.numpy", "tensorflow", "mlx.core") for name in _DTYPES},
    "numpy.nan": float("nan"), "numpy.inf": float("inf"),
}  # fmt: skip


def full_name(name: str) -> str:
    """Return a dotted name with its import alias replaced.

    Examples
    --------
    >>> from faltung.dialects.names import full_name
    >>> full_name("np.convolve"), full_name("ndi.correlate"), full_name("sp.signal.convolve2d")
    ('numpy.convolve', 'scipy.ndimage.correlate', 'scipy.signal.convolve2d')
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in ALIASES:
            return ".".join([ALIASES[head], *parts[length:]])
    return name


def operand_names(function: str) -> tuple[str, str]:
    """Return what a function calls its input and its kernel."""
    parts = function.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in OPERANDS:
            return OPERANDS[head]
    return "x", "k"


def known(name: str, table: Any) -> str:
    """Return the entry of a table that a name means: itself, through an alias, or by its last part if only one has it.

    Raises
    ------
    DialectError
        Where there is none; the message names the nearest.
    """
    full = full_name(name)
    if full in table:
        return full
    same_end = [entry for entry in table if entry.rpartition(".")[2] == name]
    if len(same_end) == 1:
        return str(same_end[0])
    raise no_dialect(name, table)


def no_dialect(name: str, table: Any) -> DialectError:
    """Return the error that names the entries of a table which resemble a name that it lacks."""
    return DialectError(f"there is no dialect {name!r}{nearest(full_name(name), table)}; `faltung atlas` lists all {len(table)}")


def nearest(name: str, table: Any) -> str:
    """Return ``"; nearest: …"`` with the names of a table that resemble one, or nothing."""
    last = name.rpartition(".")[2]
    near = [entry for entry in table if entry.rpartition(".")[2] == last][:4]
    near += [entry for entry in get_close_matches(name, table, n=3, cutoff=0.4) if entry not in near]
    ends = {entry.rpartition(".")[2]: entry for entry in table}
    near += [ends[end] for end in get_close_matches(last, ends, n=2, cutoff=0.7) if ends[end] not in near]
    home = name.partition(".")[0]
    near.sort(key=lambda entry: entry.partition(".")[0] != home)
    return f"; nearest: {', '.join(near)}" if near else ""
