"""The difference of two runs names everything and judges nothing."""

from taketwo.model.manifest import Metric, Parameter
from taketwo.model.source import Source
from taketwo.verify.diff import diff
from tests.support.studies import Content, distribution, environment, manifest, replay


def never(before, after):
    raise AssertionError("the trees are the same")


def test_two_equal_runs_are_the_same():
    found = diff(manifest(), replay(), read=Content().read, source_diff=never)
    assert found.same
    assert found.patch == ""


def test_everything_that_changed_is_named_in_its_section():
    other = manifest(
        run_id="other",
        source=Source(tree="f" * 40),
        environment=environment(distributions=(distribution("numpy", "2.3.0"),)),
        inputs=(),
        parameters=(Parameter(name="seed", value=8),),
        metrics=(Metric(name="accuracy", value=0.9),),
    )
    asked = []

    def source_diff(before, after):
        asked.append((before, after))
        return "--- a\n+++ b\n"

    found = diff(manifest(), other, read=Content().read, source_diff=source_diff)
    assert asked == [(manifest().source.tree, "f" * 40)]
    assert found.patch == "--- a\n+++ b\n"
    assert [d.subject for d in found.packages] == ["numpy", "scikit-learn", "scipy"]
    assert [d.subject for d in found.data] == ["data/cohort.csv"]
    assert [d.subject for d in found.parameters] == ["seed", "model"]
    assert [d.subject for d in found.source] == ["tree"]
    assert {c.subject for c in found.checks if c.held is False} == {"accuracy", "auc", "loss"}
    assert not found.same
