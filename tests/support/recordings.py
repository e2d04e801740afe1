"""Parts of a recording as an observer would have written them; any field can be changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from taketwo.formats.run_id import new_run_id
from taketwo.model.environment import Interpreter
from taketwo.record import events
from taketwo.record.started import Started

NOON = 1_772_366_400.0
"""When everything here happens, or some seconds later."""

INTERPRETER = Interpreter(implementation="cpython", version="3.11.7", layout="venv")


def started(project: Path, **changes) -> Started:
    """A command that was started in the directory ``project``."""
    return Started(**{
        "run_id": new_run_id(datetime.fromtimestamp(NOON, UTC)),
        "experiment": "study", "mode": "command", "started": NOON, "project": str(project),
        "home": str(project.parent), "directory": str(project), "argv": ("python", "train.py", "--depth", "3"),
        "owner": "", **changes,
    })  # fmt: skip


def process(project: Path, *argv: str, **changes) -> events.Process:
    """A Python process of a virtual environment inside the project."""
    return events.Process(**{
        "time": NOON + 0.1, "journal": "7-0", "pid": 7, "ppid": 1, "argv": argv or ("train.py", "--depth", "3"),
        "orig_argv": ("python", *argv), "cwd": str(project), "executable": f"{project}/.venv/bin/python",
        "prefix": f"{project}/.venv", "base_prefix": "/opt/python", "path": (), "interpreter": INTERPRETER, **changes,
    })  # fmt: skip


def call(name: str, after: float = 1.0, **changes) -> events.CallStart:
    """A decorated call with the id ``name``, some seconds after noon."""
    return events.CallStart(**{
        "time": NOON + after, "journal": "7-0", "call": name, "module": "__main__", "qualname": "train", **changes,
    })  # fmt: skip


def returned(name: str, after: float = 3.0, **changes) -> events.CallEnd:
    """The end of the call with that id."""
    return events.CallEnd(**{"time": NOON + after, "journal": "7-0", "call": name, **changes})


def metric(name: str, value: float, **changes) -> events.LoggedMetric:
    """A metric that was logged, by default outside every call."""
    return events.LoggedMetric(
        **{"time": NOON + 2, "journal": "7-0", "name": name, "value": value, **changes}
    )


def opened(path: Path, mode: str = "r", **changes) -> events.Open:
    """A file that was opened, and had not been there before."""
    return events.Open(**{"time": NOON + 2, "journal": "7-0", "path": str(path), "mode": mode, **changes})
