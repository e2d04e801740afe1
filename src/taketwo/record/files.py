"""What inputs and outputs have in common: observed opens, and how content is digested and kept."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

import msgspec

from taketwo.errors import DataError, StoreError
from taketwo.model.base import Blob, Notice

DEFAULT_SIZE_LIMIT = 1 << 30
"""Files up to this size are copied into the store; larger ones are recorded by digest only."""

CLOCK_LAG_NS = 20_000_000
"""How far the time of a file may lag behind the clock: the kernel stamps files with the time of its last
tick, 1 to 10 ms ago, and on a busy virtual machine ticks come late."""

TOOL_DIRECTORIES = frozenset(
    {
        *(".git", ".hg", ".svn", ".taketwo", ".dvc"),
        *("__pycache__", "node_modules", ".ipynb_checkpoints"),
        *(".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    }
)
"""Directories that belong to tools: nothing in them is data of an experiment."""

UNSEARCHED_DIRECTORIES = TOOL_DIRECTORIES | {".cache"}
"""Directories that are not searched for changes: what a run was seen to write there counts all the same."""


class FileStat(NamedTuple):
    """A file at one moment, in the order in which the recording writes it."""

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """The part of a stat that tells whether a file has changed."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)

    def same_content(self, other: FileStat) -> bool:
        """Whether at most the owner and the mode have changed between the two."""
        return self[:3] == other[:3]


class Opened(msgspec.Struct, frozen=True):
    """One open that was observed: ``stat`` is from just before it, ``None`` when there was no file.

    ``time`` is in seconds since the epoch; the default stands for "some time during the run".
    """

    path: str
    mode: Literal["r", "w", "rw"]
    stat: FileStat | None
    time: float = math.inf

    @property
    def writes(self) -> bool:
        """Whether the file may have been changed through this open."""
        return self.mode != "r"


class Preimage(msgspec.Struct, frozen=True):
    """A file as it was before the run first opened it for writing; ``kept`` is where its bytes are."""

    sha256: str
    size: int
    kept: Path | None = None


class Declared(msgspec.Struct, frozen=True):
    """Something that the author named: its absolute path, and its stat from before the run if known."""

    path: str
    name: str | None = None
    stat: FileStat | None = None

    @classmethod
    def now(cls, path: Path, name: str | None = None) -> Self:
        """Declare ``path`` as it is at this moment; call it before the run starts."""
        found = stat_now(str(path))
        return cls(os.path.abspath(path), name, found)  # noqa: PTH100 - a link stays a link


class Allowance:
    """How many bytes may still be read of what a program left behind that nobody answers for.

    A file of any size costs such a program nothing, if it leaves holes in it.
    """

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Whether that many bytes may be read as well; if so, they count as read."""
        if size > self._left:
            return False
        self._left -= size
        return True


class Keeping(msgspec.Struct, frozen=True):
    """How content is digested and kept: the doors to ``FileDigests`` and to the store.

    ``digest`` may answer from memory; bytes that the store already ``has`` are not read again.
    ``put_bytes`` keeps listings. Files above ``size_limit`` are digested and not kept; those beyond the
    ``allowance``, if there is one, are not even read.
    """

    digest_many: Callable[[Sequence[Path]], Mapping[Path, tuple[str, int]]]
    has: Callable[[str], bool]
    put_file: Callable[[Path], Blob]
    put_bytes: Callable[[bytes], Blob]
    size_limit: int = DEFAULT_SIZE_LIMIT
    allowance: Allowance | None = None

    def digests(self, paths: Sequence[Path]) -> tuple[dict[Path, Blob], list[Notice]]:
        """Digests of those files that can be read, and a notice for each that cannot."""
        notices = []
        if self.allowance is not None:
            allowed = [path for path in paths if self.allowance.take(_size(path))]
            notices = [
                Notice(topic="data", text=f"{path} is too large to be read: it is not recorded")
                for path in sorted({*paths} - {*allowed})
            ]
            paths = allowed
        try:
            return _unkept(self.digest_many(paths)), notices
        except DataError:
            pass  # find out which, one by one
        found: dict[Path, Blob] = {}
        for path in paths:
            try:
                found |= _unkept(self.digest_many([path]))
            except DataError as error:
                notices.append(Notice(topic="data", text=error.what))
        return found, notices

    def keep(self, path: Path, blob: Blob) -> tuple[Blob, list[Notice]]:
        """Put the file into the store unless it is there or too large; a full disk is a notice."""
        if blob.size > self.size_limit or (self.allowance is not None and _size(path) != blob.size):
            return blob, []
        if self.has(blob.sha256):
            return Blob(sha256=blob.sha256, size=blob.size), []
        try:
            return self.put_file(path), []
        except (StoreError, DataError) as error:
            return blob, [Notice(topic="data", text=f"{path.name} is not kept: {error.what}")]


def _size(path: Path) -> int:
    found = stat_now(str(path))
    return found.size if found else 0


def _unkept(found: Mapping[Path, tuple[str, int]]) -> dict[Path, Blob]:
    return {path: Blob(sha256=sha256, size=size, stored=False) for path, (sha256, size) in found.items()}


def stat_now(path: str) -> FileStat | None:
    """The stat of what ``path`` leads to, ``None`` when there is nothing."""
    try:
        return FileStat.of(os.stat(path))  # noqa: PTH116 - text paths, thousands of them
    except OSError:
        return None


def is_environment(directory: str) -> bool:
    """Whether ``directory`` is the root of a virtual or conda environment."""
    return os.path.lexists(f"{directory}/pyvenv.cfg") or os.path.lexists(f"{directory}/conda-meta")
