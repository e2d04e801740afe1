"""Runs a command as a child of this process, bounded and streamed; nothing of it is left afterwards.

What ``venv`` and ``bubblewrap`` share: the difference between them is the command line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from taketwo.engine import cgroups, limited
from taketwo.engine.cgroups import ControlGroup
from taketwo.engine.interface import Limits, OutputListener, RunOutcome
from taketwo.engine.signals import held_back, unwinding
from taketwo.engine.streams import Child, Ended, pump, spawn
from taketwo.errors import EngineError


@dataclass(frozen=True)
class Bounds:
    """The limits of one run and the control group that enforces them, where there is one.

    Without a group, the limits hold per process (memory) and per user (processes).
    """

    limits: Limits
    group: ControlGroup | None

    @property
    def resource_limits(self) -> dict[str, int]:
        """What is set with ``setrlimit``, by name. No core dump ever lands in a project."""
        wanted: dict[str, int] = {"RLIMIT_CORE": 0}
        if self.limits.disk_bytes is not None:
            wanted["RLIMIT_FSIZE"] = self.limits.disk_bytes
        if self.group is None:
            wanted["RLIMIT_NPROC"] = self.limits.processes
            if self.limits.memory_bytes is not None:
                # Not RLIMIT_AS: CUDA, Java and others reserve far more address space than they ever use.
                wanted["RLIMIT_DATA"] = self.limits.memory_bytes
        return wanted


def bound(limits: Limits) -> Limits:
    """``limits`` with the default for memory: nine tenths of this machine's."""
    if limits.memory_bytes is not None:
        return limits
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return msgspec.structs.replace(limits, memory_bytes=physical * 9 // 10)


def scratch_bytes(limits: Limits) -> int:
    """How large each temporary file system of a sandbox may grow: half of its memory, or less if asked for."""
    half = (bound(limits).memory_bytes or 0) // 2
    return half if limits.disk_bytes is None else min(limits.disk_bytes, half)


def bounds_for(limits: Limits) -> Bounds:
    """Limits that hold; the caller (``run_locally``) removes the group again."""
    bounded = bound(limits)
    return Bounds(bounded, cgroups.make(bounded))


def run_locally(
    argv: Sequence[str],
    environment: Mapping[str, str],
    listener: OutputListener,
    *,
    bounds: Bounds,
    directory: str = "/",
) -> RunOutcome:
    """Run ``argv`` in a session of its own until it ends or its time is over; then nothing of it is left."""
    group = bounds.group
    settings: limited.Settings = {
        "groups": sorted({str(path) for path in group.directories.values()}) if group else [],
        "limits": bounds.resource_limits,
        "directory": directory,
    }
    program = str(Path(limited.__file__).resolve())
    command = [sys.executable, "-I", "-S", program, json.dumps(settings), *argv]
    try:
        with unwinding():
            ended, in_time = _follow(command, environment, listener, bounds)
            return RunOutcome(
                exit_code=ended.exit_code,
                wall_seconds=ended.wall_seconds,
                cpu_seconds=(group.cpu_seconds if group else None) or ended.cpu_seconds,
                peak_memory_bytes=ended.peak_memory_bytes,
                timed_out=not in_time,
                out_of_memory=group is not None and group.out_of_memory,
            )
    finally:
        if group is not None:
            with held_back():
                group.remove()


def _follow(
    command: Sequence[str], environment: Mapping[str, str], listener: OutputListener, bounds: Bounds
) -> tuple[Ended, bool]:
    """Start, carry the output, and kill what is left, whatever happens; how it ended, and whether in time."""
    child: Child | None = None
    limit = bounds.limits.seconds
    try:
        with held_back():
            child, streams = _start(command, environment)
        sinks = {
            streams[0]: lambda content: _tell(listener, "stdout", content),
            streams[1]: lambda content: _tell(listener, "stderr", content),
        }
        in_time = pump(child, sinks, deadline=None if limit is None else time.monotonic() + limit)
    finally:
        if child is not None:
            with held_back():
                child.signal(signal.SIGKILL, group=True)
                if bounds.group is not None:
                    bounds.group.kill()
                ended = child.wait()
    return ended, in_time


def _start(command: Sequence[str], environment: Mapping[str, str]) -> tuple[Child, tuple[int, int]]:
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    try:
        return spawn(command[0], command, environment, (out_write, err_write)), (out_read, err_read)
    except (OSError, ValueError) as error:
        os.close(out_read)
        os.close(err_read)
        raise EngineError(
            f"The command cannot be started: {error}",
            why="Nothing has been run.",
            todo="Shorten its arguments and environment if they are very long.",
        ) from error
    finally:
        os.close(out_write)
        os.close(err_write)


def _tell(listener: OutputListener, stream: str, content: bytes) -> bool:
    listener(stream, content)
    return True
