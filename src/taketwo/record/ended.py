"""What is known when a run has ended, by the one that supervised it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import canonical_json
from taketwo.formats.places import Places
from taketwo.model.base import Notice
from taketwo.model.manifest import Ending, Resources
from taketwo.record.files import FileStat

ENDED = "ended.json"
"""The name of the file in a recording, which is there once the command has ended."""


class Ended(msgspec.Struct, frozen=True):
    """How a run ended, and what only its supervisor knows. ``finished`` is in seconds since the epoch.

    ``original_paths`` turns the place of an input on this machine into the one that the manifest has
    for it; a replay needs it, because there the data lies elsewhere. ``before`` are the files of the project
    as a replay put them there, and ``as_seen`` the places as its program saw them. ``observed`` is false when
    the command's Python kept the observer out.
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
    observed: bool = True


def keep(ended: Ended, recording: Path) -> None:
    """Write down how the run ended, for whoever must finish its manifest later; a disk that refuses is no error."""
    with contextlib.suppress(OSError):
        (recording / ENDED).write_bytes(
            canonical_json.encode(msgspec.structs.replace(ended, stdout=None, stderr=None))
        )


def kept(recording: Path) -> Ended | None:
    """How the run ended, if it had ended and that was written down; without its streams."""
    try:
        return msgspec.convert(canonical_json.decode((recording / ENDED).read_bytes()), Ended)
    except (OSError, FormatError, msgspec.ValidationError):
        return None
