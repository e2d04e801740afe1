"""Rehash a whole store, and find what manifests refer to and is not there.

The kinds of damage: ``tampered blob``, ``missing blob``, ``unreadable blob``, ``tampered manifest``,
``unreadable manifest``, ``unreadable listing``.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from taketwo.errors import FormatError, MissingBlob, StoreError, Tampered
from taketwo.formats import references
from taketwo.formats.references import LISTING_LIMIT, Reference
from taketwo.store.interface import Damage

_BATCH = 256


class Contents(Protocol):
    """What verifying and collecting garbage ask of a store."""

    def run_ids(self) -> Sequence[str]:
        """Every run."""

    def digests(self) -> Iterable[str]:
        """Every blob."""

    def documents(self, run_id: str) -> Iterable[dict[str, Any]]:
        """The manifest as a document, its seal checked, and every amendment of it."""

    def read(self, sha256: str, *, limit: int | None = None) -> bytes:
        """The checked bytes of a blob."""

    def check(self, sha256: str) -> None:
        """Rehash a blob."""


def verify(store: Contents) -> Iterator[Damage]:
    """Everything that is damaged or missing, manifests first; damage to a blob names every run it touches."""
    bad = {damage.sha256: damage for damage in _bad_blobs(store)}
    sound = set(store.digests()) - bad.keys()
    runs: dict[str, list[str]] = {}
    listed: dict[str, frozenset[str]] = {}
    for run_id in store.run_ids():
        try:
            needed = [ref for document in store.documents(run_id) for ref in references.blobs_of(document)]
        except (StoreError, FormatError) as error:
            kind = "tampered manifest" if isinstance(error, Tampered) else "unreadable manifest"
            yield Damage(kind=kind, sha256="", text=str(error), runs=(run_id,))
            continue
        lost = {reference.sha256 for reference in needed} - sound
        for reference in needed:
            if reference.listing and reference.sha256 in sound:
                # Many runs share a listing: it is read once, and only what is wrong with it is kept.
                if reference.sha256 not in listed:
                    try:
                        listed[reference.sha256] = _lost_files(store, reference, sound)
                    except (StoreError, FormatError) as error:
                        listed[reference.sha256] = frozenset({reference.sha256})
                        bad[reference.sha256] = Damage(
                            kind="unreadable listing", sha256=reference.sha256, text=str(error)
                        )
                lost |= listed[reference.sha256]
        for sha256 in lost:
            runs.setdefault(sha256, []).append(run_id)
    for sha256 in sorted(bad.keys() | runs.keys()):
        damage = bad.get(sha256) or Damage(
            kind="missing blob", sha256=sha256, text=f"the blob {sha256} is not in the store"
        )
        yield Damage(kind=damage.kind, sha256=sha256, text=damage.text, runs=tuple(runs.get(sha256, ())))


def _bad_blobs(store: Contents) -> Iterator[Damage]:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - reading one run never needs it

    def examine(sha256: str) -> Damage | None:
        try:
            store.check(sha256)
        except MissingBlob:  # collected as garbage meanwhile; if a run needs it, that is found below
            return None
        except Tampered as error:
            return Damage(kind="tampered blob", sha256=sha256, text=error.what)
        except StoreError as error:
            return Damage(kind="unreadable blob", sha256=sha256, text=error.what)
        return None

    digests = iter(store.digests())
    # hashlib lets go of the interpreter lock: threads hash at the speed of all cores.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while batch := list(itertools.islice(digests, _BATCH)):
            yield from filter(None, pool.map(examine, batch))


def _lost_files(store: Contents, reference: Reference, sound: set[str]) -> frozenset[str]:
    content = store.read(reference.sha256, limit=LISTING_LIMIT)
    return frozenset(file.sha256 for file in references.files_of(reference, content)) - sound
