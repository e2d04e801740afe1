"""From what was observed to what is asked about files: which of them are inputs, which are outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from taketwo.formats.places import Places
from taketwo.model.data import Input
from taketwo.record import events
from taketwo.record.files import Declared, FileStat, Opened, Preimage, stat_now
from taketwo.record.inputs import InputRequest
from taketwo.record.outputs import Artifact, OutputRequest
from taketwo.record.recording import Recording
from taketwo.record.started import Started


def input_request(
    started: Started,
    recording: Recording,
    places: Places,
    *,
    source_files: Collection[str],
    outside: Sequence[str],
    before: Mapping[str, FileStat],
    placed: Collection[str] = (),
) -> InputRequest:
    """What ``find_inputs`` needs.

    ``outside`` are directories whose files are never data, ``placed`` the inputs that a replay put outside the
    project.
    """
    return InputRequest(
        opens=(*_opens(recording), *_imports(started, recording)),
        places=places,
        started_ns=_nanoseconds(started.started),
        source_root=_source_root(started),
        source_files=source_files,
        declared=tuple(
            Declared(item.path, item.name, FileStat(*item.stat) if item.stat else None)
            for item in started.declared
        ),
        outside=outside,
        preimages=_preimages(started, recording),
        before=before,
        sealed=started.mode == "replay",
        placed=placed,
    )


def output_request(
    started: Started,
    recording: Recording,
    places: Places,
    *,
    source_files: Collection[str],
    inputs: Sequence[Input],
    before: Mapping[str, FileStat],
    outside: Collection[str] = (),
) -> OutputRequest:
    """What ``find_outputs`` needs. ``inputs`` are those that were found, with their places on this machine."""
    return OutputRequest(
        places=places,
        started_ns=_nanoseconds(started.started),
        opens=_opens(recording),
        artifacts=tuple(Artifact(event.name, event.path) for event in recording.artifacts),
        declared=started.declared_outputs,
        ignored=started.ignored,
        inputs=inputs,
        sealed=started.mode == "replay",
        source_root=_source_root(started),
        source_files=source_files,
        before=before,
        outside=outside,
    )


def _opens(recording: Recording) -> tuple[Opened, ...]:
    return tuple(Opened(each.path, each.mode, _seen(each.stat), each.time) for each in recording.opens)


def _imports(started: Started, recording: Recording) -> tuple[Opened, ...]:
    """Files of imported modules: with valid byte code Python looks at a source file and does not open it."""
    opened = {each.path for each in recording.opens}
    paths = {path for end in recording.exits for path in end.modules.values()} - opened
    return tuple(
        Opened(path, "r", seen, started.started)
        for path in sorted(paths)
        if (seen := stat_now(path)) is not None
    )


def _seen(stat: events.FileStat | None) -> FileStat | None:
    return FileStat(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns) if stat else None


def _preimages(started: Started, recording: Recording) -> dict[str, Preimage]:
    """Files as they were before the run changed them; declared ones were read before it started."""
    found = {
        item.path: Preimage(
            item.content.sha256, item.content.size, Path(item.path) if item.content.stored else None
        )
        for item in started.declared
        if item.content is not None
    }
    for event in recording.preimages:
        if event.sha256 is not None:
            found.setdefault(event.path, Preimage(event.sha256, event.size, recording.preimage_file(event)))
    return found


def _source_root(started: Started) -> Path:
    return Path(started.source_root or started.project)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
