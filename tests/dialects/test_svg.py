"""The SVG dialects against resvg (one process for all images of a test) and rsvg-convert (one image is a mosaic of many)."""

import base64
import io
import subprocess
from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, positive, round_trip, weights
from dialects.node_peers import node, package
from peers import program
from PIL import Image

import faltung as ft

pytestmark = pytest.mark.heavy
SVG, LIBRSVG = "svg.feConvolveMatrix", "librsvg.feConvolveMatrix"
SRGB = {"color_interpolation_filters": "sRGB"}
EDGES = ("duplicate", "wrap", "none")
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{}" height="{}">'


def primitive(k, words):
    words = {name.replace("_", "-"): str(value).lower() if type(value) is bool else value for name, value in words.items()}
    values = "".join(f' {name}="{value}"' for name, value in words.items())
    order = f'order="{k.shape[1]} {k.shape[0]}" kernelMatrix="{" ".join(f"{weight:g}" for weight in k.ravel())}"'
    return f"<feConvolveMatrix {order}{values}/>"


def tile(number, x, k, words, down):
    """Return the elements that show one filtered image at a height."""
    file = io.BytesIO()
    Image.fromarray(x).save(file, "png")
    h, w = x.shape[:2]
    place = f'x="0" y="{down}" width="{w}" height="{h}"'
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f'<filter id="f{number}" {place} filterUnits="userSpaceOnUse">{primitive(k, words)}</filter>'
        f'<image {place} image-rendering="optimizeSpeed" filter="url(#f{number})" xlink:href="data:image/png;base64,{data}"/>'
    )


def resvg(cases):
    texts = [HEAD.format(x.shape[1], x.shape[0]) + tile(0, x, k, words, 0) + "</svg>" for x, k, words in cases]
    answers = node(svg=texts)["svg"]
    pixels = [np.frombuffer(base64.b64decode(a["rgba"]), "uint8").reshape(a["height"], a["width"], 4) for a in answers]
    return [colours(p, x) for p, (x, *_) in zip(pixels, cases, strict=True)]


def librsvg(cases):
    """Return the answers from one mosaic, its images above each other."""
    heights = [x.shape[0] for x, *_ in cases]
    tops, width = np.concatenate([[0], np.cumsum(heights)]), max(x.shape[1] for x, *_ in cases)
    text = "".join(tile(i, *case, top) for i, (case, top) in enumerate(zip(cases, tops[:-1].tolist(), strict=True)))
    head = HEAD.format(width, tops[-1])
    done = subprocess.run([program("rsvg-convert"), "-f", "png"], input=f"{head}{text}</svg>".encode(), capture_output=True, check=True)
    pixels = np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGBA"))
    return [colours(pixels[top : top + x.shape[0], : x.shape[1]], x) for top, (x, *_) in zip(tops, cases, strict=False)]


def colours(pixels, x):
    assert (pixels[..., 3] == 255).all()
    return pixels[..., 0] if x.ndim == 2 else pixels[..., :3]


def cases_of(shapes):
    """Return (x, k, arguments): every kernel size, edge and target, colours, a bias, linear light."""
    for x_shape, k_shape, edge in product(shapes, KERNELS, EDGES):
        yield image(x_shape, "uint8"), weights(k_shape), {"edgeMode": edge, "divisor": 3, "preserveAlpha": True, **SRGB}
    for target in product(range(3), range(4)):
        words = {"targetX": target[0], "targetY": target[1], "edgeMode": "wrap", **SRGB}
        yield image((6, 7, 3), "uint8"), positive((4, 3)), words
    for k_shape in KERNELS[::4]:
        yield image((6, 7), "uint8"), positive(k_shape), {"divisor": 40, "bias": 0.25, "preserveAlpha": True, **SRGB}
        yield image((6, 7), "uint8"), positive(k_shape), {}


def check(function, found, cases, **more):
    tally = Tally(function, **more)
    for answer, (x, k, words) in zip(found, cases, strict=True):
        tally.same_but_ties(answer, x, k, **words)
    return tally


def test_resvg():
    package("@resvg/resvg-js")
    cases = list(cases_of(IMAGES[1:5]))
    check(SVG, resvg(cases), cases).enough(620)


def test_librsvg():
    """With bugs: the kernel is transposed. Without: kernels that transposing does not change."""
    program("rsvg-convert")
    cases = [case for case in cases_of(IMAGES[1:5]) if case[2] != {}]
    check(LIBRSVG, librsvg(cases), cases, bugs=True).enough(600)
    symmetric = [(x, k + k.T, words) for x, k, words in cases if k.shape[0] == k.shape[1]]
    check(LIBRSVG, librsvg(symmetric), symmetric).enough(80)


def test_refusals():
    tally = Tally(SVG, **SRGB)
    x, k = image((5, 6), "uint8"), positive((3, 3))
    tally.refused(x, k, "filters alpha too", divisor=2)
    tally.refused(x, k, "filters alpha too", edgeMode="none")
    tally.refused(x, k, "has no edgeMode 'mirror'", edgeMode="mirror")
    tally.refused(x, k, "must be whole numbers", targetX=-1)
    tally.refused(x, k, "is not a tap", targetX=3)
    tally.refused(x, k - k, "a Spec says that as divisor=1")
    tally.refused(x.astype("uint16"), k, "does not take uint16")
    tally.refused(x, k[0], "it must be real")


def test_written():
    cases = [{}, {"divisor": 4, "preserveAlpha": True}, {"edgeMode": "wrap", "targetX": 1, "targetY": 0}]
    cases += [{"edgeMode": "none", "bias": 0.5, "divisor": 1, "preserveAlpha": True}]
    assert round_trip(SVG, cases) == round_trip(LIBRSVG, cases) == 4
    assert ft.write(ft.read(SVG, edgeMode="wrap"), SVG).code.endswith('edgeMode="wrap" color-interpolation-filters="sRGB"/>')
