"""Which files other runs of the same project wrote while a run was under way."""

from __future__ import annotations

from pathlib import Path

import msgspec

from taketwo.app.begin import RECORDINGS
from taketwo.app.tools import Tools
from taketwo.errors import TaketwoError
from taketwo.formats import canonical_json
from taketwo.formats.places import Places
from taketwo.formats.timestamp import timestamp
from taketwo.record.recording import Recording
from taketwo.record.started import STARTED, Started

_LOOKED_THROUGH = 500
"""How many of the newest runs are looked through: more do not run in one project at the same time."""


def claims(tools: Tools, started: Started) -> dict[str, str | None]:
    """By path: what runs still under way have been seen to write (``None``), and the outputs of those that ended.

    A run that cannot be read claims nothing.
    """
    found: dict[str, str | None] = dict(_sealed(tools, started))
    directory = tools.settings.store / RECORDINGS
    try:
        others = [path for path in directory.iterdir() if path.name != started.run_id]
    except OSError:
        others = []
    for path in others:
        found.update(dict.fromkeys(_written(path, started)))
    return found


def _written(path: Path, started: Started) -> set[str]:
    try:
        other = msgspec.convert(canonical_json.decode((path / STARTED).read_bytes()), Started)
        if other.project != started.project:
            return set()
        return {each.path for each in Recording.read(path).opens if each.mode != "r"}
    except (OSError, TaketwoError, msgspec.ValidationError):
        return set()


def _sealed(tools: Tools, started: Started) -> dict[str, str]:
    places = Places(project=started.project, home=started.home)
    since = timestamp(started.started)
    found = {}
    for row in tools.store.runs(limit=_LOOKED_THROUGH):
        if row.finished_at < since or row.run_id == started.run_id or row.replay_of:
            continue
        try:
            manifest = tools.store.manifest(row.run_id).manifest
        except TaketwoError:
            continue
        if manifest.source and started.source and manifest.source.subdirectory == started.source.subdirectory:
            found.update({places.expand(output.path): output.content.sha256 for output in manifest.outputs})
    return found
