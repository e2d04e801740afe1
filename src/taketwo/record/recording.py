"""Read a recording: what observed processes wrote down.

The bytes are foreign, so every read is bounded and checked.
"""

from __future__ import annotations

import itertools
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import canonical_json
from taketwo.model.base import number
from taketwo.observer.series import COMPLETE, RECORD, WAS_INT, WITH_STEP
from taketwo.record import events

FILE_LIMIT = 1 << 30
TOTAL_LIMIT = 4 << 30
LINE_LIMIT = 32 << 20
EVENT_LIMIT = 5_000_000
JOURNAL_LIMIT = 100_000
DEPTH_LIMIT = 64

_Event = TypeVar("_Event", bound=events.Event)


class Recording(msgspec.Struct, frozen=True):
    """Everything that was observed, in order of time."""

    directory: Path
    processes: tuple[events.Process, ...] = ()
    opens: tuple[events.Open, ...] = ()
    renames: tuple[events.Rename, ...] = ()
    preimages: tuple[events.Preimage, ...] = ()
    calls: tuple[events.CallStart, ...] = ()
    returns: tuple[events.CallEnd, ...] = ()
    parameters: tuple[events.LoggedParameter, ...] = ()
    metrics: tuple[events.LoggedMetric, ...] = ()
    tags: tuple[events.Tag, ...] = ()
    artifacts: tuple[events.Artifact, ...] = ()
    exits: tuple[events.Exit, ...] = ()
    spawns: tuple[events.Spawn, ...] = ()
    connects: tuple[events.Connect, ...] = ()

    @classmethod
    def read(cls, directory: Path) -> Recording:
        """The recording in ``directory``; an empty or missing one was written by nobody and is empty.

        A last line that is cut off is passed over, as are events that this version does not know. Anything
        else that does not follow docs/recording.md is ``FormatError``. Links are not followed: a program that
        was observed could have put them there.
        """
        found: list[events.Event] = []
        for name, content in _journals(directory / "events"):
            found.extend(_events(name, content))
            found.extend(_records(directory / "events", name, found))
            if len(found) > EVENT_LIMIT:
                raise FormatError(f"a recording has at most {EVENT_LIMIT} events", path=name)
        found.sort(key=lambda event: event.time)

        def of(kind: type[_Event]) -> tuple[_Event, ...]:
            return tuple(event for event in found if isinstance(event, kind))

        return cls(
            directory=directory,
            processes=of(events.Process),
            opens=of(events.Open),
            renames=of(events.Rename),
            preimages=of(events.Preimage),
            calls=of(events.CallStart),
            returns=of(events.CallEnd),
            parameters=of(events.LoggedParameter),
            metrics=of(events.LoggedMetric),
            tags=of(events.Tag),
            artifacts=of(events.Artifact),
            exits=of(events.Exit),
            spawns=of(events.Spawn),
            connects=of(events.Connect),
        )

    def for_call(self, call: str) -> Recording:
        """The part that belongs to the call with this id and to the calls inside it.

        What happened outside every call (imports, say) is left out; of processes and exits, those remain in
        which something of the call happened.
        """
        family = {call}
        for start in self.calls:  # a call is recorded after the call that it is part of
            if start.parent in family and start.call is not None:
                family.add(start.call)
        kept: dict[str, Any] = {
            name: tuple(event for event in getattr(self, name) if event.call in family)
            for name in self.__struct_fields__
            if name != "directory"
        }
        journals = {event.journal for part in kept.values() for event in part}
        kept["processes"] = tuple(event for event in self.processes if event.journal in journals)
        kept["exits"] = tuple(event for event in self.exits if event.journal in journals)
        return msgspec.structs.replace(self, **kept)

    def result_of(self, call: str) -> events.CallEnd | None:
        """How that call ended; ``None`` when it never did."""
        return next((end for end in self.returns if end.call == call), None)

    def preimage_file(self, preimage: events.Preimage) -> Path | None:
        """Where the bytes of a preimage are, or ``None``. The caller checks the digest while reading."""
        return self._file("preimages", preimage.sha256 or "") if preimage.kept else None

    def value_file(self, sha256: str) -> Path | None:
        """Where a pickled value is, or ``None``.

        The caller checks the digest, and nobody unpickles it here.
        """
        return self._file("values", f"{sha256}.pickle")

    def _file(self, folder: str, name: str) -> Path | None:
        path = self.directory / folder / name
        if not name or "/" in name or (self.directory / folder).is_symlink():
            return None
        try:
            return path if stat.S_ISREG(path.lstat().st_mode) else None
        except OSError:
            return None


def _journals(directory: Path) -> Iterator[tuple[str, bytes]]:
    found: dict[str, int] = {}
    try:
        if directory.is_symlink():
            raise FormatError("a link stands in the place of the events", path="events")
        with os.scandir(directory) as entries:
            for entry in itertools.islice(entries, 2 * JOURNAL_LIMIT + 1):
                found[entry.name] = entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return
    except OSError as error:
        raise FormatError(f"the events cannot be read: {error.strerror}", path="events") from error
    if len(found) > 2 * JOURNAL_LIMIT or sum(found.values()) > TOTAL_LIMIT:
        raise FormatError(
            f"a recording has at most {JOURNAL_LIMIT} journals of {TOTAL_LIMIT} bytes together", path="events"
        )
    for name in sorted(found):
        if name.endswith(".jsonl"):
            yield name.removesuffix(".jsonl"), _read(directory / name)


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FormatError(
            f"this is no file that an observer wrote: {error.strerror}", path=path.name
        ) from error
    with os.fdopen(descriptor, "rb") as source:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > FILE_LIMIT:
            raise FormatError(f"a journal is a regular file of at most {FILE_LIMIT} bytes", path=path.name)
        return source.read(FILE_LIMIT)


def _events(journal: str, content: bytes) -> Iterator[events.Event]:
    for index, line in enumerate(content.split(b"\n")[:-1], start=1):
        place = f"{journal}.jsonl:{index}"
        if len(line) > LINE_LIMIT:
            raise FormatError(f"an event has at most {LINE_LIMIT} bytes", path=place)
        try:
            document = canonical_json.decode(line)
        except FormatError as error:
            raise FormatError(error.what, path=place) from error
        if not isinstance(document, dict) or not isinstance(document.get("event"), str):
            raise FormatError("an event is a JSON object that names its kind", path=place)
        kind = events.KINDS.get(document["event"])
        if kind is None:
            continue
        if line.count(b"[") + line.count(b"{") > DEPTH_LIMIT and _depth(document) > DEPTH_LIMIT:
            raise FormatError(f"an event is nested at most {DEPTH_LIMIT} deep", path=place)
        yield _convert(document, kind, journal, place)


def _convert(document: dict[str, Any], kind: type[events.Event], journal: str, place: str) -> events.Event:
    document["journal"] = journal
    if kind is events.Open and isinstance(document.get("stat"), list):
        names = ("size", "mtime_ns", "inode", "ctime_ns")
        document["stat"] = dict(zip(names, document["stat"], strict=False))
    try:
        return msgspec.convert(document, kind)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        raise FormatError(str(error), path=place) from error


def _depth(document: Any) -> int:
    deepest, level = 0, [document]
    while level and deepest <= DEPTH_LIMIT:
        deepest += 1
        below: list[Any] = []
        for item in level:
            below.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        level = below
    return deepest


def _records(directory: Path, journal: str, found: list[events.Event]) -> list[events.LoggedMetric]:
    """The metrics in the record file of one journal, named by the events of that journal."""
    path = directory / f"{journal}.metrics"
    if not os.path.lexists(path):
        return []
    series = {
        event.series: event
        for event in reversed(found)
        if isinstance(event, events.SeriesName) and event.journal == journal
    }
    content = _read(path)
    metrics = []
    whole = memoryview(content)[: len(content) - len(content) % RECORD.size]
    try:
        for time, value, step, index, flags in RECORD.iter_unpack(whole):
            if not flags & COMPLETE:
                continue
            named = series[index]
            metrics.append(
                events.LoggedMetric(
                    time=time,
                    journal=journal,
                    call=named.call,
                    name=named.name,
                    value=number(int(value) if flags & WAS_INT else value),
                    step=step if flags & WITH_STEP else None,
                )
            )
    except (KeyError, struct.error, ValueError, OverflowError) as error:
        raise FormatError("a metric record is damaged or has no name", path=path.name) from error
    return metrics
