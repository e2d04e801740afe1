"""The journal of one process: a file of JSON lines that only grows, one write a line, nothing held back.

Multiprocessing children end in ``os._exit`` and pools kill their workers, so an event that waits in a buffer
is an event that is lost. There is no lock and no thread: a line is one ``write`` to a file opened for
appending, which the kernel keeps whole, also between threads and inside signal handlers.
"""

from __future__ import annotations

import os
from time import time

from .compact_json import encode, quote
from .series import Series

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

HIGH_DESCRIPTOR = 500
"""Descriptors of ours start here, so that the program gets the numbers that it would get anyway."""

SEEN_LIMIT = 1 << 20
"""How many opens are remembered to leave out repetitions; a data set of a million files stays affordable."""


class Journal:
    """Writes events of this process into a recording.

    Never raises: a recording that cannot be written falls silent.
    """

    def __init__(self, recording: str) -> None:
        self.recording = recording
        self.started_ns = _started(recording)
        self.descriptor = -1
        self.identity = (-1, -1)
        self.reopen()

    def reopen(self) -> None:
        """Begin a new file: at the start, and in a child after a fork. The parent's file is left alone."""
        if self._is_ours():
            os.close(self.descriptor)
        self.descriptor = -1
        self.pid = os.getpid()
        self.seen: set[int] = set()
        self.alive = True
        self.concluded = False
        self.kept_bytes = 0
        try:
            self._create()
        except OSError:
            self.alive = False
            self.name = "%d-x" % self.pid
        self.series = Series(os.path.join(self.recording, "events", self.name + ".metrics"))

    def write(self, event: str, fields: dict[str, Any]) -> None:
        """Append one event; the fields are exact builtin values."""
        if not self.alive:
            return
        text = encode(fields)
        line = '{"event":%s,"time":%r%s%s\n' % (quote(event), time(), "," if len(text) > 2 else "", text[1:])
        try:
            if os.getpid() != self.pid:  # a fork below Python
                self.reopen()
            elif not self._is_ours():  # a daemon closed every descriptor that it did not know
                self._open(os.O_APPEND)
            content = line.encode("ascii")
            while content:
                content = content[os.write(self.descriptor, content) :]
        except OSError:
            self.alive = False

    def first_time(self, key: Hashable) -> bool:
        """Whether ``key`` has not been asked for before in this process."""
        digest = hash(key)
        if digest in self.seen:
            return False
        if len(self.seen) >= SEEN_LIMIT:
            self.seen.clear()
        self.seen.add(digest)
        return True

    def close(self) -> None:
        """Stop writing for good: the recording belongs to its reader now."""
        self.alive = False
        if self._is_ours():
            os.close(self.descriptor)
        self.descriptor = -1
        self.series.close()

    def _create(self) -> None:
        directory = os.path.join(self.recording, "events")
        os.makedirs(directory, exist_ok=True)
        for number in range(100_000):
            self.name = "%d-%d" % (self.pid, number)
            self.path = os.path.join(directory, self.name + ".jsonl")
            try:
                self._open(os.O_APPEND | os.O_CREAT | os.O_EXCL)
            except FileExistsError:  # another process of this number, in another namespace or earlier
                continue
            return
        raise FileExistsError(directory)

    def _open(self, flags: int) -> None:
        self.descriptor = _lift(os.open(self.path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o644))
        self.identity = _identity(self.descriptor)

    def _is_ours(self) -> bool:
        try:
            return _identity(self.descriptor) == self.identity
        except OSError:
            return False


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _lift(descriptor: int) -> int:
    try:
        import fcntl

        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR)
    except (ImportError, OSError):  # a low limit of descriptors
        return descriptor
    os.close(descriptor)
    return high


def _started(recording: str) -> int:
    """When the run began by the file system's clock: its first observed process makes a file."""
    path = os.path.join(recording, "started")
    try:
        os.makedirs(recording, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
    except OSError:
        pass
    try:
        return os.stat(path).st_mtime_ns
    except OSError:  # then every file counts as older than the run
        return 1 << 63
