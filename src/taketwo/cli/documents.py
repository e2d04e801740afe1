"""The JSON documents that belong to no report: locks, engines, the store. ``docs/json.md`` describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from taketwo.app.results import EngineState, LockResult
from taketwo.store.interface import Collected, Damage


<<<<<<< HEAD
def complete(value: Any) -> Any:
    """A model value as JSON with all its fields; manifests leave defaults out, documents do not."""
    match value:
        case msgspec.Struct():
            return {name: complete(getattr(value, name)) for name in value.__struct_fields__}
        case enum.Enum():
            return value.value
        case Mapping():
            return {str(key): complete(item) for key, item in value.items()}
        case tuple() | list():
            return [complete(item) for item in value]
        case _:
            return value


def runs(summaries: Iterable[RunSummary]) -> dict[str, Any]:
    """What ``taketwo ls`` prints."""
    return {"runs": [complete(summary) for summary in summaries]}


def verdict(result: ReplayResult) -> dict[str, Any]:
    """What ``taketwo replay`` prints."""
    return verdict_json.document(result.verdict, result.original, result.replay)


def comparison(result: Comparison) -> dict[str, Any]:
    """What ``taketwo diff`` prints."""
    document = verdict_json.document(result.verdict, result.before, result.after)
    return {"verdict": document, "code_diff": result.found.patch}


def lock(value: LockResult) -> dict[str, Any]:
=======
def lock(result: LockResult) -> dict[str, Any]:
>>>>>>> cli
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
