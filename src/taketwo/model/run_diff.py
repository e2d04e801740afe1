"""What is not the same between any two runs: code, packages, data, parameters and results."""

from __future__ import annotations

from taketwo.model.base import Value
from taketwo.model.verdict import Check, Difference


class RunDiff(Value, frozen=True, kw_only=True):
    """Two runs side by side, without a judgement.

    ``patch`` is the unified diff of the two source trees (empty when they are the same tree); ``checks``
    hold metrics, result, outputs, ending and console at the rung that they reach.
    """

    before: str
    after: str
    patch: str = ""
    source: tuple[Difference, ...] = ()
    packages: tuple[Difference, ...] = ()
    data: tuple[Difference, ...] = ()
    parameters: tuple[Difference, ...] = ()
    context: tuple[Difference, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def same(self) -> bool:
        """Whether source, packages, data, parameters and every result are the same on both sides."""
        changed = self.source or self.packages or self.data or self.parameters
        return not changed and all(check.held is not False for check in self.checks)
