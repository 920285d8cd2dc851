"""Calls made on a library and on the drop-in: the same values, dtype and shape, or the same error."""

import warnings

import numpy as np


def outcome(function, *args, **kwargs):
    """Return (result or error, categories of the warnings)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*args, **kwargs)
        except Exception as error:  # whatever the library raises is what is compared
            result = error
    return result, [entry.category for entry in caught]


def assert_agree(ours, theirs, *args, same_message=True, tolerance=None, **kwargs):
    """Assert that two functions do the same on the same arguments."""
    (one, one_warned), (other, other_warned) = outcome(ours, *args, **kwargs), outcome(theirs, *args, **kwargs)
    said = f"{args} {kwargs}\nours: {one!r}\ntheirs: {other!r}"
    if isinstance(other, Exception) or isinstance(one, Exception):
        assert type(one) is type(other), said
        assert not same_message or str(one) == str(other), said
        return
    assert type(one) is type(other), said
    assert (one.dtype, one.shape) == (other.dtype, other.shape), said
    if tolerance is None:
        np.testing.assert_array_equal(one, other, said)
    else:
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max(initial=1), err_msg=said)
    assert one_warned == other_warned, said


def numbers(shape, dtype, seed=0):
    """Return an array of small whole numbers in a dtype, negative and complex ones where it has them."""
    draw = np.random.default_rng([seed, *np.atleast_1d(shape)])
    low = 0 if np.dtype(dtype).kind in "bu" else -9
    values = draw.integers(low, 10, shape)
    if np.dtype(dtype).kind == "c":
        return (values + 1j * draw.integers(-9, 10, shape)).astype(dtype)
    return (values % 2 if np.dtype(dtype).kind == "b" else values).astype(dtype)
