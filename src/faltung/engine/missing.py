"""Missing samples: NaN, or those a mask leaves out.

* ignore: a missing sample adds nothing;
* renormalise: y = Σ w·x over the present samples, times Σ w / Σ w over the present ones (normalised convolution; Knutsson and Westin,
  *Normalized and differential convolution*, CVPR 1993).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec.spec import Spec

Array = np.ndarray[Any, Any]


def without_missing(spec: Spec, x: Array, k: Array, mask: Array | None, compute: Callable[[Spec, Array, Array], Array]) -> Array:
    """Return the result of `compute` with missing samples ignored, or the sums renormalised by the weights that met a sample.

    `mask` is True where a sample is present; without one, NaN is missing. Where no weight meets a sample, renormalise gives NaN.
    """
    present = _present(x, mask)
    plain = replace(spec, missing="propagate")
    sums = compute(plain, np.where(present, x, x.dtype.type(0)), k)
    if spec.missing == "ignore":
        return sums
    if spec.offset != 0 or spec.product != "multiply" or any("constant" in laws for laws in spec.boundary):
        raise SpecError("missing='renormalise' divides by the weights present; leave offset, or-and and constant fills out")
    total = k.sum()
    met = compute(replace(plain, dtype=None, scale=1), present.astype(np.result_type(sums, np.float32)), k)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(met == 0, np.nan, sums * (total / np.where(met == 0, 1, met))).astype(np.result_type(sums, np.float32))


def _present(x: Array, mask: Array | None) -> Array:
    if mask is None:
        return ~np.isnan(x) if x.dtype.kind in "fc" else np.ones(x.shape, dtype=bool)
    present = np.asarray(mask)
    if present.dtype != bool or present.shape != x.shape:
        raise SpecError(f"mask has dtype {present.dtype} and shape {present.shape}; it must be bool and of the input's shape {x.shape}")
    return present
