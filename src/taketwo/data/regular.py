"""Opening regular files and nothing else: never a device, never a pipe that waits for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taketwo.errors import DataError


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """A descriptor for reading the regular file at ``path``, and its stat; ``DataError`` otherwise.

    Links are followed; whoever must not follow them resolves the path first. The file is opened without
    waiting, so a pipe that nobody writes to is refused and does not hang.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise DataError(
                f"{path} is not a regular file",
                why="Only the content of files can be recorded and checked.",
                todo="Name a file or a directory of files.",
            )
        yield descriptor, found
    finally:
        os.close(descriptor)


def unreadable(path: Path, error: OSError) -> DataError:
    """The error that says that ``path`` cannot be read, in our words."""
    return DataError(
        f"{path} cannot be read: {error.strerror or error}",
        why="Without its bytes nobody can say which data the run used.",
        todo="Check that the file is there and that you may read it.",
    )
