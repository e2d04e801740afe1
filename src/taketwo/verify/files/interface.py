"""What a comparator of files must do: recognise a format, and count how the values of two files agree."""

from __future__ import annotations

from abc import ABC, abstractmethod

from taketwo.verify.tally import Tally


class FileComparator(ABC):
    """Compares two files of one format by value. Only ``FormatError`` comes out: then bytes decide."""

    format: str
    """What reports call the format."""

    limit: int = 32 * 1024 * 1024
    """Larger files are compared by bytes, so that a comparison is bounded in memory and time."""

    @abstractmethod
    def recognises(self, name: str, content: bytes) -> bool:
        """Whether a file of that (lower-case) name and content is of this format. Cheap: not parsed yet."""

    @abstractmethod
    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Report every pair of values to ``tally``; neither file is trusted."""
