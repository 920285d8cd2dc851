"""Peers from npm, run by node on a list of jobs: one process for many."""

import json
import os
import subprocess
import sys
from pathlib import Path

from peers import missing, program

# Where `make node-packages` puts them: in the environment that runs, or in the checkout's own.
HOMES = [home / "node" / "node_modules" for home in (Path(sys.prefix), Path(__file__).parents[2] / ".venv")]
MODULES = next((home for home in HOMES if home.is_dir()), HOMES[0])
SCRIPT = Path(__file__).with_name("node_jobs.cjs")


def package(name):
    """Skip (where peers are required: fail) unless `make node-packages` has installed the npm package."""
    if not (MODULES / name).is_dir():
        missing(f"the npm package {name}", heavy=True)
    return program("node")


def node(**jobs):
    """Return node's answers to lists of jobs."""
    environment = {**os.environ, "NODE_MODULES": str(MODULES)}
    done = subprocess.run(
        [program("node"), str(SCRIPT)], input=json.dumps(jobs).encode(), capture_output=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
