"""Replay, warm, over the sandbox alone running the same command: Docker, and bubblewrap."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import Row, Work, milliseconds, program, take_turns
from benchmarks.simple_index import index_of
from benchmarks.study import Study, make_study

_BUDGET = 0.5
_PACKAGES, _FILES = 30, 100


def measure(scratch: Path) -> list[Row]:
    """One row for each engine that works here."""
    study, environment = captured(scratch / "replayed")
    image = f"python:{platform.python_version()}-slim"
    inside = ("python", "/project/bare.py")
    mount = f"{study.project}:/project:ro"
    floors = {
        "docker": ("docker", "run", "--rm", "--network", "none", "--volume", mount, image, *inside),
        "bubblewrap": (
            *("bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
            *(str(study.python), str(study.project / "bare.py")),
        ),
    }
    usable = {state["name"] for state in _engines(study) if state["usable"]}
    rows = []
    for engine, floor in floors.items():
        what = f"replay, warm, in {engine}"
        if engine not in usable:
            rows.append(Row(what, "not usable here", budget=f"<= +{milliseconds(_BUDGET)}"))
            continue
        timings = take_turns(
            {"floor": _program(floor, study), "replay": _program(replay(engine), study, environment)},
            rounds=5,
            warm=1,
        )
        over = timings.over("replay", "floor")
        rows.append(
            Row(
                what,
                f"+{milliseconds(over)}",
                f"{floor[0]} alone {milliseconds(timings.median('floor'))}",
                f"<= +{milliseconds(_BUDGET)}",
                over <= _BUDGET,
            )
        )
    return rows


def captured(root: Path) -> tuple[Study, dict[str, str]]:
    """A small study that was captured, and the variables with which it can be replayed."""
    study = make_study(root, packages=_PACKAGES, files=_FILES, instrument=False)
    environment = study.environment | {
        "UV_DEFAULT_INDEX": index_of(study.site, root / "index"),
        "PYTHONPATH": str(Path(__file__).parent.parent / "src"),
    }
    program(
        ours("run", "--quiet", "--", study.python, "bare.py"),
        directory=study.project,
        environment=environment,
    )()
    return study, environment


def replay(engine: str) -> list[str | Path]:
    """The command that replays the run that was captured last."""
    return ours("replay", "latest", "--engine", engine)


def ours(*words: str | Path) -> list[str | Path]:
    """taketwo, by the interpreter that runs the benchmarks."""
    return [sys.executable, "-m", "taketwo", *words]


def _program(
    words: tuple[str, ...] | list[str | Path], study: Study, environment: dict[str, str] | None = None
) -> Work:
    return program(words, directory=study.project, environment=environment)


def _engines(study: Study) -> list[dict[str, object]]:
    done = subprocess.run(ours("engines", "--json"), cwd=study.project, capture_output=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found
