"""Remembers which index files a distribution came from, so that an unchanged one is not asked for again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taketwo.environments.interface import ArtefactIndex
from taketwo.formats import canonical_json
from taketwo.model.environment import Artefact, Distribution, Interpreter


class CachedArtefactIndex(ArtefactIndex):
    """Answers from the file ``path`` and asks ``inner`` for the rest only.

    Published files never change under their name, so an answer stays true. What ``inner`` does not know
    is asked for again each time.
    """

    def __init__(self, inner: ArtefactIndex, path: Path) -> None:
        self._inner = inner
        self._path = path

    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        """As ``inner`` would answer, or did answer before."""
        known = self._load()
        keys = {d.name: _key(d) for d in distributions}
        found = {name: known[key] for name, key in keys.items() if key in known}
        unknown = [d for d in distributions if d.name not in found]
        if unknown:
            answers = self._inner.artefacts(unknown, interpreter, timeout=timeout)
            if answers:
                self._save(self._load() | {keys[name]: value for name, value in answers.items()})
            found |= answers
        return found

    def _load(self) -> dict[str, tuple[Artefact, ...]]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, tuple[Artefact, ...]])
        except (OSError, msgspec.MsgspecError):
            return {}

    def _save(self, known: dict[str, tuple[Artefact, ...]]) -> None:
        with contextlib.suppress(OSError):  # without the cache the index is asked again, and that is all
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".artefacts-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.json.encode(known))
            Path(name).replace(self._path)


def _key(distribution: Distribution) -> str:
    parts = [distribution.name, distribution.version, list(distribution.tags), distribution.files_sha256]
    return hashlib.sha256(canonical_json.encode(parts)).hexdigest()
