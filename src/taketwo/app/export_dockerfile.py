"""Use case: write what a person needs to rebuild a run by hand, with Docker and without taketwo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taketwo.app import check_run
from taketwo.app.build_environment import locked_environment, write_lock
from taketwo.app.export_root import fill_root, site_packages
from taketwo.app.obtain_data import obtain
from taketwo.app.results import ExportedFiles
from taketwo.app.tools import compose
from taketwo.app.workspace import Workspace, remove
from taketwo.config.settings import Settings
from taketwo.environments.scan import PREFIX
from taketwo.errors import NoInterpreter, UsageError
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.places import Places
from taketwo.model.environment import Environment
from taketwo.model.manifest import Manifest
from taketwo.progress import SILENT
from taketwo.replay.dockerfile import DockerfileRequest, image_tag, render
from taketwo.replay.places import ENVIRONMENT, HOME, LIBRARY, RECORDING
from taketwo.replay.plan import ReplayPlan, plan, project_target
from taketwo.report.rebuild_readme import RebuildReadme, render_rebuild_readme

_PYTHON = f"{ENVIRONMENT}/bin/python"


def run(settings: Settings, run: str, directory: Path) -> ExportedFiles:
    """Fill a new or empty directory: Dockerfile, locks, source with its data, what no index has, a README.

    Same run, same bytes. Data that is not in the store must be there to be fetched, as for a replay. Whatever
    goes wrong, nothing is left in the directory.
    """
    tools = compose(settings)
    sealed = tools.store.manifest(tools.store.resolve(run))
    check_run.check(sealed, tools)
    environment = locked_environment(sealed.manifest, tools)
    base = _base(sealed.manifest, environment, settings)
    todo = plan(sealed.manifest)
    with _filling(directory):
        space = Workspace(directory, tree_name="source")
        if sealed.manifest.source is not None:
            tools.vault.materialise(sealed.manifest.source.tree, space.tree)
        space.tree.mkdir(exist_ok=True)
        space.outside.mkdir()
        placed = obtain(todo, space, tools, dict(settings.data), SILENT)
        fill_root(directory / "root", sealed.manifest, environment, placed, tools)
        remove(space.outside)
        write_lock(environment, directory, tools)
        if environment.lock is not None:
            tools.store.copy_out(environment.lock.pylock.sha256, directory / "pylock.toml")
        (directory / "manifest.json").write_bytes(sealed.content)
        _write_texts(sealed, environment, todo, base, directory)
        _let_everybody_read(directory)
        return ExportedFiles(directory=directory, files=tuple(_files(directory)))


def _write_texts(
    sealed: SealedManifest, environment: Environment, todo: ReplayPlan, base: str, directory: Path
) -> None:
    manifest = sealed.manifest
    places = Places(
        project=project_target(todo.subdirectory), home=HOME, python=_PYTHON, environment=ENVIRONMENT
    )
    variables = {name: places.expand(value) for name, value in todo.variables.items()}
    writable: tuple[str, ...] = ()
    if manifest.invocation.imports_taketwo:
        # As in a replay: last on the path, and told that somebody else is in charge of capturing.
        own = variables.get("PYTHONPATH", "")
        variables |= {"PYTHONPATH": f"{own}:{LIBRARY}".lstrip(":"), "TAKETWO_RECORDING": RECORDING}
        writable = (RECORDING,)
    request = DockerfileRequest(
        run_id=manifest.run_id,
        implementation=environment.interpreter.implementation,
        python_version=environment.interpreter.version,
        argv=tuple(places.expand(word) for word in todo.argv),
        base=base,
        base_id=_base_id(manifest, base),
        directory="/".join(part for part in (todo.subdirectory, todo.directory) if part),
        environment=variables,
        wheels="wheels" if (directory / "wheels").is_dir() else None,
        root="root" if (directory / "root").is_dir() else None,
        removed=_removed(environment),
        writable=writable,
    )
    (directory / "Dockerfile").write_text(render(request), encoding="utf-8")
    readme = RebuildReadme(
        manifest=manifest,
        image=image_tag(manifest.run_id),
        base=base,
        places=places,
        seal=sealed.sha256,
        contents=tuple(path.name for path in directory.iterdir()),
        notices=tuple(notice.text for notice in environment.notices),
    )
    (directory / "README.md").write_text(render_rebuild_readme(readme), encoding="utf-8")


def _base(manifest: Manifest, environment: Environment, settings: Settings) -> str:
    """The image to build on: the one that was asked for or that a replay used, else the official one."""
    interpreter = environment.interpreter
    used = manifest.replay.sealing.image if manifest.replay else None
    if settings.base_image or used:
        return settings.base_image or used or ""
    if interpreter.implementation.lower() != "cpython":
        raise NoInterpreter(
            f"there is no official image of {interpreter.implementation} to build on",
            why=f"The run was captured with {interpreter.implementation} {interpreter.version}.",
            todo="Name an image that has it: set `base_image`, or TAKETWO_BASE_IMAGE.",
        )
    return f"python:{interpreter.version}-slim"


def _base_id(manifest: Manifest, base: str) -> str | None:
    sealing = manifest.replay.sealing if manifest.replay else None
    return sealing.image_id if sealing is not None and sealing.image == base else None


def _removed(environment: Environment) -> tuple[str, ...]:
    """Files that an installer puts there and the run did not have, as paths of the container."""
    site = f"{ENVIRONMENT}/{site_packages(environment.interpreter)}"
    return tuple(
        f"{ENVIRONMENT}/{path.removeprefix(PREFIX)}" if path.startswith(PREFIX) else f"{site}/{path}"
        for distribution in environment.distributions
        if distribution.origin in {"index", "wheel"}
        for path in distribution.missing
    )


@contextmanager
def _filling(directory: Path) -> Iterator[None]:
    """A new or empty directory to fill, which is as it was before when filling it fails."""
    existed = directory.is_dir()
    if directory.exists() and (not existed or any(directory.iterdir())):
        raise UsageError(
            f"{directory} is not an empty directory",
            why="What is in it could be mistaken for a part of the run.",
            todo="Name a directory that does not exist yet.",
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as error:
        _empty(directory, existed=existed)
        if isinstance(error, OSError):
            raise UsageError(
                f"{directory} cannot be written: {error.strerror or error}",
                why="The files of the run have to go somewhere.",
                todo="Name a directory that can be written, on a disk with room for the source and its data.",
            ) from error
        raise


def _empty(directory: Path, *, existed: bool) -> None:
    for path in directory.iterdir() if directory.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            remove(path)
        else:
            path.unlink(missing_ok=True)
    if not existed:
        shutil.rmtree(directory, ignore_errors=True)


def _let_everybody_read(directory: Path) -> None:
    """Modes that depend on nobody's umask: the command runs as a user who owns next to nothing."""
    for top, directories, names in os.walk(directory):
        for name in (*directories, *names):
            path = Path(top, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _files(directory: Path) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(top, name), directory)  # noqa: PTH118 - os.walk gives text
        for top, _, names in os.walk(directory)
        for name in names
    )
