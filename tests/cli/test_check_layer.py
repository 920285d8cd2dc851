"""``faltung check-layer``: the verdict, its exit status, and the process that is killed."""

import time

import pytest
from cli.runner import program, run

LAYER = """
import faltung as ft
import time

def forward(x, w):
    return ft.run(ft.parse("correlate valid layout=NCHW,OIHW->NCHW conj=none"), x, w)

def backward(g, x, w):
    dx = ft.run(ft.parse("convolve full layout=NCHW,IOHW->NCHW"), g, w)
    dw = ft.run(ft.parse("correlate valid layout=CNHW,IOHW->CNHW conj=none"), x, g)
    return dx, dw

def unflipped(g, x, w):
    return ft.run(ft.parse("correlate full layout=NCHW,IOHW->NCHW conj=none"), g, w), backward(g, x, w)[1]

def hanging(g, x, w):
    time.sleep(1000)

def raising(x, w):
    raise RuntimeError("no")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(LAYER)
    monkeypatch.chdir(tmp_path)


def test_a_correct_layer():
    said = run("check-layer", "mine:forward", "mine:backward", "--path")
    assert (said.status, said.err) == (0, "")
    assert "correct" in said.text.splitlines()[0]


def test_a_mistake_is_named():
    said = run("check-layer", "mine:forward", "mine:unflipped", "--path", "--json", "--layout", "NCHW,OIHW->NCHW")
    assert said.status == 1
    assert (said.data["faltung"], said.data["kind"], said.data["correct"]) == ("v1", "layer", False)
    assert "not reversed" in said.data["mistakes"][0]["what"]
    assert "dx" in said.data["verdict"]


def test_meant_otherwise():
    said = run("check-layer", "mine:forward", "mine:backward", "--path", "--spec", "convolve valid layout=NCHW,OIHW->NCHW", "--json")
    assert said.status == 1
    assert said.data["mistakes"][0]["of"] == "forward"


def test_a_layer_that_hangs_is_killed():
    start = time.monotonic()
    assert "the process was killed" in run("check-layer", "mine:forward", "mine:hanging", "--path", "--limit", "6").refusal
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["mine:forward", "mine:backward"],
            "mine:forward cannot be imported: ModuleNotFoundError: No module named 'mine'; --path looks here",
        ),
        (["mine:forward", "mine:nothing", "--path"], "has no attribute 'nothing'"),
        (["mine.forward", "mine:backward", "--path"], "names no function"),
        (["mine:forward", "os:system('touch x')", "--path"], "names no function"),
        (["mine:forward"], "Missing argument"),
        (["mine:forward", "mine:backward", "--path", "--spec", "correlat"], "unknown operation"),
        (["mine:forward", "mine:backward", "--path", "--layout", "NCHW"], "layout"),
        (["mine:forward", "mine:backward", "--path", "--limit", "0"], "--limit"),
        (["mine:raising", "mine:backward", "--path"], ""),
    ],
)
def test_refused(arguments, words):
    assert words in run("check-layer", *arguments).refusal


def test_as_a_program(tmp_path):
    said = program("check-layer", "mine:forward", "mine:unflipped", "--path", PYTHONPATH=str(tmp_path))
    assert said.status == 1
    assert said.text.startswith("forward: dx is wrong")
