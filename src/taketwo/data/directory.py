"""A directory as a listing: every file by digest, sorted, so that equal directories give equal bytes.

Links are followed as long as they lead to something inside; what they lead to is listed under the name of
the link. Empty directories, permissions and dates are not content and are left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from taketwo.data.digests import FileDigests
from taketwo.data.regular import unreadable
from taketwo.errors import DataError
from taketwo.formats import listing
from taketwo.formats.listing import Listed
from taketwo.model.base import Notice

FILE_LIMIT = 2_000_000
"""More files than any directory that is one input; links that multiply a tree end here."""


class Directory(msgspec.Struct, frozen=True):
    """The files of a directory in the order of their listing; ``skipped`` says what is not a file."""

    files: tuple[Listed, ...]
    skipped: tuple[Notice, ...] = ()

    @property
    def listing(self) -> bytes:
        """The bytes whose digest identifies the directory."""
        return listing.encode(self.files)


def list_directory(
    root: Path, digests: FileDigests, *, within: Path | None = None, full: bool = False
) -> Directory:
    """List ``root``. Links may lead anywhere inside ``within`` (default: ``root`` itself).

    A link that leads out, to nothing, or round in a circle is a ``DataError``: a listing without that file
    would not be the data that the run saw. Sockets, pipes and devices are skipped and named.
    """
    walk = _Walk(root, os.path.realpath(within or root))
    found = dict(walk.files())
    known = digests.digest_many(found.values(), full=full)
    files = (Listed(relative, *known[path]) for relative, path in found.items())
    return Directory(tuple(sorted(files)), tuple(walk.skipped))


class _Walk:
    """One pass over a directory."""

    def __init__(self, root: Path, within: str) -> None:
        self._root = root
        self._within = within
        self._count = 0
        self.skipped: list[Notice] = []

    def files(self) -> Iterator[tuple[str, Path]]:
        return self._directory(str(self._root), "", ())

    def _directory(
        self, directory: str, prefix: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[tuple[str, Path]]:
        try:
            here = os.stat(directory)  # noqa: PTH116 - text paths are twice as fast on large trees
            with os.scandir(directory) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            raise unreadable(Path(directory), error) from error
        if (here.st_dev, here.st_ino) in above:
            raise _refused(directory, "leads back to a directory above it")
        for entry in entries:
            relative = f"{prefix}{entry.name}"
            if entry.is_symlink():
                self._check_link(entry.path)
            mode = _mode(entry)
            if stat.S_ISDIR(mode):
                yield from self._directory(entry.path, f"{relative}/", (*above, (here.st_dev, here.st_ino)))
            elif stat.S_ISREG(mode):
                self._count += 1
                if self._count > FILE_LIMIT:
                    raise DataError(
                        f"{self._root} holds more than {FILE_LIMIT} files",
                        why="A listing of so many files serves nobody, and is usually a wrong directory.",
                        todo="Name the directory with the data itself, or pack the files into an archive.",
                    )
                yield relative, Path(entry.path)
            else:
                text = f"{relative} is a socket, a pipe or a device, and has no content to record"
                self.skipped.append(Notice(topic="data", text=text))

    def _check_link(self, path: str) -> None:
        target = os.path.realpath(path)
        if not os.path.lexists(target):
            raise _refused(path, "leads to nothing")
        if os.path.commonpath([target, self._within]) != self._within:
            raise _refused(path, f"leads out of {self._within}")


def _mode(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_mode
    except OSError as error:
        raise unreadable(Path(entry.path), error) from error


def _refused(path: str, reason: str) -> DataError:
    return DataError(
        f"the link {path} {reason}",
        why="What it stands for is not part of this directory, so it cannot be recorded with it.",
        todo="Replace the link with a copy, or name the directory that it leads to as data too.",
    )
