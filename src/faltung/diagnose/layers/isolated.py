"""A layer that is given as text, imported and checked in a process of its own, which is killed at its limit. The answer comes as JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faltung.diagnose.layers.report import LayerReport, from_dict
from faltung.diagnose.probing.isolation import checked_target, kill, target_of
from faltung.errors import SpecError

MOST_BYTES = 2**24  # of an answer
CHILD = Path(__file__).with_name("child.py")  # run by its path, and not imported: it imports the checks, which import this


def isolated_check(forward: Any, backward: Any, asked: dict[str, Any], limit: float, path: Sequence[str]) -> LayerReport:
    """Return the report that the child process makes.

    Raises
    ------
    SpecError
        When a function cannot be imported, has no name by which it can, or does not answer within the limit.
    """
    targets = [_target(each) for each in (forward, backward)]
    request = {"forward": targets[0], "backward": targets[1], "folders": [os.path.abspath(folder) for folder in path], "asked": asked}
    answer = _answered(json.dumps(request).encode(), limit, " and ".join(targets))
    try:
        content = json.loads(answer)
        if "error" in content:
            raise SpecError(str(content["error"]))
        return from_dict(content["report"])
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError("the process of the layer sent something else than a report") from None


def _target(given: Any) -> str:
    if isinstance(given, str):
        return checked_target(given)
    found = None if isinstance(given, dict) else target_of(given)
    if found is None:
        raise SpecError("a layer that is partly given as text is checked in a new process, which must import both functions by name")
    return found


def _answered(request: bytes, limit: float, names: str) -> bytes:
    process = subprocess.Popen(
        [sys.executable, "-P", str(CHILD)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        answer, _ = process.communicate(request, timeout=limit)
    except subprocess.TimeoutExpired:
        raise SpecError(f"{names}: no report within {limit:g} s; the process was killed") from None
    finally:
        kill(process)
    if not answer or len(answer) > MOST_BYTES:
        raise SpecError(f"{names}: the process ended without a report (exit status {process.returncode})")
    return answer
