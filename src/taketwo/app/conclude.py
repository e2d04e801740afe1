"""The end of every capture and of every replay: from a recording to sealed manifests, in one way for all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from taketwo.app.tools import Tools
from taketwo.data.directory import list_directory
from taketwo.environments.facts import facts_from_event
from taketwo.environments.interface import InterpreterFacts
from taketwo.environments.lock import complete
from taketwo.environments.requested import requested
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.places import Places
from taketwo.formats.run_id import new_run_id
from taketwo.model.base import Blob, Notice
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
from taketwo.record import calls, events
from taketwo.record.files import Declared, FileStat, Opened, Preimage
from taketwo.record.flags import mask_secrets, parameters_from
from taketwo.record.host import host_facts, host_from
from taketwo.record.inputs import InputRequest, find_inputs
from taketwo.record.outputs import Artifact, OutputRequest, find_outputs
from taketwo.record.places import observed_places
from taketwo.record.recording import Recording
from taketwo.record.started import Started
from taketwo.verify.rules import rules_from
from taketwo.version import __version__


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what only its supervisor knows. ``finished`` is in seconds since the epoch.

    ``original_paths`` turns the place of an input on this machine into the one that the manifest has
    for it; a replay needs it, because there the data lies elsewhere. ``before`` are the files of the project
    as a replay put them there.
    """

    ending: Ending
    finished: float
    resources: Resources = field(default_factory=Resources)
    stdout: Path | None = None
    stderr: Path | None = None
    notices: tuple[Notice, ...] = ()
    original_paths: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, FileStat] = field(default_factory=dict)


def conclude(
    tools: Tools, started: Started, recording: Recording, ended: Ended, *, chosen: str | None = None
) -> tuple[SealedManifest, ...]:
    """Seal and keep the manifest of the run, and one for each decorated call in it; the run's own is first.

    In the mode ``call`` the run is the outermost call itself. A replay is one manifest: that of the call
    with the id ``chosen``, or of the whole command.
    """
    main = recording.processes[0] if recording.processes else None
    facts = facts_from_event(msgspec.to_builtins(main)) if main else None
    places = _places(started, facts)
    environment = _environment(tools, started, facts)
    common = _common(tools, started, recording, ended, places, environment, facts)
    ordered = calls.ordered(recording)
    keep = tools.store.put_file
    outermost = None
    if started.mode == "call":
        outermost = next((call for call in recording.calls if call.parent is None), None)
    elif chosen is not None:
        outermost = next((call for call in recording.calls if call.call == chosen), None)
    first = common if outermost is None else _of_call(common, recording, outermost, places, keep)
    if outermost is None:
        first = msgspec.structs.replace(
            first,
            metrics=calls.all_metrics(recording),
            parameters=(*first.parameters, *_logged(recording, keep)),
            tags={**started.tags, **{tag.name: tag.value for tag in recording.tags}},
        )
    sealed = [tools.store.add_manifest(first)]
    if started.mode == "replay":
        return tuple(sealed)
    ids = {outermost.call: first.run_id} if outermost else {}
    for call in sorted((c for c in ordered if c is not outermost), key=lambda c: c.time):
        child = _of_call(common, recording, call, places, keep)
        child = msgspec.structs.replace(
            child,
            run_id=new_run_id(datetime.fromtimestamp(call.time, UTC)),
            parent=ids.get(call.parent, first.run_id),
            experiment=str(call.options.get("experiment") or started.experiment),
        )
        ids[call.call] = child.run_id
        sealed.append(tools.store.add_manifest(child))
    return tuple(sealed)


def discard(recording: Path) -> None:
    """Remove a recording whose manifest is sealed."""
    shutil.rmtree(recording, ignore_errors=True)


def _common(
    tools: Tools,
    started: Started,
    recording: Recording,
    ended: Ended,
    places: Places,
    environment: Environment | None,
    facts: InterpreterFacts | None,
) -> Manifest:
    opens = tuple(_opened(event) for event in recording.opens)
    files = {path for _, _, path in tools.vault.files(started.source.tree)} if started.source else set()
    inputs = find_inputs(
        InputRequest(
            opens=opens,
            places=places,
            started_ns=int(started.started * 1e9),
            source_root=Path(started.source_root or started.project),
            source_files=files,
            declared=tuple(
                Declared(item.path, item.name, FileStat(*item.stat) if item.stat else None)
                for item in started.declared
            ),
            outside=_outside(tools, facts),
            preimages=_preimages(started, recording),
            sealed=started.mode == "replay",
        ),
        tools.keeping,
        list_directory=lambda root: list_directory(root, tools.digests),
        locate=lambda path: tools.sources().locate(path, Path(started.project)),
    )
    found = tuple(
        msgspec.structs.replace(item, path=ended.original_paths.get(item.path, item.path))
        for item in inputs.inputs
    )
    outputs = find_outputs(
        OutputRequest(
            places=places,
            started_ns=int(started.started * 1e9),
            opens=opens,
            artifacts=tuple(Artifact(event.name, event.path) for event in recording.artifacts),
            declared=started.declared_outputs,
            ignored=started.ignored,
            inputs=inputs.inputs,
            sealed=started.mode == "replay",
            source_root=Path(started.source_root or started.project),
            source_files=files,
            before=ended.before,
        ),
        tools.keeping_outputs,
    )
    notices = [
        *ended.notices,
        *inputs.notices,
        *outputs.notices,
        *_about_environment(started, facts, environment),
    ]
    argv = started.argv  # a replay repeats what its manifest says, which holds no paths any more
    if started.mode != "replay":
        argv = mask_secrets([places.tokenise(word) for word in started.argv])
    return Manifest(
        run_id=started.run_id,
        experiment=started.experiment,
        started_at=timestamp(started.started),
        finished_at=timestamp(ended.finished),
        ending=ended.ending,
        invocation=Invocation(
            argv=argv,
            directory=_directory(started),
            imports_taketwo=bool(recording.calls) or any("taketwo" in end.modules for end in recording.exits),
        ),
        source=started.source,
        environment=environment,
        inputs=found,
        parameters=_flags(argv, started, recording),
        tags=dict(started.tags),
        outputs=outputs.outputs,
        streams=Streams(stdout=_stream(tools, ended.stdout), stderr=_stream(tools, ended.stderr)),
        rules=started.rules,
        host=_host(started, recording),
        resources=_resources(ended.resources, recording),
        parent=started.parent,
        replay=started.replay,
        taketwo_version=__version__,
        notices=tuple(dict.fromkeys(notices)),
    )


def _of_call(
    common: Manifest,
    recording: Recording,
    call: events.CallStart,
    places: Places,
    keep: calls.Keep,
) -> Manifest:
    """The manifest of one decorated call: what belongs to it, on the ground that all calls of the run share."""
    part = recording.for_call(call.call or "")
    end = recording.result_of(call.call or "")
    written = {places.tokenise_path(event.path) for event in part.opens if event.mode != "r"}
    written |= {places.tokenise_path(event.path) for event in part.artifacts}
    alone = len(recording.calls) == 1
    outputs = tuple(o for o in common.outputs if alone or o.path in written)
    if end is None:
        ending = msgspec.structs.replace(common.ending, status="killed", exit_code=None)
        if common.ending.status == "interrupted":
            ending = common.ending
    elif end.error is None:
        ending = Ending(status="completed")
    else:
        status = "interrupted" if end.error.startswith("KeyboardInterrupt") else "failed"
        ending = Ending(status=status, error=end.error)  # type: ignore[arg-type]  # one of two literals
    finished = end.time if end else call.time
    tags = call.options.get("tags")
    return msgspec.structs.replace(
        common,
        started_at=timestamp(call.time),
        finished_at=timestamp(finished) if end else common.finished_at,
        ending=ending,
        invocation=msgspec.structs.replace(
            common.invocation,
            call=calls.call_of(recording, call, places, keep),
            imports_taketwo=True,
        ),
        parameters=calls.parameters_of(recording, call, keep),
        metrics=calls.metrics_of(recording, call.call),
        tags={
            **(tags if isinstance(tags, dict) else common.tags),
            **{tag.name: tag.value for tag in part.tags if tag.call == call.call},
        },
        outputs=outputs,
        streams=Streams(),
        rules=(*common.rules, *rules_from(call.options.get("tolerance"), by="author")),
        resources=msgspec.structs.replace(common.resources, wall_seconds=max(0.0, finished - call.time)),
    )


def _places(started: Started, facts: InterpreterFacts | None) -> Places:
    return observed_places(
        Path(started.project),
        home=Path(started.home) if started.home else None,
        executable=facts.executable if facts else "",
        prefix=facts.prefix if facts else "",
        argv=started.argv,
    )


def _environment(tools: Tools, started: Started, facts: InterpreterFacts | None) -> Environment | None:
    if facts is None:
        return None
    project = Path(started.project)
    environment = tools.inspector.inspect(facts, project=project)
    if started.mode == "replay":
        return environment
    environment = msgspec.structs.replace(
        environment, requested=requested(project, environment.distributions)
    )
    return complete(environment, tools.index, tools.store.put_bytes, tools.settings.lock_timeout)


def _about_environment(
    started: Started, facts: InterpreterFacts | None, environment: Environment | None
) -> list[Notice]:
    if environment is None or facts is None:
        text = "no Python process reported itself: what the run read and which packages it used is not known"
        return [Notice(topic="environment", text=text)]
    pending = environment.lock.pending if environment.lock else ()
    if pending and started.mode != "replay":
        text = f"{len(pending)} packages have no hash yet ({', '.join(pending[:5])}…); complete them: taketwo lock"
        return [Notice(topic="lock", text=text.replace("…", "" if len(pending) <= 5 else ", …"))]
    return []


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


def _opened(event: events.Open) -> Opened:
    stat = event.stat
    seen = FileStat(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns) if stat else None
    return Opened(event.path, event.mode, seen, event.time)


def _outside(tools: Tools, facts: InterpreterFacts | None) -> Sequence[str]:
    """Where files are never data: the interpreter, its packages, taketwo, the store."""
    package = str(Path(__file__).resolve().parent.parent)
    own = [str(tools.settings.store), str(tools.cache), package]
    if facts is None:
        return own
    # A prefix may be the project itself (a virtual environment that the project lies in is not data either).
    return [
        *own,
        facts.prefix,
        facts.base_prefix,
        *(entry for entry in facts.path if "site-packages" in entry),
    ]


def _directory(started: Started) -> str:
    relative = os.path.relpath(started.directory, started.project)
    return "" if relative == "." else relative


def _flags(argv: Sequence[str], started: Started, recording: Recording) -> tuple[Parameter, ...]:
    """Flags of the program itself: for Python, what stands after the script."""
    if not recording.processes:
        return parameters_from(argv[1:])
    main = recording.processes[0]
    own = len(main.argv) - 1
    if own <= 0:
        return ()
    if tuple(started.argv[-own:]) == main.argv[1:]:
        return parameters_from(argv[-own:])
    return parameters_from(argv[1:])


def _logged(recording: Recording, keep: calls.Keep) -> tuple[Parameter, ...]:
    found = {event.name: event.to_model() for event in recording.parameters if event.call is None}
    return tuple(calls.kept_parameter(recording, each, keep) for each in found.values())


def _host(started: Started, recording: Recording) -> Host:
    host = host_from(recording, host_facts(started.variables))
    return msgspec.structs.replace(
        host, variables=dict(sorted({**host.variables, **started.variables}.items()))
    )


def _resources(known: Resources, recording: Recording) -> Resources:
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


def _stream(tools: Tools, path: Path | None) -> Blob | None:
    return tools.store.put_file(path) if path is not None and path.exists() else None


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
