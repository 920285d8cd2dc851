"""The user's folders for what this package keeps: machine code, and measurements.

They are those of `platformdirs`. On Linux, where the rule is one line (the XDG Base Directory Specification), it is written out: importing
`platformdirs` takes 3 ms of the first call of every process.
"""

import os
import sys
from typing import Literal

XDG = {"cache": ("XDG_CACHE_HOME", "~/.cache"), "config": ("XDG_CONFIG_HOME", "~/.config")}


def user_folder(kind: Literal["cache", "config"]) -> str:
    """Return the folder of one kind, which need not exist."""
    if sys.platform == "linux" and "ANDROID_ROOT" not in os.environ:
        variable, usual = XDG[kind]
        chosen = os.environ.get(variable, "")
        return os.path.join(chosen if chosen.strip() else os.path.expanduser(usual), "faltung")
    import platformdirs

    find = platformdirs.user_cache_dir if kind == "cache" else platformdirs.user_config_dir
    return find("faltung", appauthor=False)
