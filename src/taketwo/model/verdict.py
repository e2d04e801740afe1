"""The outcome of comparing two manifests under rules that were fixed beforehand."""

from __future__ import annotations

import enum
from typing import Literal

from taketwo.model.base import Number, Value
from taketwo.model.manifest import Rebuilt, Sealing
from taketwo.model.rules import Rule, Rung


class Outcome(enum.StrEnum):
    """The answer to "did it reproduce?", with the exit code that tells it."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """0, 1 or 3; 2 is a usage error everywhere."""
        return {"reproduced": 0, "not reproduced": 1, "inconclusive": 3}[self.value]


class Check(Value, frozen=True, kw_only=True):
    """One result on both sides. ``held`` is ``None`` when the check is informative only.

    ``before`` and ``after`` are numbers or short texts; ``None`` is a value that is missing there.
    """

    subject: str
    kind: Literal["metric", "output", "result", "console", "exit"]
    rung: Rung
    rule: Rule
    held: bool | None
    before: Number | str | None = None
    after: Number | str | None = None
    detail: str = ""


class Difference(Value, frozen=True, kw_only=True):
    """One thing that is not the same on both sides and may explain a check that failed."""

    area: Literal["source", "environment", "interpreter", "input", "parameter", "host", "invocation"]
    subject: str
    before: str | None = None
    after: str | None = None


class Verdict(Value, frozen=True, kw_only=True):
    """What a replay showed. ``rules_by`` names who fixed the rules: the author or the replayer.

    ``reasons`` are sentences, the decisive one first. ``caveats`` are facts that a reader must know
    to weigh the outcome (not sealed, network open, another patch release of Python).
    """

    outcome: Outcome
    original: str
    replay: str
    checks: tuple[Check, ...]
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    rules_by: str = "author"
    sealing: Sealing | None = None
    rebuilt: Rebuilt | None = None
