"""A recording from inside a sandbox, with its paths turned into those of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import msgspec

from taketwo.record.recording import Recording


def relocate(recording: Recording, roots: Mapping[str, str]) -> Recording:
    """``recording`` as seen from outside: a path below a key of ``roots`` is below its value here.

    Longer roots go first. Other paths belong to the sandbox's own system, if they were not made up, and must
    never be looked at here: opens, renames, pre-images and artifacts of such are left out, and elsewhere the
    path is empty. A path is normalised first, so that ``..`` leads out of no root.
    """
    mover = _mover(roots)

    def move(path: str) -> str:
        return mover(path) or ""

    return msgspec.structs.replace(
        recording,
        processes=tuple(
            msgspec.structs.replace(
                event,
                cwd=move(event.cwd),
                executable=move(event.executable),
                prefix=move(event.prefix),
                path=tuple(filter(None, map(mover, event.path))),
                user_site=None,
            )
            for event in recording.processes
        ),
        opens=tuple(
            msgspec.structs.replace(event, path=here)
            for event in recording.opens
            if (here := mover(event.path)) is not None
        ),
        renames=tuple(
            msgspec.structs.replace(event, path=here, to=there)
            for event in recording.renames
            if (here := mover(event.path)) is not None and (there := mover(event.to)) is not None
        ),
        preimages=tuple(
            msgspec.structs.replace(event, path=here)
            for event in recording.preimages
            if (here := mover(event.path)) is not None
        ),
        exits=tuple(
            msgspec.structs.replace(event, modules={name: move(path) for name, path in event.modules.items()})
            for event in recording.exits
        ),
        artifacts=tuple(
            msgspec.structs.replace(event, path=here)
            for event in recording.artifacts
            if (here := mover(event.path)) is not None
        ),
    )


def _mover(roots: Mapping[str, str]) -> Callable[[str], str | None]:
    ordered = sorted(roots.items(), key=lambda pair: -len(pair[0]))

    def move(path: str) -> str | None:
        try:
            name = os.fsencode(path)
        except UnicodeEncodeError:  # no file can have such a name
            return None
        normal = os.path.normpath(path)
        if b"\0" in name or not normal.startswith("/"):
            return None
        for inside, here in ordered:
            if normal == inside or normal.startswith(f"{inside}/"):
                return here + normal[len(inside) :]
        return None

    return move
