"""Metrics of two runs: every step of every metric, the last value as the headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from taketwo.model.base import Number, as_float
from taketwo.model.manifest import Metric
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify import ladder
from taketwo.verify.rules import choose
from taketwo.verify.tally import Tally

_Series = dict[tuple[int | None, int], Number]


def check_metrics(before: Sequence[Metric], after: Sequence[Metric], rules: Sequence[Rule]) -> list[Check]:
    """One check for each metric, in the order of the captured run; new ones last.

    A metric, or a step of it, that is on one side only fails: the same code with the same data
    measured something else.
    """
    captured, replayed = _series(before), _series(after)
    names = list(captured) + [name for name in replayed if name not in captured]
    return [_check(name, captured.get(name), replayed.get(name), choose(rules, name)) for name in names]


def _series(metrics: Iterable[Metric]) -> dict[str, _Series]:
    """By name, the values by step; a step that was logged twice is told apart by its count."""
    found: dict[str, _Series] = {}
    logged: Counter[tuple[str, int | None]] = Counter()
    for metric in metrics:
        key = metric.name, metric.step
        found.setdefault(metric.name, {})[metric.step, logged[key]] = metric.value
        logged[key] += 1
    return found


def _check(name: str, before: _Series | None, after: _Series | None, rule: Rule) -> Check:
    first, last = (list(series.values())[-1] if series else None for series in (before, after))
    if before is None or after is None:
        return Check(
            subject=name,
            kind="metric",
            rung=Rung.DIFFERENT,
            rule=rule,
            held=None if rule.allow == "ignore" else False,
            before=first,
            after=last,
        )
    if len(before) == len(after) == 1 and before.keys() == after.keys():
        judged = ladder.rung(as_float(first or 0), as_float(last or 0), rule)
        rung, held, detail = judged.rung, judged.held, judged.detail
    else:
        compared = _compare_steps(before, after, rule)
        rung, held, detail = compared
    return Check(
        subject=name,
        kind="metric",
        rung=rung,
        rule=rule,
        held=None if rule.allow == "ignore" else held,
        before=first,
        after=last,
        detail=detail,
    )


def _compare_steps(before: _Series, after: _Series, rule: Rule) -> ladder.Judgement:
    tally = Tally(rule)
    for key, value in before.items():
        if key in after:
            tally.number(_place(key), as_float(value), as_float(after[key]))
        else:
            tally.differs(_place(key), str(value), "nothing")
    for key, value in after.items():
        if key not in before:
            tally.differs(_place(key), "nothing", str(value))
    result = tally.comparison()
    return ladder.Judgement(result.rung, result.held, result.detail)


def _place(key: tuple[int | None, int]) -> str:
    step, nth = key
    where = f"step {step}" if step is not None else "value" if nth == 0 else f"value {nth + 1}"
    return f"{where} (occurrence {nth + 1})" if step is not None and nth else where
