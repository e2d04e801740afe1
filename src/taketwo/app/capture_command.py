"""Use case: run a command on this machine, untouched, and capture what it did."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from taketwo.app.begin import begin
from taketwo.app.conclude import conclude, discard
from taketwo.app.ending import ending_of
from taketwo.app.recover import recover
from taketwo.app.requests import CaptureRequest
from taketwo.app.results import CommandResult
from taketwo.app.tools import compose
from taketwo.app.unobserved import with_its_interpreter
from taketwo.config.settings import Settings
from taketwo.engine.interface import RunOutcome
from taketwo.engine.observed import ObservedCommand, run_observed
from taketwo.errors import CaptureError
from taketwo.model.manifest import Resources
from taketwo.progress import SILENT, Progress
from taketwo.record.ended import Ended, keep
from taketwo.record.recording import Recording
from taketwo.record.standard_input import StandardInput, about_standard_input
from taketwo.verify.rules import parse_rule, rules_from

BOOTSTRAP = Path(__file__).resolve().parent.parent / "observer" / "bootstrap"


def run(settings: Settings, request: CaptureRequest, progress: Progress = SILENT) -> CommandResult:
    """Run and capture. The command's own failure is a result; what keeps it from being captured is raised before.

    The exit code is that which a shell would show. A command that does not exist leaves nothing behind. What
    goes wrong after the command has run is part of the result too.
    """
    tools = compose(settings)
    recover(tools)
    author = (
        *rules_from(settings.tolerance, by="author"),
        *(parse_rule(t, by="author") for t in request.tolerance),
    )
    data: list[tuple[str | None, Path]] = [(name, path) for name, path in settings.data.items()]
    data += [(item.name, item.path) for item in request.data]
    started, recording = begin(
        tools,
        mode="command",
        argv=request.argv,
        directory=request.directory,
        environment=request.environment,
        experiment=settings.experiment,
        data=data,
        outputs=request.outputs,
        rules=author,
        tags=request.tags,
    )
    command = ObservedCommand(
        argv=request.argv,
        environment=observed_environment(request.environment, recording, settings.preimage_limit),
        stdout=recording / "stdout",
        stderr=recording / "stderr",
        directory=request.directory,
    )
    given = StandardInput.now()
    try:
        outcome = run_observed(command)
    except CaptureError:
        discard(recording)
        raise
    ended = Ended(
        ending=ending_of(outcome.exit_code),
        finished=time.time(),
        resources=_resources(outcome),
        stdout=command.stdout,
        stderr=command.stderr,
        notices=about_standard_input(given, StandardInput.now()),
    )
    keep(ended, recording)
    code = outcome.exit_code if outcome.exit_code >= 0 else 128 - outcome.exit_code
    try:
        observed, seen = with_its_interpreter(Recording.read(recording), request.argv, request.environment)
        sealed = conclude(tools, started, observed, msgspec.structs.replace(ended, observed=seen))
    except Exception as failure:  # noqa: BLE001 - an outermost door: the command has run, and its exit code counts
        return CommandResult(exit_code=code, run_id=started.run_id, failure=failure)
    discard(recording)
    manifest = sealed[0].manifest
    del progress
    return CommandResult(
        exit_code=code, run_id=manifest.run_id, notices=tuple(notice.text for notice in manifest.notices)
    )


def observed_environment(own: Mapping[str, str], recording: Path, preimage_limit: int) -> dict[str, str]:
    """The user's environment and what the observer needs: two variables, and a limit in bytes."""
    environment = dict(own)
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{BOOTSTRAP}{os.pathsep}{inherited}" if inherited else str(BOOTSTRAP)
    environment["TAKETWO_RECORDING"] = str(recording)
    environment["TAKETWO_PREIMAGE_LIMIT"] = str(preimage_limit)
    return environment


def _resources(outcome: RunOutcome) -> Resources:
    return Resources(
        wall_seconds=outcome.wall_seconds,
        cpu_seconds=outcome.cpu_seconds,
        peak_memory_bytes=outcome.peak_memory_bytes,
    )
