"""Which blobs may go: those that no manifest needs and that no capture can still be about to use.

A capture keeps blobs long before its manifest, so age decides as well as need. A blob is as old as the last
time that it was kept or asked for, and goes only when that was

* more than an hour ago, and
* before the oldest capture in progress (a directory in ``recordings/``) began. A recording that nothing
  has been written to for thirty days was abandoned, and holds nothing back.

When a manifest or a listing cannot be read, what it needs is not known, and nothing is removed.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import time
from pathlib import Path

from taketwo.errors import FormatError, StoreError
from taketwo.formats import references
from taketwo.formats.references import LISTING_LIMIT
from taketwo.formats.run_id import is_run_id, started_at
from taketwo.store.blobs import BlobFiles
from taketwo.store.disk import disk_errors, names_in
from taketwo.store.interface import Collected
from taketwo.store.layout import Layout
from taketwo.store.verifying import Contents

GRACE_SECONDS = 3600.0
ABANDONED_SECONDS = 30 * 86400.0

_BATCH = 100


def needed_blobs(store: Contents) -> set[str]:
    """The digest of every blob that some manifest needs, the files of its listings included."""
    needed: set[str] = set()
    for run_id in store.run_ids():
        try:
            documents = store.documents(run_id)
            for reference in (ref for document in documents for ref in references.blobs_of(document)):
                if reference.listing and reference.sha256 not in needed:
                    content = store.read(reference.sha256, limit=LISTING_LIMIT)
                    needed.update(file.sha256 for file in references.files_of(reference, content))
                needed.add(reference.sha256)
        except (StoreError, FormatError) as error:
            raise StoreError(
                f"what the run {run_id} needs cannot be told: {error.args[0]}",
                why="Removing anything now could remove what it needs, so nothing has been removed.",
                todo="See what is damaged with: taketwo store verify",
            ) from error
    return needed


def collect(layout: Layout, blobs: BlobFiles, store: Contents, *, dry_run: bool) -> Collected:
    """Remove what may go, leftovers of interrupted writes included; only count it in a dry run."""
    layout.check()
    if not layout.root.exists():
        return Collected(blobs=0, size=0)
    cutoff = _cutoff(layout, time.time())
    needed = needed_blobs(store)
    count = size = 0
    old = (
        (sha256, path, found.st_size)
        for sha256, path in blobs.files()
        if sha256 not in needed and (found := _stat(path)) and found.st_mtime < cutoff
    )
    # The lock is let go between batches: captures wait for a hundred removals at most.
    while batch := list(itertools.islice(old, _BATCH)):
        going = [sha256 for sha256, _, _ in batch]
        if not dry_run:
            going = blobs.remove_older([(sha256, path) for sha256, path, _ in batch], cutoff)
        sizes = {sha256: length for sha256, _, length in batch}
        count += len(going)
        size += sum(sizes[sha256] for sha256 in going)
    if not dry_run:
        _remove_leftovers(layout, cutoff)
    return Collected(blobs=count, size=size)


def _cutoff(layout: Layout, now: float) -> float:
    """Blobs that were kept or asked for after this moment stay."""
    with disk_errors(f"the captures in progress in {layout.recordings} cannot be listed"):
        begun = [
            _began(layout.recordings / name)
            for name in names_in(layout.recordings)
            if now - _last_change(layout.recordings / name) < ABANDONED_SECONDS
        ]
    return min([now - GRACE_SECONDS, *begun])


def _began(recording: Path) -> float:
    # No file system tells reliably when a directory was made: its name does, or else the oldest thing in it.
    if is_run_id(recording.name):
        return started_at(recording.name).timestamp()
    return min((found.st_mtime for found in _recorded(recording)), default=math.inf)


def _last_change(recording: Path) -> float:
    return max((found.st_mtime for found in _recorded(recording)), default=-math.inf)


def _recorded(recording: Path) -> list[os.stat_result]:
    """The directory, and everything in it at any depth; nothing when it is gone meanwhile."""
    paths = [recording]
    for directory, _, names in os.walk(recording):
        paths += [Path(directory), *(Path(directory, name) for name in names)]
    return [found for path in paths if (found := _stat(path))]


def _stat(path: Path) -> os.stat_result | None:
    with contextlib.suppress(FileNotFoundError):
        return path.lstat()
    return None


def _remove_leftovers(layout: Layout, cutoff: float) -> None:
    with disk_errors(f"temporary files in {layout.temporary} cannot be removed"):
        for name in names_in(layout.temporary):
            path = layout.temporary / name
            found = _stat(path)
            if found and found.st_mtime < cutoff:
                path.unlink(missing_ok=True)
