"""Translations from and into the languages of programs, Octave and R, and into commands: typed there, and their answers compared."""

import numpy as np
import pytest
from api import pairs
from api.pair_calls import plain_calls
from api.translations import Tally
from dialects import test_ffmpeg, test_imagemagick, test_octave, test_r, test_svg
from dialects.node_peers import node, package
from peers import program

import faltung as ft
from faltung.dialects import DIALECTS, Call, Refusal

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]
FROM_OCTAVE = {
    1: ["octave.conv(x, k)", "octave.conv(x, k, 'same')", "octave.conv(x, k, 'valid')", "octave.filter(k, 1, x)", "octave.xcorr(x, k)",
        "octave.xcorr(x, k, 2)", "octave.cconv(x, k)"],
    2: ["octave.conv2(x, k, 'same')", "octave.conv2(x, k)", "octave.convn(x, k, 'valid')", "octave.filter2(k, x)", "octave.xcorr2(x, k)",
        "octave.filter2(k, x, 'full')", "octave.imfilter(x, k)", "octave.imfilter(x, k, 'symmetric')", "octave.imfilter(x, k, 3, 'conv')",
        "octave.imfilter(x, k, 'circular')", "octave.imfilter(x, k, 'replicate', 'conv')"],
}  # fmt: skip
FROM_R = {
    "r.stats.convolve(x, k, type='open')": 'stats::convolve(A, B, type="open")',
    "r.stats.convolve(x, k, type='filter')": 'stats::convolve(A, B, type="filter")',
    "r.stats.filter(x, k, circular=True)": "stats::filter(A, B, circular=TRUE)",
    "r.stats.filter(x, k, sides=1, circular=True)": "stats::filter(A, B, sides=1, circular=TRUE)",
}


@pytest.fixture(scope="module")
def names():
    return pairs.namespace()


def settle(tally, line, found, wanted):
    tally.executed += 1
    found = np.rint(found)
    if found.shape != wanted.shape or not np.array_equal(found, wanted):
        tally.wrong += (f"{line}: {found} in place of {wanted}",)


def into(home, names):
    """Yield what every call in Python is in a language or program, with its operands and its answer."""
    functions = [name for name in DIALECTS if name.startswith(f"{home}.")]
    for function, rank, arguments in plain_calls():
        for x, k in pairs.plain_operands(function, rank)[: 3 if rank == 2 else 1]:
            try:
                wanted = pairs.whole(pairs.own(names, function, arguments, x, k))
            except Exception:  # the original refuses these operands
                continue
            for to in functions:
                said = ft.translate(pairs.text(function, arguments), to, x_shape=x.shape, k_shape=k.shape)
                if wanted.size:
                    yield said, x, k, wanted


def back(text, x, k, wanted, names, tally):
    """Say a program's call in every function in Python."""
    for to in pairs.targets():
        if "tinygrad" in to or pairs.home(to) == "PIL":
            continue  # slow without a compiler; images of bytes only
        said = ft.translate(text, to, x_shape=x.shape, k_shape=k.shape)
        if isinstance(said, Refusal):
            tally.refused += 1
            continue
        settle(tally, f"{text} -> {said.code}", pairs.whole(eval(said.code, {**names, "x": x, "k": k})), wanted)


def test_octave(names, tmp_path):
    tally = Tally()
    typed = [entry for entry in into("octave", names) if isinstance(entry[0], Call)]
    lines = [test_octave.Case(function="", line=said.code.replace("x", "A").replace("(k", "(B"), x=x, k=k) for said, x, k, _ in typed]
    lines = [octave_case(said.code, x, k) for said, x, k, _ in typed]
    own = [(text, *pairs.plain_operands("", rank)[0]) for rank, texts in FROM_OCTAVE.items() for text in texts]
    cases = lines + [octave_case(text.removeprefix("octave."), x, k) for text, x, k in own]
    answers = test_octave.answers(program("octave"), cases, tmp_path)
    for (said, _, _, wanted), (_, found) in zip(typed, answers, strict=False):
        settle(tally, said.code, found.real.reshape(wanted.shape) if found.size == wanted.size else found, wanted)
    for (text, x, k), (_, found) in zip(own, answers[len(typed) :], strict=True):
        back(text, x, k, np.rint(found.real.reshape(-1) if x.ndim == 1 else found.real), names, tally)
    print(f"octave: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 400


def octave_case(line, x, k):
    """Return a line on A and B; the names x and k stand alone nowhere else."""
    import re

    return test_octave.Case(function="", line=re.sub(r"\bk\b", "B", re.sub(r"\bx\b", "A", line)), x=x, k=k)


def test_r(names, tmp_path):
    tally = Tally()
    typed = [entry for entry in into("r", names) if isinstance(entry[0], Call)]
    lines = [(said.code.replace("(x", "(A").replace("x,", "A,").replace("k", "B"), x, k) for said, x, k, _ in typed]
    x = pairs.drawn((9,), 1)
    k = pairs.drawn((4,), 2)
    answers = test_r.run([test_r.guarded(*entry) for entry in [*lines, *((line, x, k) for line in FROM_R.values())]], tmp_path)
    for (said, _, _, wanted), answer in zip(typed, answers, strict=False):
        settle(tally, said.code, answer[1], wanted)
    for text, answer in zip(FROM_R, answers[len(typed) :], strict=True):
        back(text, x, k, np.rint(answer[1]), names, tally)
    print(f"r: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 40
