"""`faltung translate`: the line on standard output, notes and refusals on standard error, exit status 4 where there is no line."""

import pytest
from cli.runner import run

LINE = "scipy.ndimage.correlate(img, K, mode='mirror')\n"


def test_the_line_is_all_that_is_printed():
    said = run("translate", "cv2.filter2D(img, -1, K)", "--to", "scipy.ndimage.correlate")
    assert (said.status, said.text) == (0, LINE)
    assert all(line.startswith("note: ") for line in said.err.splitlines())


def test_json():
    said = run("translate", "cv2.filter2D(img, -1, K)", "--to", "scipy.ndimage.correlate", "--json")
    assert (said.status, said.err) == (0, "")
    assert (said.data["kind"], said.data["code"]) == ("translation", LINE.strip())
    assert said.data["notes"]


@pytest.mark.parametrize("sizes", ["9x9", "9,9", " 9,9 "])
def test_shapes(sizes):
    command = ("translate", "ndimage.correlate(x, k, mode='mirror')", "--to", "signal.convolve2d", "--k-shape", "3x4", "--x-shape", sizes)
    said = run(*command)
    assert said.text.startswith("scipy.signal.convolve2d(numpy.pad(x, ((1, 1), (2, 1)), mode='reflect'), ")


def test_a_refusal_is_status_4_and_names_the_nearest():
    said = run("translate", "r.stats.filter(x, k)", "--to", "np.convolve")
    assert (said.status, said.text) == (4, "")
    assert said.err == (
        "faltung: numpy.convolve has no frame=nan (it has computed), no anchor=low (it has high); "
        "nearest: numpy.convolve(x, k, mode='same')\n"
    )
    as_json = run("translate", "r.stats.filter(x, k)", "--to", "np.convolve", "--json")
    assert (as_json.status, as_json.data["kind"], as_json.data["status"]) == (4, "refusal", 4)
    assert as_json.data["nearest"] == "numpy.convolve(x, k, mode='same')"


REFUSED = [
    (("np.convole(x, k)", "--to", "np.correlate"), "there is no dialect 'np.convole'"),
    (("np.convolve(x, k)", "--to", "np.corelate"), "nearest: numpy.correlate"),
    (("np.convolve(x, k", "--to", "np.correlate"), "is not one Python call"),
    (("np.convolve(x, k)",), "Missing option '--to'"),
    (("np.convolve(x, k)", "--to", "np.correlate", "--x-shape", "nine"), "--x-shape is 'nine'"),
    (("np.convolve(x, k)", "--to", "np.correlate", "--x-shape", "0", "--k-shape", "3"), "whole numbers of at least 1"),
    (("f(" * 60 + ")" * 60, "--to", "np.correlate"), "nested 60 levels deep"),
    (("__import__('os').system('true')", "--to", "np.correlate"), "must be a dotted name"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_input_that_is_refused(arguments, message):
    assert message in run("translate", *arguments).refusal


def test_errors_as_json():
    said = run("translate", "np.convole(x, k)", "--to", "np.correlate", "--json")
    assert (said.status, said.data["kind"], said.data["error"]) == (2, "error", "DialectError")
