"""The result of a call, compared by value or by the digest of what was stored."""

from taketwo.model.manifest import Metric, StoredValue
from taketwo.model.verdict import Outcome
from tests.support.judging import bare, called, judge
from tests.support.studies import replay, rule


def test_the_result_of_a_call_is_compared_by_value(content):
    before, near, other = (
        bare(invocation=called(result_json={"coef": [1.0, value], "label": "x"}))
        for value in (2.0, 2.0000001, 3.0)
    )
    close = rule("result", "tolerance", rtol=1e-6)
    assert judge(content, before, replay(of=before)).outcome is Outcome.REPRODUCED
    assert judge(content, before, replay(of=near), close).outcome is Outcome.REPRODUCED
    verdict = judge(content, before, replay(of=other), close)
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert "result.coef[1]: 2.0 became 3.0" in verdict.reasons[0]


def test_returned_numbers_are_judged_once_by_the_rule_of_their_metric(content):
    def run(auc):
        metrics = (Metric(name="auc", value=auc, origin="returned"),)
        return bare(metrics=metrics, invocation=called(result_json={"auc": auc}))

    verdict = judge(content, run(0.5), replay(of=run(0.501)), rule("auc", "tolerance", atol=0.01))
    assert verdict.outcome is Outcome.REPRODUCED
    assert [c.kind for c in verdict.checks] == ["metric", "exit"]


def test_a_result_that_is_missing_fails(content):
    original = bare(invocation=called(result_json=[1]))
    assert judge(content, original, replay(of=bare(invocation=called()))).outcome is Outcome.NOT_REPRODUCED


def stored(sha256, text="Model(depth=3)", kind="Model"):
    return bare(invocation=called(result=StoredValue(type=kind, sha256=sha256, text=text)))


def test_a_stored_result_is_judged_by_its_digest(content):
    assert judge(content, stored("a"), replay(of=stored("a"))).outcome is Outcome.REPRODUCED


def test_a_stored_result_that_prints_differently_is_not_reproduced(content):
    assert (
        judge(content, stored("a"), replay(of=stored("b", text="Model(depth=4)"))).outcome
        is Outcome.NOT_REPRODUCED
    )
    assert judge(content, stored("a"), replay(of=stored("b", kind="Other"))).outcome is Outcome.NOT_REPRODUCED


def test_other_pickled_bytes_of_a_value_that_prints_the_same_show_nothing(content):
    verdict = judge(content, stored("a"), replay(of=stored("b")))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "cannot be judged" in verdict.reasons[0]
    strict = judge(content, stored("a"), replay(of=stored("b")), rule("result", "identical"))
    assert strict.outcome is Outcome.NOT_REPRODUCED
