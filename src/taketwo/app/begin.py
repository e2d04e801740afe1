"""The beginning of every capture: a run id, a recording, and what must be kept before the program can change it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from taketwo.app.tools import Tools
from taketwo.errors import CaptureError, DataError
from taketwo.formats import canonical_json
from taketwo.formats.places import Places
from taketwo.formats.run_id import new_run_id
from taketwo.model.base import Blob
from taketwo.model.rules import Rule
from taketwo.owner import this_process
from taketwo.record.files import Declared
from taketwo.record.host import variables
from taketwo.record.places import observed_places
from taketwo.record.started import STARTED, DeclaredInput, Started

RECORDINGS = "recordings"


def begin(
    tools: Tools,
    *,
    mode: Literal["command", "call"],
    argv: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    experiment: str,
    data: Sequence[tuple[str | None, Path]] = (),
    outputs: Sequence[Path] = (),
    rules: Sequence[Rule] = (),
    tags: Mapping[str, str] | None = None,
) -> tuple[Started, Path]:
    """Snapshot the source and the declared data, and open a recording.

    Returns what was found out, and the recording directory, which holds it too. ``SourceError``,
    ``StoreError`` and ``CaptureError`` come out before the program has started.
    """
    project = tools.settings.project
    now = time.time()
    source = tools.vault.snapshot(project)
    places = observed_places(project, subdirectory=source.subdirectory, home=Path.home())
    python_path = environment.get("PYTHONPATH")
    kept = variables(environment)
    kept |= {name: environment[name] for name in tools.settings.variables if name in environment}
    if python_path:
        # Only the project's own directories: others lie on this machine alone, and name its places.
        own = [
            token
            for entry in python_path.split(os.pathsep)
            if (token := _in_project(entry, directory, places))
        ]
        kept["PYTHONPATH"] = os.pathsep.join(own)
    started = Started(
        run_id=new_run_id(datetime.fromtimestamp(now, UTC)),
        experiment=experiment,
        mode=mode,
        started=now,
        project=str(project),
        home=str(Path.home()),
        directory=str(directory),
        argv=tuple(argv),
        owner=this_process(),
        source_root=_source_root(project, source.subdirectory),
        project_link=_link_to(project, directory, environment.get("PWD", "")),
        source=source,
        declared=tuple(_declare(name, path, tools) for name, path in data),
        declared_outputs=tuple(_relative(path, project) for path in outputs),
        ignored=tools.settings.ignore,
        rules=tuple(rules),
        tags=dict(tags or {}),
        variables=kept,
    )
    recording = tools.settings.store / RECORDINGS / started.run_id
    try:
        for above in (tools.settings.store, recording.parent):  # `parents` would leave them open to others
            above.mkdir(parents=True, exist_ok=True, mode=0o700)
        recording.mkdir(mode=0o700)
        (recording / STARTED).write_bytes(canonical_json.encode(started))
    except OSError as error:
        raise CaptureError(
            f"the recording cannot be written: {error.strerror} ({recording})",
            why="Without it nothing of the run would be kept.",
            todo="Free some space, or point TAKETWO_HOME to a directory that can be written.",
        ) from error
    return started, recording


def _in_project(entry: str, directory: Path, places: Places) -> str | None:
    place = places.tokenise_path(os.path.normpath(directory / entry)) if entry else ""
    return place if f"{place}/".startswith("$PROJECT/") else None


def _declare(name: str | None, path: Path, tools: Tools) -> DeclaredInput:
    if not path.exists():
        raise DataError(
            f"the declared data {path} does not exist",
            why="What a run reads must be known by its content before the run starts.",
            todo="Correct the path given to --data (or data=).",
        )
    declared = Declared.now(path, name)
    content: Blob | None = None
    if path.is_file():
        digest = tools.digests.digest(path)
        content, _ = tools.keeping.keep(path, Blob(sha256=digest.sha256, size=digest.size, stored=False))
    return DeclaredInput(
        path=declared.path,
        name=name,
        stat=(*declared.stat,) if declared.stat else None,
        content=content,
    )


def _relative(path: Path, project: Path) -> str:
    text = os.path.normpath(path)
    return os.path.relpath(text, project) if Path(text).is_relative_to(project) else text


def _link_to(project: Path, directory: Path, typed: str) -> str:
    """The project by the path that the user's shell has for it, when that leads through a symbolic link."""
    below = os.path.relpath(directory, project)
    link = typed if below == "." else typed.removesuffix(f"/{below}")
    try:
        same = Path(link).is_absolute() and link != str(project) and Path(link).samefile(project)
    except OSError:  # PWD is whatever somebody exported
        return ""
    return link if same else ""


def _source_root(project: Path, subdirectory: str) -> str:
    """The root of the repository; by way of the real project when a link leads straight into it."""
    if not subdirectory:
        return str(project)
    below = project if str(project).endswith(f"/{subdirectory}") else project.resolve()
    return str(below.parents[len(Path(subdirectory).parts) - 1])
