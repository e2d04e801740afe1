"""taketwo without anything behind its entrances: use cases that remember what they were asked, and answer."""

from taketwo.app.results import (
    CommandResult,
    Comparison,
    DemoResult,
    EngineState,
    ExportedFiles,
    LockResult,
    ReplayResult,
)
from taketwo.cli.application import Application
from taketwo.engine.interface import Availability
from taketwo.model.run_diff import RunDiff
from taketwo.model.verdict import Outcome
from taketwo.report.published import PublishedRow
from taketwo.store.interface import Collected
from tests.support.cli_runs import CAPTURED, FIRST, REPLAYED, SECOND, manifest, verdict
from tests.support.fake_store import FakeStore


class FakeApplication(Application):
    """Change what it holds, call a command, look at ``asked``: pairs of a use case and its arguments."""

    def __init__(self):
        self.asked = []
        self.store = FakeStore()
        self.store.add_manifest(manifest(FIRST))
        self.store.add_manifest(manifest(SECOND, experiment="other"))
        self.damages = []
        self.garbage = Collected(blobs=0, size=0)
        self.outcome = Outcome.REPRODUCED
        self.exit_code = 0
        self.notices = ()
        self.pending = ()
        self.patch = ""
        self.source = ()
        self.failure = None
        self.failed_capture = None
        self.during = lambda progress: None

    def capture_command(self, settings, request, progress):
        self._hear("capture", settings, request, progress)
        return CommandResult(
            exit_code=self.exit_code,
            run_id=CAPTURED,
            notices=self.notices,
            failure=self.failed_capture,
        )

    def replay_run(self, settings, request, progress):
        self._hear("replay", settings, request, progress)
        return self._replayed()

    def compare_runs(self, settings, before, after):
        self._hear("compare", settings, (before, after))
        return Comparison(
            found=RunDiff(
                before=FIRST,
                after=SECOND,
                patch=self.patch,
                source=self.source,
            ),
            verdict=verdict(FIRST, SECOND, self.outcome),
            before=manifest(FIRST),
            after=manifest(SECOND),
            read=self.store.read,
        )

    def verify_store(self, settings):
        self._hear("verify", settings, None)
        return iter(self.damages)

    def collect_garbage(self, settings, *, dry_run):
        self._hear("gc", settings, dry_run)
        return self.garbage

    def lock_run(self, settings, run, progress):
        self._hear("lock", settings, run, progress)
        return LockResult(run_id=FIRST, completed=("numpy", "scipy"), pending=self.pending)

    def open_store(self, settings):
        self._hear("store", settings, None)
        return self.store

    def demo(self, settings, request, progress):
        self._hear("demo", settings, request, progress)
        return DemoResult(
            title="Spector and Mazzeo (1980)",
            citation="Journal of Economic Education 11(2)",
            directory=settings.project,
            captured=CommandResult(exit_code=0, run_id=FIRST),
            replayed=self._replayed(),
            table=(
                PublishedRow("PSI", "2.379", 2.3786877, agrees=True),
                PublishedRow("GPA", "2.826", None, agrees=False),
            ),
        )

    def survey_engines(self, settings):
        self._hear("engines", settings, None)
        absent = Availability(usable=False, reason="No daemon answers.", todo="Start Docker or Podman.")
        return (
            EngineState(name="docker", sealed=True, availability=absent),
            EngineState(name="bubblewrap", sealed=True, availability=Availability(usable=True), chosen=True),
            EngineState(name="venv", sealed=False, availability=Availability(usable=True)),
        )

    def export_dockerfile(self, settings, run, directory):
        self._hear("dockerfile", settings, (run, directory))
        return ExportedFiles(directory=directory, files=("Dockerfile", "README.md"))

    def _replayed(self):
        return ReplayResult(
            verdict=verdict(FIRST, REPLAYED, self.outcome),
            original=manifest(FIRST),
            replay=manifest(REPLAYED),
            read=self.store.read,
        )

    def _hear(self, name, settings, request, progress=None):
        self.asked.append((name, settings, request))
        if progress is not None:
            self.during(progress)
        if self.failure is not None:
            raise self.failure
