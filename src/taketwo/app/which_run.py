"""Which run is meant by what somebody typed, where a replay of it is not."""

from __future__ import annotations

from taketwo.store.interface import RunStore
from taketwo.store.resolving import LATEST


def original(typed: str, store: RunStore) -> str:
    """The id of the run; ``latest`` is the newest that is not a replay itself."""
    if typed.strip().lower() == LATEST:
        for row in store.runs():
            if row.replay_of is None:
                return row.run_id
    return store.resolve(typed)
