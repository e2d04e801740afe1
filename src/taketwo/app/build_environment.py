"""The environment of a replay: built once for each lock and base, kept, and checked file by file every time."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from taketwo.app.tools import Tools
from taketwo.app.workspace import remove
from taketwo.engine.interface import Base, Engine, Mount
from taketwo.environments import sealed_listing
from taketwo.environments.facts import site_of
from taketwo.environments.install import (
    BuildPlaces,
    BuildStep,
    compile_command,
    create_command,
    explain_failure,
    index_access,
    install_command,
)
from taketwo.environments.lock import complete
from taketwo.environments.place import Placing, place, sources_needed
from taketwo.environments.rebuilt import compare
from taketwo.environments.snapshot import Snapshots
from taketwo.errors import LockIncomplete, RebuildError, StoreError
from taketwo.formats import canonical_json
from taketwo.model.environment import Environment
from taketwo.model.manifest import Manifest, Rebuilt
from taketwo.progress import Progress
from taketwo.replay.places import CACHE, ENVIRONMENT, LOCK, PROJECT, SOURCES, UV

_PARTS = ("env", "sources")
_LISTED = "listing"
_RECIPE = 1
"""Part of the key of a kept environment: raise it when environments are built in another way."""


@dataclass(frozen=True)
class Built:
    """A built environment on this machine, the mounts that show it, and how far it equals the captured one."""

    mounts: tuple[Mount, ...]
    rebuilt: Rebuilt | None = None
    directory: Path | None = None


def build_environment(
    original: Manifest, engine: Engine, base: Base, tools: Tools, progress: Progress
) -> Built:
    """Build, or find built, the environment that the manifest locks. ``RebuildError`` and its children come out."""
    if original.environment is None:
        progress.found("the run used no Python that could be observed: nothing to build")
        return Built(())
    environment = locked_environment(original, tools)
    key = _key(environment, engine, base)
    root = tools.cache / "built" / key
    with _only_builder(root):
        if not _is_as_built(root, progress):
            remove(root / "env")
            remove(root / "sources")
            _build(environment, root, engine, base, tools, progress, project=_project(original))
            for part in _PARTS:
                sealed_listing.write(root / part, root / f"{part}.{_LISTED}")
            (root / "ready").touch()
        rebuilt = compare(
            [site_of(root / "env")],
            environment,
            tools.store.read,
            interpreter=msgspec.structs.replace(environment.interpreter, version=base.python_version),
            snapshots=Snapshots(tools.cache / "rebuilt"),
        )
    progress.found(f"{rebuilt.identical:,} of {rebuilt.files:,} files identical")
    return Built(_shown(root), rebuilt, root / "env")


def _is_as_built(root: Path, progress: Progress) -> bool:
    """Whether an environment was built here, and every file of it, byte code too, is as it was then."""
    if not (root / "ready").exists():
        return False
    for part in _PARTS:
        changed = sealed_listing.difference(root / part, root / f"{part}.{_LISTED}")
        if changed is not None:
            progress.warn(
                f"the kept environment was changed since it was built ({changed}): it is built anew"
            )
            (root / "ready").unlink()
            return False
    progress.found("it was built before, and is checked again")
    return True


def locked_environment(original: Manifest, tools: Tools) -> Environment:
    """The environment of a run with every hash, asking the index for those still missing; else ``LockIncomplete``."""
    environment = tools.environment_of(original) or _none(original)
    if environment.lock is None or environment.lock.pending:
        environment = complete(
            environment, tools.index, tools.store.put_bytes, max(tools.settings.lock_timeout, 60)
        )
    pending = environment.lock.pending if environment.lock else ()
    if pending:
        raise LockIncomplete(
            f"{len(pending)} packages have no hash: {', '.join(pending[:8])}{', …' if len(pending) > 8 else ''}",
            why="Nothing is installed that cannot be checked against what the author had.",
            todo=f"Run `taketwo lock {original.run_id}` where an index that has them can be reached.",
        )
    return environment


def _build(
    environment: Environment,
    root: Path,
    engine: Engine,
    base: Base,
    tools: Tools,
    progress: Progress,
    *,
    project: str,
) -> None:
    lock = root / "lock"
    remove(lock)
    lock.mkdir()
    (root / "env").mkdir(mode=0o755)
    cache = tools.cache / "packages" / engine.name
    cache.mkdir(parents=True, exist_ok=True)
    write_lock(environment, lock, tools)
    access = index_access(os.environ)
    mounts = (
        Mount(root / "env", ENVIRONMENT, writable=True),
        Mount(cache, CACHE, writable=True),
        Mount(lock, LOCK),
        Mount(tools.uv, UV),
        *(Mount(path, str(path)) for path in access.paths),
    )
    wheels = engine.place(f"{LOCK}/wheels", mounts) if (lock / "wheels").is_dir() else None
    places = BuildPlaces(
        uv=engine.place(UV, mounts),
        environment=engine.place(ENVIRONMENT, mounts),
        requirements=engine.place(f"{LOCK}/requirements.txt", mounts),
        cache=engine.place(CACHE, mounts),
        wheels=wheels,
    )

    def step(what: BuildStep, *, must_succeed: bool = True) -> None:
        code, output = engine.build(
            base, what.argv, mounts=mounts, environment=what.environment, progress=progress
        )
        if code != 0 and must_succeed:
            raise explain_failure(output)

    step(create_command(base.python, places))
    step(install_command(environment, places, access))
    sources = _sources(environment, root, engine, tools, project)
    placing = Placing(
        site_packages=site_of(root / "env"),
        prefix=root / "env",
        python=f"{places.environment}/bin/python",
        read=tools.store.read,
        copy_out=tools.store.copy_out,
        sources=sources,
    )
    if place(environment, placing):
        # It fails when one file is no valid Python, as templates and test data in packages are: the author
        # had no byte code of that one either.
        step(compile_command(places), must_succeed=False)


def _sources(
    environment: Environment, root: Path, engine: Engine, tools: Tools, project: str
) -> dict[str, str]:
    """Where each editable install finds its source when the run runs."""
    (root / "sources").mkdir(exist_ok=True)
    for distribution in sources_needed(environment):
        tools.vault.materialise(distribution.source_tree or "", root / "sources" / distribution.name)
    found = {}
    for distribution in environment.distributions:
        if distribution.origin != "editable":
            continue
        if distribution.source_tree:
            found[distribution.name] = engine.place(f"{SOURCES}/{distribution.name}", _shown(root))
        elif distribution.direct_url.get("path", "").startswith("$PROJECT"):
            found[distribution.name] = project + distribution.direct_url["path"].removeprefix("$PROJECT")
    return found


def _none(original: Manifest) -> Environment:
    raise RebuildError(
        f"{original.run_id} used no Python that could be observed",
        why="There is no environment of packages to rebuild.",
        todo="See what it ran: taketwo show RUN",
    )


def write_lock(environment: Environment, directory: Path, tools: Tools) -> None:
    """Write ``requirements.txt``, and ``wheels/`` if any are kept with the run, into ``directory``."""
    if environment.lock is not None:
        tools.store.copy_out(environment.lock.requirements.sha256, directory / "requirements.txt")
    for distribution in environment.distributions:
        if distribution.wheel is not None and distribution.artefacts:
            name = distribution.artefacts[0].filename
            if Path(name).name != name or name == "..":
                raise RebuildError(
                    f"{name!r} is not the name of a wheel",
                    why="It would be written outside the directory of wheels.",
                    todo=f"Check where the run came from: {distribution.name} is described by somebody else.",
                )
            (directory / "wheels").mkdir(exist_ok=True)
            tools.store.copy_out(distribution.wheel.sha256, directory / "wheels" / name)


def _shown(root: Path) -> tuple[Mount, ...]:
    return (Mount(root / "env", ENVIRONMENT), Mount(root / "sources", SOURCES))


def _project(original: Manifest) -> str:
    subdirectory = original.source.subdirectory if original.source else ""
    return f"{PROJECT}/{subdirectory}" if subdirectory else PROJECT


def _key(environment: Environment, engine: Engine, base: Base) -> str:
    parts = [
        _RECIPE,
        engine.name,
        base.key,
        environment.identity,
        environment.lock.requirements.sha256 if environment.lock else "",
        environment.overlay.sha256 if environment.overlay else "",
        [
            [d.name, d.source_tree or "", d.content.sha256 if d.content else "", d.direct_url.get("path", "")]
            for d in environment.distributions
            if d.origin in {"content", "editable"}
        ],
    ]
    return hashlib.sha256(canonical_json.encode(parts)).hexdigest()[:32]


@contextmanager
def _only_builder(root: Path) -> Iterator[None]:
    """Let one process at a time build an environment; others wait, and then find it built."""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o755)
        descriptor = os.open(root / "lock.file", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"the cache of environments cannot be written: {error.strerror} ({root})",
            why="Environments are built once and kept there.",
            todo="Free some space, or point XDG_CACHE_HOME to a directory that can be written.",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
