"""Hooks of pytest that collect the counts of all worker processes, and leave them in a file."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proof import counting
from proof.versions import versions

# The tests that compare with real libraries; helpers that others borrow from them do not count there.
PROVING = ("tests/dialects/", "tests/api/", "tests/diagnose/probing/test_peers.py")


class Counts:
    """Begins before every test, and adds up when it has passed."""

    def __init__(self) -> None:
        self.started, self.workers, self.failed = time.monotonic(), 1, 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        counting.begin()
        result = yield  # a test that fails raises here
        if item.nodeid.startswith(PROVING):
            counting.commit()
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed += report.failed and report.nodeid.startswith(PROVING)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node) -> None:
        """Take over what a worker process of pytest-xdist counted."""
        counting.counted.update(getattr(node, "workeroutput", {}).get("proof", {}))
        self.workers = max(self.workers, int(node.workerinput["workercount"]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["proof"] = dict(counting.counted)
        elif counting.counted:
            self.write(Path(counting.FOLDER))

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        run = {
            "seconds": round(time.monotonic() - self.started), "workers": self.workers, "failed": self.failed, "versions": versions(),
            "counts": dict(sorted(counting.counted.items())),
        }  # fmt: skip
        (folder / f"{time.time_ns()}.json").write_text(json.dumps(run, indent=1))
