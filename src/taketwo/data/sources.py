"""All ways to obtain data, in one list: the first that works wins, and its digest is checked, always."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from taketwo.data.copying import arriving
from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.data.interface import DataSource
from taketwo.data.local import LocalSource
from taketwo.errors import DataError, FormatError, WrongData
from taketwo.formats import listing
from taketwo.model.base import Notice
from taketwo.model.data import Input, Location

ReadListing = Callable[[str], bytes]
"""The listing of a captured directory by its digest, from the store."""


class DataSources:
    """Recognises and fetches data through the first of ``others`` that can; ``own`` copies come before all.

    Digests are computed in full here, whatever any cache says. Only ``DataError`` and ``WrongData`` come out.
    """

    def __init__(self, own: LocalSource, others: Sequence[DataSource], digests: FileDigests) -> None:
        self._own = own
        self._sources = (*others, own)
        self._digests = digests

    def locate(self, path: Path, project: Path) -> tuple[tuple[Location, ...], tuple[Notice, ...]]:
        """Every place where the file or directory may be had later, and what stood in the way of others."""
        locations, notices = [], []
        for source in self._sources:
            try:
                location = source.recognise(path, project)
            except DataError as error:
                notices.append(Notice(topic="data", text=error.what))
            else:
                locations += [location] if location is not None else []
        return tuple(locations), tuple(notices)

    def fetch(
        self, item: Input, destination: Path, project: Path, *, read_listing: ReadListing | None = None
    ) -> Location:
        """Put the captured content at ``destination`` and say where it came from.

        A copy that the replayer supplied is used alone: when it is not the captured data that is
        ``WrongData``, naming the file, and no other place is tried. Otherwise the first recorded place
        that has the right content wins.
        """
        own = self._own.own_copy(item)
        if own is not None:
            self._fetch_checked(self._own, item, own, destination, project, read_listing)
            return own
        failures: list[DataError] = []
        for source in self._sources:
            for location in item.locations:
                if location.kind != source.kind:
                    continue
                try:
                    self._fetch_checked(source, item, location, destination, project, read_listing)
                except DataError as error:
                    failures.append(error)
                else:
                    return location
        raise self._nowhere(item, failures)

    def check(self, item: Input, path: Path, *, read_listing: ReadListing | None = None) -> None:
        """Rehash what is at ``path``; ``WrongData`` unless it is the captured content, file by file."""
        if item.kind == "file":
            found = self._digests.digest(path, full=True)
            if found != (item.content.sha256, item.content.size):
                raise _wrong(item, f"sha256 {found.sha256}, {found.size} bytes")
            return
        directory = list_directory(path, self._digests, full=True)
        if hashlib.sha256(directory.listing).hexdigest() != item.content.sha256:
            captured = _captured_files(item, read_listing)
            raise _wrong(item, _first_difference(captured, directory.files))

    def _fetch_checked(
        self,
        source: DataSource,
        item: Input,
        location: Location,
        destination: Path,
        project: Path,
        read_listing: ReadListing | None,
    ) -> None:
        with arriving(destination) as arrival:
            source.fetch(item, location, arrival, project)
            self.check(item, arrival, read_listing=read_listing)

    @staticmethod
    def _nowhere(item: Input, failures: Sequence[DataError]) -> DataError:
        wrong = next((failure for failure in failures if isinstance(failure, WrongData)), None)
        if wrong is not None:
            return wrong
        tried = "; ".join(failure.what for failure in failures) or "no place was recorded"
        return DataError(
            f"the data {item.name!r} ({item.path}) cannot be obtained: {tried}",
            why="A replay without the captured data would show nothing.",
            todo=f"Supply your own copy: --data {item.name}=PATH",
        )


def _wrong(item: Input, found: str) -> WrongData:
    return WrongData(
        f"{item.name!r} is not the captured data: {found}; captured: sha256 {item.content.sha256}",
        why=f"The run read {item.path} with other content, so a replay with this one would show nothing.",
        todo=f"Supply the captured version: --data {item.name}=PATH",
    )


def _captured_files(item: Input, read_listing: ReadListing | None) -> Sequence[listing.Listed] | None:
    if read_listing is None:
        return None
    try:
        return listing.decode(read_listing(item.content.sha256))
    except FormatError as error:
        raise DataError(f"the listing of {item.name!r} cannot be read: {error}") from error


def _first_difference(captured: Sequence[listing.Listed] | None, found: Sequence[listing.Listed]) -> str:
    if captured is None:
        return f"{len(found)} files that differ"
    before = {file.path: file for file in captured}
    after = {file.path: file for file in found}
    differing = [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
    path = differing[0]
    what = "is missing" if path not in after else "was not captured" if path not in before else "differs"
    more = f" (and {len(differing) - 1} files more)" if len(differing) > 1 else ""
    return f"{path} {what}{more}"
