"""Files written so that they are whole or not there at all, and disk errors told in our own terms."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from taketwo.errors import StoreError

READ_ONLY = 0o444
"""Files that never change: blobs, manifests, seals. The directories above them are private."""

_BUFFER = 1024 * 1024
_FICLONE = 0x40049409

_ADVICE = {
    errno.ENOSPC: "Free space on this disk, for example with: taketwo store gc",
    errno.EDQUOT: "Free space in your quota, for example with: taketwo store gc",
    errno.EACCES: "Ask the owner for access, or use a store of your own: TAKETWO_HOME=DIRECTORY",
    errno.EPERM: "Ask the owner for access, or use a store of your own: TAKETWO_HOME=DIRECTORY",
    errno.EROFS: "This file system is read-only; use a store elsewhere: TAKETWO_HOME=DIRECTORY",
    errno.EIO: "The disk may be failing: copy the store to another one, then run: taketwo store verify",
}


@contextlib.contextmanager
def disk_errors(what: str, *, why: str = "") -> Iterator[None]:
    """Let only ``StoreError`` out: ``what`` went wrong, the system's reason, what to do about it."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{what}: {error.strerror or error}",
            why=why or "What is not in the store cannot be replayed.",
            todo=_ADVICE.get(error.errno or 0, "Check the path and the disk, then try again."),
        ) from error


@contextlib.contextmanager
def temporary_file(directory: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new private file in ``directory``, gone at the end unless it has been renamed."""
    path = directory / f"{os.getpid()}-{os.urandom(8).hex()}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor, not a path
            yield file, path
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def make_durable(file: BinaryIO, mode: int = READ_ONLY) -> None:
    """Everything written to ``file`` is on the disk, with its final permissions."""
    file.flush()
    os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """The names in ``directory`` are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes, temporary: Path, *, mode: int = READ_ONLY) -> None:
    """``path`` holds ``content`` or what it held before, and nothing between, whenever the power fails."""
    with temporary_file(temporary) as (file, name):
        file.write(content)
        make_durable(file, mode)
        name.rename(path)
    sync_directory(path.parent)


def make_directory(directory: Path) -> None:
    """A directory for its owner alone, durable when it is new."""
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return
    sync_directory(directory.parent)


def names_in(directory: Path) -> list[str]:
    """The sorted names in a directory; none when there is no such directory."""
    try:
        with os.scandir(directory) as entries:
            return sorted(entry.name for entry in entries)
    except FileNotFoundError:
        return []


def copy_hashed(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy a whole file and return SHA-256 and size of what was copied; ``source`` is read once.

    Where the file system shares blocks between files (reflinks) nothing is copied, and the shared copy,
    which later writes to ``source`` do not reach, is what gets hashed.
    """
    try:
        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        return hash_stream(source, target)
    return hash_stream(target)


def hash_stream(source: BinaryIO, copy_to: BinaryIO | None = None) -> tuple[str, int]:
    """SHA-256 and size of what ``source`` still holds, copied to ``copy_to`` on the way."""
    digest, size = hashlib.sha256(), 0
    # An anonymous mapping is not zeroed page by page before it is read into, as a bytearray is.
    view = memoryview(mmap.mmap(-1, _BUFFER))
    while count := source.readinto(view):  # type: ignore[attr-defined]
        digest.update(view[:count])
        if copy_to is not None:
            copy_to.write(view[:count])
        size += count
    return digest.hexdigest(), size
