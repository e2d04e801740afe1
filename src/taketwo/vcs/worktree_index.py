"""The index over somebody's working tree that is ours: it remembers what files looked like when last read.

One is kept per working tree, so that a capture costs what changed. It is never worked on in place: a
capture copies it, works on the copy and renames that back, so that a killed capture leaves no trace and
captures at the same time cannot spoil it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from taketwo.errors import SourceError
from taketwo.vcs import object_files
from taketwo.vcs.command import Finished
from taketwo.vcs.database import Database
from taketwo.vcs.names import printable

_ATTEMPTS = 4
# What git says, with exit code 0, of names that mean a repository on other systems (`.GIT`).
_PASSED_OVER = b"Ignoring path "
_CHECKSUM = {"sha1": 20, "sha256": 32}


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the index beside it: the tree that it holds, which was proven, and its totals.

    ``checksum`` ties this record to one state of the index file; ``listing`` is the digest of the paths
    that were asked for. ``young`` must be read again whatever their status says. ``objects`` are the files of
    the database as they were: what was proven holds while they are unchanged.
    """

    checksum: bytes
    listing: bytes
    tree: str
    files: int
    size: int
    young: tuple[bytes, ...]
    objects: dict[str, tuple[int, int, int, int]]


class WorkTreeIndex:
    """A private copy of the index of one working tree, in ``workshop``."""

    def __init__(self, database: Database, work_tree: Path, workshop: Path) -> None:
        key = hashlib.sha256(os.fsencode(work_tree)).hexdigest()[:24]
        self.home = database.private / "projects" / key
        self._database = database
        self._work_tree = work_tree
        self._file = workshop / "index"
        self._git = database.git(work_tree=work_tree, index=self._file)
        self.remembered: Remembered | None = None

    def load(self) -> None:
        """Take a copy of what the last capture left, if it is whole, and the objects behind it are as they were."""
        self.remembered = self._load()
        if self.remembered and not object_files.intact(self._database.objects, self.remembered.objects):
            self.forget_everything()

    def bring_up_to_date(self, paths: Sequence[bytes]) -> str:
        """Make the index hold exactly ``paths`` as they are on disk; returns the id of the tree."""
        finished = self._update(paths, exact=False)
        if finished.code and self.remembered:
            # A directory where git knows a file, say. Looking at every path first costs more.
            finished = self._update(self._presentable(paths), exact=True)
        for _ in range(_ATTEMPTS):
            if not finished.code:
                break
            # The index is of no use, or a file was cut short while git read it, which kills git.
            self.forget_everything()
            finished = self._update(self._presentable(paths), exact=True)
        return self._written(finished)

    def read_again(self, paths: Sequence[bytes]) -> str:
        """Forget what ``paths`` looked like and read them from the disk; returns the id of the tree."""
        for _ in range(_ATTEMPTS):
            self._forget(paths)
            finished = self._add(self._presentable(paths), first=False)
            if not finished.code:
                break
        return self._written(finished)

    def forget_everything(self) -> None:
        """Begin anew, as if this working tree had never been captured."""
        self.remembered = None
        self._file.unlink(missing_ok=True)

    def _written(self, finished: Finished) -> str:
        refused = [line for line in finished.errors.splitlines() if line.startswith(_PASSED_OVER)]
        if finished.code or refused:
            complaint = printable(refused[0]) if refused else finished.complaint
            raise SourceError(
                f"a file of {self._work_tree} cannot be kept: {complaint}",
                why="A capture that leaves a file out would not be the working tree.",
                todo="Make the file readable, wait until nothing writes it, or name it in .gitignore",
            )
        if self.remembered and self.remembered.checksum == self._checksum():
            return self.remembered.tree  # git had nothing to write into the index
        return self._git.run("write-tree").decode().strip()

    def keep(
        self, *, paths: Sequence[bytes], tree: str, files: int, size: int, young: tuple[bytes, ...]
    ) -> None:
        """Make this copy the index that the next capture begins with."""
        remembered = Remembered(
            checksum=self._checksum(),
            listing=_digest(paths),
            tree=tree,
            files=files,
            size=size,
            young=young,
            objects=dict(object_files.seen(self._database.objects)),
        )
        if remembered == self.remembered or not remembered.checksum:
            return  # nothing new, or git had no file to write an index for
        record = self._file.with_name("remembered")
        record.write_bytes(msgspec.msgpack.encode(remembered))
        self.home.mkdir(parents=True, exist_ok=True)
        self._file.replace(self.home / "index")
        record.replace(self.home / "remembered")

    def _load(self) -> Remembered | None:
        try:
            # With its times: git tells by the time of the index which entries it must not trust.
            shutil.copy2(self.home / "index", self._file)
        except OSError:
            return None
        remembered = _recall(self.home)
        if remembered is None or remembered.checksum != self._checksum():
            self._file.unlink(missing_ok=True)
            return None
        return remembered

    def _update(self, paths: Sequence[bytes], *, exact: bool) -> Finished:
        if self.remembered is not None:
            forget = set(self.remembered.young)
            if exact or self.remembered.listing != _digest(paths):
                forget.update(self._paths() - set(paths))
            self._forget(forget)
        return self._add(paths, first=self.remembered is None)

    def _add(self, paths: Iterable[bytes], *, first: bool) -> Finished:
        git = self._git
        if first:
            # Everything is new: git streams what it calls big into one pack, instead of thousands of
            # small files that each must reach the disk.
            git = msgspec.structs.replace(git, settings={"core.bigFileThreshold": "1"})
        finished = git.attempt(
            "update-index", "-z", "--add", "--remove", "--replace", "--stdin", stdin=_lines(paths)
        )
        if finished.code:
            self._file.with_name("index.lock").unlink(missing_ok=True)
        return finished

    def _forget(self, paths: Iterable[bytes]) -> None:
        lines = _lines(paths)
        if lines:
            self._git.run("update-index", "-z", "--force-remove", "--stdin", stdin=lines)

    def _paths(self) -> set[bytes]:
        return set(self._git.run("ls-files", "-z").split(b"\0")[:-1])

    def _checksum(self) -> bytes:
        """The last bytes of the index file, which are the hash of all others."""
        length = _CHECKSUM[self._database.object_format]
        try:
            with self._file.open("rb") as file:
                file.seek(-length, os.SEEK_END)
                return file.read(length)
        except OSError:
            return b""

    def _presentable(self, paths: Iterable[bytes]) -> list[bytes]:
        """Those paths that are files or symbolic links now, and not behind a symbolic link."""
        root = os.fsencode(self._work_tree)
        real = {root: True}
        kept = []
        for path in paths:
            full = os.path.join(root, path)  # noqa: PTH118 - names of files are bytes
            try:
                mode = os.lstat(full).st_mode
                behind_a_link = not _is_real(os.path.dirname(full), real)  # noqa: PTH120
            except OSError:
                continue
            if (stat.S_ISREG(mode) or stat.S_ISLNK(mode)) and not behind_a_link:
                kept.append(path)
        return kept


def remembered_tree(home: Path) -> str | None:
    """The tree that the index in ``home`` holds."""
    remembered = _recall(home)
    return remembered.tree if remembered else None


def _recall(home: Path) -> Remembered | None:
    try:
        return msgspec.msgpack.decode((home / "remembered").read_bytes(), type=Remembered)
    except (OSError, msgspec.DecodeError):
        return None


def _is_real(directory: bytes, known: dict[bytes, bool]) -> bool:
    if directory not in known:
        known[directory] = stat.S_ISDIR(os.lstat(directory).st_mode) and _is_real(
            os.path.dirname(directory),  # noqa: PTH120
            known,
        )
    return known[directory]


def _lines(paths: Iterable[bytes]) -> bytes:
    return b"".join(path + b"\0" for path in paths)


def _digest(paths: Sequence[bytes]) -> bytes:
    return hashlib.sha256(_lines(paths)).digest()
