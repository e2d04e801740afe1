"""Remembers which index files a distribution came from, so that an unchanged one is not asked for again."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taketwo.environments.interface import ArtefactIndex
from taketwo.environments.memo import write_whole
from taketwo.formats import canonical_json
from taketwo.model.environment import Artefact, Distribution, Interpreter


class CachedArtefactIndex(ArtefactIndex):
    """Answers from the file ``path`` and asks ``inner`` for the rest only.

    Published files never change under their name, so an answer stays true. What ``inner`` does not know
    may be published or reachable later: it is asked for again, but not within ``patience`` seconds. A
    package of one's own that no index has would otherwise cost every run a search, and every run without a
    network the whole timeout.
    """

    def __init__(self, inner: ArtefactIndex, path: Path, *, patience: float = 0.0) -> None:
        self._inner = inner
        self._path = path
        self._unanswered = path.with_name(f"{path.name}.unanswered")
        self._patience = patience

    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        """As ``inner`` would answer, or did answer before."""
        known = self._load()
        keys = {d.name: _key(d) for d in distributions}
        found = {name: known[key] for name, key in keys.items() if key in known}
        lately = self._asked_lately()
        unknown = [d for d in distributions if d.name not in found and keys[d.name] not in lately]
        if unknown and timeout > 0:
            answers = self._inner.artefacts(unknown, interpreter, timeout=timeout)
            if answers:
                self._save(self._load() | {keys[name]: value for name, value in answers.items()})
            now = time.time()
            self._remember_unanswered({keys[d.name]: now for d in unknown if d.name not in answers})
            found |= answers
        return found

    def _asked_lately(self) -> dict[str, float]:
        if not self._patience:
            return {}
        now = time.time()  # a time that lies ahead was written by a clock that has been put back
        return {key: asked for key, asked in self._asked().items() if 0 <= now - asked < self._patience}

    def _remember_unanswered(self, asked: dict[str, float]) -> None:
        if asked and self._patience:
            with contextlib.suppress(OSError):  # without it the index is asked again, and that is all
                write_whole(self._unanswered, msgspec.json.encode(self._asked_lately() | asked))

    def _asked(self) -> dict[str, float]:
        try:
            return msgspec.json.decode(self._unanswered.read_bytes(), type=dict[str, float])
        except (OSError, msgspec.MsgspecError):
            return {}

    def _load(self) -> dict[str, tuple[Artefact, ...]]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, tuple[Artefact, ...]])
        except (OSError, msgspec.MsgspecError):
            return {}

    def _save(self, known: dict[str, tuple[Artefact, ...]]) -> None:
        with contextlib.suppress(OSError):  # without the cache the index is asked again, and that is all
            write_whole(self._path, msgspec.json.encode(known))


def _key(distribution: Distribution) -> str:
    parts = [distribution.name, distribution.version, list(distribution.tags), distribution.files_sha256]
    return hashlib.sha256(canonical_json.encode(parts)).hexdigest()
