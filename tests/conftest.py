import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings
from peers import MACHINE, REQUIRED, compiles, peer, program
from proof import counting

__all__ = ["peer", "program"]  # from peers import … is the shorter way

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("FALTUNG_MEASURED", "off")  # plans are those of the constants in the code, whoever runs the tests
if "FALTUNG_CACHE" not in os.environ:  # a run starts without compiled kernels and leaves none; its worker processes share them
    os.environ["FALTUNG_CACHE"] = tempfile.mkdtemp(prefix="faltung-tests-")
    atexit.register(shutil.rmtree, os.environ["FALTUNG_CACHE"], ignore_errors=True)
# No deadline: a shared machine is slow at times. The same examples on every run: a red run can be repeated.
settings.register_profile("faltung", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("faltung")


def pytest_configure(config: pytest.Config) -> None:
    if counting.FOLDER:
        from proof.plugin import Counts

        config.pluginmanager.register(Counts())


def pytest_report_header() -> str:
    compiled = "on" if compiles() else "off, tests marked compiled are left out"
    return f"peers required: {'all' if REQUIRED else 'none'}; compiled methods: {compiled}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if compiles():
        return
    left_out = [item for item in items if item.get_closest_marker("compiled")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    return refuse_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    return refuse_skips((yield))


def refuse_skips(report):
    """Return the report; a skip becomes a failure where all peers are required, unless the machine itself is the reason."""
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MACHINE not in reason:
            report.outcome, report.longrepr = "failed", f"nothing may be skipped here: {reason}"
    return report
