"""Advisory locks between the processes that use a store."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock together with other sharers; waits for an exclusive holder."""
    with _held(path, fcntl.LOCK_SH):
        yield


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock alone; waits for everybody else."""
    with _held(path, fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def _held(path: Path, kind: int) -> Iterator[None]:
    # flock belongs to the open file: it ends with the process, however that dies, and threads that
    # open the file each for themselves exclude one another too.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
