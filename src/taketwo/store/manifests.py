"""Manifests of a local store: sealed bytes in one file, the seal beside it. They are the truth about runs."""

from __future__ import annotations

import hashlib
import re

from taketwo.errors import FormatError, StoreError, Tampered, UnknownRun
from taketwo.formats import manifest as manifest_format
from taketwo.formats.manifest import SIZE_LIMIT, SealedManifest
from taketwo.formats.run_id import is_run_id
from taketwo.model.manifest import Manifest
from taketwo.store import locks
from taketwo.store.disk import disk_errors, make_durable, names_in, sync_directory, temporary_file
from taketwo.store.layout import Layout

_SEAL = re.compile(rb"([0-9a-f]{64})  [^\n]*\n?")
_SUFFIX = ".json"


class ManifestFiles:
    """One file for each run and one for its seal; a run is there when its manifest is."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def add(self, manifest: Manifest) -> SealedManifest:
        """Seal and keep ``manifest``; nothing that is there is ever replaced."""
        sealed = manifest_format.seal(manifest)
        run_id = manifest.run_id
        if not is_run_id(run_id):
            raise StoreError(
                f"{run_id[:80]!r} is not a run id",
                why="Ids become names of files, so nothing else is accepted as one.",
                todo="Draw one with taketwo.formats.run_id.new_run_id.",
            )
        self._layout.prepare()
        place = self._layout.manifests / f"{run_id}{_SUFFIX}"
        seal = self._layout.manifests / f"{run_id}.sha256"
        temporary = self._layout.temporary
        with (
            disk_errors(f"the manifest of {run_id} cannot be kept in the store at {self._layout.root}"),
            temporary_file(temporary) as (manifest_file, manifest_name),
            temporary_file(temporary) as (seal_file, seal_name),
        ):
            manifest_file.write(sealed.content)
            make_durable(manifest_file)
            seal_file.write(f"{sealed.sha256}  {place.name}\n".encode())
            make_durable(seal_file)
            with locks.exclusive(self._layout.lock):
                if place.exists():
                    return self._same(sealed)
                # The seal first: a manifest without one has lost it, and was not just interrupted.
                seal_name.rename(seal)
                manifest_name.rename(place)
                sync_directory(self._layout.manifests)
        return sealed

    def read(self, run_id: str) -> SealedManifest:
        """The manifest of a full run id, its seal checked."""
        content, seal = self.content(run_id), self._seal(run_id)
        found = hashlib.sha256(content).hexdigest()
        if found != seal:
            raise Tampered(
                f"the manifest of {run_id} in the store at {self._layout.root} is not what was sealed",
                why=f"Its bytes have the SHA-256 {found}, and the seal says {seal or 'nothing'}.",
                todo="Restore it from a copy or from where it came; do not rely on what it says.",
            )
        try:
            sealed = manifest_format.parse(content)
        except FormatError as error:
            raise StoreError(
                f"the manifest of {run_id} cannot be read: {error.what}",
                why="It is as it was sealed, by another version of taketwo perhaps.",
                todo=error.todo or "Read it with the version that wrote it.",
            ) from error
        if sealed.manifest.run_id != run_id:
            raise Tampered(
                f"the manifest of {sealed.manifest.run_id} lies in the store as that of {run_id}",
                why="Somebody has renamed or copied it: what it says is about another run.",
                todo="Restore both from a copy.",
            )
        return sealed

    def has(self, run_id: str) -> bool:
        """Whether ``run_id`` is the whole id of a run that is there."""
        self._layout.check()
        with disk_errors(f"the manifest of {run_id} cannot be looked up"):
            return is_run_id(run_id) and (self._layout.manifests / f"{run_id}{_SUFFIX}").is_file()

    def content(self, run_id: str) -> bytes:
        """The bytes of a manifest as they are; ``UnknownRun`` when there are none."""
        self._layout.check()
        unknown = UnknownRun(f"no run has the id {run_id[:80]!r}", todo="List the runs with: taketwo ls")
        if not is_run_id(run_id):
            raise unknown
        with disk_errors(f"the manifest of {run_id} cannot be read"):
            try:
                with (self._layout.manifests / f"{run_id}{_SUFFIX}").open("rb") as file:
                    return file.read(SIZE_LIMIT + 1)
            except FileNotFoundError as error:
                raise unknown from error

    def names(self) -> list[str]:
        """The sorted ids of all runs, from the names of the files alone."""
        self._layout.check()
        with disk_errors(f"the runs of the store at {self._layout.root} cannot be listed"):
            names = names_in(self._layout.manifests)
        return [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]

    def stamp(self) -> int:
        """When a name in the directory of manifests was last added or removed; 0 when there is none."""
        with disk_errors(f"the runs of the store at {self._layout.root} cannot be listed"):
            try:
                return self._layout.manifests.stat().st_mtime_ns
            except FileNotFoundError:
                return 0

    def _seal(self, run_id: str) -> str:
        """The digest that seals a run; empty when the seal is gone or says nothing."""
        with disk_errors(f"the seal of {run_id} cannot be read"):
            try:
                with (self._layout.manifests / f"{run_id}.sha256").open("rb") as file:
                    match = _SEAL.fullmatch(file.read(1000))
            except FileNotFoundError:
                return ""
        return match[1].decode() if match else ""

    def _same(self, sealed: SealedManifest) -> SealedManifest:
        run_id = sealed.manifest.run_id
        if self.content(run_id) != sealed.content:
            raise StoreError(
                f"the run {run_id} is in the store already, with another manifest",
                why="What was sealed once is never replaced.",
                todo="Capture or replay again; every run has an id of its own.",
            )
        return sealed
