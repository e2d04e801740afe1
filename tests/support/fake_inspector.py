"""An inspector that finds what you tell it to find."""

from __future__ import annotations

from pathlib import Path

from taketwo.environments.interface import EnvironmentInspector, InterpreterFacts
from taketwo.model.environment import Distribution, Environment


class FakeInspector(EnvironmentInspector):
    """``distributions`` may be changed between two looks, as a person changes an environment."""

    def __init__(self, *distributions: Distribution, identity: str = "0" * 64) -> None:
        self.distributions = list(distributions)
        self.identity = identity
        self.asked: list[tuple[InterpreterFacts, Path | None]] = []

    def inspect(self, facts: InterpreterFacts, *, project: Path | None = None) -> Environment:
        self.asked.append((facts, project))
        return Environment(
            interpreter=facts.identity,
            distributions=tuple(sorted(self.distributions, key=lambda d: d.name)),
            identity=self.identity,
        )
