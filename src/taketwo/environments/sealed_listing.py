"""What a built environment looked like when it was built: every file of it, byte code included.

Records of packages say nothing of byte code, and Python runs it without looking at the source that it was made
of. A kept environment that differs in any file from what was built is not used again.
"""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH115
from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection
from pathlib import Path

import msgspec

from taketwo.environments import file_digests
from taketwo.environments.memo import write_whole
from taketwo.version import __version__


class _Listing(msgspec.Struct, frozen=True):
    """``entries`` are path, mode, and digest of a file or target of a link; ``keys`` those of the files, in order."""

    version: str
    entries: list[tuple[str, int, bytes]]
    keys: bytes


def write(root: Path, listing: Path) -> None:
    """List everything below ``root``, every file read now, in the file ``listing``."""
    entries, keys = _look(root, {})
    write_whole(listing, msgspec.msgpack.encode(_Listing(__version__, entries, keys)))


def difference(root: Path, listing: Path) -> str | None:
    """The first path that is not as it was listed; ``None`` when all are. An unreadable listing is a difference.

    Byte code that has come since (an engine that does not seal lets a run write it) is removed, and then is no
    difference. Files whose device, inode, size, and both times are those of the listing are not read again.
    """
    try:
        known = msgspec.msgpack.decode(listing.read_bytes(), type=_Listing)
    except (OSError, msgspec.MsgspecError):
        return listing.name
    if known.version != __version__:
        return listing.name
    before = {path: (mode, content) for path, mode, content in known.entries}
    _remove_new_byte_code(root, before)
    files = [content for _, mode, content in known.entries if stat.S_ISREG(mode)]
    pairs = zip(file_digests.split_keys(known.keys), files, strict=True)
    entries, keys = _look(root, {key: content for key, content in pairs if file_digests.settled(key)})
    now = {path: (mode, content) for path, mode, content in entries}
    for path in sorted(before.keys() | now.keys()):
        if before.get(path) != now.get(path):
            return path
    if keys != known.keys:  # young files are trusted from now on, as they have been read once more
        write_whole(listing, msgspec.msgpack.encode(_Listing(__version__, entries, keys)))
    return None


def _remove_new_byte_code(root: Path, before: Collection[str]) -> None:
    for cache in sorted(root.rglob("__pycache__")):
        if cache.is_symlink() or not cache.is_dir():
            continue
        for entry in sorted(cache.iterdir()):
            if entry.suffix == ".pyc" and str(entry.relative_to(root)) not in before:
                entry.unlink(missing_ok=True)
        if str(cache.relative_to(root)) not in before:
            with contextlib.suppress(OSError):  # something else lies in it: that is the difference
                cache.rmdir()


def _look(root: Path, known: dict[bytes, bytes]) -> tuple[list[tuple[str, int, bytes]], bytes]:
    found: list[tuple[str, int, bytes]] = []
    for directory, directories, names in os.walk(root):
        for name in sorted((*directories, *names)):
            path = f"{directory}/{name}"
            mode = os.lstat(path).st_mode
            found.append((path, mode, os.fsencode(os.readlink(path)) if stat.S_ISLNK(mode) else b""))
    files = [path for path, mode, _ in found if stat.S_ISREG(mode)]
    packed = file_digests.packed_keys(files)
    digests = iter(file_digests.digests(files, file_digests.split_keys(packed), known))
    below = len(str(root)) + 1
    entries = [
        (path[below:], mode, next(digests) if stat.S_ISREG(mode) else content)
        for path, mode, content in found
    ]
    return entries, packed
