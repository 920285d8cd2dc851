"""`separable` on integer samples neither reads nor writes outside of its arrays, at either end."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected
from parity.narrow_cases import ranged
from parity.test_separable_stored import a_case, drawn

from faltung.methods.separable.bound import Bound
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("samples", "results"), [("uint8", "uint8"), ("int8", "float32"), ("uint16", "int16")])
def test_images(samples, results, boundary):
    rng = np.random.default_rng(1)
    sizes = [(1, 1), (2, 9), (17, 17), (3, 67), (5, 64), (40, 129), (9, 2049)]
    for n, kernel, kind in product(sizes, ((1, 1), (2, 2), (3, 3), (5, 4), (8, 33), (20, 6)), ("mirrored", "plain")):
        both = {"boundary_low": boundary, "boundary_high": boundary, "fill_low": 2}
        windows = [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, **both) for k in kernel]
        case = a_case(windows, n, kernel, samples, results, overflow="saturate" if results[0] != "f" else None)
        x, w = drawn(rng, case, kind)
        want = ranged(expected(replace(case, dtype="float64"), x, w), results, "saturate")
        for end in ("low", "high"):
            placed = flush(x, end), flush(w, end), flush(np.zeros_like(want), end)
            Bound(case)(*placed, 2)
            assert np.array_equal(placed[2], want), case
            release(*placed)
