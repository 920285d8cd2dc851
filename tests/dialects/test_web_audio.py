"""The Web Audio dialect against node-web-audio-api: every case of a test in one process."""

from itertools import product

import numpy as np
import pytest
from dialects.comparing import Tally, round_trip, weights
from dialects.node_peers import node, package

import faltung as ft

pytestmark = pytest.mark.heavy
FUNCTION = "web_audio.ConvolverNode"
SIZES = [1, 2, 3, 5, 8, 200]


def test_every_size():
    package("node-web-audio-api")
    shapes = list(product(SIZES, (1, 2, 3, 4, 5, 6, 7, 40), ((1, 1), (2, 1), (2, 2), (1, 2)), (True, False), (44100, 48000)))
    cases = [(weights((a, n), seed=n), weights((b, m), seed=m) + 0.5, words) for n, m, (a, b), *words in shapes]
    jobs = [{"x": x.tolist(), "k": k.tolist(), "normalize": normal, "rate": rate} for x, k, (normal, rate) in cases]
    tally = Tally(FUNCTION)
    for (x, k, (normal, rate)), found in zip(cases, node(audio=jobs)["audio"], strict=True):
        answer = np.array(found, "float32")
        words = {"normalize": normal, "sampleRate": rate}
        bound = 1e-6 * max(1.0, float(np.abs(k).sum())) * float(np.abs(x).max())
        tally.same(answer, x, k, bound=bound, **words)
        if x.shape[0] == k.shape[0] == 1:
            tally.same(answer[0], x[0], k[0], bound=bound, **words)
    tally.enough(900)


def test_gain():
    answer = ft.like(FUNCTION, sampleRate=48000)(np.array([1.0, 0, 0]), np.array([1.0, 2, 3]))
    assert np.allclose(answer, [0.00053162, 0.00106325, 0.00159487], rtol=1e-5)


def test_refusals():
    tally = Tally(FUNCTION)
    x, k = np.ones((2, 5)), np.ones((2, 3))
    tally.refused(x, np.ones((4, 3)), "it takes 1 or 2 of each")
    tally.refused(x, k[0], "both must be")
    tally.refused(x.astype(complex), k, "and real")
    tally.refused(x, k, "it must be positive", sampleRate=0)


def test_written():
    assert round_trip(FUNCTION, [{"normalize": False}]) == 1
    assert ft.write(ft.read(FUNCTION), FUNCTION).code == "new ConvolverNode(context, { buffer: k, disableNormalization: true })"
