"""The difference of any two runs, for ``taketwo diff``: nothing is judged, everything is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule
from taketwo.model.run_diff import RunDiff
from taketwo.verify.compare import all_checks
from taketwo.verify.content import Read
from taketwo.verify.differences import differences

SourceDiff = Callable[[str, str], str]
"""Gives the unified diff of two tree ids, as ``SourceVault.diff`` does."""


def diff(
    before: Manifest, after: Manifest, *, read: Read, source_diff: SourceDiff, rules: Sequence[Rule] = ()
) -> RunDiff:
    """Everything that is not the same. ``source_diff`` is called only when the trees differ."""
    found = differences(before, after, read)
    trees = [run.source.tree if run.source else None for run in (before, after)]
    patch = ""
    if trees[0] is not None and trees[1] is not None and trees[0] != trees[1]:
        patch = source_diff(trees[0], trees[1])
    areas = ("source", "environment", "input", "parameter")
    source, packages, data, parameters = (tuple(d for d in found if d.area == area) for area in areas)
    return RunDiff(
        before=before.run_id,
        after=after.run_id,
        patch=patch,
        source=source,
        packages=packages,
        data=data,
        parameters=parameters,
        context=tuple(d for d in found if d.area not in areas),
        checks=tuple(all_checks(before, after, rules, read)),
    )
