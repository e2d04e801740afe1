"""Reading recorded content for comparison: within limits, and only where it is kept."""

from __future__ import annotations

from collections.abc import Callable

from taketwo.errors import MissingBlob
from taketwo.model.base import Blob

Read = Callable[[str], bytes]
"""Gives the bytes of a digest, checked by the store. ``MissingBlob`` when they are not kept here."""


def count_bytes(size: int) -> str:
    """``1 byte``, ``12,345 bytes``."""
    return "1 byte" if size == 1 else f"{size:,} bytes"


def read_within(blob: Blob | None, read: Read, *, limit: int) -> bytes | None:
    """The bytes of ``blob``; ``None`` when they are not kept, or more than ``limit``."""
    if blob is None or not blob.stored or blob.size > limit:
        return None
    try:
        content = read(blob.sha256)
    except MissingBlob:
        return None
    return content if len(content) <= limit else None
