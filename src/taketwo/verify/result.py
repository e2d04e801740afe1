"""What the decorated function returned, on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taketwo.model.manifest import Call, Manifest, StoredValue
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.files.json_values import compare_values
from taketwo.verify.files.text import compare_lines
from taketwo.verify.rules import choose
from taketwo.verify.tally import Comparison, Tally
from taketwo.verify.volatile import mask_console

_SUBJECT = "result"
_NOTHING: Any = object()


def check_result(original: Manifest, replay: Manifest, rules: Sequence[Rule]) -> list[Check]:
    """The check of the result, or none when nothing was returned (or all of it became metrics)."""
    before, after = original.invocation.call, replay.invocation.call
    if before is None:
        return []
    rule = choose(rules, _SUBJECT)
    if before.result is not None:
        other = after.result if after else None
        return [_check_stored(before.result, other, rule)]
    if before.result_json is None:
        return []
    returned = {metric.name for metric in original.metrics if metric.origin == "returned"}
    value = _without_metrics(before.result_json, returned)
    if value is _NOTHING:
        return []
    if after is None or (after.result_json is None and after.result is None):
        return [
            _check(
                rule, Comparison(Rung.DIFFERENT, held=False, detail="missing in the replay"), before, after
            )
        ]
    other_value = _without_metrics(after.result_json, returned)
    tally = Tally(rule)
    compare_values(value, None if other_value is _NOTHING else other_value, tally, root=_SUBJECT)
    return [_check(rule, tally.comparison(), before, after)]


def _without_metrics(value: Any, names: set[str], path: str = "") -> Any:
    """The returned value less the numbers that are judged as metrics, each by the rule for its name."""
    if isinstance(value, dict):
        kept = {
            key: rest
            for key, member in value.items()
            if (rest := _without_metrics(member, names, f"{path}.{key}" if path else key)) is not _NOTHING
        }
        return kept if kept or not value else _NOTHING
    numeric = isinstance(value, (int, float)) or value in ("NaN", "Infinity", "-Infinity")
    return _NOTHING if numeric and (path in names or path.replace(".", "/") in names) else value


def _check(rule: Rule, compared: Comparison, before: Call, after: Call | None) -> Check:
    return Check(
        subject=_SUBJECT,
        kind="result",
        rung=compared.rung,
        rule=rule,
        held=None if rule.allow == "ignore" else compared.held,
        before=_kind(before.result_json),
        after=_kind(after.result_json) if after else None,
        detail=compared.detail,
    )


def _check_stored(before: StoredValue, after: StoredValue | None, rule: Rule) -> Check:
    rung, held, detail = _judge_stored(before, after, rule)
    return Check(
        subject=_SUBJECT,
        kind="result",
        rung=rung,
        rule=rule,
        held=None if rule.allow == "ignore" else held,
        before=before.text or before.type,
        after=(after.text or after.type) if after else None,
        detail=detail,
    )


def _judge_stored(
    before: StoredValue, after: StoredValue | None, rule: Rule
) -> tuple[Rung, bool | None, str]:
    """Digests decide when they are equal. Otherwise what the value prints as may show a difference.

    Equal values can have different pickles, and nothing is unpickled here; so different digests
    alone show nothing, unless the rule asks for identical bytes.
    """
    if after is None:
        return Rung.DIFFERENT, False, "missing in the replay"
    if before.sha256 is not None and before.sha256 == after.sha256:
        return Rung.IDENTICAL, True, f"the same {before.type}"
    if before.type != after.type:
        return Rung.DIFFERENT, False, f"a {after.type} instead of a {before.type}"
    if rule.allow == "identical":
        return Rung.DIFFERENT, False, f"the bytes of the {before.type} differ"
    tally = Tally(rule)
    compare_lines(mask_console(before.text), mask_console(after.text), tally)
    shown = tally.comparison()
    if not shown.held:
        return Rung.DIFFERENT, False, f"as text: {shown.detail}"
    return Rung.DIFFERENT, None, f"the bytes of the {before.type} differ, its text does not; equal values may"


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"a mapping of {len(value):,}"
    return f"a list of {len(value):,}" if isinstance(value, list) else str(value)
