"""A recording from inside a sandbox, with its paths turned into those of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from taketwo.record.recording import Recording


def relocate(recording: Recording, roots: Mapping[str, str]) -> Recording:
    """``recording`` as seen from outside: a path below a key of ``roots`` is below its value here.

    Longer roots go first; other paths stay as they are, they belong to the sandbox's own system.
    """
    move = _mover(roots)
    return msgspec.structs.replace(
        recording,
        processes=tuple(
            msgspec.structs.replace(
                event,
                cwd=move(event.cwd),
                executable=move(event.executable),
                prefix=move(event.prefix),
                path=tuple(map(move, event.path)),
                user_site=None,
            )
            for event in recording.processes
        ),
        opens=tuple(msgspec.structs.replace(event, path=move(event.path)) for event in recording.opens),
        renames=tuple(
            msgspec.structs.replace(event, path=move(event.path), to=move(event.to))
            for event in recording.renames
        ),
        preimages=tuple(
            msgspec.structs.replace(event, path=move(event.path)) for event in recording.preimages
        ),
        exits=tuple(
            msgspec.structs.replace(event, modules={name: move(path) for name, path in event.modules.items()})
            for event in recording.exits
        ),
        artifacts=tuple(
            msgspec.structs.replace(event, path=move(event.path)) for event in recording.artifacts
        ),
    )


def _mover(roots: Mapping[str, str]) -> Callable[[str], str]:
    ordered = sorted(roots.items(), key=lambda pair: -len(pair[0]))

    def move(path: str) -> str:
        for inside, here in ordered:
            if path == inside or path.startswith(f"{inside}/"):
                return here + path[len(inside) :]
        return path

    return move
