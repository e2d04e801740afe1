"""All that tells whether a file is still the same one without reading it."""

from __future__ import annotations

import os
from typing import NamedTuple, Self


class FileState(NamedTuple):
    """All that the file system says about whether a file is still the same one.

    Inode and device are text because some file systems use all 64 bits, which SQLite's integers do not hold.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: str
    device: str

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """The state that a stat tells."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, str(found.st_ino), str(found.st_dev))
