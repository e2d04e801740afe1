"""What is known when a run has ended, by the one that supervised it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from taketwo.formats.places import Places
from taketwo.model.base import Notice
from taketwo.model.manifest import Ending, Resources
from taketwo.record.files import FileStat


class Ended(msgspec.Struct, frozen=True):
    """How a run ended, and what only its supervisor knows. ``finished`` is in seconds since the epoch.

    ``original_paths`` turns the place of an input on this machine into the one that the manifest has
    for it; a replay needs it, because there the data lies elsewhere. ``before`` are the files of the project
    as a replay put them there. ``as_seen`` are the places as its program saw them.
    """

    ending: Ending
    finished: float
    resources: Resources = msgspec.field(default_factory=Resources)
    stdout: Path | None = None
    stderr: Path | None = None
    notices: tuple[Notice, ...] = ()
    original_paths: Mapping[str, str] = {}
    before: Mapping[str, FileStat] = {}
    as_seen: Places | None = None
