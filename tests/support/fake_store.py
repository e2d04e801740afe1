"""A store in memory: the contract of ``RunStore`` without a disk. Tests edit its world, then assert."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from taketwo.errors import MissingBlob, StoreError, Tampered, UnknownRun
from taketwo.formats import manifest as manifest_format
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.run_id import is_run_id
from taketwo.model.base import Blob
from taketwo.model.manifest import Manifest
from taketwo.store.garbage import needed_blobs
from taketwo.store.interface import Collected, Damage, RunStore, RunSummary
from taketwo.store.resolving import resolve
from taketwo.store.summaries import summarise
from taketwo.store.verifying import verify


class FakeStore(RunStore):
    """Blobs and sealed manifests in two dictionaries that a test may edit: ``blobs`` and ``manifests``.

    Put other bytes under a digest and they are ``Tampered``; take them away and they are missing.
    """

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.seals: dict[str, str] = {}
        self.amendments: dict[tuple[str, str], dict[str, Any]] = {}

    def put_bytes(self, content: bytes) -> Blob:
        sha256 = hashlib.sha256(content).hexdigest()
        self.blobs[sha256] = content
        return Blob(sha256=sha256, size=len(content))

    def put_file(self, path: Path) -> Blob:
        try:
            return self.put_bytes(path.read_bytes())
        except OSError as error:
            raise StoreError(f"{path} cannot be read", todo="Check the path.") from error

    def read(self, sha256: str, *, limit: int | None = None) -> bytes:
        content = self._there(sha256)
        if limit is not None and len(content) > limit:
            raise StoreError(f"the blob {sha256} has more than {limit} bytes", todo="Copy it to a file.")
        self.check(sha256)
        return content

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self._there(sha256))

    def copy_out(self, sha256: str, destination: Path) -> None:
        content = self.read(sha256)
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with destination.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise StoreError(f"{destination} cannot be written", todo="Name a new file.") from error

    def has(self, sha256: str) -> bool:
        return sha256 in self.blobs

    def check(self, sha256: str) -> None:
        if hashlib.sha256(self._there(sha256)).hexdigest() != sha256:
            raise Tampered(f"the blob {sha256} has been changed", todo="Restore it.")

    def add_manifest(self, manifest: Manifest) -> SealedManifest:
        sealed = manifest_format.seal(manifest)
        run_id = manifest.run_id
        if not is_run_id(run_id):
            raise StoreError(f"{run_id!r} is not a run id", todo="Draw one with new_run_id.")
        if self.manifests.setdefault(run_id, sealed.content) != sealed.content:
            raise StoreError(f"the run {run_id} is in the store already", todo="Capture it again.")
        self.seals[run_id] = sealed.sha256
        return sealed

    def amend(self, run_id: str, name: str, document: dict[str, Any]) -> None:
        self.amendments[run_id, name] = document

    def amendment(self, run_id: str, name: str) -> dict[str, Any] | None:
        return self.amendments.get((run_id, name))

    def documents(self, run_id: str) -> Iterator[dict[str, Any]]:
        yield self.manifest(run_id).document
        yield from (found for (run, _), found in self.amendments.items() if run == run_id)

    def manifest(self, run_id: str) -> SealedManifest:
        if run_id not in self.manifests:
            raise UnknownRun(f"no run has the id {run_id!r}", todo="List the runs.")
        content = self.manifests[run_id]
        if hashlib.sha256(content).hexdigest() != self.seals[run_id]:
            raise Tampered(f"the manifest of {run_id} is not what was sealed", todo="Restore it.")
        return manifest_format.parse(content)

    def resolve(self, prefix: str) -> str:
        return resolve(
            prefix, self.run_ids(), is_replay=lambda found: self.manifest(found).manifest.replay is not None
        )

    def runs(self, *, experiment: str | None = None, limit: int | None = None) -> Sequence[RunSummary]:
        rows = [summarise(run_id, self.manifests[run_id]) for run_id in reversed(self.run_ids())]
        return [row for row in rows if experiment in {None, row.experiment}][:limit]

    def verify(self) -> Iterator[Damage]:
        yield from verify(self)

    def collect_garbage(self, *, dry_run: bool = False) -> Collected:
        going = self.blobs.keys() - needed_blobs(self)
        size = sum(len(self.blobs[sha256]) for sha256 in going)
        if not dry_run:
            for sha256 in going:
                del self.blobs[sha256]
        return Collected(blobs=len(going), size=size)

    def rebuild_index(self) -> int:
        return len(self.manifests)

    def run_ids(self) -> Sequence[str]:
        return sorted(self.manifests)

    def digests(self) -> Iterator[str]:
        yield from sorted(self.blobs)

    def _there(self, sha256: str) -> bytes:
        if sha256 not in self.blobs:
            raise MissingBlob(f"the blob {sha256} is not in the store", todo="Fetch it.")
        return self.blobs[sha256]
