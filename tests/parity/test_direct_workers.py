"""The pool: every part once, the first exception raised, forks, and the default number of threads."""

import os
import subprocess
import sys
import threading

import pytest

from faltung.methods.workers import cgroup_quotas, default_workers, share


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("parts", [0, 1, 7, 100])
def test_every_part_is_called_once(parts, workers):
    seen = []
    share(seen.append, parts, workers)
    assert sorted(seen) == list(range(parts))


def test_the_caller_and_a_helper_work_at_the_same_time():
    met = threading.Barrier(2, timeout=30)
    share(lambda _: met.wait(), 2, 2)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_ends_the_work_and_is_raised(error):
    seen = []

    def part(i):
        seen.append(i)
        if i == 3:
            raise error("part 3")

    with pytest.raises(error, match="part 3"):
        share(part, 10_000, 2)
    assert len(seen) < 10_000
    share(seen.append, 5, 2)  # the pool works on


def test_parts_may_share_in_turn():
    seen = []
    share(lambda i: share(lambda j: seen.append((i, j)), 4, 2), 4, 2)
    assert sorted(seen) == [(i, j) for i in range(4) for j in range(4)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_after_fork_makes_a_pool_of_its_own():
    code = """
import os
from faltung.methods.workers import share
share(lambda i: None, 8, 2)
pid = os.fork()
if not pid:
    seen = []
    share(seen.append, 8, 2)
    os._exit(0 if sorted(seen) == list(range(8)) else 1)
print(os.waitpid(pid, 0)[1])
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "0"


def test_environment_caps_the_default():
    code = "from faltung.methods.workers import default_workers; print(default_workers())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=os.environ | {"FALTUNG_WORKERS": "1"}, check=True)
    assert done.stdout.strip() == b"1"
    assert 1 <= default_workers() <= (os.cpu_count() or 1)


def cgroup(folder, membership, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "membership").write_text(membership)
    return cgroup_quotas(folder / "membership", folder)


def test_quota_of_cgroup_v2_and_its_parents(tmp_path):
    files = {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}
    assert cgroup(tmp_path, "0::/a/b\n", files) == [1.5]


def test_quota_of_cgroup_v1(tmp_path):
    files = {"cpu/job/cpu.cfs_quota_us": "200000\n", "cpu/job/cpu.cfs_period_us": "100000\n", "cpu/cpu.cfs_quota_us": "-1\n"}
    files["cpu/cpu.cfs_period_us"] = "100000\n"
    assert cgroup(tmp_path, "5:cpuacct,cpu:/job\n4:memory:/job\n", files) == [2.0]
