"""The JSON documents that belong to no report: locks, engines, the store. ``docs/json.md`` describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from taketwo.app.results import EngineState, LockResult
from taketwo.store.interface import Collected, Damage


def lock(result: LockResult) -> dict[str, Any]:
    """What ``taketwo lock`` prints."""
    return {"run_id": result.run_id, "completed": list(result.completed), "pending": list(result.pending)}


def engines(states: Iterable[EngineState]) -> list[dict[str, Any]]:
    """What ``taketwo engines`` prints."""
    return [
        {
            "name": state.name,
            "usable": state.availability.usable,
            "sealed": state.sealed,
            "chosen": state.chosen,
            "reason": state.availability.reason or None,
            "todo": state.availability.todo or None,
        }
        for state in states
    ]


def damages(found: Iterable[Damage]) -> list[dict[str, Any]]:
    """What ``taketwo store verify`` prints."""
    return [msgspec.structs.asdict(damage) for damage in found]


def garbage(collected: Collected, *, dry_run: bool) -> dict[str, Any]:
    """What ``taketwo store gc`` prints."""
    return {**msgspec.structs.asdict(collected), "dry_run": dry_run}
