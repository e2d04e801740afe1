"""Control groups, where this user may make some: limits that hold for a whole tree of processes.

Version 1 has one tree per controller, version 2 has one for all. In both, ours are made below those that
we are in ourselves, so that bounds which others set for us keep holding.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from taketwo.engine.interface import Limits

ROOT = Path("/sys/fs/cgroup")
_CONTROLLERS = ("memory", "pids")
_ACCOUNTING = "cpuacct"


@dataclass(frozen=True)
class ControlGroup:
    """The directories of one group (one, or one per controller), by the place they have inside."""

    directories: dict[str, Path]

    def kill(self) -> None:
        """End every process of the group, those that left their session included."""
        for directory in set(self.directories.values()):
            for _ in range(100):
                members = _read(directory / "cgroup.procs").split()
                if not members:
                    break
                for member in members:
                    try:
                        os.kill(int(member), signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                time.sleep(0.005)

    @property
    def out_of_memory(self) -> bool:
        """Whether the kernel ended a process of the group because of its memory limit."""
        for directory in self.directories.values():
            for name in ("memory.events", "memory.oom_control"):
                counts = dict(
                    line.split(" ", 1) for line in _read(directory / name).splitlines() if " " in line
                )
                if int(counts.get("oom_kill", "0")) > 0:
                    return True
        return False

    @property
    def cpu_seconds(self) -> float | None:
        """The processor time of everything that ran in the group."""
        for directory in self.directories.values():
            nanoseconds = _read(directory / "cpuacct.usage").strip()
            if nanoseconds:
                return int(nanoseconds) / 1e9
            counts = dict(
                line.split(" ", 1) for line in _read(directory / "cpu.stat").splitlines() if " " in line
            )
            if "usage_usec" in counts:
                return int(counts["usage_usec"]) / 1e6
        return None

    def remove(self) -> None:
        """Kill what is left in the group and remove it."""
        self.kill()
        for directory in set(self.directories.values()):
            for _ in range(20):
                try:
                    directory.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(
                        0.01
                    )  # The last process has ended and is not gone yet; an empty group costs nothing.


def make(limits: Limits, *, root: Path = ROOT, own: Path = Path("/proc/self/cgroup")) -> ControlGroup | None:
    """A new group with these limits, or ``None`` when this user may not make one (then rlimits must do)."""
    name = f"taketwo-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    memberships = dict(line.split(":", 2)[1:] for line in _read(own).splitlines() if line.count(":") >= 2)
    places = (
        _unified(root, memberships)
        if (root / "cgroup.controllers").exists()
        else _separate(root, memberships)
    )
    made: dict[str, Path] = {}
    group = ControlGroup(made)
    try:
        for inside, parent in places.items():
            (parent / name).mkdir()
            made[inside] = parent / name
        if not made:
            return None
        _limit(made, limits)
    except OSError:
        group.remove()
        return None
    return group


def _limit(made: dict[str, Path], limits: Limits) -> None:
    if str(ROOT) in made:
        unified = made[str(ROOT)]
        if limits.memory_bytes is not None:
            (unified / "memory.max").write_text(str(limits.memory_bytes))
            if (unified / "memory.swap.max").exists():
                (unified / "memory.swap.max").write_text("0")
        (unified / "pids.max").write_text(str(limits.processes))
        return
    if limits.memory_bytes is not None:
        memory = made[f"{ROOT}/memory"]
        (memory / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
        if (memory / "memory.memsw.limit_in_bytes").exists():
            (memory / "memory.memsw.limit_in_bytes").write_text(str(limits.memory_bytes))
    (made[f"{ROOT}/pids"] / "pids.max").write_text(str(limits.processes))


def _separate(root: Path, memberships: dict[str, str]) -> dict[str, Path]:
    """Version 1: below our own group of each controller, or below its root when that is not visible here."""
    found = {}
    for controller in (*_CONTROLLERS, _ACCOUNTING):
        own = next((path for names, path in memberships.items() if controller in names.split(",")), "/")
        candidates = [root / controller / own.lstrip("/"), root / controller]
        parent = next((path for path in candidates if os.access(path, os.W_OK) and path.is_dir()), None)
        if parent is None and controller == _ACCOUNTING:
            continue
        if parent is None:
            return {}
        found[f"{ROOT}/{controller}"] = parent
    return found


def _unified(root: Path, memberships: dict[str, str]) -> dict[str, Path]:
    """Version 2: the nearest group above us that we may write to and that hands both controllers on."""
    own = root / memberships.get("", "/").lstrip("/")
    for parent in (own, *own.parents):
        if parent != root and root not in parent.parents:
            break
        handed_on = _read(parent / "cgroup.subtree_control").split()
        if os.access(parent / "cgroup.procs", os.W_OK) and set(_CONTROLLERS) <= set(handed_on):
            return {str(ROOT): parent}
    return {}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
