"""What commands say: data on standard output, everything else on standard error."""

import json
import sys
from typing import Any

SCHEMA = "v1"


def say(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr)


def emit_json(kind: str, **content: Any) -> None:
    """Print one JSON object with the schema's version; numbers that JSON has no word for (NaN, infinities) become text."""
    print(json.dumps({"faltung": SCHEMA, "kind": kind} | content, default=str))
