"""Names the process that something belongs to, so that what a killed one left behind can be told and tidied up."""

from __future__ import annotations

import os
from pathlib import Path


def this_process() -> str:
    """This process, told apart from every other on any machine and after any restart."""
    return f"{_boot()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Whether that process lived on this machine, since its last start, and has ended.

    Of a process elsewhere (another machine on a shared disk, another container) nothing can be told: it is
    never called gone.
    """
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
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        # A zombie has ended, and only waits for a parent that may never ask.
        return "" if fields[0] in {"Z", "X"} else fields[19]
    except (OSError, IndexError):
        return ""
