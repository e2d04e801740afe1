"""What a source of data must do: recognise content, describe where it may be had, fetch it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from taketwo.model.data import Input, Location


class DataSource(ABC):
    """One way to obtain content that is not in the store. Only ``DataError`` comes out."""

    kind: str

    @abstractmethod
    def recognise(self, path: Path, project: Path) -> Location | None:
        """Where the file at ``path`` may be had through this source, or ``None`` if it does not know it."""

    @abstractmethod
    def fetch(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        """Put the content at ``destination``. The caller checks the digest, always."""
