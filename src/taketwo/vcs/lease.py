"""Leases: trees that a living process has captured and not yet written into a manifest."""

from __future__ import annotations

import fcntl
import os
import uuid
import weakref
from pathlib import Path

from taketwo.vcs.locks import is_held


class Lease:
    """Protects trees from ``keep_only`` for as long as this object and its process live."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / uuid.uuid4().hex
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o666
        )
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self.release = weakref.finalize(self, _release, self._descriptor, path, os.getpid())

    def add(self, tree: str) -> None:
        """Protect one more tree."""
        os.write(self._descriptor, f"{tree}\n".encode())


def leased(directory: Path) -> set[str]:
    """The trees that living processes protect; what dead ones left is removed."""
    trees: set[str] = set()
    if not directory.is_dir():
        return trees
    for path in directory.iterdir():
        try:
            if is_held(path):
                trees.update(path.read_text().split())
            else:
                path.unlink()
        except FileNotFoundError:
            continue  # its process ended just now
    return trees


def _release(descriptor: int, path: Path, owner: int) -> None:
    os.close(descriptor)
    if os.getpid() == owner:  # a forked child must not end the lease of its parent
        path.unlink(missing_ok=True)
