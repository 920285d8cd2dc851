"""The functions that other projects' tests are run on: ours, and wrong ones, to see that those tests can fail."""

import numpy as np

from faltung.drop_in import numpy, scipy_ndimage, scipy_signal

OURS = {
    f"{library}.{name}": getattr(module, name)
    for library, module in (("numpy", numpy), ("scipy.signal", scipy_signal), ("scipy.ndimage", scipy_ndimage))
    for name in module.__all__
}


def flipped(function):
    """Return the function with its kernel reversed: convolution and correlation exchanged."""
    return lambda x, k, *args, **kwargs: function(x, np.flip(np.asarray(k)), *args, **kwargs)


def conjugated(function):
    """Return the function with its kernel conjugated once more than it should be."""
    return lambda x, k, *args, **kwargs: function(x, np.conj(k), *args, **kwargs)


def rolled(function):
    """Return the function with its answer moved by one sample along the last axis."""
    return lambda *args, **kwargs: np.roll(function(*args, **kwargs), 1, axis=-1)


def mirrored(function):
    """Return the function with reflection at the edge of a sample exchanged for reflection at its middle, and the reverse."""
    words = {"reflect": "mirror", "mirror": "reflect"}
    return lambda *args, mode="reflect", **kwargs: function(*args, mode=words.get(mode, mode), **kwargs)


OTHER = ("correlation_lags", "choose_conv_method", "lfilter")  # they return no array, or take no input first
FLIPPED = OURS | {name: flipped(OURS[name]) for name in OURS if name.rpartition(".")[2] not in OTHER}
CONJUGATED = OURS | {name: conjugated(OURS[name]) for name in OURS if "correlate" in name}
ROLLED = OURS | {name: rolled(OURS[name]) for name in OURS if name.rpartition(".")[2] not in OTHER}
MIRRORED = OURS | {name: mirrored(OURS[name]) for name in OURS if "ndimage" in name}

# The tests of upfirdn and lfilter compare them with np.convolve, which must then be NumPy's own.
FILTERS = {name: OURS[name] for name in ("scipy.signal.upfirdn", "scipy.signal.lfilter")}
ROLLED_FILTERS = FILTERS | {"scipy.signal.upfirdn": rolled(OURS["scipy.signal.upfirdn"])}
FLIPPED_FILTERS = FILTERS | {"scipy.signal.upfirdn": flipped(OURS["scipy.signal.upfirdn"])}
