"""How a request becomes a container: every option that seals it, as one pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taketwo.engine.interface import HOME, Limits, RunRequest

OWNER_LABEL = "io.taketwo.owner"
"""On every container of ours: which process made it, so that what a killed process left can be found."""

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Daemon:
    """What matters about the engine that we talk to."""

    podman: bool = False
    rootless: bool = False
    selinux: bool = False
    memory_bytes: int = 0
    own_limits: tuple[tuple[str, int], ...] = ()
    init: bool = True


@dataclass(frozen=True)
class User:
    """Who calls; containers run as this user, or as ``nobody`` when it is root."""

    uid: int
    gid: int
    nobody: int


def limits_of(limits: Limits, daemon: Daemon) -> Limits:
    """``limits`` with the defaults of containers: nine tenths of the memory, at most half of that for each tmpfs."""
    memory = limits.memory_bytes if limits.memory_bytes is not None else daemon.memory_bytes * 9 // 10
    disk = memory // 2 if limits.disk_bytes is None else min(limits.disk_bytes, memory // 2)
    return Limits(memory_bytes=memory, processes=limits.processes, seconds=limits.seconds, disk_bytes=disk)


def container_options(
    request: RunRequest, *, image: str, daemon: Daemon, user: User, owner: str, unset: Sequence[str] = ()
) -> dict[str, Any]:
    """The options of the container, and under ``host_config`` those of its isolation.

    ``unset`` names variables that the image would add; the command sees exactly those of the request.
    """
    environment = {"HOME": HOME} | dict(request.environment)
    assignments = [f"{name}={value}" for name, value in environment.items()]
    argv = list(request.argv)
    if daemon.podman:
        # Podman cannot be told to leave out what the image and itself would add.
        argv = ["/usr/bin/env", "-i", *assignments, *argv]
    return {
        "image": image,
        "entrypoint": argv[:1],
        "command": argv[1:],
        # To Docker, a name without a value means: not even when the image sets it.
        "environment": [*assignments, *(name for name in (*unset, "HOSTNAME") if name not in environment)],
        "working_dir": request.directory,
        "hostname": "taketwo",
        "user": _user(daemon, user),
        "labels": {OWNER_LABEL: owner},
        "host_config": _isolation(request, daemon),
    }


def below_a_shell(options: Mapping[str, Any]) -> dict[str, list[str]]:
    """The same command as the child of a shell, for engines that lack an init program.

    As the first process of a container, a program does not end by a signal that it sends to itself. What the
    shell has to say about how its child ended goes nowhere.
    """
    script = 'exec 3>&2 2>/dev/null; (exec "$@" 2>&3 3>&-); exit $?'
    return {
        "entrypoint": ["/bin/sh"],
        "command": ["-c", script, "sh", *options["entrypoint"], *options["command"]],
    }


def _isolation(request: RunRequest, daemon: Daemon) -> dict[str, Any]:
    limits = limits_of(request.limits, daemon)
    scratch = f"rw,exec,nosuid,nodev,mode=1777,size={limits.disk_bytes}"
    options: dict[str, Any] = {
        "network_mode": _network(request.environment) if request.network else "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges", *(["label=disable"] if daemon.selinux else [])],
        "ipc_mode": "private",
        "pids_limit": limits.processes,
        "mem_limit": limits.memory_bytes,
        "memswap_limit": limits.memory_bytes,
        "shm_size": limits.disk_bytes,
        "tmpfs": {"/tmp": scratch, HOME: scratch},  # noqa: S108 - a private file system of the container
        "ulimits": [{"name": "core", "soft": 0, "hard": 0}],
        # The daemon would keep a second copy of the output on its disk, without bound.
        "log_config": {"Type": "none", "Config": {}},
        "mounts": [
            {
                "Type": "bind",
                "Source": str(mount.source.resolve()),
                "Target": mount.target,
                "ReadOnly": not mount.writable,
            }
            for mount in request.mounts
        ],
    }
    if request.limits.disk_bytes is not None:
        largest = request.limits.disk_bytes
        options["ulimits"].append({"name": "fsize", "soft": largest, "hard": largest})
    if daemon.podman and daemon.rootless:
        options["userns_mode"] = "keep-id"
    if daemon.podman:
        # Podman asks for a million of each, and fails where it may not have so many itself.
        own = [{"name": name, "soft": value, "hard": value} for name, value in daemon.own_limits if value > 0]
        options["ulimits"] += own
    return options


def _user(daemon: Daemon, user: User) -> str:
    if daemon.rootless and not daemon.podman:
        # Rootless Docker maps its root to the caller and every other uid to one that the caller cannot clean
        # up after. Without capabilities, that root may do what the caller may do in the mounted places.
        return "0:0"
    if user.uid == 0:
        return f"{user.nobody}:{user.nobody}"
    return f"{user.uid}:{user.gid}"


def _network(environment: Mapping[str, str]) -> str:
    """The daemon's own network, unless an index or a proxy listens on this machine's loopback interface."""
    values = " ".join(environment.values())
    return "host" if any(f"//{name}" in values or f"@{name}" in values for name in _LOOPBACK) else "bridge"
