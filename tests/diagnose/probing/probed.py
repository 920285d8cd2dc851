"""Calls of installed libraries, as functions of (x, k), beside the dialect and the arguments that read them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from peers import peer

from faltung.dialects import read
from faltung.errors import SpecError
from faltung.spec import Problem, same_operation
from faltung.spec.layout import Groups

SIZES = {
    1: [((n,), (k,)) for n in (5, 6, 9) for k in (1, 2, 3, 4, 5, 7)],
    2: [((6, 7), (3, 4)), ((7, 6), (4, 3)), ((5, 5), (5, 5)), ((8, 7), (2, 5)), ((9, 8), (1, 2)), ((3, 3), (3, 3)), ((2, 3), (4, 5))],
    3: [((5, 4, 6), (2, 3, 4)), ((4, 5, 5), (3, 2, 2)), ((4, 4, 4), (3, 3, 3))],
}


@dataclass(frozen=True, kw_only=True)
class Probed:
    """A call: its library, how it becomes a function of (x, k), and what the dialect is asked to read."""

    dialect: str
    ndim: int
    make: Callable[[Any], Callable[[Any, Any], Any]]
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    heavy: bool = False

    @property
    def name(self) -> str:
        return " ".join([self.dialect, f"{self.ndim}d", *(f"{key}={value}" for key, value in self.arguments.items())])

    def function(self) -> Callable[[Any, Any], Any]:
        return self.make(peer(self.module))


def plain(dialect: str, ndim: int, **arguments: Any) -> Probed:
    """Return a call ``module.name(x, k, **arguments)``."""
    module, _, name = dialect.rpartition(".")
    return Probed(
        dialect=dialect, ndim=ndim, module=module, arguments=arguments, make=lambda m: lambda x, k: getattr(m, name)(x, k, **arguments)
    )


def cv2(**arguments: Any) -> Probed:
    def make(m: Any) -> Any:
        return lambda x, k: m.filter2D(x, -1, k, **arguments)

    return Probed(dialect="cv2.filter2D", ndim=2, module="cv2", arguments=arguments, make=make)


def dask(name: str, **arguments: Any) -> Probed:
    def make(m: Any) -> Any:
        import dask.array as da

        return lambda x, k: np.asarray(getattr(m, name)(da.from_array(x), k, **arguments))

    return Probed(dialect=f"dask_image.ndfilters.{name}", ndim=2, module="dask_image.ndfilters", arguments=arguments, make=make, heavy=True)


def torch(name: str, ndim: int, **arguments: Any) -> Probed:
    def make(m: Any) -> Any:
        m.set_num_threads(1)

        def call(x: Any, k: Any) -> Any:
            one = (None, None)
            return getattr(m.nn.functional, name)(m.from_numpy(x)[one], m.from_numpy(k)[one], **arguments)[0, 0].numpy()

        return call

    return Probed(dialect=f"torch.nn.functional.{name}", ndim=ndim, module="torch", arguments=arguments, make=make, heavy=True)


def jax(name: str, ndim: int, **arguments: Any) -> Probed:
    module, _, last = name.rpartition(".")

    def make(m: Any) -> Any:
        return lambda x, k: np.asarray(getattr(m, last)(x, k, **arguments))

    return Probed(dialect=name, ndim=ndim, module=module, arguments=arguments, make=make, heavy=True)


def itk(name: str) -> Probed:
    def make(m: Any) -> Any:
        image, array = m.GetImageFromArray, m.GetArrayFromImage
        return lambda x, k: array(getattr(m, name)(image(x), image(k)))

    return Probed(dialect=f"SimpleITK.{name}", ndim=2, module="SimpleITK", make=make, heavy=True)


def vips() -> Probed:
    def make(m: Any) -> Any:
        new = m.Image.new_from_array
        return lambda x, k: new(x).conv(new(k.astype(float).tolist()), precision="float").numpy()

    return Probed(dialect="pyvips.Image.conv", ndim=2, module="pyvips", make=make, heavy=True)


def kornia() -> Probed:
    def make(m: Any) -> Any:
        from torch import from_numpy as tensor

        return lambda x, k: m.filter2d(tensor(x)[None, None], tensor(k)[None])[0, 0].numpy()

    return Probed(dialect="kornia.filters.filter2d", ndim=2, module="kornia.filters", make=make, heavy=True)


def pillow() -> Probed:
    def make(m: Any) -> Any:
        from PIL import Image

        return lambda x, k: np.asarray(Image.fromarray(x).filter(m.Kernel(k.shape[::-1], k.ravel().tolist(), scale=1)))

    return Probed(dialect="PIL.ImageFilter.Kernel", ndim=2, module="PIL.ImageFilter", arguments={"scale": 1}, make=make)


# What a NaN does there, which the dialects do not say as a Spec: OpenCV and libvips pass over weights of zero where they do not transform
# (see test_peers); Astropy interpolates, which the dialect does before the sums.
MISSING = {
    "cv2.filter2D": "skip_zero_weights", "pyvips.Image.conv": "skip_zero_weights", "astropy.convolution.convolve": "renormalise",
}  # fmt: skip
MODES = ("full", "same", "valid")
LAWS = ("reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant")
PROBED = (
    *(plain(f"numpy.{name}", 1, mode=mode) for name in ("convolve", "correlate") for mode in MODES),
    *(plain(f"scipy.signal.{name}", ndim, mode=mode) for name in ("convolve", "correlate") for ndim in (1, 2, 3) for mode in MODES),
    *(plain(f"scipy.signal.{name}", 2, mode=mode) for name in ("fftconvolve", "oaconvolve") for mode in ("full", "same")),
    *(plain(f"scipy.signal.{name}", 2, mode=mode, boundary=law) for name in ("convolve2d", "correlate2d") for mode in MODES
      for law in ("fill", "wrap", "symm")),
    *(plain(f"scipy.ndimage.{name}", 2, mode=law) for name in ("convolve", "correlate") for law in LAWS),
    *(plain(f"scipy.ndimage.{name}1d", 1, mode=law) for name in ("convolve", "correlate") for law in LAWS),
    *(plain(f"scipy.ndimage.{name}", 2, mode="constant", cval=7) for name in ("convolve", "correlate")),
    *(plain(f"scipy.ndimage.{name}", 2, origin=origin) for name in ("convolve", "correlate") for origin in (-1, 1, (0, -1), (1, 0))),
    *(plain(f"scipy.ndimage.{name}", 3, mode="mirror") for name in ("convolve", "correlate")),
    *(cv2(borderType=border) for border in (0, 1, 2, 4)), cv2(delta=5), pillow(),
    *(dask(name, mode=law) for name, law in (("convolve", "reflect"), ("correlate", "nearest"))),
    *(replace(plain(name, 2, **arguments), heavy=True) for name, arguments in (
        ("skimage.filters.correlate_sparse", {}), ("skimage.filters.correlate_sparse", {"mode": "mirror"}),
        ("astropy.convolution.convolve", {"normalize_kernel": False, "boundary": "extend"}),
        ("astropy.convolution.convolve_fft", {"normalize_kernel": False}),
    )),
    itk("Convolution"), itk("FFTConvolution"), vips(), kornia(),
    *(torch(f"conv{n}d", n) for n in (1, 2, 3)),
    torch("conv2d", 2, padding="same"), torch("conv2d", 2, padding=1), torch("conv2d", 2, stride=2), torch("conv2d", 2, stride=(2, 3)),
    torch("conv2d", 2, dilation=2), torch("conv2d", 2, padding=(2, 1), stride=(1, 2), dilation=(2, 1)), torch("conv1d", 1, stride=3),
    *(torch(f"conv_transpose{n}d", n) for n in (1, 2, 3)), torch("conv_transpose2d", 2, stride=2),
    torch("conv_transpose2d", 2, stride=(2, 3), padding=1),
    *(jax(f"jax.numpy.{name}", 1, mode=mode) for name in ("convolve", "correlate") for mode in MODES),
    *(jax(f"jax.scipy.signal.{name}", 2, mode="same") for name in ("convolve", "correlate2d")),
)  # fmt: skip
LIGHT = tuple(case for case in PROBED if not case.heavy)
HEAVY = tuple(case for case in PROBED if case.heavy)


def disagreements(found, case: Probed) -> list[str]:
    """Return the sizes at which a card's Spec and the dialect's are not the same operation, complex operands where both take them."""
    meant = replace(read(case.dialect, **case.arguments), layout=None, groups=Groups(), dtype=None)
    meant = replace(meant, missing=MISSING.get(case.dialect, meant.missing))
    dtype = "complex128" if meant.conj == found.conj else "float64"
    said = []
    for x_shape, k_shape in SIZES[case.ndim]:
        sizes = {"input_shape": x_shape, "kernel_shape": k_shape, "input_dtype": dtype, "kernel_dtype": dtype}
        if isinstance(meant.frame, str) and meant.frame == "copied" and k_shape != (3, 3):
            continue
        one, other = _problem(found, sizes), _problem(meant, sizes)
        if (one is None) != (other is None) or (one and other and not same_operation(one, other)):
            said.append(f"{x_shape} {k_shape}: `{found}` is not `{meant}`")
    return said


def _problem(spec, sizes):
    try:
        return Problem(spec=spec, **sizes)
    except SpecError:
        return None
