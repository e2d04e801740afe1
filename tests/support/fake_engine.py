"""An engine without containers: what commands do is arranged before, what was asked is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taketwo.engine.interface import (
    Availability,
    Base,
    Engine,
    Mount,
    OutputListener,
    RunOutcome,
    RunRequest,
)
from taketwo.errors import NoInterpreter
from taketwo.model.environment import Interpreter
from taketwo.progress import SILENT, Progress


@dataclass(frozen=True)
class Behaviour:
    """What a command does: what it prints, how it ends, and what it does to its mounts."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    effect: Callable[[RunRequest], None] = lambda request: None
    outcome: RunOutcome | None = None


class FakeEngine(Engine):
    """Edit the world (``versions``, ``usable``, ``arrange``), then assert on ``runs`` and ``builds``."""

    name = "fake"
    sealed = True

    def __init__(self, *versions: str, usable: bool = True, reason: str = "") -> None:
        self.versions = list(versions)
        self.usable = usable
        self.reason = reason
        self.runs: list[RunRequest] = []
        self.builds: list[RunRequest] = []
        self._behaviours: list[tuple[Callable[[tuple[str, ...]], bool], Behaviour]] = []

    def arrange(self, matches: Callable[[tuple[str, ...]], bool], behaviour: Behaviour) -> None:
        """Commands whose argv ``matches`` behave like that; the latest arrangement wins."""
        self._behaviours.insert(0, (matches, behaviour))

    def availability(self) -> Availability:
        return Availability(self.usable, self.reason, "" if self.usable else f"Mend the {self.name} engine.")

    def base_for(self, interpreter: Interpreter, *, image: str | None = None) -> Base:
        same_minor = [version for version in self.versions if version.startswith(f"{interpreter.minor}.")]
        if not same_minor:
            raise NoInterpreter(f"There is no Python {interpreter.minor}.", todo="Add one to the fake.")
        version = interpreter.version if interpreter.version in same_minor else same_minor[-1]
        return Base(key=f"fake-{version}", python_version=version, python="/usr/bin/python3", image=image)

    def build(
        self,
        base: Base,
        argv: tuple[str, ...],
        *,
        mounts: tuple[Mount, ...],
        environment: Mapping[str, str],
        progress: Progress = SILENT,
    ) -> tuple[int, str]:
        ended = super().build(base, argv, mounts=mounts, environment=environment, progress=progress)
        self.builds.append(self.runs.pop())
        return ended

    def run(self, request: RunRequest, listener: OutputListener) -> RunOutcome:
        self.runs.append(request)
        behaviour = self._behaviour(request)
        for stream, content in (("stdout", behaviour.stdout), ("stderr", behaviour.stderr)):
            if content:
                listener(stream, content)
        return behaviour.outcome or RunOutcome(behaviour.exit_code, wall_seconds=0.0)

    def _behaviour(self, request: RunRequest) -> Behaviour:
        behaviour = next((b for matches, b in self._behaviours if matches(request.argv)), Behaviour())
        behaviour.effect(request)
        return behaviour
