"""Cases whose samples and results have other dtypes than the sums, and what they should give: whole numbers, so that all is exact."""

from dataclasses import dataclass, replace

import numpy as np
from parity.direct_oracle import expected, random_window

from faltung.methods import direct
from faltung.spec.case import Case, Stored
from faltung.spec.window import Window

SAMPLES = ("bool", "uint8", "int8", "uint16", "int16")
RESULTS = ("uint8", "int8", "uint16", "int16", "int32", "int64", "float32", "float64")
LARGEST = {"int8": 127, "int16": 3000, None: 3}


@dataclass(frozen=True)
class Narrow:
    """A case, its arrays, and its results."""

    case: Case
    x: np.ndarray
    w: np.ndarray
    want: np.ndarray


def limits(samples):
    return (0, 1) if samples == "bool" else (np.iinfo(samples).min, np.iinfo(samples).max)


def lanes_of(samples):
    """Return the lanes of weights that go with samples on this machine; None: sums in floats."""
    wide = (None, "int16") if samples in ("uint16", "int16") else (None, "int16", "int8")
    probe = Case(windows=(Window(),), input_sizes=(8,), kernel_sizes=(3,), dtype="int32")
    return [
        w for w in wide if w is None or direct.refuses(replace(probe, stored=Stored(samples=samples, results="int32", weights=w))) is None
    ]


def drawn(rng, windows, sizes, kernel, samples, results, weights, overflow="saturate", dtype="float32"):
    """Return the case of these windows with random samples of the whole range, and weights up to the lanes' largest."""
    stored = Stored(samples=samples, results=results, weights=weights, overflow=overflow if results[0] != "f" else None)
    case = Case(
        windows=tuple(windows), input_sizes=tuple(sizes), kernel_sizes=tuple(kernel), dtype="int32" if weights else dtype,
        batch=int(rng.integers(1, 3)), stored=stored,
    )  # fmt: skip
    low, high = limits(samples)
    x = rng.integers(low, high + 1, (case.batch, 1, *sizes)).astype(samples)
    most = LARGEST[weights] if rng.random() < 0.5 else 3
    w = rng.integers(-most, most + 1, (1, 1, *kernel)).astype(case.dtype)
    return Narrow(case, x, w, ranged(expected(replace(case, dtype="float64"), x, w), results, overflow))


def random_windows(rng, sizes, kernel, samples, weights):
    """Return windows with fill values that are samples; the last axis without steps where taps are summed in groups."""
    fills = [int(v) for v in rng.integers(*np.clip(limits(samples), -50, 50), 2, endpoint=True)]
    windows = [replace(random_window(rng, n, k), fill_low=fills[0], fill_high=fills[1]) for n, k in zip(sizes, kernel, strict=True)]
    if weights is None:
        return windows
    windows[-1] = replace(windows[-1], stride=1, kernel_dilation=1)
    return [replace(window, input_dilation=1) for window in windows]


def ranged(sums, results, overflow):
    """Return exact sums in the range of the results, by Python's integers."""
    if results[0] == "f":
        return sums.astype(results)
    low, high = limits(results)
    if overflow == "saturate":
        return np.clip(sums, low, high).astype(results)
    return ((sums.astype("int64").astype(object) - low) % (high - low + 1) + low).astype(results)
