"""The end of every capture and of every replay: from a recording to sealed manifests, in one way for all."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taketwo.app.claims import claims
from taketwo.app.tools import Tools
from taketwo.environments.facts import facts_from_event
from taketwo.environments.interface import InterpreterFacts
from taketwo.environments.lock import RememberedLock, complete
from taketwo.environments.requested import requested
from taketwo.errors import DataError
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.places import Places
from taketwo.formats.run_id import new_run_id
from taketwo.model.base import Blob, Notice
from taketwo.model.environment import Environment
from taketwo.model.manifest import Manifest, Streams
from taketwo.record import assemble, calls, events
from taketwo.record.ended import Ended
from taketwo.record.files import Allowance
from taketwo.record.host import host_facts, host_from
from taketwo.record.inputs import Locate, find_inputs
from taketwo.record.main_process import about_processes, main_process
from taketwo.record.outputs import find_outputs
from taketwo.record.places import observed_places
from taketwo.record.privacy import public, public_text
from taketwo.record.recording import Recording
from taketwo.record.requests import input_request, output_request
from taketwo.record.started import Started
from taketwo.record.written_elsewhere import written_elsewhere
from taketwo.verify.rules import rules_from

if TYPE_CHECKING:
    from taketwo.data.directory import Directory


def conclude(
    tools: Tools,
    started: Started,
    recording: Recording,
    ended: Ended,
    *,
    chosen: str | None = None,
    rebuilt: InterpreterFacts | None = None,
) -> tuple[SealedManifest, ...]:
    """Seal and keep the manifest of the run, and one for each decorated call in it; the run's own is first.

    In the mode ``call`` the run is the outermost call itself. A replay is one manifest: that of the call
    with the id ``chosen``, or of the whole command, and its environment is the ``rebuilt`` one: the recording was
    written by the replayed program, which must not name what is read on this machine.
    """
    replayed = started.mode == "replay"
    facts = rebuilt if replayed else _observed(started, recording)
    allowance = Allowance(tools.settings.disk_limit) if replayed else None
    found = _find_out(tools, started, recording, ended, facts, allowance)
    if not replayed:  # there it has been done, with the places of the sandbox
        recording = public(recording, found.places)
    shared = assemble.ground(started, recording, ended, found)
    keep = _keep_values(tools, allowance)
    itself = _the_run_itself(started, recording, chosen)
    if itself is None:
        first = assemble.of_command(shared, recording, keep, started=started.started)
    else:
        first = _of_call(shared, recording, itself, found.places, keep)
    sealed = [tools.store.add_manifest(first)]
    if started.mode == "replay":
        return tuple(sealed)
    ids = {itself.call: first.run_id} if itself else {}
    for call in sorted((c for c in calls.ordered(recording) if c is not itself), key=lambda c: c.time):
        child = msgspec.structs.replace(
            _of_call(shared, recording, call, found.places, keep),
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


def _the_run_itself(started: Started, recording: Recording, chosen: str | None) -> events.CallStart | None:
    """The call that the run is, or ``None`` when it is the whole command."""
    if started.mode == "call":
        return next((call for call in recording.calls if call.parent is None), None)
    if chosen is not None:
        return next((call for call in recording.calls if call.call == chosen), None)
    return None


def _of_call(
    shared: Manifest, recording: Recording, call: events.CallStart, places: Places, keep: calls.Keep
) -> Manifest:
    rules = rules_from(call.options.get("tolerance"), by="author")
    return assemble.of_call(shared, recording, call, places, keep, rules=rules)


def _observed(started: Started, recording: Recording) -> InterpreterFacts | None:
    main = main_process(recording, started.project)
    return facts_from_event(msgspec.to_builtins(main)) if main else None


def _find_out(
    tools: Tools,
    started: Started,
    recording: Recording,
    ended: Ended,
    facts: InterpreterFacts | None,
    allowance: Allowance | None,
) -> assemble.Found:
    places = observed_places(
        Path(started.project),
        subdirectory=started.source.subdirectory if started.source else "",
        home=Path(started.home) if started.home else None,
        executable=facts.executable if facts else "",
        prefix=facts.prefix if facts else "",
        argv=started.argv,
        project_link=started.project_link,
    )
    environment = _environment(tools, started, facts, places)
    if environment is not None and not ended.observed:
        environment = msgspec.structs.replace(environment, observed=False)
    source_files = tools.vault.paths(started.source.tree) if started.source else ()
    inputs = find_inputs(
        input_request(
            started,
            recording,
            places,
            source_files=source_files,
            outside=_outside(tools, facts),
            before=ended.before,
            placed=ended.original_paths,
        ),
        msgspec.structs.replace(tools.keeping, allowance=allowance),
        list_directory=lambda root: _listed(root, tools, allowance),
        locate=_locate(tools, started),
    )
    asked = output_request(
        started,
        recording,
        places,
        source_files=source_files,
        inputs=inputs.inputs,
        before=ended.before,
        outside=(str(tools.settings.store), str(tools.cache)),
    )
    outputs = find_outputs(
        asked,
        msgspec.structs.replace(tools.keeping_outputs, allowance=allowance),
        claims=lambda: {} if started.mode == "replay" else claims(tools, started),
    )
    return assemble.Found(
        places=places,
        as_seen=ended.as_seen,
        environment=environment,
        host=host_from(recording, host_facts(started.variables, memo=tools.cache / "gpus")),
        inputs=inputs.inputs,
        outputs=outputs.outputs,
        streams=Streams(stdout=_stream(tools, ended.stdout), stderr=_stream(tools, ended.stderr)),
        notices=(
            *inputs.notices,
            *outputs.notices,
            *written_elsewhere(asked, outside=_outside(tools, facts), recorded=outputs.outputs),
            *_about_environment(started, environment),
            *_about_processes(started, recording),
        ),
    )


def _keep_values(tools: Tools, allowance: Allowance | None) -> calls.Keep:
    """How pickled values are kept; what a replay has no allowance for counts as not there."""
    if allowance is None:
        return tools.store.put_file
    return lambda path: (
        tools.store.put_file(path)
        if allowance.take(path.lstat().st_size)
        else Blob(sha256="", size=0, stored=False)
    )


def _locate(tools: Tools, started: Started) -> Locate:
    """Where else inputs may be had; files beside them that say so are not asked when a replay wrote them."""
    if started.mode == "replay":
        return lambda _: ((), ())
    return tools.locate


def _listed(root: Path, tools: Tools, allowance: Allowance | None) -> Directory:
    from taketwo.data.directory import list_directory  # noqa: PLC0415 - few inputs are directories

    if allowance is not None:
        size = sum(each.stat().st_size for each in root.rglob("*") if each.is_file())
        if not allowance.take(size):
            raise DataError(f"{root} is too large to be read: it is not recorded")
    return list_directory(root, tools.digests)


def _environment(
    tools: Tools, started: Started, facts: InterpreterFacts | None, places: Places
) -> Environment | None:
    if facts is None:
        return None
    project = Path(started.project)
    environment = tools.inspector.inspect(facts, project=project)
    if started.mode == "replay":
        return environment
    wanted = requested(
        project, environment.distributions, memo=tools.remembered("requested", started.project)
    )
    wanted = tuple(
        msgspec.structs.replace(each, text=public_text(each.text, places) or "") for each in wanted
    )
    return complete(
        msgspec.structs.replace(environment, requested=wanted),
        tools.patient_index,
        tools.store.put_bytes,
        tools.settings.lock_timeout,
        rescue=tools.rescue(environment),
        remembered=RememberedLock(tools.remembered("locks", started.project), tools.store.has),
    )


def _about_processes(started: Started, recording: Recording) -> list[Notice]:
    if started.mode == "replay":
        return []
    return about_processes(recording, main_process(recording, started.project))


def _about_environment(started: Started, environment: Environment | None) -> list[Notice]:
    if environment is None:
        text = "no Python process reported itself: what the run read and which packages it used is not known"
        return [Notice(topic="environment", text=text)]
    if not environment.observed:
        text = "Python was started so that it cannot be observed (-I, -E or -S): what it read is not known"
        return [Notice(topic="environment", text=text)]
    pending = environment.lock.pending if environment.lock else ()
    if pending and started.mode != "replay":
        text = f"{len(pending)} packages have no hash yet ({', '.join(pending[:5])}…); complete them: taketwo lock"
        return [Notice(topic="lock", text=text.replace("…", "" if len(pending) <= 5 else ", …"))]
    return []


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
        *([facts.base_prefix] if facts.base_prefix else []),
        *(entry for entry in facts.path if "site-packages" in entry),
    ]


def _stream(tools: Tools, path: Path | None) -> Blob | None:
    return tools.store.put_file(path) if path is not None and path.exists() else None
