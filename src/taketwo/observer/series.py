"""Metrics at the speed of a training loop: fixed records in a mapped file, 32 bytes each.

A record is there for every reader as soon as it is stored, also after ``kill -9``, and storing it is neither
a system call nor a release of the interpreter lock, so no other thread can get in between. A flushing thread
would have been the usual way; it makes ``os.fork`` of the observed program warn (Python 3.12 and later) and
shows in ``threading.enumerate()``.

A record is ``time`` (float64), ``value`` (float64), ``step`` (int64), ``series`` (uint32) and ``flags``
(uint32), little-endian. ``flags`` comes last, and a record whose flags are 0 was never completed. The journal
names the series.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from itertools import count
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap

RECORD = Struct("<ddqII")
COMPLETE, WITH_STEP, WAS_INT = 1, 2, 4

_FIRST = 1 << 11
_LARGEST_GROWTH = 1 << 16


class Series:
    """The record file of one process. ``append`` answers whether the record could be stored."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.capacity = 0
        self.view: mmap | bytearray = bytearray()
        self.usable = True
        self.growing = allocate_lock()
        self.next = count().__next__
        self.next_series = count().__next__

    def append(self, time: float, value: float, step: int, series: int, flags: int) -> bool:
        """Store one record; safe in threads and signal handlers because a slot is claimed in one step."""
        slot = self.next()
        while slot >= self.capacity:
            if not self._grow():
                return False
        RECORD.pack_into(self.view, slot * RECORD.size, time, value, step, series, flags)
        return True

    def close(self) -> None:
        """Give up the mapping; what was stored stays."""
        self.usable = False
        self.capacity = 0
        self.view = bytearray()

    def _grow(self) -> bool:
        # A signal handler that logs while this very thread grows the file must not wait for itself.
        if not self.usable or not self.growing.acquire(False):
            return False
        try:
            from mmap import mmap

            capacity = self.capacity + min(max(self.capacity, _FIRST), _LARGEST_GROWTH)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                # Written and not just reserved: a page that the disk has no room for would
                # be a fatal signal later.
                blank = (capacity - self.capacity) * RECORD.size
                if os.pwrite(descriptor, bytes(blank), self.capacity * RECORD.size) != blank:
                    raise OSError("no room")
                self.view = mmap(descriptor, capacity * RECORD.size)
            finally:
                os.close(descriptor)
            self.capacity = capacity
        except (OSError, ImportError, ValueError):
            self.usable = False
        finally:
            self.growing.release()
        return self.usable
