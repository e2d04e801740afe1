"""The last answer to a question, kept on disk with the digest of everything that the answer follows from.

Nothing is trusted to be unchanged: whoever asks digests the bytes that decide the answer, and gets it only
when they are the same ones. Losing the file costs the work of finding the answer again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from taketwo.version import __version__

_Answer = TypeVar("_Answer")


class _Kept(msgspec.Struct, frozen=True):
    key: bytes
    answer: msgspec.Raw


class Memo:
    """One remembered answer in the file ``path``; with ``None`` nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def recall(self, key: bytes, kind: type[_Answer]) -> _Answer | None:
        """The answer that was kept under this key; ``None`` when there is none, or only for another key."""
        if self._path is None:
            return None
        try:
            kept = msgspec.msgpack.decode(self._path.read_bytes(), type=_Kept)
            return msgspec.msgpack.decode(kept.answer, type=kind) if kept.key == key else None
        except (OSError, msgspec.MsgspecError):
            return None

    def keep(self, key: bytes, answer: Any) -> None:
        """Remember this answer, in place of the one before."""
        if self._path is None:
            return
        content = msgspec.msgpack.encode(_Kept(key, msgspec.Raw(msgspec.msgpack.encode(answer))))
        with contextlib.suppress(OSError):  # without a memo the next capture is slower, and that is all
            write_whole(self._path, content)


def key_of(*parts: Any) -> bytes:
    """The digest of everything that an answer follows from; another version of taketwo may answer otherwise."""
    return hashlib.sha256(msgspec.msgpack.encode([__version__, *parts], order="deterministic")).digest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of a cache, which others read whole or not at all; ``OSError`` when it cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
