"""gzip and zip files (``.npz`` too): the members are compared, not the container with its dates."""

from __future__ import annotations

from collections.abc import Callable

from taketwo.formats.archives import gunzip, unzip
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_UNPACKED = 128 * 1024 * 1024

CompareMember = Callable[[str, bytes, bytes, Tally], None]
"""Compares one member by its own format: ``(name, before, after, tally)``."""


class GzipComparator(FileComparator):
    """Compares what was compressed, by its own format."""

    format = "gzip"

    def __init__(self, compare_member: CompareMember) -> None:
        self._compare_member = compare_member

    def recognises(self, name: str, content: bytes) -> bool:
        """By the first bytes."""
        del name
        return content.startswith(b"\x1f\x8b")

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Decompress both within a limit; a container that differs alone is a note."""
        first, second = (gunzip(content, limit=_UNPACKED) for content in (before, after))
        _compare_members({"": first}, {"": second}, tally, self._compare_member, name.removesuffix(".gz"))


class ZipComparator(FileComparator):
    """Compares the files of an archive one by one, found by name."""

    format = "archive"
    limit = 64 * 1024 * 1024

    def __init__(self, compare_member: CompareMember) -> None:
        self._compare_member = compare_member

    def recognises(self, name: str, content: bytes) -> bool:
        """By the first bytes and a suffix: many formats are zip files inside."""
        return name.endswith((".npz", ".zip")) and content.startswith(b"PK")

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Decompress both within a limit and match members by name."""
        del name
        first, second = (unzip(content, limit=_UNPACKED) for content in (before, after))
        _compare_members(first, second, tally, self._compare_member, "")


def _compare_members(
    first: dict[str, bytes], second: dict[str, bytes], tally: Tally, compare: CompareMember, prefix: str
) -> None:
    for name, content in first.items():
        if name not in second:
            tally.differs(f"member {name}", "present", "missing")
        elif content != second[name]:
            tally.within = f"{name} " if name else ""
            compare(prefix + name, content, second[name], tally)
            tally.within = ""
        else:
            tally.same()
    for name in second:
        if name not in first:
            tally.differs(f"member {name}", "absent", "new")
    tally.note("the container differs")
