"""What is known when a run begins; enough to finish its manifest even when the process is killed."""

from __future__ import annotations

from typing import Literal

from taketwo.model.base import Blob, Value
from taketwo.model.manifest import ReplayOf
from taketwo.model.rules import Rule
from taketwo.model.source import Source

STARTED = "started.json"
"""The name of the file in a recording."""


class DeclaredInput(Value, frozen=True, kw_only=True):
    """An input that was named beforehand, with its content from before the run (files only)."""

    path: str
    name: str | None = None
    stat: tuple[int, int, int, int] | None = None
    content: Blob | None = None


class Started(Value, frozen=True, kw_only=True):
    """The beginning of a run, kept in its recording until the manifest is sealed.

    Paths are those of this machine: this value never leaves it. ``owner`` (``taketwo.owner``) names the process
    whose end means that nobody will finish the run any more.
    ``started`` is in seconds since the epoch. ``project_link`` is another path of the project, through a
    symbolic link, by which the user's shell knows it.
    """

    run_id: str
    experiment: str
    mode: Literal["command", "call", "replay"]
    started: float
    project: str
    home: str
    directory: str
    argv: tuple[str, ...]
    owner: str
    source_root: str = ""
    project_link: str = ""
    source: Source | None = None
    declared: tuple[DeclaredInput, ...] = ()
    declared_outputs: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = {}
    variables: dict[str, str] = {}
    parent: str | None = None
    replay: ReplayOf | None = None
