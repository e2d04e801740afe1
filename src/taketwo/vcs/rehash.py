"""The ids of files and directories as git would give them, worked out from the disk without git."""

from __future__ import annotations

import hashlib
import os
import stat

from taketwo.vcs.objects import DIRECTORY, EXECUTABLE, FILE, LINK

_CHUNK = 1 << 20


def file_id(path: bytes, object_format: str) -> tuple[bytes, str, os.stat_result]:
    """Mode, id and status of a file or symbolic link; ``OSError`` when it is neither or changes meanwhile."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(path)  # noqa: PTH115 - names of files are bytes
        return LINK, _blob(object_format, len(target), target), status
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "neither a file nor a symbolic link", os.fsdecode(path))
    # Not blocking: should a pipe have taken the file's place since, opening it would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        digest = hashlib.new(object_format, b"blob %d\0" % status.st_size, usedforsecurity=False)
        read = 0
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            read += len(chunk)
    if read != status.st_size:
        raise OSError(0, "it changed while it was read", os.fsdecode(path))
    return (EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE), digest.hexdigest(), status


def tree_id(directory: bytes, object_format: str) -> str | None:
    """The id of a directory as a tree, ``None`` when it holds nothing: git has no empty directories."""
    rows: list[tuple[bytes, bytes, bytes, str]] = []
    with os.scandir(directory) as found:
        for item in found:
            if item.is_dir(follow_symlinks=False):
                inner = tree_id(item.path, object_format)
                if inner is not None:
                    rows.append((item.name + b"/", DIRECTORY, item.name, inner))
            else:
                mode, oid, _ = file_id(item.path, object_format)
                rows.append((item.name, mode, item.name, oid))
    if not rows:
        return None
    content = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(oid)) for _, mode, name, oid in sorted(rows))
    return hashlib.new(
        object_format, b"tree %d\0%s" % (len(content), content), usedforsecurity=False
    ).hexdigest()


def _blob(object_format: str, size: int, content: bytes) -> str:
    return hashlib.new(object_format, b"blob %d\0%s" % (size, content), usedforsecurity=False).hexdigest()
