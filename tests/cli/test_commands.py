"""trace, kernels, laws, demo, help; streams, exit statuses and start-up."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from cli.runner import ROOT, program, run

import faltung as ft
from faltung.cli import entry
from faltung.demo.card import card
from faltung.io import write

X, K = "0 0 0; 1 1 2; 1 3 0", "4 1 1; 0 3 3; 2 1 2"
HEAVY = ("scipy", "llvmlite", "matplotlib", "numpy", "PIL", "rich")


def test_trace_shows_both_sums_of_the_classic_case():
    said = run("trace", X, K)
    assert (said.status, said.err) == (0, "")
    assert said.text == str(ft.trace([[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]], mode="valid")) + "\n"
    assert "= 14" in said.text
    assert "= 10" in run("trace", X, K, "--operation", "convolve").text


def test_trace_of_one_output_of_many():
    said = run("trace", X, K, "--mode", "same:high", "--boundary", "edge", "--at", "-1,0")
    assert "y[2,0] of 3 x 3 outputs" in said.text
    assert "X[3,0] = x[2,0]" in said.text


def test_trace_of_every_output():
    said = run("trace", "3 5 8", "-1 1", "--mode", "same:high", "--boundary", "edge", "--all")
    assert [line.strip() for line in said.text.splitlines() if "y[" in line][1:] == [
        "y[0] = -1·[3] + 1·3 = 0", "y[1] = -1·3 + 1·5 = 2", "y[2] = -1·5 + 1·8 = 3",
    ]  # fmt: skip


def test_trace_takes_json_files_and_standard_input(tmp_path):
    np.save(tmp_path / "x.npy", np.array([[0, 0, 0], [1, 1, 2], [1, 3, 0]]))
    stored = (tmp_path / "x.npy").read_bytes()
    for x, stdin in ((tmp_path / "x.npy", b""), ("[[0,0,0],[1,1,2],[1,3,0]]", b""), ("-", X.encode()), ("-", stored)):
        assert run("trace", x, K, "--json", stdin=stdin).data["result"] == 14


def test_trace_of_a_picture(tmp_path):
    write(tmp_path / "photo.png", card(64, 64))
    said = run("trace", tmp_path / "photo.png", "-1 0 1", "--channel", "1", "--at", "20,30", "--json")
    assert said.data["result"] == int(card(64, 64)[20, 32, 1]) - int(card(64, 64)[20, 30, 1])


def test_trace_formats():
    assert run("trace", X, K, "--format", "json").data["result"] == 14
    assert run("trace", X, K, "--format", "html").text.startswith("<section")
    assert run("trace", X, K, "--format", "latex").text.startswith("\\begin{aligned}")
    assert run("trace", X, K, "--json", "--all").data["outputs"][0]["result"] == 14


def test_trace_is_exact_on_fractions():
    assert run("trace", "1/2 1/3", "1/9 2/9", "--json").data["result"] == "7/54"


def test_boundary_that_does_not_show_is_said():
    assert "the boundary does not show" in run("trace", X, K, "--boundary", "edge").err


def test_kernels():
    said = run("kernels")
    assert [line.split("\t")[0] for line in said.text.splitlines()] == list(ft.kernels())
    assert [entry["name"] for entry in run("kernels", "--json").data["kernels"]] == list(ft.kernels())


@pytest.mark.parametrize("name", ft.kernels())
def test_one_kernel(name):
    said = run("kernels", name)
    assert said.status == 0
    for word in ("formula", "why", "uses", "deep learning", "reversal", "correlate", "convolve"):
        assert word in said.text
    found = run("kernels", name, "--json").data
    same = found["results"]["correlate"] == found["results"]["convolve"]
    assert same == (found["reversal"] == "unchanged") or found["name"] in ("log", "dog", "gabor", "gaussian", "unsharp")


def test_kernel_with_parameters():
    assert run("kernels", "gaussian:sigma=2,size=3x5", "--json").data["shape"] == [3, 5]


def test_laws():
    said = run("laws", "commutativity", "shift")
    assert said.status == 0
    assert "commutativity" in said.text
    found = run("laws", "commutativity", "--seed", "3", "--json").data
    assert (found["seed"], found["failed"]) == (3, 0)
    assert {result["law"] for result in found["results"]} == {"commutativity"}


def test_law_that_fails_is_status_one(monkeypatch):
    from dataclasses import replace

    from faltung import laws

    check = laws.check
    monkeypatch.setattr(laws, "check", lambda *a, **k: tuple(replace(result, verdict="fails") for result in check(*a, **k)))
    assert run("laws", "commutativity").status == 1
    assert run("laws", "commutativity", "--json").status == 1


def test_demo(tmp_path):
    said = run("demo", "--output", tmp_path / "out")
    assert said.status == 0
    assert "160" in said.text
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".png"]
    found = run("demo", "--output", tmp_path / "out", "--json").data
    assert found["sheet"].endswith(".png")


def test_help_and_version():
    assert run().text == run("--help").text
    assert f"faltung, version {ft.__version__}" in run("--version").text
    for command in ("apply", "trace", "kernels", "laws", "demo"):
        said = run(command, "--help")
        assert (said.status, said.err) == (0, "")


def loaded(arguments, names):
    """Which of these modules are loaded by the time the command has run."""
    show = f"print([name for name in {names!r} if name in sys.modules], file=sys.stderr)"
    code = f"import sys; from faltung.cli.entry import run; run({arguments!r}); {show}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--help"], ["apply", "--help"], ["--version"], ["trace"]])
def test_help_loads_nothing_heavy(arguments):
    assert loaded(arguments, HEAVY) == "[]"


def test_trace_loads_no_compiler():
    assert loaded(["trace", "1 2", "1"], ("scipy", "llvmlite", "matplotlib", "rich")) == "[]"


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m faltung trace '{'1 ' * 1000}' 1 --all | head -n 3"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT)
    assert (len(done.stdout.splitlines()), done.stderr) == (3, "")


def test_terminal_without_greek_letters():
    said = program("trace", "1 2", "1", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert said.status == 0
    assert "y[0] = 1?1" in said.text


def test_interruption_is_status_130():
    process = subprocess.Popen(
        [sys.executable, "-m", "faltung", "trace", "-", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job has it ignored
    )
    time.sleep(3)  # it waits for its input by then
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"faltung: interrupted\n")


def test_missing_extra_prints_the_pip_line(monkeypatch, capsys):
    assert entry._explained(ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib"), ["--json"]) == 3
    said = capsys.readouterr()
    assert said.err == "faltung: this needs matplotlib: pip install 'faltung[plot]'\n"
    assert json.loads(said.out)["status"] == 3


def test_a_bug_is_shown_as_one(monkeypatch, capsys):
    from faltung.cli import gallery

    def broken(*_):
        raise AssertionError("impossible")

    monkeypatch.setattr(gallery, "list_kernels", broken)
    assert entry.run(["kernels"]) == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("faltung: this is a bug of faltung: AssertionError: impossible\n")


def test_memory_error_is_one_line(monkeypatch):
    from faltung.cli import gallery

    def broken(*_):
        raise MemoryError

    monkeypatch.setattr(gallery, "list_kernels", broken)
    assert "not enough memory" in run("kernels").refusal


def test_colours_only_on_a_terminal():
    assert b"\x1b" not in program("kernels", FORCE_COLOR="").out
    assert b"\x1b" not in program("kernels", NO_COLOR="1").out
