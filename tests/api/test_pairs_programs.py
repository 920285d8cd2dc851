"""Translations from and into the languages of programs, Octave and R, and into commands: typed there, and their answers compared."""

import re

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
    for function, rank, arguments in (call for call in plain_calls() if call[1] < 3):  # their answers are printed as matrices
        for x, k in () if DIALECTS[function].batched else pairs.plain_operands(function, rank)[: 3 if rank == 2 else 1]:
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


def test_from_and_into_octave(names, tmp_path):
    tally = Tally()
    typed = [entry for entry in into("octave", names) if isinstance(entry[0], Call)]
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
    assert tally.executed >= 900


def octave_case(line, x, k):
    return test_octave.Case(function="", line=renamed(line), x=x, k=k)


def renamed(line):
    """Return a line on A and B; the names x and k stand alone nowhere else."""
    return re.sub(r"\bk\b", "B", re.sub(r"\bx\b", "A", line))


def test_from_and_into_r(names, tmp_path):
    tally = Tally()
    typed = [entry for entry in into("r", names) if isinstance(entry[0], Call)]
    lines = [(renamed(said.code), x, k) for said, x, k, _ in typed]
    x = pairs.drawn((9,), 1)
    k = pairs.drawn((4,), 2)
    answers = test_r.run([test_r.guarded(*entry) for entry in [*lines, *((line, x, k) for line in FROM_R.values())]], tmp_path)
    for (said, _, _, wanted), answer in zip(typed, answers, strict=False):
        settle(tally, said.code, answer[1], wanted)
    for text, answer in zip(FROM_R, answers[len(typed) :], strict=True):
        back(text, x, k, np.rint(answer[1]), names, tally)
    print(f"r: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= 130


def weights(call, k):
    """Return the kernel that a command is given: its text is an expression on k."""
    return np.asarray(eval(call.kernel, {"numpy": np, "k": k}), float)


def imagemagick(call, x, k):
    words, matrix = dict(call.arguments), weights(call, k)
    outside = ["-virtual-pixel", words.get("virtual_pixel", "edge")]
    if call.function == test_imagemagick.CONVOLVE:
        return test_imagemagick.convert(x, [*outside, "-convolve", test_imagemagick.kernel(matrix)])[0]
    scale = ["-define", "convolve:scale=!"] if words.get("scale") else []
    origin = "+{}+{}".format(*words["origin"]) if words.get("origin") else ""
    options = [*outside, *scale, "-morphology", words.get("method", "Convolve"), test_imagemagick.kernel(matrix, origin)]
    return test_imagemagick.convert(x, options)[0]


def svg(call, x, k):
    return test_svg.resvg([(x, weights(call, k), dict(call.arguments))])[0]


def web_audio(call, x, k):
    job = {"x": [x.tolist()], "k": [weights(call, k).tolist()], "normalize": dict(call.arguments).get("normalize", True), "rate": 44100}
    return np.array(node(audio=[job])["audio"][0][0])


COMMANDS = {
    "imagemagick": (imagemagick, ["imagemagick.morphology(x, k)", "imagemagick.morphology(x, k, method='Correlate', virtual_pixel='tile')",
                                  "imagemagick.convolve(x, k, virtual_pixel='mirror')", "imagemagick.morphology(x, k, scale='!')"], 20),
    "svg": (svg, ["svg.feConvolveMatrix(x, k, color_interpolation_filters='sRGB')",
                  "svg.feConvolveMatrix(x, k, edgeMode='wrap', targetX=0, color_interpolation_filters='sRGB')"], 20),
    "web_audio": (web_audio, ["web_audio.ConvolverNode(x, k, normalize=False)"], 20),
    "ffmpeg": (None, ["ffmpeg.convolution(x, k)"], 10),  # as a target it divides by the sum, whatever its line says
}  # fmt: skip


@pytest.mark.parametrize("home", COMMANDS)
def test_commands(home, names):
    """On bytes whose sums are whole and fit; the sound on small whole numbers."""
    tally, (run, texts, least) = Tally(), COMMANDS[home]
    package("node-web-audio-api" if home == "web_audio" else "@resvg/resvg-js")
    for said, x, k, wanted in into(home, names) if run is not None else ():
        if isinstance(said, Refusal) or (home != "web_audio" and (x.dtype != np.uint8 or wanted.max() > 255)):
            tally.refused += isinstance(said, Refusal)
            continue
        settle(tally, said.code, run(said, x, k), wanted)
    x, k = pairs.plain_operands("", 1 if home == "web_audio" else 2)[0 if home == "web_audio" else 2]
    k = np.pad(k, 1) if home == "ffmpeg" else k  # around 3 x 3 its boundary is not one law
    for text in texts:
        found = asked(text, x, k)
        back(text, x.astype("float32"), k, np.rint(found), names, tally)
    print(f"{home}: {tally.executed} translations executed, {tally.refused} refused, {len(tally.wrong)} wrong")
    assert tally.wrong == ()
    assert tally.executed >= least


def asked(text, x, k):
    """Return what the program itself answers to a call's text."""
    if text == "ffmpeg.convolution(x, k)":
        return test_ffmpeg.ffmpeg(x, (k, {}))[0]
    call = ft.translate(text, text.partition("(")[0], x_shape=x.shape, k_shape=k.shape)
    assert (call.input, call.kernel) == ("x", "k")
    return COMMANDS[call.function.partition(".")[0]][0](call, x, k)
