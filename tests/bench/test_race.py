"""A race: everyone computes the same, whoever does not is left out and named, and the figures are those of the race."""

import json

import numpy as np
import pytest
from peers import compiles, peer

import faltung as ft
from faltung.bench import race as room
from faltung.bench.contender import Contender
from faltung.bench.limits import copy_seconds, peak_flops
from faltung.bench.race import race
from faltung.bench.shown import race_json, race_text
from faltung.bench.timing import best, shown

SMALL = "float32[24,20] * float32[4,3] correlate same:high"


def quick(line, **given):
    return race(ft.parse(line), 1, **{"turns": 1, **given})


def test_scipy_takes_part_where_it_says_the_same():
    outcome = quick(SMALL, only=("scipy",))
    names = {entry.name for entry in outcome.entries}
    assert {"faltung", "scipy.signal.convolve2d", "scipy.ndimage.correlate", "scipy.signal.fftconvolve"} <= names
    assert dict(outcome.refused)["scipy.signal.correlate2d"] == "has no anchor=high (it has low)"


def test_only_those_asked_for_take_part():
    assert {entry.name for entry in quick(SMALL, only=("scipy.ndimage",)).entries} == {"faltung", "scipy.ndimage.correlate"}


def test_an_even_kernel_has_its_centre_where_opencv_has_it():
    peer("cv2")
    outcome = quick("float32[24,20] * float32[4,2] correlate same:high boundary=edge", only=("cv2.filter2D",))
    assert [entry.name for entry in outcome.entries] == ["faltung", "cv2.filter2D"]


@pytest.mark.parametrize("change", [lambda y: y[::-1], lambda y: y[:-1], lambda y: y * 1.01], ids=["turned", "cut", "scaled"])
def test_another_answer_is_left_out(monkeypatch, change):
    def wrong(work):
        return Contender(name="wrong", call=lambda: change(ft.run(work.problem, work.x, work.k)))

    monkeypatch.setattr(room.others, "makers", lambda: iter([("wrong", wrong)]))
    outcome = quick(SMALL, only=("wrong",))
    assert [entry.name for entry in outcome.entries] == ["faltung"]
    assert dict(outcome.refused)["wrong"].startswith("computes something else")


def test_a_contender_that_raises_is_left_out(monkeypatch):
    def broken(work):
        def call():
            raise RuntimeError("no\nmemory")

        return Contender(name="broken", call=call)

    monkeypatch.setattr(room.others, "makers", lambda: iter([("broken", broken)]))
    assert dict(quick(SMALL, only=("broken",)).refused)["broken"] == "RuntimeError: no memory"


def test_bytes_are_compared_exactly_and_ndimage_wraps():
    outcome = quick("uint8[24,20] * int16[3,3] correlate same:high boundary=edge dtype=uint8 overflow=saturate", only=("scipy.ndimage.c",))
    assert dict(outcome.refused)["scipy.ndimage.correlate"].startswith("computes something else")


def test_our_other_methods_take_part_when_asked():
    names = {entry.name for entry in quick(SMALL, only=("-",), methods=True).entries}
    assert "faltung shift" in names or quick(SMALL, only=("-",)).method == "shift"


@pytest.mark.heavy
def test_transforms_of_other_libraries_agree_at_tile_edges():
    peer("torch")
    for line in ("float32[300,270] * float32[5,4] correlate same:high", "float64[9000] * float64[700] convolve"):
        names = {entry.name for entry in quick(line, only=("torch.fft",)).entries}
        assert names == {"faltung", "torch.fft, overlap-save"}


@pytest.mark.heavy
@pytest.mark.parametrize("module", ["torch", "jax", "onnxruntime"])
def test_networks_take_part(module):
    peer(module)
    start = {"torch": "torch conv", "jax": "jax", "onnxruntime": "onnx"}[module]
    assert len(quick(SMALL, only=(start,)).entries) == 2


def test_passes_take_part_where_the_kernel_is_a_column_times_a_row():
    peer("cv2")
    x, line = np.random.default_rng(0).random((24, 20)).astype("float32"), np.array([1, 4, 6, 4, 1], "float32")
    problem = "float32[24,20] * float32[5,5] correlate same:high boundary=whole_sample"
    told = ("cv2.sep", "scipy.ndimage.correlate1d")
    assert len(quick(problem, only=told, operands=(x, np.outer(line, line))).entries) == 3
    assert dict(quick(problem, only=told).refused)["cv2.sepFilter2D"] == "needs a kernel that is a column times a row"


def test_text_and_json_say_the_same():
    outcome = quick(SMALL, only=("scipy.ndimage",))
    text, data = race_text(outcome), json.loads(json.dumps(race_json(outcome)))
    assert data["problem"] == outcome.problem
    assert data["method"] == outcome.method
    assert [entry["name"] for entry in data["entries"]] == ["faltung", "scipy.ndimage.correlate"]
    ratio = outcome.entries[1].seconds / outcome.ours.seconds
    assert f"{ratio:.2f}" in text
    assert shown(outcome.ours.seconds) in text


def test_the_fastest_of_some_names():
    outcome = quick(SMALL, only=("scipy.signal",))
    fastest = min((e for e in outcome.entries if e.name.startswith("scipy.signal")), key=lambda e: e.seconds)
    assert outcome.of("scipy.signal", "cv2") == fastest
    assert outcome.of("cv2") is None


def test_the_best_of_several_turns_counts():
    times = iter([0.02, 0.001, 0.001, 0.001, 0.03, 0.001, 0.001])

    def call():
        import time

        time.sleep(next(times, 0.001))

    assert best({"a": call}, turns=2, least=0.0)["a"] < 0.02


def test_limits_are_times_and_rates():
    assert copy_seconds(1 << 22, 1 << 22, 1) > copy_seconds(1 << 12, 1 << 12, 1) > 0
    peak = peak_flops(1, turns=1)
    assert peak is None if not compiles() else peak > 1e8
