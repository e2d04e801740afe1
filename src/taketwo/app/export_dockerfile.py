"""Use case: write what a person needs to rebuild a run by hand, with Docker and without taketwo."""

from __future__ import annotations

import os
from pathlib import Path

from taketwo.app.build_environment import locked_environment, write_lock
from taketwo.app.obtain_data import obtain
from taketwo.app.results import ExportedFiles
from taketwo.app.tools import Tools, compose
from taketwo.app.workspace import Workspace, remove
from taketwo.config.settings import Settings
from taketwo.environments.place import Placing, place, sources_needed
from taketwo.errors import UsageError
from taketwo.formats.places import Places
from taketwo.model.environment import Environment
from taketwo.model.manifest import Manifest
from taketwo.progress import SILENT
from taketwo.replay.dockerfile import DockerfileRequest, render
from taketwo.replay.places import ENVIRONMENT, HOME, SOURCES
from taketwo.replay.plan import plan, project_target
from taketwo.resources import fill_template

_PYTHON = f"{ENVIRONMENT}/bin/python"


def run(settings: Settings, run: str, directory: Path) -> ExportedFiles:
    """Fill a new or empty directory: Dockerfile, locks, source with its data, what no index has, a README.

    Same run, same bytes. Data that is not in the store must be there to be fetched, as for a replay.
    """
    _require_empty(directory)
    tools = compose(settings)
    manifest = tools.store.manifest(tools.store.resolve(run)).manifest
    environment = locked_environment(manifest, tools)
    space = Workspace(directory, tree_name="source")
    directory.mkdir(parents=True, exist_ok=True)
    space.outside.mkdir()
    todo = plan(manifest)
    if manifest.source is not None:
        tools.vault.materialise(manifest.source.tree, space.tree)
    placed = obtain(todo, space, tools, dict(settings.data), SILENT)
    write_lock(environment, directory, tools)
    _environment_files(environment, directory, tools, manifest)
    for mount in placed.mounts:
        target = directory / "root" / mount.target.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        mount.source.rename(target)
    remove(space.outside)
    _write_texts(manifest, environment, directory, tools)
    return ExportedFiles(directory=directory, files=tuple(_files(directory)))


def _environment_files(environment: Environment, directory: Path, tools: Tools, manifest: Manifest) -> None:
    """Everything that no index gives, laid out as it lies below ``/``: it is copied over the installed packages."""
    root = directory / "root"
    prefix = root / ENVIRONMENT.lstrip("/")
    sources = {}
    for distribution in sources_needed(environment):
        target = root / SOURCES.lstrip("/") / distribution.name
        target.parent.mkdir(parents=True, exist_ok=True)
        tools.vault.materialise(distribution.source_tree or "", target)
        sources[distribution.name] = f"{SOURCES}/{distribution.name}"
    project = project_target(manifest.source.subdirectory if manifest.source else "")
    for distribution in environment.distributions:
        inside = distribution.direct_url.get("path", "")
        if distribution.origin == "editable" and inside.startswith("$PROJECT"):
            sources[distribution.name] = project + inside.removeprefix("$PROJECT")
    place(
        environment,
        Placing(
            site_packages=prefix / "lib" / f"python{environment.interpreter.minor}" / "site-packages",
            prefix=prefix,
            python=_PYTHON,
            read=tools.store.read,
            copy_out=tools.store.copy_out,
            sources=sources,
        ),
    )


def _write_texts(manifest: Manifest, environment: Environment, directory: Path, tools: Tools) -> None:
    places = Places(
        project=project_target(manifest.source.subdirectory if manifest.source else ""),
        home=HOME,
        python=_PYTHON,
        environment=ENVIRONMENT,
    )
    interpreter = environment.interpreter
    missing = sorted(path for d in environment.distributions for path in d.missing)
    text = render(
        DockerfileRequest(
            run_id=manifest.run_id,
            implementation=interpreter.implementation,
            python_version=interpreter.version,
            argv=tuple(places.expand(word) for word in manifest.invocation.argv),
            base=tools.settings.base_image or f"python:{interpreter.version}-slim",
            directory="/".join(
                part
                for part in (
                    manifest.source.subdirectory if manifest.source else "",
                    manifest.invocation.directory,
                )
                if part
            ),
            environment={name: places.expand(value) for name, value in manifest.host.variables.items()},
            wheels="wheels" if (directory / "wheels").is_dir() else None,
            root="root" if (directory / "root").is_dir() else None,
            removed=tuple(missing),
        )
    )
    (directory / "Dockerfile").write_text(text, encoding="utf-8")
    if environment.lock is not None:
        tools.store.copy_out(environment.lock.pylock.sha256, directory / "pylock.toml")
    (directory / "manifest.json").write_bytes(tools.store.manifest(manifest.run_id).content)
    readme = fill_template(
        "rebuild-README.md",
        run_id=manifest.run_id,
        experiment=manifest.experiment,
        command=" ".join(manifest.invocation.argv),
        image_tag=f"taketwo-{manifest.run_id.lower()}",
        outputs="\n".join(f"- `{o.name}`: SHA-256 `{o.content.sha256}`" for o in manifest.outputs)
        or "- none",
        metrics="\n".join(f"- `{m.name}` = {m.value}" for m in manifest.metrics) or "- none",
    )
    (directory / "README.md").write_text(readme, encoding="utf-8")


def _require_empty(directory: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            f"{directory} is not an empty directory",
            why="What is in it could be mistaken for a part of the run.",
            todo="Name a directory that does not exist yet.",
        )


def _files(directory: Path) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(top, name), directory)  # noqa: PTH118 - os.walk gives text
        for top, _, names in os.walk(directory)
        for name in names
    )
