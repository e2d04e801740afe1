"""The wiring: the one place where adapters are made and put together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taketwo.config.settings import Settings
from taketwo.environments.interface import ArtefactIndex, EnvironmentInspector
from taketwo.errors import EngineUnavailable
from taketwo.formats.places import Places
from taketwo.model.base import Notice
from taketwo.model.data import Location
from taketwo.model.environment import Artefact, Environment
from taketwo.model.manifest import Manifest
from taketwo.record.files import Keeping
from taketwo.store.interface import RunStore
from taketwo.store.local import LocalStore
from taketwo.vcs.git_vault import GitVault
from taketwo.vcs.interface import SourceVault

if TYPE_CHECKING:  # what a capture may do without is loaded where it is made
    from taketwo.data.digests import FileDigests
    from taketwo.data.sources import DataSources
    from taketwo.engine.interface import Engine

LOCK = "lock"
"""The amendment that completes the lock of a run."""

_ONE_LOOK = 1.0
"""Seconds in which the calls of one process share one look at the installed packages."""

_PATIENCE = 600.0
"""Seconds in which captures do not ask an index again for what it did not have; `taketwo lock` does."""


class Tools(msgspec.Struct, frozen=True, dict=True):
    """Everything that the use cases work with, made when it is first needed."""

    settings: Settings

    @cached_property
    def store(self) -> RunStore:
        """The store of the project."""
        return LocalStore(self.settings.store)

    @cached_property
    def vault(self) -> SourceVault:
        """The object database for source trees, inside the store."""
        return GitVault(
            self.settings.store / "source.git",
            self.store.put_file,
            largest_untracked=self.settings.input_limit,
        )

    @cached_property
    def digests(self) -> FileDigests:
        """Digests of files, remembered between runs."""
        from taketwo.data.digests import FileDigests  # noqa: PLC0415 - not needed by listings

        return FileDigests(self.cache / "digests.sqlite", read_at_once=1 << 20)

    @cached_property
    def keeping(self) -> Keeping:
        """How the content of inputs is digested and kept."""
        return self._keeping(self.settings.input_limit)

    @cached_property
    def keeping_outputs(self) -> Keeping:
        """How the content of outputs is digested and kept."""
        return self._keeping(self.settings.output_limit)

    @cached_property
    def inspector(self) -> EnvironmentInspector:
        """Reads installed environments."""
        from taketwo.environments.installed import InstalledInspector  # noqa: PLC0415 - not needed by listings

        return InstalledInspector(
            self.store.put_bytes,
            self.store.put_file,
            self.vault.keep_directory,
            self.cache / "environments",
            has=self.store.has,
            wheel_folders=_wheel_folders,
            trusted_for=_ONE_LOOK,
        )

    @cached_property
    def index(self) -> ArtefactIndex:
        """What the configured package index knows, remembered between runs; asked for what is not known."""
        return self._index(patience=0.0)

    @cached_property
    def patient_index(self) -> ArtefactIndex:
        """The same for captures, which do not ask at every run for what was not found a moment ago."""
        return self._index(patience=_PATIENCE)

    def _index(self, *, patience: float) -> ArtefactIndex:
        from taketwo.environments.cached_index import CachedArtefactIndex  # noqa: PLC0415 - as above
        from taketwo.environments.uv_index import UvArtefactIndex  # noqa: PLC0415 - as above

        return CachedArtefactIndex(UvArtefactIndex(), self.cache / "artefacts.json", patience=patience)

    def sources(self, copies: Mapping[str, Path] | None = None) -> DataSources:
        """Where data may be had when the store has it not; ``copies`` are the user's own, by input name."""
        from taketwo.data.dvc import DvcSource  # noqa: PLC0415 - as above
        from taketwo.data.local import LocalSource  # noqa: PLC0415 - as above
        from taketwo.data.sources import DataSources  # noqa: PLC0415 - as above
        from taketwo.data.url import UrlSource  # noqa: PLC0415 - as above

        places = Places(project=str(self.settings.project), home=str(Path.home()))
        origins = {self.settings.project / path: url for path, url in self.settings.origins.items()}
        own = LocalSource(places, copies or {}, self.digests)
        return DataSources(own, (DvcSource(self.digests), UrlSource(origins)), self.digests)

    def locate(self, path: Path) -> tuple[tuple[Location, ...], tuple[Notice, ...]]:
        """Where a file of the project may be had later, besides the store, and what stood in the way."""
        from taketwo.data.dvc_files import may_be_tracked  # noqa: PLC0415 - as above

        project = self.settings.project
        if not self.settings.origins and not may_be_tracked(path, project):
            return (), ()  # no source can know it: spare the capture loading them all
        return self.sources().locate(path, project)

    @cached_property
    def engines(self) -> Sequence[Engine]:
        """All engines, strongest first."""
        from taketwo.engine.bubblewrap import BubblewrapEngine  # noqa: PLC0415 - as above
        from taketwo.engine.docker import DockerEngine  # noqa: PLC0415 - as above
        from taketwo.engine.venv import VenvEngine  # noqa: PLC0415 - as above

        return (DockerEngine(), BubblewrapEngine(), VenvEngine())

    @cached_property
    def uv(self) -> Path:
        """The uv program, which installs environments."""
        from taketwo.engine.interpreters import uv_program  # noqa: PLC0415 - as above

        found = uv_program()
        if found is None:
            raise EngineUnavailable(
                "there is no uv program",
                why="Environments are installed with uv.",
                todo="Install it: pip install uv",
            )
        return Path(found)

    def environment_of(self, manifest: Manifest) -> Environment | None:
        """The environment of a run, with hashes that were completed after it was sealed.

        An amendment is not sealed: it may add hashes to packages that had none, and can change nothing else.
        Whether what they give is what was captured, the sealed listing of files decides.
        """
        environment, amended = manifest.environment, self.store.amendment(manifest.run_id, LOCK)
        if environment is None or amended is None:
            return environment
        try:
            known = msgspec.convert(amended.get("artefacts"), dict[str, tuple[Artefact, ...]])
        except msgspec.ValidationError:
            return environment  # as if it had never been completed
        from taketwo.environments.lock import filled  # noqa: PLC0415 - as above

        return filled(environment, known, self.store.put_bytes)

    @cached_property
    def cache(self) -> Path:
        """Where things are kept that can be made again; private to this user."""
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        directory = Path(base) / "taketwo"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return directory

    def remembered(self, what: str, project: str) -> Path:
        """The file of the cache in which one thing about a project is remembered."""
        return self.cache / what / hashlib.sha256(os.fsencode(project)).hexdigest()[:32]

    def _keeping(self, limit: int) -> Keeping:
        return Keeping(
            digest_many=self.digests.digest_many,
            has=self.store.has,
            put_file=self.store.put_file,
            put_bytes=self.store.put_bytes,
            size_limit=limit,
        )


def _wheel_folders() -> Sequence[Path]:
    from taketwo.environments.configuration import wheel_folders  # noqa: PLC0415 - reads several files

    return wheel_folders(os.environ)


def compose(settings: Settings) -> Tools:
    """The tools for these settings."""
    return Tools(settings)
