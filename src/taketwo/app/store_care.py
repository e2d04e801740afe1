"""Use cases: verify a whole store, and remove what no run needs; source trees are part of both."""

from __future__ import annotations

from collections.abc import Iterator

from taketwo.app.recover import recover
from taketwo.app.tools import Tools, compose
from taketwo.app.workspace import remove_leftovers, workspace
from taketwo.config.settings import Settings
from taketwo.errors import SourceError, StoreError, TaketwoError
from taketwo.formats.references import trees_of
from taketwo.store.interface import Collected, Damage


def verify(settings: Settings) -> Iterator[Damage]:
    """Rehash everything: blobs, manifests, and every object of every source tree."""
    tools = compose(settings)
    yield from tools.store.verify()
    for tree, runs in _trees(tools).items():
        try:
            with workspace(settings.store / "replays") as space:
                tools.vault.materialise(tree, space.tree)  # reads and rehashes every object
        except (SourceError, StoreError) as error:
            yield Damage(
                kind="damaged source", sha256="", text=f"tree {tree}: {error.what}", runs=tuple(runs)
            )


def collect_garbage(settings: Settings, *, dry_run: bool) -> Collected:
    """Remove blobs and source trees that no run needs; a dry run only counts the blobs."""
    tools = compose(settings)
    recover(tools)
    if not dry_run:
        remove_leftovers(settings.store / "replays")
    collected = tools.store.collect_garbage(dry_run=dry_run)
    if not dry_run:
        tools.vault.keep_only(tuple(_trees(tools, strict=True)))
    return collected


def _trees(tools: Tools, *, strict: bool = False) -> dict[str, list[str]]:
    """Every source tree, and the runs that need it; an unreadable manifest is passed over unless ``strict``."""
    found: dict[str, list[str]] = {}
    for row in tools.store.runs():
        try:
            manifest = tools.store.manifest(row.run_id).manifest
        except TaketwoError:
            if strict:
                raise
            continue
        for tree in trees_of(manifest):
            found.setdefault(tree, []).append(row.run_id)
    return found
