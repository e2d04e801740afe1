"""What source control must do for us: snapshot a working tree exactly, and rebuild it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from pathlib import Path

from taketwo.model.base import Value
from taketwo.model.source import Source


class FileChange(Value, frozen=True, kw_only=True):
    """One file that differs between two trees; ``status`` is A, M, D or T as git prints it."""

    status: str
    path: str


class SourceVault(ABC):
    """Keeps working trees as git trees in an object database of our own; never writes to the user's.

    Only ``SourceError`` comes out (and ``Tampered`` when kept objects are damaged).
    """

    @abstractmethod
    def snapshot(self, project: Path) -> Source:
        """Keep the exact working tree that ``project`` lies in, prove it by rebuilding, describe it."""

    @abstractmethod
    def keep_directory(self, directory: Path) -> str:
        """Keep any directory as a tree (an editable install, say) and return its tree id."""

    @abstractmethod
    def materialise(self, tree: str, destination: Path) -> None:
        """Write the tree into the empty or missing directory ``destination``, every object checked."""

    @abstractmethod
    def files(self, tree: str) -> Sequence[tuple[str, str, str]]:
        """``(mode, object id, path)`` of every file in the tree, sorted by path."""

    def paths(self, tree: str) -> Collection[str]:
        """The path of every file in the tree; quick for one that this object has captured just now."""
        return {path for _, _, path in self.files(tree)}

    @abstractmethod
    def changes(self, before: str, after: str) -> Sequence[FileChange]:
        """What differs between two trees."""

    @abstractmethod
    def diff(self, before: str, after: str) -> str:
        """The unified diff of two trees, binary files named only."""

    @abstractmethod
    def keep_only(self, trees: Sequence[str]) -> None:
        """Drop every object that none of ``trees`` needs."""
