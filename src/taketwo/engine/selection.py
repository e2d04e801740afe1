"""Chooses the engine: the one that was asked for, or the strongest that works; always says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taketwo.engine.interface import Availability, Engine
from taketwo.errors import EngineUnavailable, UsageError

AUTO = "auto"


@dataclass(frozen=True)
class PassedOver:
    """An engine that was tried and does not work here."""

    name: str
    availability: Availability

    def __str__(self) -> str:
        """One line: which, and why."""
        return f"{self.name}: {self.availability.reason}"


@dataclass(frozen=True)
class Selection:
    """The chosen engine and the stronger ones that do not work here."""

    engine: Engine
    passed_over: tuple[PassedOver, ...] = ()


def select(name: str, engines: Sequence[Engine]) -> Selection:
    """The engine called ``name``; for ``auto`` the first of ``engines`` (strongest first) that works.

    ``EngineUnavailable`` lists every engine that was tried, why it does not work and what to do about it.
    """
    known = {engine.name: engine for engine in engines}
    if name != AUTO and name not in known:
        raise UsageError(
            f"There is no engine called {name}.", todo=f"Choose one of: {', '.join((AUTO, *known))}."
        )
    passed_over: list[PassedOver] = []
    for engine in engines if name == AUTO else [known[name]]:
        availability = engine.availability()
        if availability:
            return Selection(engine, tuple(passed_over))
        passed_over.append(PassedOver(engine.name, availability))
    raise EngineUnavailable(
        f"The engine {name} does not work here." if name != AUTO else "No engine works here.",
        why="\n".join(map(str, passed_over)),
        todo="\n".join(
            dict.fromkeys(tried.availability.todo for tried in passed_over if tried.availability.todo)
        ),
    )
