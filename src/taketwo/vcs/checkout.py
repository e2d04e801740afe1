"""Writing the files of a tree to a disk, so that nothing can be written anywhere else."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from taketwo.errors import SourceError
from taketwo.vcs.database import translated
from taketwo.vcs.objects import EXECUTABLE, LINK, Entry, ObjectReader
from taketwo.vcs.walk import files_of

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_LINK = 1 << 16


def materialise(reader: ObjectReader, tree: str, destination: Path) -> None:
    """Write a whole tree into the empty or missing directory ``destination``, or leave it as it was."""
    with translated(f"the source cannot be written to {destination}"):
        existed = destination.is_dir()
        if existed and any(destination.iterdir()):
            raise SourceError(
                f"{destination} is not empty",
                why="Files that lie there already would be taken for the source of the run.",
                todo="Name a directory that is empty or does not exist",
            )
        entries = list(files_of(reader, tree))
        destination.mkdir(parents=True, exist_ok=True)
        try:
            write(reader, entries, destination)
        except BaseException:
            _empty(destination)
            if not existed:
                destination.rmdir()
            raise


def write(reader: ObjectReader, entries: Iterable[Entry], destination: Path) -> int:
    """Write verified entries below the empty directory ``destination``; returns the sum of their sizes.

    Symbolic links come last: while files are written there is no link that they could go through.
    Raises ``Tampered`` when an object is not what its id says, and ``OSError`` as the disk gives it;
    what was written until then is left to the caller, who knows whose directory it is.
    """
    ordered = sorted(entries, key=lambda entry: (entry.mode == LINK, entry.path))
    root = os.fsencode(destination)
    made = {root}
    total = 0
    with contextlib.closing(reader.blobs([entry.oid for entry in ordered])) as contents:
        for entry, (size, chunks) in zip(ordered, contents, strict=True):
            path = os.path.join(root, entry.path)  # noqa: PTH118 - names of files are bytes
            parent = os.path.dirname(path)  # noqa: PTH120
            if parent not in made:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103
                made.add(parent)
            if entry.mode == LINK:
                _write_link(path, chunks)
            else:
                _write_file(path, chunks, executable=entry.mode == EXECUTABLE)
            total += size
    return total


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _write_file(path: bytes, chunks: Iterator[bytes], *, executable: bool) -> None:
    descriptor = os.open(path, _CREATE, 0o777 if executable else 0o666)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        for chunk in chunks:
            written = 0
            while written < len(chunk):
                written += file.write(chunk[written:])


def _write_link(path: bytes, chunks: Iterator[bytes]) -> None:
    target = b""
    for chunk in chunks:
        if len(target) + len(chunk) > _LONGEST_LINK:
            raise OSError(0, "a symbolic link is longer than any disk allows", os.fsdecode(path))
        target += chunk
    os.symlink(target, path)  # noqa: PTH211 - names of files are bytes
