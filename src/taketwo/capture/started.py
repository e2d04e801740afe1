"""What is known when a run begins; enough to finish its manifest even when the process is killed."""

from __future__ import annotations

from typing import Literal

from taketwo.model.base import Value
from taketwo.model.data import Input
from taketwo.model.manifest import ReplayOf
from taketwo.model.rules import Rule
from taketwo.model.source import Source

FILE = "started.json"


class Started(Value, frozen=True, kw_only=True):
    """The beginning of a run, kept in its recording until the manifest is sealed.

    Paths are those of this machine: this value never leaves it. ``pid`` and ``pid_started`` (clock
    ticks after boot) name the process whose end means that nobody will finish the run any more.
    ``roots`` are the observed program's own names for places, when it runs in a sandbox:
    ``/taketwo/project`` there is ``project_root`` here.
    """

    run_id: str
    experiment: str
    mode: Literal["command", "call", "replay"]
    started: float
    project: str
    project_root: str
    home: str
    directory: str
    argv: tuple[str, ...]
    pid: int
    pid_started: int
    source: Source | None = None
    declared: tuple[Input, ...] = ()
    declared_outputs: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = {}
    parent: str | None = None
    replay: ReplayOf | None = None
    roots: dict[str, str] = {}
