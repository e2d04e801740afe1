"""Digests of files: several files at once, and an unchanged file is not read twice.

A file counts as unchanged when its path, size, inode, device, and both its times of change (mtime and
ctime, in nanoseconds) are what they were: size and mtime alone miss a byte that was flipped and dated
back. When any of them differs, the file is read and hashed with the digest that will be signed. A
faster checksum that is not cryptographic would have to be read just as well, and would let a signed
SHA-256 rest on something that can be forged; so there is none.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import time
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from taketwo.data.file_state import FileState
from taketwo.data.regular import open_regular, unreadable
from taketwo.errors import DataError

if TYPE_CHECKING:
    from taketwo.data.digest_cache import DigestCache

Algorithm = Literal["sha256", "md5"]

_BUFFER = 1 << 20
_ATTEMPTS = 3
_FEW = 16
_RACY_NS = 2_000_000_000
"""Two seconds: the coarsest clock of a file system in use (FAT; NFS and others have one second).

A file that changed so recently could change again without any of its times showing it."""


class FileDigest(NamedTuple):
    """The digest (hexadecimal) and the size of one file."""

    sha256: str
    size: int


class FileDigests:
    """Answers which bytes a file holds, from memory where that is safe.

    ``cache_path`` is a file that any number of processes may share; it is made when missing and made
    anew when damaged. ``None`` remembers nothing. A few files of ``read_at_once`` bytes together are read
    without asking the cache: that is sooner done than loading what it is made of. Only ``DataError`` comes out.
    """

    def __init__(self, cache_path: Path | None, *, threads: int | None = None, read_at_once: int = 0) -> None:
        self._cache_path = cache_path
        self._read_at_once = read_at_once
        self._threads = threads or min(8, len(os.sched_getaffinity(0)))

    @cached_property
    def _cache(self) -> DigestCache | None:
        if self._cache_path is None:
            return None
        from taketwo.data.digest_cache import DigestCache  # noqa: PLC0415 - SQLite, which few captures need

        return DigestCache(self._cache_path)

    def digest(self, path: Path, *, full: bool = False) -> FileDigest:
        """SHA-256 and size of one file; ``full`` reads it in any case, as every replay does."""
        return self.digest_many([path], full=full)[path]

    def md5(self, path: Path, *, full: bool = False) -> str:
        """The MD5 of one file: only ever compared with what DVC wrote, never signed."""
        return self._digest_many([path], "md5", full=full)[path][0]

    def digest_many(self, paths: Iterable[Path], *, full: bool = False) -> dict[Path, FileDigest]:
        """SHA-256 and size of every file, in the order given; one that cannot be read is a ``DataError``."""
        found = self._digest_many(list(dict.fromkeys(paths)), "sha256", full=full)
        return {path: FileDigest(*each) for path, each in found.items()}

    def _digest_many(
        self, paths: list[Path], algorithm: Algorithm, *, full: bool
    ) -> dict[Path, tuple[str, int]]:
        cache = None if self._are_small(paths) else self._cache
        if cache is None:
            fresh = self._read_all(paths, algorithm)
            return {path: (digest, state.size) for path, (state, digest, _) in fresh.items()}
        keys = {path: os.path.abspath(path) for path in paths}  # noqa: PTH100 - pathlib has no pure-text form
        known = {} if full else cache.known(list(keys.values()), algorithm)
        found: dict[Path, tuple[str, int]] = {}
        for path in paths:
            remembered = known.get(keys[path])
            if remembered is not None and remembered[0] == _state(path):
                found[path] = (remembered[1], remembered[0].size)
        missing = [path for path in paths if path not in found]
        fresh = self._read_all(missing, algorithm)
        lasting = [(keys[p], state, digest) for p, (state, digest, racy) in fresh.items() if not racy]
        cache.remember(lasting, algorithm)
        found.update({path: (digest, state.size) for path, (state, digest, _) in fresh.items()})
        return {path: found[path] for path in paths}

    def _are_small(self, paths: list[Path]) -> bool:
        try:
            return len(paths) <= _FEW and sum(path.stat().st_size for path in paths) < self._read_at_once
        except OSError:  # reading it says what is wrong
            return True

    def _read_all(self, paths: list[Path], algorithm: Algorithm) -> dict[Path, tuple[FileState, str, bool]]:
        if len(paths) < 2 or self._threads < 2:
            return {path: _read(path, algorithm) for path in paths}
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - heavy, and most runs read few files

        with ThreadPoolExecutor(min(self._threads, len(paths))) as pool:
            try:
                return dict(zip(paths, pool.map(lambda path: _read(path, algorithm), paths), strict=True))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _read(path: Path, algorithm: Algorithm) -> tuple[FileState, str, bool]:
    """The state, the digest, and whether the state is too young to be trusted later."""
    for _ in range(_ATTEMPTS):
        began = time.time_ns()
        with open_regular(path) as (descriptor, before):
            try:
                digest = _hash(descriptor, before.st_size, algorithm)
            except OSError as error:
                raise unreadable(path, error) from error
            state = FileState.of(os.fstat(descriptor))
        if state == FileState.of(before):
            return state, digest, max(state.mtime_ns, state.ctime_ns) > began - _RACY_NS
    raise DataError(
        f"{path} changes while it is being read",
        why="A file that is still being written has no digest that means anything.",
        todo="Wait until the program that writes it has finished.",
    )


def _hash(descriptor: int, size: int, algorithm: Algorithm) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    # Anonymous memory is page-aligned and was never touched: reading into it is several times faster
    # than into a bytearray. hashlib lets other threads run while it works.
    with mmap.mmap(-1, max(mmap.PAGESIZE, min(_BUFFER, size))) as buffer, memoryview(buffer) as view:
        while count := os.readv(descriptor, [view]):
            with view[:count] as filled:
                digest.update(filled)
    return digest.hexdigest()


def _state(path: Path) -> FileState | None:
    try:
        return FileState.of(path.stat())
    except OSError:
        return None
