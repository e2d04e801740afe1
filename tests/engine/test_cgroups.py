"""Control groups of both versions, on trees of ordinary files that look like them."""

from __future__ import annotations

import pytest

from taketwo.engine import cgroups
from taketwo.engine.interface import Limits

LIMITS = Limits(memory_bytes=1000, processes=7)


@pytest.fixture
def tree(tmp_path):
    """Makes a control group tree from its files, and the list of our own memberships."""

    def make(own: str, **files: str):
        (tmp_path / "own").write_text(own)
        for path, content in files.items():
            place = tmp_path / "cgroup" / path.replace("__", "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)
        return {"root": tmp_path / "cgroup", "own": tmp_path / "own"}

    return make


def test_version_2_makes_a_group_below_the_nearest_that_hands_controllers_on(tree, tmp_path):
    where = tree(
        "0::/user/app/mine\n",
        **{
            "cgroup.controllers": "cpu memory pids",
            "cgroup.subtree_control": "memory pids",
            "cgroup.procs": "",
            "user__app__cgroup.subtree_control": "cpu memory pids",
            "user__app__cgroup.procs": "",
            "user__app__mine__cgroup.subtree_control": "",
            "user__app__mine__cgroup.procs": "1",
        },
    )
    group = cgroups.make(LIMITS, **where)
    made = group.directories["/sys/fs/cgroup"]
    assert made.parent == tmp_path / "cgroup" / "user" / "app"
    assert (made / "memory.max").read_text() == "1000"
    assert (made / "pids.max").read_text() == "7"


def test_version_2_without_delegation_makes_none(tree):
    where = tree("0::/mine\n", **{"cgroup.controllers": "memory pids", "mine__cgroup.subtree_control": ""})
    assert cgroups.make(LIMITS, **where) is None


def test_version_1_makes_one_group_per_controller_below_our_own(tree, tmp_path):
    where = tree("4:memory:/here\n3:pids:/\n1:cpu,cpuacct:/\n", memory__here__tasks="", pids__tasks="")
    group = cgroups.make(LIMITS, **where)
    memory, pids = group.directories["/sys/fs/cgroup/memory"], group.directories["/sys/fs/cgroup/pids"]
    assert (memory.parent, pids.parent) == (
        tmp_path / "cgroup" / "memory" / "here",
        tmp_path / "cgroup" / "pids",
    )
    assert (memory / "memory.limit_in_bytes").read_text() == "1000"
    assert (pids / "pids.max").read_text() == "7"


def test_version_1_without_one_of_the_controllers_makes_none(tree, tmp_path):
    assert cgroups.make(LIMITS, **tree("4:memory:/\n", memory__tasks="")) is None
    assert [path.name for path in (tmp_path / "cgroup" / "memory").iterdir()] == ["tasks"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("memory.events", "oom 1\noom_kill 1\n"), ("memory.oom_control", "under_oom 0\noom_kill 2\n")],
)
def test_tells_that_the_kernel_ended_a_process_for_its_memory(tmp_path, name, content):
    group = cgroups.ControlGroup({"/sys/fs/cgroup": tmp_path})
    assert not group.out_of_memory
    (tmp_path / name).write_text(content)
    assert group.out_of_memory


@pytest.mark.parametrize(
    ("name", "content"), [("cpu.stat", "usage_usec 1500000\n"), ("cpuacct.usage", "1500000000\n")]
)
def test_tells_the_processor_time_of_both_versions(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert cgroups.ControlGroup({"/sys/fs/cgroup": tmp_path}).cpu_seconds == 1.5


def test_removing_twice_is_no_error(tmp_path):
    (tmp_path / "group").mkdir()
    group = cgroups.ControlGroup({"/sys/fs/cgroup": tmp_path / "group"})
    group.remove()
    group.remove()
    assert not (tmp_path / "group").exists()
