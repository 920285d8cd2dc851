"""The command, run in this process by click's runner or as a real program."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from faltung.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Said:
    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line that says why; fails unless it is one line, and all."""
        assert self.status == 2, (self.status, self.err, self.text)
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("faltung: ")
        assert "Traceback" not in self.err
        return self.err[len("faltung: ") : -1]


class Door:
    """What click's runner runs: `main`, which leaves with an exit status."""

    name = "faltung"

    def main(self, args, prog_name):
        main(args)


def run(*arguments: object, stdin: bytes = b"") -> Said:
    done = CliRunner().invoke(Door(), [str(a) for a in arguments], input=stdin)
    return Said(status=done.exit_code, out=done.stdout_bytes, err=done.stderr)


def program(*arguments: object, stdin: bytes = b"", **environment: str) -> Said:
    command = [sys.executable, "-m", "faltung", *(str(a) for a in arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, env={**os.environ, "COLUMNS": "80", **environment}, cwd=ROOT)
    return Said(status=done.returncode, out=done.stdout, err=done.stderr.decode())
