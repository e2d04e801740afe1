"""Completes an environment: hashes of an index, or kept wheels, then the lock in both standard forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from taketwo.environments.interface import ArtefactIndex
from taketwo.environments.memo import Memo, key_of
from taketwo.model.base import Blob
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter, Lock


class RememberedLock(msgspec.Struct, frozen=True):
    """The last environment that was completed, in a file; ``has`` says whether a blob is in the store.

    What is complete follows from what was inspected alone, since published files never change under
    their name. Where something is pending nothing is remembered.
    """

    path: Path
    has: Callable[[str], bool]

    def recall(self, key: bytes) -> Environment | None:
        """The completed environment, if its lock is in this store too."""
        known = Memo(self.path).recall(key, Environment)
        if known is None or known.lock is None:
            return None
        wheels = [d.wheel for d in known.distributions if d.wheel]
        return (
            known
            if all(self.has(b.sha256) for b in (known.lock.pylock, known.lock.requirements, *wheels))
            else None
        )


def complete(
    environment: Environment,
    index: ArtefactIndex,
    put_bytes: Callable[[bytes], Blob],
    timeout: float,
    *,
    rescue: Callable[[Distribution], Distribution] | None = None,
    remembered: RememberedLock | None = None,
) -> Environment:
    """The environment with a lock; what the index does not know stays ``pending`` and is named there.

    May be called again on the result, at any later time: only what is pending is asked for. ``rescue``
    is given each distribution that the index does not have, and may return it with another origin.
    ``remembered`` saves writing the lock again for an environment that has not changed.
    """
    key = key_of(environment) if remembered else b""
    known = remembered.recall(key) if remembered else None
    if known is not None:
        return known
    found = _completed(environment, index, put_bytes, timeout, rescue)
    if remembered and found.lock is not None and not found.lock.pending:
        Memo(remembered.path).keep(key, found)
    return found


def filled(
    environment: Environment,
    artefacts: Mapping[str, tuple[Artefact, ...]],
    put_bytes: Callable[[bytes], Blob],
    wheels: Mapping[str, Blob] | None = None,
) -> Environment:
    """The environment with these artefacts for packages that had none; nothing else of it can change.

    Those whose file is among ``wheels`` are not on an index but kept.
    """
    kept = wheels or {}
    on_index = {name: files for name, files in artefacts.items() if name not in kept}

    def rescue(distribution: Distribution) -> Distribution:
        name = distribution.name
        if name not in kept or not artefacts.get(name):
            return distribution
        return msgspec.structs.replace(
            distribution, origin="wheel", artefacts=artefacts[name], wheel=kept[name]
        )

    return _completed(environment, _Known(on_index), put_bytes, 0.0, rescue)


class _Known(ArtefactIndex):
    """Answers what was found out before."""

    def __init__(self, artefacts: Mapping[str, tuple[Artefact, ...]]) -> None:
        self._artefacts = artefacts

    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        """Of these distributions only."""
        del interpreter, timeout
        return {d.name: self._artefacts[d.name] for d in distributions if self._artefacts.get(d.name)}


def _completed(
    environment: Environment,
    index: ArtefactIndex,
    put_bytes: Callable[[bytes], Blob],
    timeout: float,
    rescue: Callable[[Distribution], Distribution] | None,
) -> Environment:
    from taketwo.formats.pylock import pylock  # noqa: PLC0415 - not loaded for an unchanged environment
    from taketwo.formats.requirements import requirements  # noqa: PLC0415 - as above

    pending = [d for d in environment.distributions if d.origin == "pending"]
    answers = index.artefacts(pending, environment.interpreter, timeout=timeout) if pending else {}

    def completed(distribution: Distribution) -> Distribution:
        if distribution.origin != "pending":
            return distribution
        if answers.get(distribution.name):
            return msgspec.structs.replace(distribution, origin="index", artefacts=answers[distribution.name])
        return rescue(distribution) if rescue else distribution

    distributions = tuple(completed(d) for d in environment.distributions)
    known = msgspec.structs.replace(environment, distributions=distributions)
    lock = Lock(
        pylock=put_bytes(pylock(known)),
        requirements=put_bytes(requirements(known)),
        pending=tuple(d.name for d in distributions if d.origin == "pending"),
    )
    return msgspec.structs.replace(known, lock=lock)
