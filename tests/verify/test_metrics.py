"""Metrics: every step counts, and the last value is the headline."""

import msgspec

from taketwo.model.base import number
from taketwo.model.manifest import Metric
from taketwo.model.rules import Rung
from taketwo.verify.metrics import check_metrics
from tests.support.studies import rule


def metrics(**series):
    found = []
    for name, values in series.items():
        if isinstance(values, list):
            found += [Metric(name=name, value=number(v), step=i) for i, v in enumerate(values, start=1)]
        else:
            found.append(Metric(name=name, value=number(values)))
    return found


def only(checks):
    (check,) = checks
    return check


def test_the_same_values_are_identical():
    checks = check_metrics(metrics(auc=0.5, loss=[3.0, 1.0]), metrics(auc=0.5, loss=[3.0, 1.0]), [])
    assert [(c.subject, c.rung, c.held) for c in checks] == [
        ("auc", Rung.IDENTICAL, True),
        ("loss", Rung.IDENTICAL, True),
    ]


def test_the_last_value_is_the_headline_and_every_step_is_judged():
    check = only(check_metrics(metrics(loss=[3.0, 2.0, 1.0]), metrics(loss=[3.0, 2.5, 1.0]), []))
    assert (check.before, check.after) == (1.0, 1.0)
    assert check.held is False
    assert "1 of 3 values differ" in check.detail
    assert "step 2: 2.0 became 2.5" in check.detail


def test_a_metric_that_is_missing_fails():
    check = only(check_metrics(metrics(auc=0.5), [], []))
    assert (check.held, check.before, check.after) == (False, 0.5, None)


def test_a_metric_of_the_replay_alone_fails():
    check = only(check_metrics([], metrics(auc=0.5), []))
    assert (check.held, check.before, check.after) == (False, None, 0.5)


def test_a_missing_step_fails_although_the_last_value_is_the_same():
    after = [m for m in metrics(loss=[3.0, 2.0, 1.0]) if m.step != 2]
    check = only(check_metrics(metrics(loss=[3.0, 2.0, 1.0]), after, [rule("*", "tolerance", atol=9)]))
    assert check.held is False
    assert "step 2: 2.0 became nothing" in check.detail


def test_a_further_step_fails():
    check = only(check_metrics(metrics(loss=[3.0]), metrics(loss=[3.0, 3.0]), []))
    assert check.held is False


def test_each_metric_has_its_own_rule():
    rules = [rule("auc", "tolerance", atol=0.01), rule("loss", "printed", digits=1)]
    checks = check_metrics(metrics(auc=0.5, loss=1.04, n=3), metrics(auc=0.505, loss=1.01, n=4), rules)
    assert [(c.rung, c.held) for c in checks] == [
        (Rung.TOLERANCE, True),
        (Rung.PRINTED, True),
        (Rung.DIFFERENT, False),
    ]


def test_an_ignored_metric_is_shown_and_not_judged():
    check = only(check_metrics(metrics(seconds=1.0), metrics(seconds=2.0), [rule("seconds", "ignore")]))
    assert check.held is None
    assert (check.before, check.after) == (1.0, 2.0)


def test_values_that_are_not_finite_are_compared():
    checks = check_metrics(
        metrics(a=float("nan"), b=float("inf")), metrics(a=float("nan"), b=float("-inf")), []
    )
    assert [c.held for c in checks] == [True, False]
    assert checks[0].before == "NaN"


def test_a_metric_that_was_logged_twice_without_steps_is_compared_in_order():
    twice = [Metric(name="auc", value=0.1), Metric(name="auc", value=0.2)]
    changed = [twice[0], msgspec.structs.replace(twice[1], value=0.3)]
    assert only(check_metrics(twice, twice, [])).held
    assert "value 2: 0.2 became 0.3" in only(check_metrics(twice, changed, [])).detail


def test_a_metric_logged_very_often_is_compared_in_reasonable_time():
    many = [Metric(name="loss", value=i) for i in range(100_000)]
    assert only(check_metrics(many, many, [])).held
