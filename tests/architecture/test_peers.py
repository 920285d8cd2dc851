"""A missing peer is a skip that names it on a developer's machine, and a failure where peers are required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LIGHT = 'from peers import peer\ndef test_it():\n    peer("no_such_library")\n'
AT_IMPORT = 'from peers import peer\npeer("no_such_library")\n'
PLAIN_SKIP = 'import pytest\ndef test_it():\n    pytest.skip("not today")\n'
MACHINE = 'from peers import machine_lacks\ndef test_it():\n    machine_lacks("a feature")\n'


@pytest.mark.parametrize(
    ("required", "text", "outcome"),
    [
        ("", LIGHT, "1 skipped"),
        ("", AT_IMPORT, "1 skipped"),
        ("", LIGHT.replace("no_such_library", "jax.no_such"), "1 skipped"),
        ("", PLAIN_SKIP, "1 skipped"),
        ("1", LIGHT, "1 failed"),
        ("1", LIGHT.replace("no_such_library", "jax.no_such"), "1 failed"),
        ("1", AT_IMPORT, "1 error"),
        ("1", PLAIN_SKIP, "1 failed"),
        ("1", MACHINE, "1 skipped"),
    ],
)
def test_missing_peer(tmp_path, required, text, outcome):
    (tmp_path / "test_it.py").write_text(text)
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "peers.py").write_text((TESTS / "peers.py").read_text().replace("import importlib.util\n", HIDE))
    environment = {**os.environ, "FALTUNG_REQUIRE_PEERS": required, "PYTHONPATH": f"{tmp_path}{os.pathsep}{TESTS}"}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, str(tmp_path)], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert outcome in done.stdout.splitlines()[-1], done.stdout + done.stderr
    if "skipped" in outcome:  # the reason names what is missing
        assert any(name in done.stdout for name in ("no_such_library", "jax", "a feature", "not today"))


HIDE = "import importlib.util\nimport sys\nsys.modules['jax'] = None\n"  # as if jax were not installed
