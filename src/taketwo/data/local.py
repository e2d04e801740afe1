"""Data on this machine: the replayer's own copy (``--data NAME=PATH``), or where it was captured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taketwo.data.copying import copy_directory, copy_file
from taketwo.data.digests import FileDigests
from taketwo.data.interface import DataSource
from taketwo.errors import DataError
from taketwo.formats.places import Places
from taketwo.model.data import Input, Location


class LocalSource(DataSource):
    """Copies a file or a directory from this machine. References may be places such as ``$HOME/x.csv``."""

    kind = "file"

    def __init__(self, places: Places, copies: Mapping[str, Path], digests: FileDigests) -> None:
        self._places = places
        self._copies = copies
        self._digests = digests

    def recognise(self, path: Path, project: Path) -> Location | None:
        """Nothing: that a file lies somewhere on the author's machine helps nobody elsewhere."""
        del path, project
        return None

    def own_copy(self, item: Input) -> Location | None:
        """The copy that the replayer supplied for ``item``, by its name."""
        path = self._copies.get(item.name)
        return None if path is None else Location(kind="file", reference=str(path))

    def fetch(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        """Copy the content; a link at the place itself is followed, because the replayer named it."""
        del project
        source = Path(self._places.expand(location.reference))
        if not source.exists():
            if self._copies.get(item.name) == source:
                raise DataError(
                    f"there is nothing at {source}, where the data {item.name!r} should be",
                    why="It was named with --data (or in the settings), and nothing else is tried then.",
                    todo=f"Correct the path: --data {item.name}=PATH",
                )
            raise DataError(
                f"there is nothing at {source}",
                why=f"The run needs {item.name!r}, whose bytes are not in the store.",
                todo=f"Supply your own copy: --data {item.name}=PATH",
            )
        if source.is_dir() != (item.kind == "directory"):
            raise DataError(
                f"{source} is not a {item.kind}, and the captured {item.name!r} is one",
                todo=f"Supply a {item.kind}: --data {item.name}=PATH",
            )
        if item.kind == "directory":
            copy_directory(source, destination, self._digests)
        else:
            copy_file(source, destination)
