"""``latest`` is what somebody captured, and never a replay of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.app.which_run import original
from taketwo.errors import UnknownRun
from taketwo.store.local import LocalStore
from tests.support.studies import manifest, replay

FIRST, SECOND = "20260301-101500-aaaaaaaaaa", "20260401-101500-bbbbbbbbbb"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A captured run and its replay, which is newer."""
    store = LocalStore(tmp_path)
    first = manifest(run_id=FIRST)
    for run in (first, replay(of=first, run_id=SECOND, started_at="2026-04-01T10:15:00Z")):
        store.add_manifest(run)
    return store


def test_latest_passes_over_replays(store: LocalStore) -> None:
    assert original(" Latest ", store) == FIRST


def test_a_replay_can_be_named(store: LocalStore) -> None:
    assert original(SECOND, store) == SECOND


def test_without_any_run_there_is_no_latest(tmp_path: Path) -> None:
    with pytest.raises(UnknownRun):
        original("latest", LocalStore(tmp_path))
