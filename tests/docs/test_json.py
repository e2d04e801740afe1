"""docs/json.md lists every key that a document of ``--json`` has, and no others."""

import json
import re

from taketwo import report
from taketwo.app.results import EngineState, LockResult
from taketwo.cli import documents, failures
from taketwo.engine.interface import Availability
from taketwo.errors import UnknownRun
from taketwo.model.manifest import Rebuilt, Sealing
from taketwo.model.rules import Rule, Rung
from taketwo.model.run_diff import RunDiff
from taketwo.model.verdict import Check, Difference, Outcome, Verdict
from taketwo.store.interface import Collected, Damage, RunSummary
from tests.support.cli_pages import ROOT
from tests.support.cli_runs import manifest

PAGE = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")


def keys(title):
    """The keys in the table below a heading, before the next heading."""
    section = re.search(rf"^##+ {title}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    return re.findall(r"^\| `(\w+)` \| .+ \|$", section, re.MULTILINE)


VERDICT = Verdict(
    outcome=Outcome.INCONCLUSIVE,
    original="A",
    replay="B",
    checks=(
        Check(subject="auc", kind="metric", rung=Rung.EQUAL, rule=Rule(target="*", allow="equal"), held=None),
    ),
    differences=(Difference(area="host", subject="cpu"),),
    sealing=Sealing(engine="docker", sealed=True),
    rebuilt=Rebuilt(files=1, identical=1),
)


def test_a_row_of_a_listing_has_the_documented_keys():
    summary = RunSummary(
        run_id="A", experiment="e", status="completed", started_at="", finished_at="", command="c"
    )
    (row,) = json.loads(report.render_listing_json([summary]))
    assert list(row) == keys("Runs")
    assert row["parent"] is None


def test_a_verdict_has_the_documented_keys_all_of_them():
    document = json.loads(report.render_json(VERDICT, manifest("A"), manifest("B")))
    assert list(document) == keys("Verdicts")
    assert list(document["original"]) == list(document["replay"]) == keys("Runs of a verdict")
    assert set(document["checks"][0]) == set(keys("Checks"))
    assert list(document["differences"][0]) == keys("Areas of difference")
    assert document["outcome"] == "inconclusive"
    assert document["checks"][0]["before"] is None
    assert document["sealing"]["network"] is None


def test_the_words_of_outcomes_and_rungs_are_documented():
    assert all(f"`{word.value}`" in PAGE for word in (*Outcome, *Rung))


def test_a_difference_of_runs_has_the_documented_keys():
    document = json.loads(report.render_diff_json(RunDiff(before="A", after="B")))
    assert set(document) == set(keys("Differences"))
    assert document["before"] == {"run_id": "A"}


def test_a_lock_has_the_documented_keys():
    assert list(documents.lock(LockResult(run_id="A"))) == keys("Locks")


def test_an_engine_has_the_documented_keys():
    state = EngineState(name="docker", sealed=True, availability=Availability(usable=True))
    (row,) = documents.engines([state])
    assert list(row) == keys("Engines")


def test_a_damage_has_the_documented_keys():
    (row,) = documents.damages([Damage(kind="missing", sha256="0", text="gone")])
    assert list(row) == keys("Damages")


def test_garbage_has_the_documented_keys():
    assert list(documents.garbage(Collected(blobs=1, size=2), dry_run=False)) == keys("Garbage")


def test_an_error_has_the_documented_keys():
    document = failures.document(UnknownRun("no run has this id"))
    assert list(document) == ["error"]
    assert list(document["error"]) == keys("Errors")
