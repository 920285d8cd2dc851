"""The user's folders are those of `platformdirs`, whether it is asked or not."""

import subprocess
import sys

import platformdirs
import pytest

from faltung.codegen.folders import user_folder

SETTINGS = [{}, {"XDG_CACHE_HOME": "/a/cache", "XDG_CONFIG_HOME": "/a/config"}, {"XDG_CACHE_HOME": " ", "XDG_CONFIG_HOME": ""}]


@pytest.mark.parametrize("setting", SETTINGS, ids=["unset", "set", "blank"])
def test_the_folders_of_platformdirs(setting, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert user_folder("cache") == platformdirs.user_cache_dir("faltung", appauthor=False)
    assert user_folder("config") == platformdirs.user_config_dir("faltung", appauthor=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the machine: elsewhere platformdirs is asked")
def test_it_is_not_loaded_on_linux():
    program = "import sys; from faltung.codegen.folders import user_folder; user_folder('cache'); print('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
