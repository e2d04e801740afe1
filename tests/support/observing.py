"""Runs programs under the observer, the way ``taketwo run`` does, and reads what it wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import taketwo.observer
from taketwo.record.recording import Recording

SOURCE = Path(taketwo.observer.__file__).resolve().parents[2]
BOOTSTRAP = Path(taketwo.observer.__file__).resolve().parent / "bootstrap"


@dataclass(frozen=True)
class Observed:
    """What a program printed, how it ended, and what the observer saw."""

    stdout: str
    stderr: str
    exit_code: int
    recording: Recording


def observed_environment(
    recording: Path, bootstrap: Path = BOOTSTRAP, *, with_taketwo: bool = False
) -> dict[str, str]:
    """The environment of an observed command: two variables more than it would have."""
    behind = [str(SOURCE)] if with_taketwo else []
    behind += [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") and not with_taketwo else []
    return {
        **os.environ,
        "TAKETWO_RECORDING": str(recording),
        "PYTHONPATH": os.pathsep.join([str(bootstrap), *behind]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def observe(
    argv: list[str],
    directory: Path,
    *,
    python: str = sys.executable,
    bootstrap: Path = BOOTSTRAP,
    with_taketwo: bool = False,
    environment: dict[str, str] | None = None,
) -> Observed:
    """Run ``python argv…`` in ``directory`` and observe it into a directory beside it."""
    recording = directory.parent / f"{directory.name}-recording"
    done = subprocess.run(
        [python, *argv],
        cwd=directory,
        env={**observed_environment(recording, bootstrap, with_taketwo=with_taketwo), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Observed(done.stdout, done.stderr, done.returncode, Recording.read(recording))
