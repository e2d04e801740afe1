"""A plan: everything that a replay will place, build and run, decided before any of it is done."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from taketwo.errors import DataError, UsageError
from taketwo.model.data import Input
from taketwo.model.environment import Environment
from taketwo.model.manifest import Call, Manifest
from taketwo.model.source import Source
from taketwo.replay.places import PROJECT, is_reserved, is_taken


@dataclass(frozen=True)
class Placement:
    """One input and where the program will look for it.

    ``inside`` is the path relative to the project (the file is written there); it begins with ``..`` when the
    file lies elsewhere in the repository, and never leads out of that. Otherwise ``target`` is an absolute
    path of the sandbox, where the content is mounted, and ``also`` another one, for programs that name it by
    its way from the project; that may lie in the rebuilt source.
    """

    item: Input
    inside: str | None = None
    target: str | None = None
    also: str | None = None


@dataclass(frozen=True)
class ReplayPlan:
    """What a replay does, with the place tokens (``$PROJECT``, ``$PYTHON``, …) not yet expanded.

    ``call`` is set when the decorated function is called alone; otherwise the whole command runs and,
    when the run was a call, the matching call is picked out of the recording.
    """

    manifest: Manifest
    argv: tuple[str, ...]
    directory: str
    subdirectory: str
    environment: Environment | None
    placements: tuple[Placement, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    call: Call | None = None

    @property
    def whole_command(self) -> bool:
        """Whether the command runs, and not one function of it."""
        return self.call is None


def plan(manifest: Manifest, *, supplied: Mapping[str, object] | None = None) -> ReplayPlan:
    """Decide how ``manifest`` is replayed. ``supplied`` are the replayer's own copies, by input name.

    ``UsageError`` when a supplied name is not an input; ``DataError`` when an input lies at a place that
    a sandbox cannot offer.
    """
    names = {item.name for item in manifest.inputs}
    for name in supplied or {}:
        if name not in names:
            raise UsageError(
                f"the run has no input named {name!r}",
                why="--data NAME=PATH supplies your copy of an input that the run read.",
                todo=f"Its inputs are: {', '.join(sorted(names)) or 'none'}.",
            )
    call = manifest.invocation.call
    alone = call if call is not None and call.alone and call.arguments is not None else None
    return ReplayPlan(
        manifest=manifest,
        argv=manifest.invocation.argv,
        directory=manifest.invocation.directory,
        subdirectory=manifest.source.subdirectory if manifest.source else "",
        environment=manifest.environment,
        placements=tuple(_place(item, manifest.source) for item in manifest.inputs),
        variables=dict(manifest.host.variables),
        call=alone,
    )


def _place(item: Input, source: Source | None) -> Placement:
    project = project_target(source.subdirectory if source else "")
    root, _, rest = item.path.partition("/")
    parts = PurePosixPath(rest).parts
    depth = len(PurePosixPath(source.subdirectory).parts) if root == "$PROJECT" and source else 0
    upwards = next((n for n, part in enumerate(parts) if part != ".."), len(parts))
    stays = upwards <= depth and upwards < len(parts) and ".." not in parts[upwards:]
    if (".." in parts and not stays) or "\0" in item.path:
        raise DataError(
            f"the input {item.name!r} has the path {item.path!r}, which leads out of its place",
            why="A replay writes only where the manifest says, and never through `..`.",
            todo="The manifest was not written by taketwo; ask its author for another.",
        )
    if root == "$PROJECT":
        return Placement(item, inside=rest)
    if root == "$HOME":
        return Placement(item, target=f"$HOME/{rest}", also=_also(item, project))
    if not item.path.startswith("/") or is_reserved(item.path):
        raise DataError(
            f"the input {item.name!r} lies at {item.path!r}, where a sandbox cannot place data",
            why="That path belongs to the system of the sandbox itself.",
            todo="Capture the run again with the data inside the project or below its home directory.",
        )
    return Placement(item, target=item.path, also=_also(item, project))


def _also(item: Input, project: str) -> str | None:
    """Where the way from the project leads, unless something else is there."""
    if item.relative is None or item.relative.startswith("/") or "\0" in item.relative:
        return None
    place = posixpath.normpath(f"{project}/{item.relative}")
    return None if place == item.path or is_taken(place) else place


def project_target(subdirectory: str) -> str:
    """Where the project directory is in the sandbox, given its place in the repository."""
    return f"{PROJECT}/{subdirectory}" if subdirectory else PROJECT
