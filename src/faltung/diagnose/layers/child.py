"""The process in which a layer that is given as text is imported and checked: a JSON object comes in, a JSON object goes out."""

import importlib
import json
import os
import sys
from functools import reduce
from typing import Any


def load(target: str) -> Any:
    """Return what ``package.module:name`` names."""
    module, _, name = target.partition(":")
    start: Any = importlib.import_module(module)
    return reduce(getattr, name.split("."), start)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the report, or an error's sentence."""
    from faltung.diagnose.layers.check import check_layer
    from faltung.diagnose.layers.report import as_dict
    from faltung.diagnose.probing.isolation import not_imported
    from faltung.errors import SpecError

    sys.path[:0] = [folder for folder in request["folders"] if folder not in sys.path]
    found = []
    for target in (request["forward"], request["backward"]):
        try:
            found.append(load(target))
        except (Exception, SystemExit) as error:  # whatever an import raises
            return {"error": not_imported(target, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")}
    asked = {**request["asked"]}
    asked["shapes"] = None if asked["shapes"] is None else [(tuple(x), tuple(w)) for x, w in asked["shapes"]]
    try:
        return {"report": as_dict(check_layer(*found, **asked))}
    except SpecError as error:
        return {"error": str(error)}


def main() -> None:
    """Answer one request; what the layer itself prints goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    request = json.loads(requests.read())
    replies.write(json.dumps(answer(request)).encode())
    replies.flush()


if __name__ == "__main__":
    main()
