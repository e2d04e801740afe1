"""The graphics processors of this machine, asked of ``nvidia-smi`` once and again when anything about them changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from taketwo.environments.memo import Memo, key_of
from taketwo.model.manifest import Gpu

_QUERY = "--query-gpu=name,memory.total,compute_cap,driver_version"
_SECONDS = 10


def gpus_of(root: Path = Path("/"), memo: Path | None = None, program: str | None = None) -> tuple[Gpu, ...]:
    """What ``nvidia-smi`` (or ``program``) says; nothing where there is none or it fails.

    Asking takes a second on some machines, so ``memo`` remembers the answer for as long as this boot, the
    program, the driver, and the processors that driver and container show are the same. A failure is not
    remembered. ``root`` is where ``proc`` and ``dev`` are looked for.
    """
    program = program or shutil.which("nvidia-smi")
    if program is None:
        return ()
    remembered, key = Memo(memo), key_of(program, *_state(root, program))
    known = remembered.recall(key, tuple[Gpu, ...])
    if known is not None:
        return known
    try:
        done = subprocess.run(
            [program, _QUERY, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if done.returncode != 0:
        return ()
    found = gpus_from(done.stdout)
    remembered.keep(key, found)
    return found


def _state(root: Path, program: str) -> tuple[object, ...]:
    """Everything cheap to read that changes when the answer could."""
    try:
        status = os.stat(program)  # noqa: PTH116 - a name as the shell found it
        seen = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    except OSError:
        seen = []
    parts = ("dev/nvidia*", "dev/nvidia-caps/*", "proc/driver/nvidia/capabilities/gpu*/mig/*")
    devices = [sorted(path.name for path in root.glob(part)) for part in parts]
    processors = [
        (path.name, _text(path / "information")) for path in sorted(root.glob("proc/driver/nvidia/gpus/*"))
    ]
    boot = _text(root / "proc/sys/kernel/random/boot_id")
    return boot, _text(root / "proc/driver/nvidia/version"), seen, devices, processors


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def gpus_from(answer: str) -> tuple[Gpu, ...]:
    """The processors in the answer of ``nvidia-smi``; lines of another form are left out."""
    found = []
    for line in answer.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 4:
            name, memory, capability, driver = parts
            mib = int(memory) if memory.isdigit() else None
            found.append(Gpu(name=name, memory_mib=mib, compute_capability=capability, driver=driver))
    return tuple(found)
