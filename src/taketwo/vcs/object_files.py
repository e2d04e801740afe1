"""The files in which a database keeps its objects, as they were when what is in them was proven.

Bytes on a disk rot, and people edit what they should not. Neither changes the id of a tree; both show in the
files: in their size, their times or their inode, or in that they are gone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

Seen = Mapping[str, tuple[int, int, int, int]]
"""Inode, size, and both times of each file, by its path below the directory of objects."""


def seen(objects: Path) -> Seen:
    """Every pack and every loose object that is there now."""
    found: dict[str, tuple[int, int, int, int]] = {}
    try:
        with os.scandir(objects) as folders:
            names = [folder.name for folder in folders if len(folder.name) == 2 or folder.name == "pack"]
    except OSError:
        return found
    for name in names:
        with os.scandir(objects / name) as files:
            for file in files:
                if not file.name.startswith("tmp_"):
                    found[f"{name}/{file.name}"] = _state(file.stat())
    return found


def intact(objects: Path, before: Seen) -> bool:
    """Whether each of those files is still as it was; others may have come."""
    try:
        return all(_state(os.stat(f"{objects}/{name}")) == state for name, state in before.items())  # noqa: PTH116 - thousands of them
    except OSError:
        return False


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
