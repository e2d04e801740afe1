"""Whether the process that began a run is still the one that has its number."""

from __future__ import annotations

import os
from pathlib import Path


def started_ticks(pid: int) -> int:
    """When process ``pid`` started, in clock ticks after boot; 0 when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])


def is_alive(pid: int, ticks: int) -> bool:
    """Whether ``pid`` runs, and is the process that started at ``ticks`` and not a later namesake."""
    found = started_ticks(pid)
    if found == 0 and not Path("/proc/self/stat").exists():  # no /proc on this system: ask the kernel
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    return found != 0 and found == ticks


def myself() -> tuple[int, int]:
    """The number and the start of this process."""
    return os.getpid(), started_ticks(os.getpid())
