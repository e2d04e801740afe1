"""What is installed for an interpreter, read from the disk alone: nothing is run, nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from taketwo.environments.conda import builds
from taketwo.environments.content import ContentKeeper
from taketwo.environments.editable import EditableKeeper
from taketwo.environments.interface import EnvironmentInspector, InterpreterFacts
from taketwo.environments.scan import INSTRUMENT, Found, Scan
from taketwo.environments.sites import site_directories, within
from taketwo.environments.snapshot import Snapshots
from taketwo.environments.wheel_folders import WheelFolders
from taketwo.errors import RebuildError
from taketwo.model.base import Blob, Notice
from taketwo.model.environment import Artefact, Distribution, Environment


class InstalledInspector(EnvironmentInspector):
    """Reads site directories. Content goes out through ``put_bytes``, ``put_file`` and ``keep_directory``.

    ``cache_path`` is a directory for snapshots of environments (``None``: every file is read every time).
    ``has`` says whether a blob is in the store already, which saves reading it again. ``wheel_folders``
    finds the directories of this machine where wheels lie that no index has; asked only when one is wanted.
    ``trusted_for`` is for how many seconds a look is taken as the present state (see ``Snapshots``).
    """

    def __init__(
        self,
        put_bytes: Callable[[bytes], Blob],
        put_file: Callable[[Path], Blob],
        keep_directory: Callable[[Path], str],
        cache_path: Path | None = None,
        *,
        has: Callable[[str], bool] | None = None,
        wheel_folders: Callable[[], Sequence[Path]] = tuple,
        trusted_for: float = 0.0,
    ) -> None:
        self._keeper = ContentKeeper(put_bytes, put_file, has)
        self._keep_directory = keep_directory
        self._snapshots = Snapshots(cache_path, trusted_for=trusted_for)
        self._sources: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._wheels = WheelFolders(
            self._keeper, wheel_folders, memo=cache_path / "wheels" if cache_path else None
        )

    def inspect(self, facts: InterpreterFacts, *, project: Path | None = None) -> Environment:
        """Everything installed there; index installs are ``pending`` until an index is asked."""
        try:
            return self._inspect(facts, project)
        except OSError as error:
            raise RebuildError(
                f"the installed packages cannot be read: {error.strerror}",
                why="Without them nobody could build the environment of this run again.",
                todo="Capture again when no installer is at work there.",
            ) from error

    def kept_sources(self, facts: InterpreterFacts) -> tuple[str, ...]:
        """Directories that the last ``inspect`` of these facts kept as sources of editable installs."""
        return self._sources.get((facts.prefix, *facts.path), ())

    def _inspect(self, facts: InterpreterFacts, project: Path | None) -> Environment:
        sites = site_directories(facts, project)
        scan, known = self._snapshots.load(sites)
        if scan is None:
            from taketwo.environments import scanner  # noqa: PLC0415 - its parsers load only when something changed

            looked = scanner.look(sites, known)
            scan = looked.scan
            self._snapshots.save(sites, looked)
        return self._environment(facts, scan, project)

    def _environment(self, facts: InterpreterFacts, scan: Scan, project: Path | None) -> Environment:
        editables = EditableKeeper(
            self._keeper,
            self._keep_directory,
            project=project,
            prefix=facts.prefix,
            confined=facts.confined,
        )
        conda = builds(facts.prefix)
        distributions = [
            self._distribution(found, editables, project, conda, confined=facts.confined)
            for found in scan.found
        ]
        places = [found.local_path for found in scan.found]
        for entry in scan.path_entries:
            distributions += editables.paths(entry)
            places += entry.directories
        self._sources[facts.prefix, *facts.path] = tuple(
            place
            for place, distribution in zip(places, distributions, strict=True)
            if place and distribution.source_tree
        )
        blob = self._keeper.put_bytes(scan.listing)
        return Environment(
            interpreter=facts.identity,
            distributions=tuple(sorted(distributions, key=lambda d: d.name)),
            identity=scan.identity,
            files=scan.files,
            listing=blob,
            overlay=self._overlay(scan, distributions),
            notices=(*scan.notices, *editables.notices, *_of_conda(conda, distributions)),
        )

    def _distribution(
        self,
        found: Found,
        editables: EditableKeeper,
        project: Path | None,
        conda: dict[str, str],
        *,
        confined: bool,
    ) -> Distribution:
        if found.name == INSTRUMENT:
            return _described(found, origin="instrument", direct_url={})
        if found.kind == "editable":
            return editables.distribution(found)
        if found.how == "nothing" or found.name in conda:
            build = {"kind": "conda", "build": conda[found.name]} if found.name in conda else {}
            return _described(found, origin="system", direct_url=build)
        wheel = None if confined else self._wheels.wheel_of(found)
        if wheel is not None:
            return _described(found, origin="wheel", direct_url=_without_path(found, project), wheel=wheel)
        if found.kind or found.how == "claimed":
            content = self._keeper.distribution(found)
            return _described(
                found, origin="content", direct_url=_without_path(found, project), content=content
            )
        return _described(found, origin="pending", direct_url={})

    def _overlay(self, scan: Scan, distributions: list[Distribution]) -> Blob | None:
        """Files edited by hand in distributions that are installed anew, and files of no distribution."""
        installed = {d.name for d in distributions if d.origin in {"pending", "wheel"}}
        kept = [
            k
            for found in scan.found
            if found.name in installed
            for k in found.kept
            if k.path in found.modified
        ]
        files = {k.path: self._keeper.file(k) for k in (*kept, *scan.strays)}
        files.update((path, self._keeper.text(path, content)) for path, content in scan.rewritten)
        return self._keeper.listing(files.values()) if files else None


def _described(
    found: Found,
    *,
    origin: str,
    direct_url: dict[str, str],
    wheel: tuple[Artefact, Blob] | None = None,
    content: Blob | None = None,
) -> Distribution:
    return Distribution(
        name=found.name,
        version=found.version,
        origin=origin,  # type: ignore[arg-type]  # one of the literals, by every caller above
        artefacts=(wheel[0],) if wheel else (),
        wheel=wheel[1] if wheel else None,
        content=content,
        direct_url=direct_url,
        installer=found.installer,
        requested=found.requested,
        tags=found.tags,
        files=found.files,
        files_sha256=found.files_sha256,
        modified=found.modified,
        missing=found.missing,
    )


def _without_path(found: Found, project: Path | None) -> dict[str, str]:
    """What may be recorded of where it came from; a place in the project is named relative to it."""
    public = dict(found.direct_url)
    if found.local_path and project:
        inside, path = os.path.realpath(project), os.path.realpath(found.local_path)
        if within(path, inside):
            public["path"] = f"$PROJECT/{os.path.relpath(path, inside)}".removesuffix("/.")
    return public


def _of_conda(conda: dict[str, str], distributions: list[Distribution]) -> list[Notice]:
    others = sorted(set(conda) - {d.name for d in distributions})
    if not conda:
        return []
    text = f"this is a conda environment: {len(others)} of its packages are not Python distributions"
    return [Notice(topic="environment", text=f"{text} and a replay from Python indexes will not have them")]
