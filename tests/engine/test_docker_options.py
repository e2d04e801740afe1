"""Every option that seals a container, without a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.engine.docker_options import OWNER_LABEL, Daemon, User, container_options
from taketwo.engine.interface import Limits, Mount, RunRequest

DAEMON = Daemon(memory_bytes=1000)
ALICE = User(1000, 100, 65532)
ROOT = User(0, 0, 65532)


def options(request=None, daemon=DAEMON, user=ALICE, unset=()):
    request = request or RunRequest(("python3", "-c", "1"), "/taketwo/project", {"A": "1"})
    return container_options(request, image="sha256:0", daemon=daemon, user=user, owner="me", unset=unset)


def test_seals_by_default():
    isolation = options()["host_config"]
    assert isolation["network_mode"] == "none"
    assert isolation["read_only"] is True
    assert isolation["cap_drop"] == ["ALL"]
    assert "no-new-privileges" in isolation["security_opt"]
    assert isolation["ipc_mode"] == "private"
    assert "privileged" not in isolation


def test_is_bounded_when_nobody_asked_for_bounds():
    isolation = options()["host_config"]
    assert isolation["mem_limit"] == isolation["memswap_limit"] == 900
    assert isolation["pids_limit"] == 4096
    assert all("size=450" in flags for flags in isolation["tmpfs"].values())


def test_keeps_to_the_bounds_that_were_asked_for():
    limits = Limits(memory_bytes=77, processes=5, disk_bytes=11)
    isolation = options(RunRequest(("x",), "/", {}, limits=limits))["host_config"]
    assert (isolation["mem_limit"], isolation["pids_limit"], isolation["shm_size"]) == (77, 5, 11)
    assert {"name": "fsize", "soft": 11, "hard": 11} in isolation["ulimits"]


def test_mounts_what_was_named_and_nothing_else(tmp_path):
    mounts = (Mount(tmp_path, "/a"), Mount(tmp_path, "/b", writable=True))
    mounted = options(RunRequest(("x",), "/", {}, mounts))["host_config"]["mounts"]
    assert [(one["Target"], one["ReadOnly"]) for one in mounted] == [("/a", True), ("/b", False)]
    assert {one["Source"] for one in mounted} == {str(tmp_path)}


def test_mounts_what_a_link_leads_to(tmp_path):
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").mkdir()
    mounted = options(RunRequest(("x",), "/", {}, (Mount(tmp_path / "link", "/a"),)))["host_config"]["mounts"]
    assert Path(mounted[0]["Source"]).name == "real"


@pytest.mark.parametrize(
    ("user", "daemon", "expected"),
    [
        (ALICE, DAEMON, "1000:100"),
        (ROOT, DAEMON, "65532:65532"),
        (ALICE, Daemon(rootless=True), "0:0"),
        (ALICE, Daemon(rootless=True, podman=True), "1000:100"),
    ],
)
def test_runs_as_the_caller_and_never_as_root_of_the_machine(user, daemon, expected):
    assert options(user=user, daemon=daemon)["user"] == expected


def test_keeps_the_callers_own_uid_in_rootless_podman():
    assert options(daemon=Daemon(rootless=True, podman=True))["host_config"]["userns_mode"] == "keep-id"


def test_asks_podman_for_no_more_than_it_can_give():
    isolation = options(daemon=Daemon(podman=True, own_limits=(("nofile", 20), ("nproc", -1))))["host_config"]
    assert {"name": "nofile", "soft": 20, "hard": 20} in isolation["ulimits"]
    assert all(limit["name"] != "nproc" for limit in isolation["ulimits"])


def test_unsets_what_an_image_would_add_to_the_environment():
    request = RunRequest(("x",), "/", {"LANG": "C", "A": "1=2"})
    environment = options(request, unset=("LANG", "PYTHON_VERSION"))["environment"]
    assert environment == ["HOME=/taketwo/home", "LANG=C", "A=1=2", "PYTHON_VERSION", "HOSTNAME"]


def test_starts_podman_commands_with_an_empty_environment():
    made = options(daemon=Daemon(podman=True))
    assert made["entrypoint"] == ["/usr/bin/env"]
    assert made["command"] == ["-i", "HOME=/taketwo/home", "A=1", "python3", "-c", "1"]


def test_marks_whose_container_it_is():
    assert options()["labels"] == {OWNER_LABEL: "me"}


@pytest.mark.parametrize(
    ("environment", "network"),
    [
        ({}, "bridge"),
        ({"UV_INDEX": "https://index.example/simple"}, "bridge"),
        ({"HTTPS_PROXY": "http://localhost:3128"}, "host"),
        ({"UV_INDEX": "http://user:word@127.0.0.1:8080/"}, "host"),
    ],
)
def test_opens_the_network_of_the_machine_only_for_what_listens_there(environment, network):
    request = RunRequest(("x",), "/", environment, network=True)
    assert options(request)["host_config"]["network_mode"] == network
