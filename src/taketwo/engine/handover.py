"""Who a sandboxed command is, and what it may therefore read and write of what is mounted.

A command runs as the calling user, or as 65532 when that is root. Writable places are copies that belong
to the run: they are handed over to that uid. Read-only places may be anybody's and are never changed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from taketwo.engine.interface import Mount
from taketwo.errors import EngineError

SANDBOX_UID = 65532
"""The uid that distroless images made customary for "nobody in particular"."""


def hand_over(mounts: Sequence[Mount], uid: int | None) -> None:
    """Give every writable mount to ``uid``; ``None`` leaves owners as they are.

    ``EngineError`` when it cannot be done. Links are given themselves and never followed. Read-only mounts
    that ``uid`` cannot read are refused now, rather than as a puzzling error of the command.
    """
    for mount in mounts:
        if not mount.source.exists():
            raise EngineError(
                f"There is nothing to mount at {mount.target}: {mount.source} does not exist.",
                why="The command would run without something that it needs.",
            )
        if uid is None:
            continue
        if mount.writable:
            _give(mount.source, uid)
        elif not _readable_by_others(mount.source):
            raise EngineError(
                f"The sandboxed user ({uid}) may not read {mount.source}, mounted at {mount.target}.",
                why="A sealed command is never root.",
                todo="Make it readable for everyone (chmod o+rX), or replay as an ordinary user.",
            )


def _readable_by_others(path: Path) -> bool:
    mode = path.stat().st_mode
    needed = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & needed == needed


def _give(place: Path, uid: int) -> None:
    try:
        if place.stat().st_uid != uid:
            os.chown(place, uid, uid)
        for directory, directories, files in os.walk(place):
            for name in (*directories, *files):
                path = Path(directory) / name
                if path.lstat().st_uid != uid:
                    os.chown(path, uid, uid, follow_symlinks=False)
    except OSError as error:
        raise EngineError(
            f"{place} cannot be handed to the sandboxed user: {error.strerror}",
            why="The command could not write where it is meant to.",
            todo="Replay on a local disk, where files have owners, or as an ordinary user.",
        ) from error
