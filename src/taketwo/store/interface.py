"""What a store of runs offers: blobs, manifests, an index. Implemented by ``LocalStore`` and the fake."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from taketwo.formats.manifest import SealedManifest
from taketwo.model.base import Blob, Value
from taketwo.model.manifest import Manifest


class RunSummary(Value, frozen=True, kw_only=True):
    """One row of a listing; everything here can be recomputed from the manifest.

    ``call`` is the decorated call that the run is, as ``pkg.train:train(lr=2)``.
    """

    run_id: str
    experiment: str
    status: str
    started_at: str
    finished_at: str
    command: str
    parent: str | None = None
    replay_of: str | None = None
    manifest_sha256: str = ""
    call: str | None = None


class Damage(Value, frozen=True, kw_only=True):
    """One thing that ``verify`` found: what it is, and whose runs it touches."""

    kind: str
    sha256: str
    text: str
    runs: tuple[str, ...] = ()


class Collected(Value, frozen=True, kw_only=True):
    """What ``collect_garbage`` removed."""

    blobs: int
    size: int


class RunStore(ABC):
    """Content-addressed blobs and sealed manifests. Safe for many processes at once.

    Every read checks the digest (``Tampered``); what is not there is ``MissingBlob`` or ``UnknownRun``;
    anything that the disk refuses is ``StoreError``. No other exception comes out.
    """

    @abstractmethod
    def put_bytes(self, content: bytes) -> Blob:
        """Keep ``content``; keeping the same bytes twice costs nothing."""

    @abstractmethod
    def put_file(self, path: Path) -> Blob:
        """Keep the content of a file, read once as a stream; it may be larger than memory."""

    @abstractmethod
    def read(self, sha256: str, *, limit: int | None = None) -> bytes:
        """The bytes of a blob, checked. More than ``limit`` bytes is a ``StoreError``."""

    @abstractmethod
    def open(self, sha256: str) -> BinaryIO:
        """A blob for streaming, not checked while reading; call ``check`` first."""

    @abstractmethod
    def copy_out(self, sha256: str, destination: Path) -> None:
        """Write a blob to a new file, checked on the way; never a hard link into the store."""

    @abstractmethod
    def has(self, sha256: str) -> bool:
        """Whether the blob is there (its bytes are not read)."""

    @abstractmethod
    def check(self, sha256: str) -> None:
        """Rehash one blob: ``Tampered`` or ``MissingBlob`` when it is not what it should be."""

    @abstractmethod
    def add_manifest(self, manifest: Manifest) -> SealedManifest:
        """Seal and keep a manifest. A run id that is there with other bytes is a ``StoreError``."""

    @abstractmethod
    def manifest(self, run_id: str) -> SealedManifest:
        """The sealed manifest of a full run id; its seal is checked (``Tampered``)."""

    @abstractmethod
    def amend(self, run_id: str, name: str, document: dict[str, Any]) -> None:
        """Keep what was found out after sealing (it is not sealed itself); replaces the last one of that name."""

    @abstractmethod
    def amendment(self, run_id: str, name: str) -> dict[str, Any] | None:
        """What was kept with ``amend``, or ``None``."""

    @abstractmethod
    def resolve(self, prefix: str) -> str:
        """The full run id that starts with ``prefix``: ``UnknownRun``, ``AmbiguousRun``.

        ``latest`` is the newest run that is not a replay.
        """

    @abstractmethod
    def runs(self, *, experiment: str | None = None, limit: int | None = None) -> Sequence[RunSummary]:
        """Runs, newest first."""

    @abstractmethod
    def verify(self) -> Iterator[Damage]:
        """Rehash everything and yield what is damaged or missing."""

    @abstractmethod
    def collect_garbage(self, *, dry_run: bool = False) -> Collected:
        """Remove blobs that no manifest refers to."""

    @abstractmethod
    def rebuild_index(self) -> int:
        """Build the index anew from the manifests; returns how many runs it holds."""
