"""Files as they were before the run changed them: a script may rewrite its own input."""

from __future__ import annotations

import os
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .journal import Journal

_DEFAULT_LIMIT = 64 << 20
_TOTAL = 16
"""How many times the limit one process may keep in all, and how large a file may be to be at least hashed."""

_SPECIAL = ("/dev/", "/proc/", "/sys/")
_CHUNK = 1 << 20


def keep_original(journal: Journal, path: str, status: os.stat_result) -> dict[str, Any] | None:
    """Copy the regular file at ``path`` into the recording, now; the fields of a ``preimage`` event, or
    ``None``.

    ``None`` when the file came to be, or was last changed, during this run: then it is no original, or the
    process that changed it first has kept it. Large files are hashed only, very large ones only measured.
    """
    if (
        path.startswith(_SPECIAL)
        or path.startswith(journal.recording)
        or status.st_ctime_ns >= journal.started_ns
    ):
        return None
    limit = _limit()
    if status.st_size > _TOTAL * limit:
        return {"path": path, "sha256": None, "size": status.st_size, "kept": False}
    fits = status.st_size <= limit and journal.kept_bytes + status.st_size <= _TOTAL * limit
    try:
        sha256, size = _copy(journal.recording, path, limit if fits else -1)
    except OSError:  # no permission to read it, so the run could not either
        return None
    kept = fits and size <= limit
    if kept:
        journal.kept_bytes += size
    return {"path": path, "sha256": sha256, "size": size, "kept": kept}


def _copy(recording: str, path: str, limit: int) -> tuple[str, int]:
    import hashlib

    digest, size = hashlib.sha256(), 0
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    temporary, target = None, None
    try:
        if limit >= 0:
            directory = os.path.join(recording, "preimages")
            os.makedirs(directory, exist_ok=True)
            temporary = os.path.join(directory, "%d-%d.part" % (os.getpid(), get_ident()))
            target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        while True:
            content = os.read(source, _CHUNK)
            if not content:
                break
            digest.update(content)
            size += len(content)
            if target is not None and size <= limit:
                while content:
                    content = content[os.write(target, content) :]
    finally:
        os.close(source)
        if target is not None:
            os.close(target)
    if temporary is not None:
        if size <= limit:
            os.rename(temporary, os.path.join(os.path.dirname(temporary), digest.hexdigest()))
        else:
            os.remove(temporary)
    return digest.hexdigest(), size


def _limit() -> int:
    try:
        return max(0, int(os.environ["TAKETWO_PREIMAGE_LIMIT"]))
    except (KeyError, ValueError):
        return _DEFAULT_LIMIT
