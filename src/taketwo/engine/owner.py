"""Names the process that a container belongs to, so that those of a killed one can be removed later."""

from __future__ import annotations

import os
from pathlib import Path


def this_process() -> str:
    """This process, told apart from every other on any machine and after any restart."""
    return f"{_boot()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Whether that process lived on this machine, since its last start, and has ended."""
    boot, _, process = owner.partition(":")
    pid, _, started = process.partition(":")
    return boot == _boot() != "" and pid.isdecimal() and _started(int(pid)) != started


def _boot() -> str:
    """Names the machine's uptime, and the process namespace: a pid means nothing outside."""
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}-{namespace.strip('pid:[]')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    try:
        # The name in parentheses may hold anything, blanks and parentheses too.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
