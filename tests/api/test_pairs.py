"""Every call of one library that runs in Python, said in every function of every other, typed there, and their answers compared."""

import numpy as np
import pytest
from api import pairs
from api.pair_calls import PLAIN, plain_calls, tensor_calls
from api.translations import Tally

import faltung as ft
from faltung.dialects import DIALECTS, Refusal

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]
CALLS = [*plain_calls(), *tensor_calls()]
LIBRARIES = sorted({pairs.home(function) for function, _, _ in CALLS})
LEAST = {
    "PIL": 3, "SimpleITK": 350, "cv2": 120, "jax": 2000, "keras": 1000, "kornia": 130, "mlx": 600, "numpy": 120, "onnx": 600, "pyvips": 200,
    "scipy": 900, "tensorflow": 330, "tinygrad": 200, "torch": 950,
}  # fmt: skip


@pytest.fixture(scope="module")
def names():
    return pairs.namespace()


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_in_every_other(library, names):
    """Even kernels where both take them, else odd ones; one channel and several; whole numbers, compared exactly."""
    tally = Tally()
    for function, rank, arguments in (call for call in CALLS if pairs.home(call[0]) == library):
        cases = [
            (x, k, wanted)
            for x, k in operands(function, rank, arguments)
            if (wanted := answer(names, function, arguments, x, k)) is not None
        ]
        # On two axes there are bytes that a kernel's sum divides; elsewhere a normalised kernel has no whole answers.
        assert cases or (function in PLAIN and rank != 2), f"{function} {arguments} on {rank} axes refuses all operands"
        for to in pairs.targets():
            if not (library in pairs.LIGHT and pairs.home(to) in pairs.LIGHT):
                translated(function, arguments, to, names, cases, tally)
    print(f"from {library}: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= LEAST.get(library, 80)


def operands(function, rank, arguments):
    if function in PLAIN:
        return pairs.plain_operands(function, rank)
    both = (pairs.tensor_operands(function, rank, arguments, single=single) for single in (True, False))
    return [pair for pair in both if pair is not None]


def answer(names, function, arguments, x, k):
    """Return the original's answer, or None where it refuses these operands: even kernels, or floats, for example."""
    words = sized(function, arguments, x, k)
    try:
        found = pairs.whole(pairs.own(names, function, words, x, k))
    except Exception:  # whatever a library raises, and sums that are no whole numbers
        return None
    return found if found.size else None


def sized(function, arguments, x, k):
    """Return the arguments with batch and channels put into TensorFlow's output_shape."""
    shape = arguments.get("output_shape")
    return arguments if shape is None else {**arguments, "output_shape": [x.shape[0], *shape[1:-1], k.shape[-2]]}


def translated(function, arguments, to, names, cases, tally):
    """Say the call in another function; on plain arrays the first operands that it does not refuse will do, of tensors all are tried."""
    for x, k, wanted in cases:
        if pairs.home(to) == "PIL" and x.dtype != np.uint8:
            continue  # floats are no images there
        line = pairs.text(function, sized(function, arguments, x, k))
        said = ft.translate(line, to, x_shape=x.shape, k_shape=k.shape)
        if isinstance(said, Refusal):
            assert said.reason
            tally.refused += 1
            if function in PLAIN and DIALECTS[to].axes not in (None, x.ndim):
                return
            continue
        compare(line, said.code, to, function, names, x, k, wanted, tally)
        if function in PLAIN:
            return


def compare(line, code, to, function, names, x, k, wanted, tally):
    tally.executed += 1
    x = x if pairs.home(to) == "PIL" or x.dtype != np.uint8 else x.astype("float32")  # one dtype, as most libraries want it
    same = pairs.home(to) == pairs.home(function) or {pairs.home(to), pairs.home(function)} == set(pairs.TENSORS)
    arrays = {name: pairs.native(names, function, array) if same else array for name, array in (("x", x), ("k", k))}
    try:
        found = pairs.whole(eval(code, {**names, **arrays}))
    except Exception as error:
        tally.wrong += (f"{line} -> {code} for {x.shape}, {k.shape}: {error!r:.200}",)
        return
    if found.shape != wanted.shape or not np.array_equal(found, wanted):
        tally.wrong += (f"{line} -> {code} for {x.shape}, {k.shape}: other numbers, of shape {found.shape} for {wanted.shape}",)
