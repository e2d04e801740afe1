"""Completes an environment: hashes of an index, or kept wheels, then the lock in both standard forms."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from taketwo.environments.interface import ArtefactIndex
from taketwo.formats.pylock import pylock
from taketwo.formats.requirements import requirements
from taketwo.model.base import Blob
from taketwo.model.environment import Distribution, Environment, Lock


def complete(
    environment: Environment,
    index: ArtefactIndex,
    put_bytes: Callable[[bytes], Blob],
    timeout: float,
    *,
    rescue: Callable[[Distribution], Distribution] | None = None,
) -> Environment:
    """The environment with a lock; what the index does not know stays ``pending`` and is named there.

    May be called again on the result, at any later time: only what is pending is asked for. ``rescue``
    is given each distribution that the index does not have, and may return it with another origin.
    """
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
