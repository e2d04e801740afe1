"""What the use cases answer: one frozen result each, which an entrance renders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taketwo.engine.interface import Availability
from taketwo.model.manifest import Manifest
from taketwo.model.run_diff import RunDiff
from taketwo.model.verdict import Outcome, Verdict

if TYPE_CHECKING:  # a capture shows no published table
    from taketwo.report.published import PublishedRow


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """A captured command: its exit code as a shell shows it, its run, what the user should know.

    ``failure`` is what kept the manifest from being sealed after the command had run. Its recording is
    still there then, and the next command that looks at the store tries again.
    """

    exit_code: int
    run_id: str
    notices: tuple[str, ...] = ()
    failure: Exception | None = None


class ReplayResult(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with the two manifests that it compares; ``read`` gives the bytes of a blob by SHA-256."""

    verdict: Verdict
    original: Manifest
    replay: Manifest
    read: Callable[[str], bytes]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs compared: as after a replay, and everything that differs, code included."""

    verdict: Verdict
    found: RunDiff
    before: Manifest
    after: Manifest
    read: Callable[[str], bytes]


class LockResult(msgspec.Struct, frozen=True, kw_only=True):
    """The lock of a run after completing it: names that got their hashes now, names still without."""

    run_id: str
    completed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class EngineState(msgspec.Struct, frozen=True, kw_only=True):
    """An engine of this machine; ``chosen`` marks the one that ``auto`` takes."""

    name: str
    sealed: bool
    availability: Availability
    chosen: bool = False


class ExportedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, relative to ``directory``."""

    directory: Path
    files: tuple[str, ...]


class DemoResult(msgspec.Struct, frozen=True, kw_only=True):
    """The captured and replayed study, which stays in ``directory``, and its published table."""

    title: str
    citation: str
    directory: Path
    captured: CommandResult
    replayed: ReplayResult
    table: tuple[PublishedRow, ...]

    @property
    def outcome(self) -> Outcome:
        """That of the replay, and ``not reproduced`` when the published table does not agree with it."""
        outcome = self.replayed.verdict.outcome
        if outcome is Outcome.REPRODUCED and not all(row.agrees for row in self.table):
            return Outcome.NOT_REPRODUCED
        return outcome
