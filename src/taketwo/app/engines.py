"""Use case: say which engines work on this machine, and which one ``auto`` takes."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.app.results import EngineState
from taketwo.app.tools import compose
from taketwo.config.settings import Settings


def survey(settings: Settings) -> Sequence[EngineState]:
    """Every engine, strongest first, each tried for real."""
    states: list[EngineState] = []
    for engine in compose(settings).engines:
        availability = engine.availability()
        chosen = bool(availability) and not any(state.chosen for state in states)
        states.append(
            EngineState(name=engine.name, sealed=engine.sealed, availability=availability, chosen=chosen)
        )
    return states
