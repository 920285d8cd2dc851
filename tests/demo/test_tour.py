"""The demo's numbers are those of the issue, and its picture is written whole, once, and over nothing that is not its own."""

import errno
import os

import numpy as np
import pytest
from peers import peer
from PIL import Image
from scipy import ndimage, signal

from faltung.demo import classic, even, run, sobel, tour
from faltung.io import InputError


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return the text of one run, and where its sheet lies."""
    parts = []
    target = run(tmp_path_factory.mktemp("shown") / "made" / "here", write=parts.append)
    return "\n".join(parts), target


def test_the_classic_report(shown):
    text = classic.explain()
    assert text in shown[0]
    assert "1. By hand it is 14, convolve2d says 10" in text
    assert "4·0 + 1·0 + 1·0 + 0·1 + 3·1 + 3·2 + 2·1 + 1·3 + 2·0\n  = 0 + 0 + 0 + 0 + 3 + 6 + 2 + 3 + 0 = 14" in text
    assert "2·0 + 1·0 + 2·0 + 3·1 + 3·1 + 0·2 + 1·1 + 1·3 + 4·0\n  = 0 + 0 + 0 + 3 + 3 + 0 + 1 + 3 + 0 = 10" in text
    told = dict(line.strip().rsplit("  ", 1) for line in text.splitlines() if line.endswith(("  14", "  10")))
    assert [int(value) for value in told.values()] == [14] * 4 + [10] * 4
    assert "this is the valid convolution; the expected 14 is the valid cross-correlation" in " ".join(text.split())


def test_sobel_on_a_picture_of_growing_slope(shown):
    text = sobel.explain()
    assert text in shown[0]
    assert sobel.picture().tolist() == [[10 * i * j for j in range(1, 6)] for i in range(1, 6)]
    assert "= -10 + 0 + 30 - 40 + 0 + 120 - 30 + 0 + 90 = 160" in text
    assert [line for line in text.splitlines() if line.startswith("  row ")] == [
        "  row 0:  8 · 20 = 160", "  row 1:  8 · 30 = 240", "  row 2:  8 · 40 = 320",
    ]  # fmt: skip
    rows = [line.split()[-3:] for line in text.splitlines() if line.endswith(("160  160  160", "240  240  240", "320  320  320"))]
    assert rows == [["160"] * 3, ["240"] * 3, ["320"] * 3]
    flat = " ".join(text.split())
    assert "that slope is 10·i: in the rows i = 1 … 5 it is 10, 20, 30, 40, 50" in flat
    assert "every output is 80." in flat
    assert "the rows are -160, -240, -320, the same numbers with the other sign" in flat


def test_even_kernels_are_told_as_published_nowhere(shown):
    assert even.explain() in shown[0]
    assert [(" ".join(map(str, output)), notation) for notation, _, output in even.rows()] == [
        ("0 0 0 1 2 3 4 0 0", "convolve same:high"),
        ("0 0 1 2 3 4 0 0 0", "convolve same:low"),
        ("0 0 0 4 3 2 1 0 0", "correlate same:high"),
        ("0 0 4 3 2 1 0 0 0", "correlate same:low"),
    ]


X, K = np.eye(1, even.LENGTH, even.PLACE)[0], np.array(even.KERNEL, dtype=float)
IN_2D = X[None], K[None]
LIBRARIES = {
    "np.convolve": lambda: np.convolve(X, K, "same"),
    "np.correlate": lambda: np.correlate(X, K, "same"),
    "scipy.signal.convolve": lambda: signal.convolve(X, K, "same", method="direct"),
    "scipy.signal.correlate": lambda: signal.correlate(X, K, "same", method="direct"),
    "scipy.signal.convolve2d": lambda: signal.convolve2d(*IN_2D, "same")[0],
    "scipy.signal.correlate2d": lambda: signal.correlate2d(*IN_2D, "same")[0],
    "scipy.ndimage.convolve1d": lambda: ndimage.convolve1d(X, K),
    "scipy.ndimage.correlate1d": lambda: ndimage.correlate1d(X, K),
    "cv2.filter2D": lambda: peer("cv2").filter2D(X[None], -1, K[None])[0],
    "torch padding='same'": lambda: _torch(),
}


def _torch():
    torch = peer("torch")
    return torch.conv1d(torch.tensor(X)[None, None], torch.tensor(K)[None, None], padding="same")[0, 0].numpy()


ROWS = [(call, output) for _, calls, output in even.rows() for call in calls]
ROWS = [pytest.param(*row, marks=pytest.mark.heavy if "torch" in row[0] else ()) for row in ROWS]


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # torch's word on even kernels: it makes a copy
@pytest.mark.parametrize(("call", "output"), ROWS)
def test_even_kernels_in_the_libraries_themselves(call, output):
    assert LIBRARIES[call]().tolist() == list(output)


def test_lines_fit_a_terminal(shown):
    assert max(len(line) for line in shown[0].splitlines() if "contact-sheet" not in line) <= 100


def test_the_sheet_is_a_picture_of_sensible_size(shown):
    text, target = shown
    assert str(target) in text
    assert os.listdir(target.parent) == ["contact-sheet.png"]
    assert target.stat().st_size < 2_000_000
    with Image.open(target) as sheet:
        sheet.load()
        assert sheet.mode == "RGB"
        assert f"{sheet.width} x {sheet.height}" in text
        assert 1000 < sheet.width < 2000
        assert 1000 < sheet.height < 2000


@pytest.fixture
def quick(monkeypatch):
    """Let a run take no time: a small picture instead of the sheet, no explanations."""
    drawn = []

    def draw():
        drawn.append(True)
        return Image.new("RGB", (8, 8), (len(drawn), 0, 0))

    monkeypatch.setattr(tour.sheet, "draw", draw)
    for part in (classic, sobel, even):
        monkeypatch.setattr(part, "explain", lambda: "")
    return drawn


def silent(_):
    pass


def opened(path):
    """Return the picture in a file that is closed again."""
    with Image.open(path) as there:
        return there.copy()


def test_a_second_run_replaces_its_own_sheet(tmp_path, quick):
    assert [opened(run(tmp_path, write=silent)).getpixel((0, 0))[0] for _ in range(2)] == [1, 2]
    assert os.listdir(tmp_path) == ["contact-sheet.png"]


@pytest.mark.parametrize("content", [b"", b"my notes", b"\x89PNG\r\n\x1a\n", None])
def test_what_the_demo_has_not_written_is_left_alone(tmp_path, quick, content):
    there = tmp_path / tour.SHEET
    if content is None:
        Image.new("RGB", (3, 3)).save(there)
        content = there.read_bytes()
    there.write_bytes(content)
    with pytest.raises(InputError, match="exists already"):
        run(tmp_path, write=silent)
    assert there.read_bytes() == content
    assert not quick
    run(tmp_path, write=silent, force=True)
    assert opened(there).size == (8, 8)


def test_a_failing_disk_leaves_the_old_sheet(tmp_path, quick, monkeypatch):
    before = run(tmp_path, write=silent).read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tour.os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        run(tmp_path, write=silent)
    assert (tmp_path / tour.SHEET).read_bytes() == before
    assert os.listdir(tmp_path) == [tour.SHEET]


def test_a_folder_that_is_a_file_is_refused(tmp_path, quick):
    (tmp_path / "taken").write_text("")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(InputError, match="the folder"):
            run(folder, write=silent)
    (tmp_path / "full" / tour.SHEET).mkdir(parents=True)
    with pytest.raises(InputError, match="is a folder"):
        run(tmp_path / "full", write=silent)
    assert not quick


def test_a_link_stays_one(tmp_path, quick):
    link = tmp_path / tour.SHEET
    link.symlink_to(tmp_path / "elsewhere.png")
    run(tmp_path, write=silent)
    run(tmp_path, write=silent)
    assert link.is_symlink()
    assert opened(tmp_path / "elsewhere.png").size == (8, 8)
