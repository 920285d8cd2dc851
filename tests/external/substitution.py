"""A pytest plugin that runs another project's tests on our functions in place of its own.

    PYTHONPATH=tests/external python -m pytest -p substitution --substitute tables:OURS --pyargs scipy.ndimage.tests.test_filters

``--substitute`` names a dict from dotted name to function. Four things make it more than a monkeypatch:

* A test file must be imported with the originals in place: SciPy's decorators look a function up in a table of capabilities by identity.
  So the exchange happens once everything is collected.
* A test reaches a function as a global of its file, as an attribute of a module (``ndimage.correlate``, ``np.convolve``), or as a
  parameter, alone, in a list or in a partial. All are exchanged; modules are hidden behind a stand-in that only the test file sees.
* The originals go on calling one another: nothing inside NumPy or SciPy changes, or a test would compare us with ourselves.
* A test that never reaches our functions proves nothing. Every call is counted for the test that makes it; ``--substitution-report FILE``
  holds outcome and number of calls of every test.
"""

import functools
import importlib
import json
from collections import Counter
from types import ModuleType

import pytest

calls = Counter()  # of the running test
outcomes = {}


def pytest_addoption(parser):
    group = parser.getgroup("substitution")
    group.addoption("--substitute", required=True, help="module:NAME of a dict from dotted name to function")
    group.addoption("--substitution-report", default=None, help="file for outcome and calls of every test, as JSON")
    group.addoption("--leave-out", action="append", default=[], help="end of a node id to deselect; may be given several times")


class StandIn(ModuleType):
    """A module with some of its functions exchanged; everything else comes from the module itself."""

    def __init__(self, module, exchanged):
        super().__init__(module.__name__)
        self.__dict__.update(exchanged, _module=module)

    def __getattr__(self, name):
        return getattr(self._module, name)

    def __dir__(self):
        return dir(self._module)


def counted(name, function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        calls[name] += 1
        return function(*args, **kwargs)

    return wrapper


class Exchange:
    """Originals, and what stands for them."""

    def __init__(self, table):
        self.functions, self.modules = {}, {}
        for dotted, function in table.items():
            home, _, name = dotted.rpartition(".")
            module = importlib.import_module(home)
            wrapper = counted(dotted, function)
            original = getattr(module, name)
            self.functions[id(original)] = (original, wrapper)  # the original is kept, so that its id stays its own
            self.modules.setdefault(id(module), (module, {}))[1][name] = wrapper

    def of(self, value):
        """Return what stands for a value; the value itself where nothing does."""
        if id(value) in self.functions:
            return self.functions[id(value)][1]
        if id(value) in self.modules:
            return StandIn(*self.modules[id(value)])
        if type(value) in (list, tuple):
            return type(value)(self.of(entry) for entry in value)
        if type(value) is functools.partial:
            return functools.partial(self.of(value.func), *value.args, **value.keywords)
        return value


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    home, _, name = config.getoption("--substitute").partition(":")
    exchange = Exchange(getattr(importlib.import_module(home), name))
    for module in {id(item.module): item.module for item in items}.values():
        for key, value in list(vars(module).items()):
            if not key.startswith("__"):
                setattr(module, key, exchange.of(value))
    for item in items:
        for key, value in getattr(item, "callspec", item).params.items() if hasattr(item, "callspec") else ():
            item.callspec.params[key] = exchange.of(value)
    leave_out(config, items)


def leave_out(config, items):
    """Deselect what is named; a name that fits nothing is an error, so that the list cannot go stale."""
    ends = config.getoption("--leave-out")
    left = [item for item in items if item.nodeid.endswith(tuple(ends))] if ends else []
    stale = [end for end in ends if not any(item.nodeid.endswith(end) for item in left)]
    if stale:
        raise pytest.UsageError(f"--leave-out names tests that do not exist: {stale}")
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    calls.clear()
    try:
        return (yield)
    finally:
        item.user_properties.append(("substituted", dict(calls)))


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        outcomes[report.nodeid] = {"outcome": report.outcome, "calls": dict(report.user_properties).get("substituted", {})}


def pytest_sessionfinish(session):
    path = session.config.getoption("--substitution-report")
    if path and not hasattr(session.config, "workerinput"):
        with open(path, "w") as file:
            json.dump(outcomes, file)
