"""SHA-256 of many files, read only when they changed: device, inode, size and both times are the key.

The path is not part of the key. ctime is, since size and mtime can be put back after an edit.
"""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH123
from __future__ import annotations

import hashlib
import os
import time
from array import array
from collections.abc import Mapping, Sequence

WIDTH = 40
"""Bytes of one packed key."""

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_SETTLED_NS = 1_000_000_000
_BATCH = 64
_STREAM_FROM = 1 << 20


def packed_keys(paths: Sequence[str]) -> bytes:
    """One key of ``WIDTH`` bytes for each path, in order; all zero for a file that is not there."""
    first, last = min(paths, default=""), max(paths, default="")
    if not (first.startswith("/") and last.startswith("/")):  # an empty one stands for what must not be read
        return _packed(paths, None)
    # The system looks up a short path from an open directory in three quarters of the time of a long one.
    shared = os.path.commonpath([first, last])
    try:
        directory = os.open(shared, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return _packed(paths, None)
    try:
        return _packed([path[len(shared) :].lstrip("/") or "." for path in paths], directory)
    finally:
        os.close(directory)


def _packed(paths: Sequence[str], directory: int | None) -> bytes:
    flat: list[int] = []
    extend, stat = flat.extend, os.stat
    for path in paths:
        try:
            s = stat(path, dir_fd=directory)
        except OSError:
            extend((0, 0, 0, 0, 0))
        else:
            extend((s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns))
    try:
        return array("Q", flat).tobytes()
    except OverflowError:  # a time before 1970
        return array("Q", [number & _MASK for number in flat]).tobytes()


def split_keys(packed: bytes) -> list[bytes]:
    """The single keys of ``packed``."""
    return [packed[i : i + WIDTH] for i in range(0, len(packed), WIDTH)]


def size_of(key: bytes) -> int:
    """The size in bytes that a key tells."""
    return int.from_bytes(key[16:24], "little")


def settled(packed: bytes) -> bool:
    """Whether every file was left alone long enough for its times to prove it.

    A second write within one tick of the clock leaves no trace in the times.
    """
    numbers = array("Q", packed)
    latest = max((max(numbers[3::5], default=0), max(numbers[4::5], default=0)))
    return latest < time.time_ns() - _SETTLED_NS


def digests(paths: Sequence[str], keys: Sequence[bytes], known: Mapping[bytes, bytes]) -> list[bytes]:
    """The SHA-256 of each file, from ``known`` where its key is there, else by reading it, in threads.

    A file that cannot be read has the empty digest ``b""``.
    """
    found = [known.get(key, b"") for key in keys]
    unread = [i for i, digest in enumerate(found) if not digest and any(keys[i])]
    if len(unread) <= _BATCH:
        for i in unread:
            found[i] = _digest(paths[i])
        return found
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - heavy, only needed here

    # The large files first, so that no thread is left alone with one of them at the end.
    unread.sort(key=lambda i: -size_of(keys[i]))
    count = len(unread) // _BATCH
    batches = [unread[start::count] for start in range(count)]

    def read(batch: list[int]) -> None:
        for i in batch:
            found[i] = _digest(paths[i])

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        list(pool.map(read, batches))
    return found


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as stream:
            content = stream.read(_STREAM_FROM)
            if len(content) < _STREAM_FROM:
                return hashlib.sha256(content).digest()
            stream.seek(0)
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return b""
