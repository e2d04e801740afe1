"""The store of this machine: a directory of blobs and manifests that any number of processes may use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from taketwo.errors import FormatError, StoreError
from taketwo.formats import references
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.run_id import normalise
from taketwo.model.base import Blob
from taketwo.model.manifest import Manifest
from taketwo.store.amendments import Amendments
from taketwo.store.blobs import BlobFiles
from taketwo.store.index import Index
from taketwo.store.interface import Collected, Damage, RunStore, RunSummary
from taketwo.store.layout import Layout
from taketwo.store.manifests import ManifestFiles
from taketwo.store.resolving import resolve

_LOOKED_THROUGH = 200
"""How many of the newest runs are looked through to say who uses a damaged blob; ``verify`` knows all."""


class LocalStore(RunStore):
    """Runs in the directory ``root``, which is created by the first write and never by a read."""

    def __init__(self, root: Path) -> None:
        self._layout = Layout(root)
        self._blobs = BlobFiles(self._layout, self._used_by)
        self._manifests = ManifestFiles(self._layout)
        self._amendments = Amendments(self._layout)
        self._index = Index(self._layout, self._manifests)

    @property
    def root(self) -> Path:
        """The directory of the store."""
        return self._layout.root

    @property
    def recordings(self) -> Path:
        """Where captures in progress are recorded; what they keep is no garbage before they end."""
        return self._layout.recordings

    def put_bytes(self, content: bytes) -> Blob:  # noqa: D102 - the interface says it
        return self._blobs.put_bytes(content)

    def put_file(self, path: Path) -> Blob:  # noqa: D102
        return self._blobs.put_file(path)

    def read(self, sha256: str, *, limit: int | None = None) -> bytes:  # noqa: D102
        return self._blobs.read(sha256, limit=limit)

    def open(self, sha256: str) -> BinaryIO:  # noqa: D102
        return self._blobs.open(sha256)

    def copy_out(self, sha256: str, destination: Path) -> None:  # noqa: D102
        self._blobs.copy_out(sha256, destination)

    def has(self, sha256: str) -> bool:  # noqa: D102
        return self._blobs.has(sha256)

    def check(self, sha256: str) -> None:  # noqa: D102
        self._blobs.check(sha256)

    def add_manifest(self, manifest: Manifest) -> SealedManifest:  # noqa: D102
        return self._manifests.add(manifest)

    def manifest(self, run_id: str) -> SealedManifest:  # noqa: D102
        return self._manifests.read(run_id)

    def amend(self, run_id: str, name: str, document: dict[str, Any]) -> None:  # noqa: D102
        self._amendments.put(run_id, name, document)

    def amendment(self, run_id: str, name: str) -> dict[str, Any] | None:  # noqa: D102
        return self._amendments.get(run_id, name)

    def resolve(self, prefix: str) -> str:  # noqa: D102
        whole = normalise(prefix)
        if self._manifests.has(whole):
            return whole
        return resolve(prefix, self._manifests.names(), is_replay=self._is_replay)

    def runs(self, *, experiment: str | None = None, limit: int | None = None) -> Sequence[RunSummary]:  # noqa: D102
        return self._index.runs(experiment=experiment, limit=limit)

    def verify(self) -> Iterator[Damage]:  # noqa: D102
        from taketwo.store.verifying import verify  # noqa: PLC0415 - captures never need it

        yield from verify(self)

    def collect_garbage(self, *, dry_run: bool = False) -> Collected:  # noqa: D102
        from taketwo.store.garbage import collect  # noqa: PLC0415 - captures never need it

        return collect(self._layout, self._blobs, self, dry_run=dry_run)

    def rebuild_index(self) -> int:  # noqa: D102
        return self._index.rebuild()

    def run_ids(self) -> Sequence[str]:
        """The ids of all runs, oldest first, from the names of their files."""
        return self._manifests.names()

    def documents(self, run_id: str) -> Iterator[dict[str, Any]]:
        """The manifest of a run as a document, and every amendment of it."""
        yield self.manifest(run_id).document
        yield from self._amendments.all_of(run_id)

    def digests(self) -> Iterator[str]:
        """The digest of every blob that is there."""
        return self._blobs.digests()

    def _is_replay(self, run_id: str) -> bool:
        try:
            return self._manifests.read(run_id).manifest.replay is not None
        except (StoreError, FormatError):
            return (
                False  # it may well be the one that is meant: whoever reads it learns what is wrong with it
            )

    def _used_by(self, sha256: str) -> Sequence[str]:
        found = []
        for run_id in self._manifests.names()[-_LOOKED_THROUGH:]:
            try:
                needed = references.blobs_of(self._manifests.read(run_id).document)
            except (StoreError, FormatError):
                continue  # this is for the message about another problem
            if any(reference.sha256 == sha256 for reference in needed):
                found.append(run_id)
        return found
