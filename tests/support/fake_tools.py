"""The tools of the use cases with nothing behind them but memory and the project's own directory."""

from __future__ import annotations

from pathlib import Path

import msgspec

from taketwo.app.tools import Tools
from taketwo.config.settings import Settings
from tests.support.fake_index import FakeIndex
from tests.support.fake_inspector import FakeInspector
from tests.support.fake_store import FakeStore
from tests.support.fake_vault import FakeVault


class FakeTools(Tools, frozen=True, dict=True):
    """Every adapter is a fake that a test can reach; only digests are read from real files."""

    store: FakeStore = msgspec.field(default_factory=FakeStore)
    vault: FakeVault = msgspec.field(default_factory=FakeVault)
    inspector: FakeInspector = msgspec.field(default_factory=FakeInspector)
    index: FakeIndex = msgspec.field(default_factory=FakeIndex)
    cache: Path = Path("/nowhere")

    @property
    def patient_index(self) -> FakeIndex:
        return self.index


def fake_tools(project: Path, **settings) -> FakeTools:
    """Tools for that project, with a cache beside it."""
    cache = project.parent / "cache"
    cache.mkdir(exist_ok=True)
    found = Settings(project=project, store=project / ".taketwo", experiment=project.name, **settings)
    return FakeTools(found, cache=cache)
