"""Proof that a kept tree is the working tree: rebuilt, read back and compared, now and not at replay.

What is new since the last tree that was proven is read out of our database (every object hashed), written
into a scratch directory, hashed again from there, and compared with what lies in the working tree. The
first time, when everything is new, the id of the whole scratch directory is worked out without git too.
By the structure of git trees, where an id covers everything below it, the rest was proven before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taketwo.vcs import checkout
from taketwo.vcs.objects import Entry, ObjectReader, damaged
from taketwo.vcs.rehash import file_id, tree_id
from taketwo.vcs.walk import difference

# Git keeps times in whole seconds and disks may have a clock of their own: a file that was touched this
# recently could be changed once more without a trace in its status.
YOUNG = 2.5


class Proof(msgspec.Struct, frozen=True):
    """What was found. ``elsewise`` are paths whose content on disk is no longer what was kept.

    ``young`` are paths whose status cannot be trusted next time. ``files`` and ``size`` are differences
    to the tree that was proven before.
    """

    elsewise: tuple[bytes, ...]
    young: tuple[bytes, ...]
    files: int
    size: int


def prove(
    reader: ObjectReader,
    before: str | None,
    after: str,
    work_tree: Path,
    scratch: Path,
    *,
    object_format: str,
) -> Proof:
    """Rebuild what ``after`` has and ``before`` has not, and compare it with ``work_tree``.

    ``scratch`` is an empty directory. Raises ``Tampered`` when our own database does not give back what
    was put into it.
    """
    changed = list(difference(reader, before, after))
    added = [entry for is_new, entry in changed if is_new]
    removed = [entry for is_new, entry in changed if not is_new]
    size = checkout.write(reader, added, scratch)
    if before is None:
        rebuilt = tree_id(os.fsencode(scratch), object_format)
        if rebuilt != after and added:
            raise damaged(after, f"rebuilding it gives {rebuilt}")
    else:
        _check_rebuilt(added, scratch, object_format)
    elsewise, young = _compare(added, work_tree, object_format)
    return Proof(
        elsewise=tuple(elsewise),
        young=tuple(young),
        files=len(added) - len(removed),
        size=size - sum(reader.sizes(entry.oid for entry in removed)),
    )


def still_young(paths: Sequence[bytes], work_tree: Path) -> tuple[bytes, ...]:
    """Those of ``paths`` that were touched so recently that their status cannot be trusted yet."""
    now = time.time()
    root = os.fsencode(work_tree)
    young = []
    for path in paths:
        try:
            status = os.lstat(os.path.join(root, path))  # noqa: PTH118 - names of files are bytes
        except OSError:
            continue
        if _is_young(status, now):
            young.append(path)
    return tuple(young)


def _check_rebuilt(entries: Sequence[Entry], scratch: Path, object_format: str) -> None:
    root = os.fsencode(scratch)
    for entry in entries:
        mode, oid, _ = file_id(os.path.join(root, entry.path), object_format)  # noqa: PTH118
        if (mode, oid) != (entry.mode, entry.oid):
            raise damaged(entry.oid, f"rebuilding it gives {oid}")


def _compare(
    entries: Sequence[Entry], work_tree: Path, object_format: str
) -> tuple[list[bytes], list[bytes]]:
    elsewise, young = [], []
    root = os.fsencode(work_tree)
    for entry in entries:
        now = time.time()
        try:
            mode, oid, status = file_id(os.path.join(root, entry.path), object_format)  # noqa: PTH118
        except OSError:
            elsewise.append(entry.path)
            continue
        if (mode, oid) != (entry.mode, entry.oid):
            elsewise.append(entry.path)
        if _is_young(status, now):
            young.append(entry.path)
    return elsewise, young


def _is_young(status: os.stat_result, now: float) -> bool:
    return max(status.st_ctime, status.st_mtime) > now - YOUNG
