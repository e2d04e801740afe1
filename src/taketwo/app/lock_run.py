"""Use case: complete the hashes that could not be had when a run was captured."""

from __future__ import annotations

import msgspec

from taketwo.app.results import LockResult
from taketwo.app.tools import LOCK, compose
from taketwo.config.settings import Settings
from taketwo.environments.lock import complete
from taketwo.errors import RebuildError
from taketwo.progress import SILENT, Progress

_AT_LEAST = 60.0
"""Seconds: whoever asks for hashes waits for them, unlike whoever trains a model."""


def run(settings: Settings, run: str, progress: Progress = SILENT) -> LockResult:
    """Ask the index for what is pending. The sealed manifest stays; the completed lock is kept beside it."""
    tools = compose(settings)
    run_id = tools.store.resolve(run)
    manifest = tools.store.manifest(run_id).manifest
    environment = tools.environment_of(manifest)
    if environment is None:
        raise RebuildError(
            f"{run_id} has no environment: no Python was observed in it",
            why="There are no packages whose hashes could be completed.",
        )
    before = {d.name for d in environment.distributions if d.origin == "pending"}
    progress.step(f"asking the package index for {len(before)} hashes")
    found = complete(
        environment,
        tools.index,
        tools.store.put_bytes,
        max(settings.lock_timeout, _AT_LEAST),
        rescue=tools.rescue(environment),
    )
    pending = tuple(d.name for d in found.distributions if d.origin == "pending")
    if found != environment:
        found_now = {d.name: msgspec.to_builtins(d.artefacts) for d in found.distributions if d.artefacts}
        wheels = {
            d.name: msgspec.to_builtins(d.wheel) for d in found.distributions if d.wheel and d.name in before
        }
        tools.store.amend(run_id, LOCK, {"artefacts": found_now, "wheels": wheels})
    return LockResult(run_id=run_id, completed=tuple(sorted(before.difference(pending))), pending=pending)
