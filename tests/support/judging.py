"""Verdicts on manifests that a test has made, under rules that it names."""

from taketwo.model.manifest import Call, Invocation, Streams
from taketwo.verify.compare import compare
from tests.support.studies import manifest


def judge(content, original, replayed, *rules, by="author"):
    return compare(original, replayed, rules=rules, read=content.read, rules_by=by)


def bare(**changes):
    """A run without any result but what is given."""
    return manifest(**{"metrics": (), "outputs": (), "streams": Streams(), **changes})


def called(**fields):
    return Invocation(argv=("$PYTHON", "train.py"), call=Call(module="train", qualname="fit", **fields))
