"""Blobs of a local store: files named by the SHA-256 of their content, read-only, never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from taketwo.errors import MissingBlob, StoreError, Tampered
from taketwo.model.base import Blob
from taketwo.store import locks
from taketwo.store.disk import (
    copy_hashed,
    disk_errors,
    hash_stream,
    make_directory,
    make_durable,
    names_in,
    sync_directory,
    temporary_file,
)
from taketwo.store.layout import Layout

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(r"[0-9a-f]{62}", re.ASCII)
_PREFIX = re.compile(r"[0-9a-f]{2}", re.ASCII)

UsedBy = Callable[[str], Sequence[str]]
"""Which runs use a blob, as far as that is known quickly; asked only for messages."""


class BlobFiles:
    """Content-addressed files; one that is asked for or kept again is young for garbage collection."""

    def __init__(self, layout: Layout, used_by: UsedBy) -> None:
        self._layout = layout
        self._used_by = used_by

    def put_bytes(self, content: bytes) -> Blob:
        """Keep ``content``."""
        blob = Blob(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        self._layout.prepare()
        with disk_errors(f"{blob.size} bytes cannot be kept in the store at {self._layout.root}"):
            if not self._renew(blob):
                with temporary_file(self._layout.temporary) as (file, name):
                    file.write(content)
                    make_durable(file)
                    self._settle(name, blob)
        return blob

    def put_file(self, path: Path) -> Blob:
        """Keep the content of a regular file, which must not change meanwhile."""
        self._layout.prepare()
        with disk_errors(f"{path} cannot be kept in the store at {self._layout.root}"):
            # Without O_NONBLOCK opening a named pipe would wait for its writer.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with (
                open(descriptor, "rb", buffering=0) as source,  # noqa: PTH123 - a descriptor, not a path
                temporary_file(self._layout.temporary) as (file, name),
            ):
                before = os.fstat(descriptor)
                if not stat.S_ISREG(before.st_mode):
                    raise StoreError(f"{path} is not a regular file", todo="Name the files inside it.")
                sha256, size = copy_hashed(source, file)
                after = os.fstat(descriptor)
                if not before.st_size == size == after.st_size or before.st_mtime_ns != after.st_mtime_ns:
                    raise StoreError(
                        f"{path} changed while it was being read",
                        why="The copy would be a mixture that existed at no time.",
                        todo="Try again when nothing writes to it.",
                    )
                blob = Blob(sha256=sha256, size=size)
                if not self._renew(blob):
                    make_durable(file)
                    self._settle(name, blob)
        return blob

    def read(self, sha256: str, *, limit: int | None = None) -> bytes:
        """The checked bytes of a blob."""
        with self._opened(sha256) as file:
            size = os.fstat(file.fileno()).st_size
            if limit is not None and size > limit:
                raise StoreError(
                    f"the blob {sha256} has {size} bytes, more than the {limit} that are allowed here",
                    why="It is read into memory, and may come from somebody who means harm.",
                    todo="Copy it to a file instead.",
                )
            content = file.read()
        self._compare(sha256, hashlib.sha256(content).hexdigest())
        return content

    def open(self, sha256: str) -> BinaryIO:
        """The blob as a stream, not checked."""
        self._layout.check()
        if not _DIGEST.fullmatch(sha256):
            raise _missing(sha256)
        with disk_errors(f"the blob {sha256} cannot be read"):
            try:
                return self._layout.blob(sha256).open("rb")
            except FileNotFoundError as error:
                raise _missing(sha256) from error

    def copy_out(self, sha256: str, destination: Path) -> None:
        """Write the blob to a new file; a damaged one leaves nothing there."""
        with self._opened(sha256) as source, disk_errors(f"{destination} cannot be written"):
            destination.parent.mkdir(parents=True, exist_ok=True)
            with destination.open("x+b") as target:
                try:
                    found, _ = copy_hashed(source, target)
                    target.flush()
                    self._compare(sha256, found)
                except BaseException:
                    destination.unlink()
                    raise

    def has(self, sha256: str) -> bool:
        """Whether the blob is there. A capture asks this instead of putting it again: so it is young now."""
        self._layout.check()
        if not _DIGEST.fullmatch(sha256):
            return False
        path = self._layout.blob(sha256)
        with disk_errors(f"the blob {sha256} cannot be looked up"):
            if not path.is_file():
                return False
            try:
                with locks.shared(self._layout.lock):
                    os.utime(path)
            except FileNotFoundError:
                return False
            except OSError:  # a store that we may only read: garbage is collected by its owner
                return True
        return True

    def check(self, sha256: str) -> None:
        """Rehash the blob."""
        with self._opened(sha256) as file:
            found, _ = hash_stream(file)
        self._compare(sha256, found)

    def digests(self) -> Iterator[str]:
        """Every blob that is there."""
        for sha256, _ in self.files():
            yield sha256

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every blob with its file; anything else that lies there is passed over."""
        self._layout.check()
        with disk_errors(f"the blobs of the store at {self._layout.root} cannot be listed"):
            for prefix in filter(_PREFIX.fullmatch, names_in(self._layout.blobs)):
                directory = self._layout.blobs / prefix
                for name in filter(_NAME.fullmatch, names_in(directory)):
                    yield prefix + name, directory / name

    def remove_older(self, files: Sequence[tuple[str, Path]], cutoff: float) -> list[str]:
        """Remove those blobs that nobody has kept or asked for since ``cutoff``; returns which."""
        removed = []
        with (
            disk_errors(f"blobs cannot be removed from the store at {self._layout.root}"),
            locks.exclusive(self._layout.lock),
        ):
            for sha256, path in files:
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < cutoff:
                        path.unlink()
                        removed.append(sha256)
        return removed

    def _renew(self, blob: Blob) -> bool:
        """Whether the blob is there with its size (a file cut short is written again); young from now on.

        Garbage collection decides by age and removes under the exclusive lock: what is renewed under the
        shared one is either gone before, and seen to be gone, or too young to go.
        """
        path = self._layout.blob(blob.sha256)
        with contextlib.suppress(FileNotFoundError, PermissionError), locks.shared(self._layout.lock):
            if path.stat().st_size == blob.size:
                os.utime(path)
                return True
        return False

    def _settle(self, temporary: Path, blob: Blob) -> None:
        path = self._layout.blob(blob.sha256)
        make_directory(path.parent)
        temporary.rename(path)
        sync_directory(path.parent)

    @contextlib.contextmanager
    def _opened(self, sha256: str) -> Iterator[BinaryIO]:
        with self.open(sha256) as file, disk_errors(f"the blob {sha256} cannot be read"):
            yield file

    def _compare(self, wanted: str, found: str) -> None:
        if wanted == found:
            return
        runs = self._used_by(wanted)
        used = f" It is used by {', '.join(runs)}." if runs else ""
        raise Tampered(
            f"the blob {wanted} in the store at {self._layout.root} has been changed",
            why=f"Its bytes have the SHA-256 {found}: nothing that needs it can be trusted.{used}",
            todo="See what else is damaged with: taketwo store verify. Then restore it from a copy.",
        )


def _missing(sha256: str) -> MissingBlob:
    return MissingBlob(
        f"the blob {sha256[:80]} is not in the store",
        why="A run that needs it cannot be replayed from here.",
        todo="Fetch the run again from where it came, or see what else is missing: taketwo store verify",
    )
