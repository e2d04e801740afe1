"""The use cases as the commands see them, each imported when it is called; tests inject a fake."""

# ruff: noqa: PLC0415  a use case is heavy, and only the one that is called is needed

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from taketwo.config.settings import Settings
from taketwo.progress import Progress

if TYPE_CHECKING:  # for annotations only: the models cost more than ``taketwo --help`` does
    from taketwo.app.requests import CaptureRequest, DemoRequest, ReplayRequest
    from taketwo.app.results import (
        CommandResult,
        Comparison,
        DemoResult,
        EngineState,
        ExportedFiles,
        LockResult,
        ReplayResult,
    )
    from taketwo.store.interface import Collected, Damage, RunStore


class Application:
    """Everything that taketwo can do. Only ``TaketwoError`` and ``KeyboardInterrupt`` come out on purpose."""

    def capture_command(
        self, settings: Settings, request: CaptureRequest, progress: Progress
    ) -> CommandResult:
        """Run a command and keep what it did."""
        from taketwo.app import capture_command

        return capture_command.run(settings, request, progress)

    def replay_run(self, settings: Settings, request: ReplayRequest, progress: Progress) -> ReplayResult:
        """Run a captured run again from its manifest alone, and judge the result."""
        from taketwo.app import replay_run

        return replay_run.run(settings, request, progress)

    def compare_runs(self, settings: Settings, before: str, after: str) -> Comparison:
        """Compare any two runs."""
        from taketwo.app import compare_runs

        return compare_runs.run(settings, before, after)

    def lock_run(self, settings: Settings, run: str, progress: Progress) -> LockResult:
        """Find the hashes that the lock of a run still lacks."""
        from taketwo.app import lock_run

        return lock_run.run(settings, run, progress)

    def open_store(self, settings: Settings) -> RunStore:
        """Open the store of the project."""
        from taketwo.app import open_store

        return open_store.open(settings)

    def verify_store(self, settings: Settings) -> Iterator[Damage]:
        """Rehash everything in the store, source trees included."""
        from taketwo.app import store_care

        return store_care.verify(settings)

    def collect_garbage(self, settings: Settings, *, dry_run: bool) -> Collected:
        """Remove what no run needs."""
        from taketwo.app import store_care

        return store_care.collect_garbage(settings, dry_run=dry_run)

    def demo(self, settings: Settings, request: DemoRequest, progress: Progress) -> DemoResult:
        """Capture and replay the study that ships with taketwo."""
        from taketwo.app import demo

        return demo.run(settings, request, progress)

    def survey_engines(self, settings: Settings) -> Sequence[EngineState]:
        """Which engines work here, strongest first."""
        from taketwo.app import engines

        return engines.survey(settings)

    def export_dockerfile(self, settings: Settings, run: str, directory: Path) -> ExportedFiles:
        """Write what a person needs to rebuild a run by hand."""
        from taketwo.app import export_dockerfile

        return export_dockerfile.run(settings, run, directory)
