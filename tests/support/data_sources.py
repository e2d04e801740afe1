"""A source of data in memory, for tests of what uses sources."""

from pathlib import Path

from taketwo.data.interface import DataSource
from taketwo.errors import DataError
from taketwo.model.data import Input, Location


class MemorySource(DataSource):
    """Has the content that a test puts in; ``fetched`` lists what was asked for."""

    def __init__(self, kind: str = "url") -> None:
        self.kind = kind
        self.contents: dict[str, bytes | dict[str, bytes]] = {}
        self.origins: dict[Path, str] = {}
        self.fetched: list[str] = []

    def recognise(self, path: Path, project: Path) -> Location | None:
        reference = self.origins.get(path)
        return None if reference is None else Location(kind=self.kind, reference=reference)

    def fetch(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        self.fetched.append(location.reference)
        content = self.contents.get(location.reference)
        if content is None:
            raise DataError(f"{location.reference} is not here", todo="Put it here.")
        if isinstance(content, bytes):
            destination.write_bytes(content)
            return
        for name, part in content.items():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            (destination / name).write_bytes(part)
