"""Small manifests and verdicts for tests of the entrances."""

from taketwo.model.manifest import Ending, Invocation, Manifest, Metric
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check, Outcome, Verdict

# What the store of the fake application holds, and what is captured and replayed with it.
FIRST, SECOND = "20260301-120000-aaaaaaaaaa", "20260302-120000-bbbbbbbbbb"
CAPTURED, REPLAYED = "20260303-120000-cccccccccc", "20260304-120000-dddddddddd"


def manifest(run_id, *, experiment="early-warning", auc=0.89):
    return Manifest(
        run_id=run_id,
        experiment=experiment,
        started_at="2026-03-01T12:00:00Z",
        finished_at="2026-03-01T12:00:09Z",
        ending=Ending(status="completed", exit_code=0),
        invocation=Invocation(argv=("$PYTHON", "train.py")),
        metrics=(Metric(name="auc", value=auc),),
    )


def verdict(original, replay, outcome=Outcome.REPRODUCED):
    same = outcome is Outcome.REPRODUCED
    check = Check(
        subject="auc",
        kind="metric",
        rung=Rung.EQUAL if same else Rung.DIFFERENT,
        rule=Rule(target="auc", allow="equal"),
        held=same,
        before=0.89,
        after=0.89 if same else 0.5,
    )
    return Verdict(
        outcome=outcome, original=original, replay=replay, checks=(check,), reasons=("auc was judged",)
    )
