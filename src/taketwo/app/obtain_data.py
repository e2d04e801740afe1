"""Put every input of a replay in its place, and check its digest before anything runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from taketwo.app.tools import Tools
from taketwo.app.workspace import Workspace
from taketwo.data.sources import DataSources
from taketwo.engine.interface import Engine, Mount
from taketwo.errors import DataError
from taketwo.formats import listing
from taketwo.model.data import Input
from taketwo.progress import Progress
from taketwo.record.files import stat_now
from taketwo.record.started import DeclaredInput
from taketwo.replay.places import HOME, PROJECT
from taketwo.replay.plan import ReplayPlan


@dataclass(frozen=True)
class PlacedData:
    """Where each input is on this machine, and the mounts for what lies outside the project.

    ``original_paths`` leads from a path of this machine to the path that the manifest has for it.
    ``declared`` are the inputs that the author declared, where they are now.
    """

    mounts: tuple[Mount, ...]
    original_paths: Mapping[str, str]
    declared: tuple[DeclaredInput, ...] = ()


def obtain(
    plan: ReplayPlan,
    space: Workspace,
    tools: Tools,
    supplied: Mapping[str, Path],
    progress: Progress,
) -> PlacedData:
    """Place all inputs. ``supplied`` are the replayer's own copies, by name; they come first.

    ``WrongData`` names the input whose content is not the captured one, ``DataError`` the one that cannot
    be had. Nothing has run when they are raised.
    """
    mounts: list[Mount] = []
    original_paths: dict[str, str] = {}
    declared: list[DeclaredInput] = []
    project = space.tree / plan.subdirectory
    sources = tools.sources(supplied)
    for number, placement in enumerate(plan.placements):
        item = placement.item
        progress.detail(f"{item.name} ({item.content.size:,} bytes)")
        if placement.inside is not None:
            destination = _inside(project, placement.inside, space.tree)
        else:
            destination = space.outside / str(number) / PurePosixPath(item.path).name
            destination.parent.mkdir()
            mounts.append(Mount(destination, (placement.target or "").replace("$HOME", HOME, 1)))
            original_paths[str(destination)] = item.path
        own = item.name in supplied
        if item.kept != "source" or own:
            _remove(destination)
            if own or item.kept == "reference":
                sources.fetch(item, destination, project, read_listing=tools.store.read)
            else:
                _from_store(item, destination, tools)
        _check(item, destination, sources, tools)
        if placement.also is not None and placement.also.startswith(f"{PROJECT}/"):
            copy = _inside(space.tree, placement.also.removeprefix(f"{PROJECT}/"), space.tree)
            _copy(destination, copy)
            original_paths[str(copy)] = item.path
        elif placement.also is not None:
            mounts.append(Mount(destination, placement.also))
        if item.declared:
            declared.append(_declared(item, destination))
    if plan.placements:
        count = len(plan.placements)
        progress.found(f"{count:,} {'input is' if count == 1 else 'inputs are'} the captured data")
    return PlacedData(tuple(mounts), original_paths, tuple(declared))


def require_in_place(
    plan: ReplayPlan, engine: Engine, tools: Tools, supplied: Mapping[str, Path], placed: PlacedData
) -> None:
    """For an engine that cannot mount: what lies outside the project must be there on this machine, unchanged."""
    if all(engine.place(mount.target, placed.mounts) == mount.target for mount in placed.mounts):
        return
    sources = tools.sources(supplied)
    for placement in plan.placements:
        item = placement.item
        if placement.inside is not None or (item.path.endswith(".py") and not item.declared):
            continue  # a module of an editable install comes with the environment
        there = Path(item.path)
        if not there.is_absolute() or not there.exists():
            raise DataError(
                f"{engine.name} cannot put the input {item.name} where the program looks for it: {item.path}",
                why="It lies outside the project, and only an engine that seals can show it there.",
                todo="Replay with --engine docker or --engine bubblewrap; see `taketwo engines`.",
            )
        sources.check(item, there, read_listing=tools.store.read)


def _copy(content: Path, destination: Path) -> None:
    """Put it into the part of the rebuilt source that lies above the project."""
    _remove(destination)
    if content.is_dir():
        shutil.copytree(content, destination)
    else:
        shutil.copyfile(content, destination)


def _declared(item: Input, destination: Path) -> DeclaredInput:
    seen = stat_now(str(destination)) if item.kind == "file" else None
    stat = (seen.size, seen.mtime_ns, seen.inode, seen.ctime_ns) if seen else None
    return DeclaredInput(path=str(destination), name=item.name, stat=stat)


def _inside(project: Path, relative: str, tree: Path) -> Path:
    """The place in the project, refused when a link in the captured tree leads it out."""
    destination = Path(os.path.normpath(project / relative))
    parent = destination.parent.resolve()
    if parent != tree.resolve() and tree.resolve() not in parent.parents:
        raise DataError(
            f"the input at {relative!r} would be written outside the rebuilt project",
            why="A symbolic link of the captured source leads out of it there.",
            todo="Supply the data yourself with --data NAME=PATH, or capture with data inside the project.",
        )
    destination.parent.mkdir(parents=True, exist_ok=True)
    return destination


def _from_store(item: Input, destination: Path, tools: Tools) -> None:
    if item.kind == "file":
        tools.store.copy_out(item.content.sha256, destination)
        return
    destination.mkdir(parents=True, exist_ok=True)
    for file in listing.decode(tools.store.read(item.content.sha256)):
        target = destination / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        tools.store.copy_out(file.sha256, target)


def _check(item: Input, destination: Path, sources: DataSources, tools: Tools) -> None:
    if not destination.exists():
        raise DataError(
            f"{item.path} is not in the rebuilt source",
            why="The manifest says that this input is part of the source tree.",
            todo="Check the store: taketwo store verify",
        )
    sources.check(item, destination, read_listing=tools.store.read)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
