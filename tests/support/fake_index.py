"""An artefact index in memory: you say which files it has, it answers like a real one."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.environments.interface import ArtefactIndex
from taketwo.environments.uv_index import choose
from taketwo.model.environment import Artefact, Distribution, Interpreter


class FakeIndex(ArtefactIndex):
    """``files`` maps ``(name, version)`` to what the index has; ``reachable`` can be switched off."""

    def __init__(self, files: dict[tuple[str, str], tuple[Artefact, ...]] | None = None) -> None:
        self.files = files or {}
        self.reachable = True
        self.asked: list[tuple[str, ...]] = []

    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        self.asked.append(tuple(d.name for d in distributions))
        if not self.reachable or timeout <= 0:
            return {}
        found = {}
        for d in distributions:
            files = self.files.get((d.name, d.version), ())
            sdist = next((f for f in files if f.kind == "sdist"), None)
            chosen = choose(d, [f for f in files if f.kind == "wheel"], sdist)
            if chosen:
                found[d.name] = chosen
        return found
