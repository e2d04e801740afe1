"""Use case: capture a published study, replay it, and set the published table beside the replayed one."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from taketwo.app import capture_command, replay_run
from taketwo.app.requests import CaptureRequest, DemoRequest, ReplayRequest
from taketwo.app.results import DemoResult
from taketwo.config.settings import Settings
from taketwo.errors import CaptureError, UsageError
from taketwo.progress import SILENT, Progress
from taketwo.report.published import compare, numbers_of, read_table
from taketwo.resources import example_path

_STUDY = "program-effectiveness"
_RESULT = "coefficients.json"


def run(settings: Settings, request: DemoRequest, progress: Progress = SILENT) -> DemoResult:
    """Run the study in a directory of its own, which stays: its store holds the captured run and the replay."""
    study = example_path(_STUDY)
    if importlib.util.find_spec("statsmodels") is None:
        wanted = (study / "requirements.txt").read_text("utf-8").strip()
        raise UsageError(
            "statsmodels is not installed for this Python, and the study is computed with it",
            why="The data of Spector and Mazzeo (1980) ship inside statsmodels.",
            todo=f"Install it: {shlex.quote(sys.executable)} -m pip install {wanted}",
        )
    table = read_table((study / "published.toml").read_bytes())
    project = Path(tempfile.mkdtemp(prefix="taketwo-demo-"))
    for name in ("analysis.py", "requirements.txt", "published.toml", "README.md"):
        shutil.copyfile(study / name, project / name)
    ours = msgspec.structs.replace(
        settings, project=project, store=project / ".taketwo", experiment=_STUDY, data={}, tolerance={}
    )
    progress.step(f"capturing the study {_STUDY} in {project}")
    captured = capture_command.run(
        ours,
        CaptureRequest(
            argv=(sys.executable, "analysis.py"),
            directory=project,
            environment=dict(os.environ),
            tolerance=(f"output:{_RESULT}: {table.digits} digits",),
        ),
        progress,
    )
    if captured.failure is not None:
        raise captured.failure
    if captured.exit_code != 0:
        raise CaptureError(
            f"the study ended with exit code {captured.exit_code}",
            why="There is no result that a replay could be compared with.",
            todo=f"See what it printed: taketwo --store {ours.store} show {captured.run_id}",
        )
    progress.found(f"captured as {captured.run_id}")
    replayed = replay_run.run(ours, ReplayRequest(run=captured.run_id, network=request.network), progress)
    content = next((o.content for o in replayed.replay.outputs if o.name == _RESULT), None)
    computed = numbers_of(json.loads(replayed.read(content.sha256))) if content else {}
    return DemoResult(
        title=table.title,
        citation=table.citation,
        directory=project,
        captured=captured,
        replayed=replayed,
        table=compare(table, computed),
    )
