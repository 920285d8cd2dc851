"""`direct` on narrow samples and results against the sum by its definition: dtypes, boundaries, steps, sizes around lanes, views."""

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from parity.narrow_cases import RESULTS, SAMPLES, Narrow, drawn, lanes_of, limits, random_windows

from faltung.methods import direct
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Case, Stored
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
PAIRS = [(s, w) for s in SAMPLES for w in lanes_of(s)]


@pytest.fixture(params=[0, 1 << 60], ids=["unrolled", "looped"])
def _tier(request, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", request.param)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 2000)


def check(made: Narrow, like=None, workers=2):
    out = np.full(made.want.shape, 77, made.want.dtype) if like is None else like
    direct.Bound(made.case)(made.x, made.w, out, workers)
    assert np.array_equal(out, made.want), made.case


def same(kernel, boundary, fill=0):
    both = {"boundary_low": boundary, "boundary_high": boundary, "fill_low": fill, "fill_high": fill}
    return [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, **both) for k in kernel]


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize(("samples", "weights"), PAIRS)
def test_sizes_around_lanes(samples, weights):
    rng = np.random.default_rng(1)
    for boundary, (sizes, kernel) in zip(
        BOUNDARIES * 3, product(((1, 1), (3, 15), (9, 33), (13, 64), (30, 131), (5, 600)), ((3, 3), (2, 5), (6, 4))), strict=True
    ):
        check(
            drawn(
                rng,
                same(kernel, boundary, 1 if boundary == "constant" else 0),
                sizes,
                kernel,
                samples,
                samples.replace("bool", "uint8"),
                weights,
            )
        )


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("results", RESULTS)
@pytest.mark.parametrize("weights", lanes_of("uint8"))
def test_every_result(results, weights):
    rng = np.random.default_rng(2)
    for overflow, samples in (("saturate", "uint8"), ("wrap", "uint8")):
        check(drawn(rng, same((3, 4), "edge"), (23, 190), (3, 4), samples, results, weights, overflow))


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize(("samples", "weights"), PAIRS)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sampled_windows(rank, samples, weights):
    rng = np.random.default_rng(rank)
    for i in range(6):
        sizes = rng.integers(1, {1: 300, 2: 70, 3: 14}[rank], rank).tolist()
        kernel = rng.integers(1, 8 if rank < 3 else 4, rank).tolist()
        windows = random_windows(rng, sizes, kernel, samples, weights)
        made = drawn(rng, windows, sizes, kernel, samples, "int32" if i % 2 else "int16", weights)
        if made.want.size:
            check(made)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize(("samples", "weights"), [("uint8", lanes_of("uint8")[-1]), ("int16", None)])
def test_views(samples, weights):
    rng = np.random.default_rng(4)
    for sizes, step in product(((40, 150), (3, 700)), (2, -1, -3)):
        made = drawn(rng, same((3, 5), "half_sample"), sizes, (3, 5), samples, samples, weights)
        views = []
        for values in (made.x, np.zeros_like(made.want)):
            big = np.zeros([*values.shape[:2], *(abs(step) * n for n in values.shape[2:])], values.dtype)
            views.append(big[..., ::step, ::step])
            views[-1][...] = values
        check(made, like=views[1])
        check(Narrow(made.case, views[0], made.w, made.want))
        check(Narrow(made.case, views[0], made.w, made.want), like=np.zeros_like(views[1]))


@pytest.mark.parametrize("samples", SAMPLES)
def test_the_extremes_of_samples_and_weights(samples):
    """The largest products of either sign, all in one sum."""
    for weights in lanes_of(samples)[1:]:
        low, high = limits(samples)
        lanes = np.iinfo(weights)
        for x, w in product((low, high), (lanes.min, lanes.max, -1)):
            case = Case(
                windows=(Window(), Window()), input_sizes=(9, 200), kernel_sizes=(1, 6), dtype="int32",
                stored=Stored(samples=samples, results="int64", weights=weights),
            )  # fmt: skip
            taps = np.array([w, 0, 0, 0, 0, 0 if abs(w * x) > 2**29 else w]).reshape(1, 1, 1, 6).astype("int32")
            data = np.full((1, 1, 9, 200), x, samples)
            check(Narrow(case, data, taps, np.full((1, 1, *case.output_sizes), int(x) * int(taps.sum()), "int64")))


def test_refusals_name_the_reason():
    def case(stride=1, dtype="int32", **stored):
        windows = (Window(stride=stride),)
        return Case(windows=windows, input_sizes=(9,), kernel_sizes=(3,), dtype=dtype, stored=Stored(results="uint8", **stored))

    assert "no uint16 by int8" in str(direct.refuses(case(samples="uint16", weights="int8")))
    assert "no stride or dilation" in str(direct.refuses(case(2, samples="uint8", weights="int16")))
    assert "does not convert float16" in str(direct.refuses(case(dtype="float32", samples="float16")))
    assert direct.refuses(case(dtype="float32", samples="uint8")) is None


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get("FALTUNG_CPU_FEATURES")), reason="FALTUNG_CPU_FEATURES already names a lesser machine")
def test_a_lesser_machine():
    """The tests above without AVX-512, and without any instruction that sums products."""
    tests = [f"{__file__}::{name}" for name in ("test_every_result", "test_views", "test_the_extremes_of_samples_and_weights")]
    for features in ("-avx512f", "-avx512f,-avx2"):
        environment = os.environ | {"FALTUNG_CPU_FEATURES": features}
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]
