"""Did it reproduce? The comparison of two manifests under rules that were fixed beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule
from taketwo.model.verdict import Check, Verdict
from taketwo.verify import outcome
from taketwo.verify.console import check_console
from taketwo.verify.content import Read
from taketwo.verify.differences import differences
from taketwo.verify.ending import check_ending
from taketwo.verify.metrics import check_metrics
from taketwo.verify.outputs import check_outputs
from taketwo.verify.result import check_result


def compare(
    original: Manifest, replay: Manifest, *, rules: Sequence[Rule], read: Read, rules_by: str = "author"
) -> Verdict:
    """The verdict on ``replay``. Pure: the same manifests, rules and content give the same verdict.

    ``rules`` are judged in order, the last match wins; ``rules_by`` names who fixed them. ``read`` gives
    content by digest and is called only for files whose digests differ; ``MissingBlob`` is an answer.
    """
    checks = all_checks(original, replay, rules, read)
    found = differences(original, replay, read)
    answer = outcome.decide(original, replay, checks)
    return Verdict(
        outcome=answer,
        original=original.run_id,
        replay=replay.run_id,
        checks=tuple(checks),
        differences=found,
        reasons=outcome.reasons(original, replay, answer, checks, found),
        caveats=outcome.caveats(original, replay, answer, checks, found, rules_by),
        rules_by=rules_by,
        sealing=replay.replay.sealing if replay.replay else None,
        rebuilt=replay.replay.rebuilt if replay.replay else None,
    )


def all_checks(original: Manifest, replay: Manifest, rules: Sequence[Rule], read: Read) -> list[Check]:
    """Every check: metrics, result, outputs, the ending; what was printed decides when nothing else does."""
    results = [
        *check_metrics(original.metrics, replay.metrics, rules),
        *check_result(original, replay, rules),
        *check_outputs(original.outputs, replay.outputs, rules, read),
    ]
    # Only a captured result silences the console: files that appear in the replay alone do not.
    judged = any(check.held is not None or check.kind == "result" for check in results)
    return [
        *results,
        check_ending(original, replay, rules, read),
        *check_console(original, replay, rules, read, decides=not judged),
    ]
