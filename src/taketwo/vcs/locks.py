"""Locks between processes that share a store; the kernel lets go of them when their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.05


@contextlib.contextmanager
def locked(path: Path, *, exclusive: bool, patience: float) -> Iterator[bool]:
    """Hold the lock at ``path``; yields whether it was obtained within ``patience`` seconds.

    A place where no lock can be made (a store that may only be read) counts as obtained: nobody can
    change anything there.
    """
    descriptor = _opened(path)
    if descriptor is None:
        yield True
        return
    try:
        obtained = _obtain(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, patience)
        try:
            yield obtained
        finally:
            # Said in words, because a process forked meanwhile has a copy of the descriptor: closing
            # ours alone would leave the lock in place for as long as that process lives.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some living process holds the lock at ``path``."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


def _obtain(descriptor: int, kind: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        else:
            return True
