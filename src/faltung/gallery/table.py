"""The gallery: a literal table of names, and the two functions that read it."""

import difflib
import inspect
from collections.abc import Callable, Mapping

from faltung.errors import SpecError
from faltung.gallery import derivatives, gabor, second_order, sharpening, smoothing
from faltung.gallery.record import Kernel

ENTRIES: Mapping[str, Callable[..., Kernel]] = {
    "identity": sharpening.identity,
    "sobel-x": derivatives.sobel_x,
    "sobel-y": derivatives.sobel_y,
    "prewitt-x": derivatives.prewitt_x,
    "prewitt-y": derivatives.prewitt_y,
    "scharr-x": derivatives.scharr_x,
    "scharr-y": derivatives.scharr_y,
    "box": smoothing.box,
    "gaussian": smoothing.gaussian,
    "binomial": smoothing.binomial,
    "motion-blur": smoothing.motion_blur,
    "sharpen": sharpening.sharpen,
    "unsharp": sharpening.unsharp,
    "emboss": sharpening.emboss,
    "laplacian-4": second_order.laplacian_4,
    "laplacian-8": second_order.laplacian_8,
    "log": second_order.laplacian_of_gaussian,
    "dog": second_order.difference_of_gaussians,
    "gabor": gabor.gabor,
}


def kernels() -> tuple[str, ...]:
    """The names of the gallery, in the order of its table.

    Returns
    -------
    tuple of str
        Each is a name that `kernel` takes.

    Examples
    --------
    >>> ft.kernels()[:3]
    ('identity', 'sobel-x', 'sobel-y')
    """
    return tuple(ENTRIES)


def defaults(name: str) -> dict[str, object]:
    """The parameters of an entry with their defaults; None means that the value follows from the others.

    Examples
    --------
    >>> defaults("gaussian")
    {'sigma': 1.0, 'size': None}
    """
    return {key: parameter.default for key, parameter in inspect.signature(_entry(name)).parameters.items()}


def kernel(name: str, **parameters: object) -> Kernel:
    """The kernel of that name, its weights stated for correlation.

    Parameters
    ----------
    name : str
        One of `kernels()`.
    **parameters
        Those of the entry: `size` (taps, or rows and columns), `sigma` (samples), `amount`, `length` (samples), `angle`
        (degrees, counter-clockwise from the right as seen) and so on. A size that is not given follows from the others.

    Returns
    -------
    Kernel
        Taken as an array wherever weights are taken; `print` shows its weights, facts and explanation.

    Raises
    ------
    SpecError
        The gallery has no such name, the entry no such parameter, or a parameter breaks the entry's rule.

    Examples
    --------
    >>> ft.kernel("laplacian-4").weights.tolist()
    [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    >>> k = ft.kernel("gaussian", sigma=0.8, size=4)
    >>> k.weights.shape, k.reversal
    ((4, 4), 'unchanged')
    """
    known = defaults(name)
    for key in parameters:
        if key not in known:
            has = ", ".join(f"{parameter}={value}" for parameter, value in known.items())
            raise SpecError(f"{name} has no parameter {key!r}; {f'its parameters are {has}' if known else 'it takes none'}")
    return _entry(name)(**parameters)


def _entry(name: str) -> Callable[..., Kernel]:
    if isinstance(name, str) and name in ENTRIES:
        return ENTRIES[name]
    near = difflib.get_close_matches(str(name).lower().replace("_", "-"), ENTRIES, n=2)
    nearest = f"nearest: {' or '.join(near)}; " if near else ""
    raise SpecError(f"no kernel is named {name!r}; {nearest}the gallery's {len(ENTRIES)} names are {', '.join(ENTRIES)}")
