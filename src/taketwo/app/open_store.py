"""Use case: open the store of the project, after finishing what a killed capture left behind."""

from __future__ import annotations

from taketwo.app.recover import recover
from taketwo.app.tools import compose
from taketwo.config.settings import Settings
from taketwo.store.interface import RunStore


def open(settings: Settings) -> RunStore:  # noqa: A001 - the verb that the entrances use
    """The store, whose listing includes runs that were killed."""
    tools = compose(settings)
    recover(tools)
    return tools.store
