"""Names of files in trees: bytes to git, text to people, and which ones may be written to a disk."""

from __future__ import annotations

_FORBIDDEN = frozenset({b"", b".", b"..", b".git"})


def printable(path: bytes) -> str:
    r"""A path as text for records and reports; bytes that are not UTF-8 are written ``\xff``."""
    return path.decode("utf-8", "backslashreplace")


def is_safe(name: bytes) -> bool:
    """Whether one component of a path leads neither out of its directory nor into a repository."""
    return b"/" not in name and b"\0" not in name and name.lower() not in _FORBIDDEN
