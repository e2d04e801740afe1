"""Makes manifests of what was found out about a run: one for the run, one for each decorated call in it.

Nothing is looked up here. A run's manifests share a ground, and each call takes its own part of the recording.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec

from taketwo.formats.places import Places
from taketwo.formats.timestamp import timestamp
from taketwo.model.base import Notice
from taketwo.model.data import Input, Output
from taketwo.model.environment import Environment
from taketwo.model.manifest import (
    Ending,
    Host,
    Invocation,
    Manifest,
    Parameter,
    Resources,
    Streams,
)
from taketwo.model.rules import Rule
from taketwo.record import calls, events
from taketwo.record.ended import Ended
from taketwo.record.flags import mask_secrets, masked_words, parameters_from
from taketwo.record.main_process import main_process
from taketwo.record.privacy import public_tags, public_text
from taketwo.record.recording import Recording
from taketwo.record.started import Started
from taketwo.version import __version__


class Found(msgspec.Struct, frozen=True):
    """What was found out on this machine when the run had ended.

    ``as_seen`` are the places as the program knew them, when that was in a sandbox.
    """

    places: Places
    environment: Environment | None
    host: Host
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    streams: Streams = msgspec.field(default_factory=Streams)
    notices: tuple[Notice, ...] = ()
    as_seen: Places | None = None


def ground(started: Started, recording: Recording, ended: Ended, found: Found) -> Manifest:
    """What all manifests of a run have in common; that of a command lacks its metrics and what it logged."""
    secrets: tuple[Notice, ...] = ()
    tags = dict(started.tags)
    argv = started.argv  # a replay repeats what its manifest says, which holds no paths any more
    if started.mode != "replay":
        words = [found.places.tokenise(word) for word in started.argv]
        typed = [*_program(started, found.places), *words[1:]]
        argv = mask_secrets(typed)
        tags = public_tags(tags, found.places)
        secrets = tuple(
            Notice(topic="secrets", text=f"{masked} was masked; a replay runs without it")
            for masked in masked_words(typed)
        )
    source = started.source
    return Manifest(
        run_id=started.run_id,
        experiment=started.experiment,
        started_at=timestamp(started.started),
        finished_at=timestamp(ended.finished),
        ending=msgspec.structs.replace(
            ended.ending, error=public_text(ended.ending.error, found.as_seen or found.places)
        ),
        invocation=Invocation(
            argv=argv,
            directory=_directory(started, found.places),
            imports_taketwo=bool(recording.calls) or any("taketwo" in end.modules for end in recording.exits),
        ),
        source=msgspec.structs.replace(source, notices=()) if source else None,
        environment=found.environment,
        inputs=tuple(
            sorted(
                (_at_its_place(item, ended.original_paths) for item in found.inputs),
                key=lambda item: item.path,
            )
        ),
        parameters=_flags(argv, started, recording),
        tags=tags,
        outputs=found.outputs,
        streams=found.streams,
        rules=started.rules,
        host=msgspec.structs.replace(
            found.host, variables=dict(sorted({**found.host.variables, **started.variables}.items()))
        ),
        resources=_resources(ended.resources, recording),
        parent=started.parent,
        replay=started.replay,
        taketwo_version=__version__,
        notices=tuple(
            dict.fromkeys(
                (
                    *secrets,
                    *ended.notices,
                    *_about_directory(started, found.places),
                    *(source.notices if source else ()),
                    *found.notices,
                )
            )
        ),
    )


def _program(started: Started, places: Places) -> list[str]:
    """The first word, also when it leads to the environment from the working directory: ``.venv/bin/python``."""
    word = started.argv[0] if started.argv else ""
    if "/" in word and not word.startswith("/"):
        place = places.tokenise_path(os.path.normpath(f"{started.directory}/{word}"))
        if place == "$PYTHON" or place.startswith("$ENV/"):
            return [place]
    return [places.tokenise(word)] if started.argv else []


def _at_its_place(item: Input, original_paths: Mapping[str, str]) -> Input:
    """An input of a replay where the original had it; where it lay meanwhile is nobody's business."""
    path = original_paths.get(item.path)
    return item if path is None else msgspec.structs.replace(item, path=path, locations=())


def of_command(shared: Manifest, recording: Recording, keep: calls.Keep, *, started: float) -> Manifest:
    """The manifest of a whole command: the ground, what it logged, and the metrics of every call in it.

    ``started`` is when it began, in seconds since the epoch.
    """
    logged = {event.name: event.to_model() for event in recording.parameters if event.call is None}
    return msgspec.structs.replace(
        shared,
        metrics=calls.since(started, calls.all_metrics(recording)),
        parameters=(
            *shared.parameters,
            *(calls.kept_parameter(recording, each, keep) for each in logged.values()),
        ),
        tags={**shared.tags, **{tag.name: tag.value for tag in recording.tags}},
    )


def of_call(
    shared: Manifest,
    recording: Recording,
    call: events.CallStart,
    places: Places,
    keep: calls.Keep,
    *,
    rules: Sequence[Rule] = (),
) -> Manifest:
    """The manifest of one decorated call: the ground, and what belongs to this call.

    ``rules`` are those that its decorator was given. The run id is still that of the run.
    """
    part = recording.for_call(call.call or "")
    end = recording.result_of(call.call or "")
    written = {places.tokenise_path(event.path) for event in part.opens if event.mode != "r"}
    written |= {places.tokenise_path(event.path) for event in part.artifacts}
    alone = len(recording.calls) == 1
    finished = end.time if end else call.time
    tags = call.options.get("tags")
    return msgspec.structs.replace(
        shared,
        started_at=timestamp(call.time),
        finished_at=timestamp(finished) if end else shared.finished_at,
        ending=_ending(shared.ending, end),
        invocation=msgspec.structs.replace(
            shared.invocation,
            call=calls.call_of(recording, call, places, keep),
            imports_taketwo=True,
        ),
        parameters=calls.parameters_of(recording, call, keep),
        metrics=calls.since(call.time, calls.metrics_of(recording, call.call)),
        tags={
            **(tags if isinstance(tags, dict) else shared.tags),
            **{tag.name: tag.value for tag in part.tags if tag.call == call.call},
        },
        outputs=tuple(output for output in shared.outputs if alone or output.path in written),
        streams=Streams(),
        rules=(*shared.rules, *rules),
        resources=msgspec.structs.replace(shared.resources, wall_seconds=max(0.0, finished - call.time)),
    )


def _ending(of_run: Ending, end: events.CallEnd | None) -> Ending:
    """How a call ended; one that never did ended with its process."""
    if end is None:
        if of_run.status == "interrupted":
            return of_run
        return msgspec.structs.replace(of_run, status="killed", exit_code=None)
    if end.error is None:
        return Ending(status="completed")
    return Ending(
        status="interrupted" if end.error.startswith("KeyboardInterrupt") else "failed", error=end.error
    )


def _directory(started: Started, places: Places) -> str:
    """Relative to the project, ``""`` also for a directory that a replay would not have."""
    if not places.inside_source(os.path.normpath(started.directory)):
        return ""
    relative = os.path.relpath(started.directory, started.project)
    return "" if relative == "." else relative


def _about_directory(started: Started, places: Places) -> tuple[Notice, ...]:
    if places.inside_source(os.path.normpath(started.directory)):
        return ()
    text = "the command was started outside the project: a replay starts it in the project"
    return (Notice(topic="command", text=text),)


def _flags(argv: Sequence[str], started: Started, recording: Recording) -> tuple[Parameter, ...]:
    """Flags of the program itself: for Python, what stands after the script."""
    if not recording.processes:
        # A Python that kept the observer out: which words are its own flags is not known.
        return () if argv[:1] == ("$PYTHON",) else parameters_from(argv[1:])
    main = main_process(recording, started.project) or recording.processes[0]
    own = len(main.argv) - 1
    if own <= 0:
        return ()
    if tuple(started.argv[-own:]) == main.argv[1:]:
        return parameters_from(argv[-own:])
    return parameters_from(argv[1:])


def _resources(known: Resources, recording: Recording) -> Resources:
    """What the supervisor measured, else what the processes said at their end."""
    cpu = [end.cpu_seconds for end in recording.exits if end.cpu_seconds is not None]
    peak = [end.peak_memory_bytes for end in recording.exits if end.peak_memory_bytes is not None]
    return Resources(
        wall_seconds=known.wall_seconds,
        cpu_seconds=known.cpu_seconds if known.cpu_seconds is not None else (sum(cpu) if cpu else None),
        peak_memory_bytes=known.peak_memory_bytes
        if known.peak_memory_bytes is not None
        else max(peak, default=None),
        processes=len(recording.processes) or None,
    )
