"""Hashing data: over hashlib on all cores with the page cache warm, and again when nothing changed."""

from __future__ import annotations

import hashlib
import mmap
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measuring import Row, milliseconds, take_turns
from taketwo.data.digests import FileDigests

_FILES, _SIZE = 24, 32 << 20
_SHARE = 0.9


def measure(scratch: Path) -> list[Row]:
    """One row for the first reading, one for files that did not change."""
    directory = scratch / "data"
    directory.mkdir(parents=True)
    block = os.urandom(1 << 20)
    paths = [directory / f"{number}.bin" for number in range(_FILES)]
    for number, path in enumerate(paths):
        with path.open("wb") as file:
            for part in range(_SIZE >> 20):
                file.write(bytes([number, part]) + block[2:])
        os.utime(path, (1, 1))
    remembered = FileDigests(scratch / "digests.sqlite")
    timings = take_turns(
        {
            "floor": lambda: _every_core(paths),
            "ours": lambda: FileDigests(None).digest_many(paths),
            "again": lambda: remembered.digest_many(paths),
        },
        rounds=5,
        warm=1,
    )
    size = _FILES * _SIZE
    share = timings.median("floor") / timings.median("ours")
    for path in paths:
        path.unlink()
    return [
        Row(
            f"hashing {size >> 20} MiB, first time",
            f"{share:.0%} of the floor",
            f"hashlib, all cores: {size / timings.median('floor') / 1e9:.2f} GB/s",
            f">= {_SHARE:.0%}",
            share >= _SHARE,
        ),
        Row(
            "the same, unchanged",
            milliseconds(timings.median("again")),
            f"reading all: {milliseconds(timings.median('ours'))}",
            "not read",
            timings.median("again") < timings.median("ours") / 20,
        ),
    ]


def _every_core(paths: list[Path]) -> None:
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(_sha256, paths))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file, mmap.mmap(-1, 1 << 20) as buffer:
        while count := file.readinto(buffer):
            digest.update(memoryview(buffer)[:count])
    return digest.hexdigest()
