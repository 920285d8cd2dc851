"""The crew: every call of a table is made once, by all threads, and nothing is lost by Ctrl-C, forks, or helpers that sleep."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from faltung.codegen.builder import Builder
from faltung.codegen.compile import compile_function, dialect
from faltung.methods.crew import threads, work_through
from faltung.methods.crew.places import ASLEEP, TAKEN_BACK, WORKING

pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module")
def count_up():
    """Return the address of a function (count, scratch, unused) that counts up by one and writes to the scratch."""
    b = Builder("tests_count_up", ("ptr", "ptr", "i64"), dialect())
    b.counted(b.arguments[0])
    b.store(b.arguments[2], b.arguments[1])
    return compile_function([b])


@pytest.fixture(scope="module")
def meet():
    """Return a function (counts, scratch, wanted): counts[0] goes up, and if it does not reach `wanted` for a long time, counts[1]."""
    b = Builder("tests_meet", ("ptr", "ptr", "i64"), dialect())
    count, _, wanted = b.arguments
    b.counted(count)

    def look(carried):
        return b.both(b.compare("slt", b.look(count), wanted), b.compare("sgt", carried[0], 0)), [b.sub(carried[0], 1)]

    b.repeat(look, [1 << 27])
    b.when(b.compare("slt", b.look(count), wanted), lambda: b.counted(b.at(count, 8)))
    return compile_function([b])


def through(function, counts, workers, most=1000, last=0):
    entries = np.array([(function.address, counts.ctypes.data + 8 * i, last) for i in range(len(counts))], np.int64)
    work_through(entries, (counts,), scratch_at=1, scratch_bytes=64, workers=workers, most=most)


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("calls", [1, 2, 7, 300])
@pytest.mark.parametrize("most", [1, 3, 1000])
def test_every_call_is_made_once(count_up, calls, workers, most):
    for _ in range(20):
        counts = np.zeros(calls, np.int64)
        through(count_up, counts, workers, most)
        assert counts.tolist() == [1] * calls


def test_the_caller_and_a_helper_work_at_the_same_time(meet):
    counts = np.zeros(2, np.int64)
    entries = np.array([(meet.address, counts.ctypes.data, 2)] * 2, np.int64)  # neither returns before the other has begun
    work_through(entries, (counts,), scratch_at=1, scratch_bytes=64, workers=2, most=1)
    assert counts.tolist() == [2, 0]


def test_many_callers_at_a_time(count_up):
    def one(_):
        for _ in range(200):
            counts = np.zeros(13, np.int64)
            through(count_up, counts, 3)
            assert counts.tolist() == [1] * 13

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))


def test_helpers_sleep_and_are_woken(count_up):
    through(count_up, np.zeros(50, np.int64), 3)
    assert len(threads._helpers) >= 2
    for _ in range(2000):
        if all(helper.box[threads.STATE] == ASLEEP for helper in threads._helpers):
            break
        time.sleep(1e-3)
    else:
        pytest.fail("a helper never sleeps")
    busy = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - busy < 0.1
    counts = np.zeros(50, np.int64)
    through(count_up, counts, 3)
    assert counts.sum() == 50


def test_a_helper_that_is_woken_for_nothing_sleeps_again(count_up):
    test_helpers_sleep_and_are_woken(count_up)
    time.sleep(0.05)
    for helper in threads._helpers:
        helper.wake.release()
    time.sleep(0.05)
    busy = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - busy < 0.1
    test_helpers_sleep_and_are_woken(count_up)


def test_a_post_taken_back_without_waking_does_not_lose_the_helper(count_up, meet):
    """As Ctrl-C may leave it: the state says that somebody has posted, and nobody has woken the helper."""
    test_helpers_sleep_and_are_woken(count_up)
    time.sleep(0.05)
    for helper in threads._helpers:
        helper.box[threads.STATE] = TAKEN_BACK
    test_the_caller_and_a_helper_work_at_the_same_time(meet)


def test_an_exception_ends_the_work_and_is_raised(count_up, meet, monkeypatch):
    """The caller's share is interrupted while a helper is at work: that is waited for, and takes no other call."""

    def interrupted(*_):
        while not any(helper.box[threads.STATE] == WORKING for helper in threads._helpers):
            time.sleep(1e-4)
        raise KeyboardInterrupt

    counts = np.zeros(2, np.int64)
    entries = np.array([(meet.address, counts.ctypes.data, 99)] * 99, np.int64)  # each lasts until it has looked in vain
    with monkeypatch.context() as patched:
        patched.setattr(threads, "_take_part", interrupted)
        with pytest.raises(KeyboardInterrupt):
            work_through(entries, (counts,), scratch_at=1, scratch_bytes=64, workers=2, most=1)
    assert counts[0] == counts[1] < 99
    assert all(helper.box[threads.STATE] != WORKING for helper in threads._helpers)
    through(count_up, counts := np.zeros(100, np.int64), 2)  # the crew works on
    assert counts.tolist() == [1] * 100


def test_without_threads_to_be_had_the_caller_works_alone(count_up, monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_helpers", [])
    monkeypatch.setattr(threading.Thread, "start", start)
    counts = np.zeros(30, np.int64)
    through(count_up, counts, 4)
    assert counts.tolist() == [1] * 30


def test_where_plain_looks_bring_nothing_the_native_one_comes_last(count_up, monkeypatch):
    """As on ARM: a helper whose state Python has read has been looked at by native code after that."""
    counts, attended, attend = np.zeros(50, np.int64), [], threads.attend_function()
    monkeypatch.setattr(threads, "ORDERED", False)
    note = attend._replace(call=lambda place, *rest: (attended.append((place, *rest)), attend.call(place, *rest)))
    through(count_up, counts, 3)  # helpers that are there already keep the function that they have
    monkeypatch.setattr(threads, "attend_function", lambda: note)
    through(count_up, counts, 3)
    assert counts.tolist() == [2] * 50
    assert attended[-1][1:] == (threads.LEAVE, 1)
    assert {place for place, *rest in attended if rest == [threads.LEAVE, 1]} == {helper.place for helper in threads._helpers[:2]}


CHILD = """
import os, sys
import numpy as np, faltung as ft
x, k = np.arange(1200. * 1200).reshape(1200, 1200) % 7, np.arange(25.).reshape(5, 5)
first = ft.correlate(x, k, method="direct", workers=2)
pid = os.fork()
if not pid:
    again = ft.correlate(x, k, method="direct", workers=2)
    os._exit(0 if (again == first).all() else 1)
print(os.waitpid(pid, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_after_fork_has_a_crew_of_its_own():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CHILD], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "0"
