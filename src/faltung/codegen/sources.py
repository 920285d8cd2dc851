"""The state of the sources from which machine code is written: size and time of change of each.

It stands for their text where reading it would take too long: Python itself trusts no more when it runs the bytecode of a module. The rooms
are all that emitters may import, as the contract of the rooms says.
"""

import os

ROOMS = ("codegen", "methods", "spec")
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def state(package: str = PACKAGE) -> str | None:
    """Return the state in one line, or None where the sources are not files of their own, as in an archive."""
    try:
        return " ".join(word for room in ROOMS for word in _words(os.path.join(package, room)))
    except OSError:
        return None


def _words(folder: str) -> list[str]:
    words = [folder]
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda found: found.name):
            if entry.name.endswith(".py"):
                facts = entry.stat()
                words.append(f"{entry.name}:{facts.st_size}:{facts.st_mtime_ns}")
            elif entry.name != "__pycache__" and entry.is_dir():
                words += _words(entry.path)
    return words
