"""Copying data to the place where a replay wants it: whole, bounded, never half there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.data.regular import open_regular
from taketwo.errors import DataError

_CHUNK = 1 << 20


@contextmanager
def arriving(destination: Path) -> Iterator[Path]:
    """A path beside ``destination`` to write to, which becomes ``destination`` when the block ends well.

    Whatever happens in between, Ctrl-C included, nothing half-written is left.
    """
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=".taketwo-", dir=destination.parent))
    except OSError as error:
        raise _unwritable(destination, error) from error
    try:
        yield folder / "content"
        if destination.is_symlink():  # a link in the source tree to where the author's data was
            destination.unlink()
        (folder / "content").replace(destination)
    except OSError as error:
        raise _unwritable(destination, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_file(source: Path, destination: Path) -> None:
    """Copy the bytes of a regular file, and nothing else of it."""
    with open_regular(source) as (descriptor, _), os.fdopen(os.dup(descriptor), "rb") as file:
        write_stream(file, destination)


def copy_directory(source: Path, destination: Path, digests: FileDigests) -> None:
    """Copy what ``list_directory`` lists, links replaced by what they lead to."""
    for listed in list_directory(source, digests).files:
        target = destination / listed.path
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_file(source / listed.path, target)


def write_stream(stream: BinaryIO, destination: Path, *, limit: int | None = None) -> None:
    """Write a stream to a new file; more than ``limit`` bytes is a ``DataError``."""
    written = 0
    with _writing(destination) as file:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if limit is not None and written > limit:
                raise DataError(
                    f"it holds more than the {limit} bytes that were captured",
                    why="Content that is longer than the captured one cannot be the same.",
                    todo="Check that the source still offers the captured version.",
                )
            try:
                file.write(chunk)
            except OSError as error:
                raise _unwritable(destination, error) from error


@contextmanager
def _writing(destination: Path) -> Iterator[BinaryIO]:
    try:
        file = destination.open("xb")
    except OSError as error:
        raise _unwritable(destination, error) from error
    try:
        with file:
            yield file
    except BaseException:
        destination.unlink(missing_ok=True)
        raise


def _unwritable(destination: Path, error: OSError) -> DataError:
    return DataError(
        f"{destination} cannot be written: {error.strerror or error}",
        why="The data of a replay is laid out before anything runs.",
        todo="Make room on the disk, or choose another place for temporary files with TMPDIR.",
    )
