"""The console: when it decides, and what of it does not."""

import pytest

from taketwo.model.base import Blob
from taketwo.model.manifest import Streams
from taketwo.model.verdict import Outcome
from tests.support.judging import bare, judge
from tests.support.studies import manifest, replay, rule


def test_the_console_decides_only_when_there_is_nothing_else(content):
    before = Streams(stdout=content.blob(b"auc 0.5 in 3.1s\n"), stderr=content.blob(b"note 1\n"))
    timing = Streams(stdout=content.blob(b"auc 0.5 in 2.9s\n"), stderr=content.blob(b"note 2\n"))
    other = Streams(stdout=content.blob(b"auc 0.6 in 2.9s\n"))
    assert (
        judge(content, bare(streams=before), replay(of=bare(), streams=timing)).outcome is Outcome.REPRODUCED
    )
    assert (
        judge(content, bare(streams=before), replay(of=bare(), streams=other)).outcome
        is Outcome.NOT_REPRODUCED
    )
    with_metrics = judge(content, manifest(streams=before), replay(streams=other))
    assert with_metrics.outcome is Outcome.REPRODUCED
    assert [c.held for c in with_metrics.checks if c.kind == "console"] == [None, None]


def printed(content, before, after):
    first, second = (Streams(stdout=content.blob(text)) for text in (before, after))
    return judge(content, bare(streams=first), replay(of=bare(), streams=second))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"mean reaction time: 15.09\n", b"mean reaction time: 39.75\n"),
        (b"peak enrolment 2089-03-04\n", b"peak enrolment 2082-03-07\n"),
        (b"elapsed: 4\n", b"elapsed: 5\n"),
        (b"lasted 3s\n", b"failed 4s\n"),
    ],
)
def test_numbers_and_dates_that_are_not_those_of_the_run_itself_decide(content, before, after):
    assert printed(content, before, after).outcome is Outcome.NOT_REPRODUCED


def test_durations_that_differ_are_named_beside_what_agrees(content):
    verdict = printed(content, b"auc 0.5\nhalf-life 4.7s\n", b"auc 0.5\nhalf-life 87.8s\n")
    assert verdict.outcome is Outcome.REPRODUCED
    assert any("4.7s became 87.8s" in caveat for caveat in verdict.caveats)


def test_durations_alone_that_differ_are_inconclusive(content):
    verdict = printed(content, b"effect of dose: 4.7s\n", b"effect of dose: 87.8s\n")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "4.7s became 87.8s" in verdict.reasons[0]


def test_a_console_within_tolerance_holds(content):
    before, after = (Streams(stdout=content.blob(text)) for text in (b"auc 0.50\n", b"auc 0.51\n"))
    verdict = judge(
        content,
        bare(streams=before),
        replay(of=bare(), streams=after),
        rule("console:*", "tolerance", atol=0.1),
    )
    assert verdict.outcome is Outcome.REPRODUCED


def test_a_program_that_prints_to_stderr_alone_is_judged_by_it(content):
    before, after = (Streams(stderr=content.blob(text)) for text in (b"auc 0.50\n", b"auc 0.51\n"))
    assert (
        judge(content, bare(streams=before), replay(of=bare(), streams=after)).outcome
        is Outcome.NOT_REPRODUCED
    )


def test_a_console_that_is_not_kept_decides_nothing(content):
    before, after = (Streams(stdout=Blob(sha256=c * 64, size=5)) for c in "01")
    assert (
        judge(content, bare(streams=before), replay(of=bare(), streams=after)).outcome is Outcome.INCONCLUSIVE
    )
