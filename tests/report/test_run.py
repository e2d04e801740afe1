"""``taketwo show`` says everything that a manifest says, and neutralises what others wrote."""

import re

import pytest

from taketwo.model.base import Notice
from taketwo.model.environment import Lock, Requirement
from taketwo.model.manifest import Call, Ending, Invocation, Manifest, Metric, Parameter, StoredValue
from taketwo.report import render_run
from tests.support.studies import blob, distribution, environment, manifest, replay, rule
from tests.support.verdicts import hostile

UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def test_a_run_is_shown_as_it_was_looked_at(golden):
    golden("run.txt", render_run(manifest(), seal="ab" * 32))


def test_a_replay_says_what_it_repeats():
    text = render_run(replay())
    assert f"replay of  {manifest().run_id}" in text
    assert "sealed (docker)" in text


def test_a_failed_run_says_so_in_its_second_line():
    ending = Ending(status="killed", exit_code=137, signal="SIGKILL", error="out of memory")
    lines = render_run(manifest(ending=ending)).split("\n")
    assert lines[1:3] == ["killed by SIGKILL, exit code 137", "out of memory"]


def test_everything_unusual_is_shown():
    run = manifest(
        invocation=Invocation(argv=("x",), call=Call(module="train", qualname="fit")),
        parameters=(Parameter(name="model", stored=StoredValue(type="Model", text="Model(3)")),),
        metrics=tuple(Metric(name=f"m{i}", value=i) for i in range(50)),
        rules=(rule("auc", "printed", digits=3),),
        tags={"paper": "table 2"},
        parent="20260301T101400-aaaaaa",
        notices=(Notice(topic="lock", text="hashes are pending"),),
        environment=environment(
            distributions=(distribution("numpy", "2.2.6", modified=("numpy/core.py",)),),
            lock=Lock(pylock=blob(b"1"), requirements=blob(b"2"), pending=("torch",)),
            requested=(Requirement(file="requirements.txt", text="numpy>=2"),),
        ),
    )
    text = render_run(run)
    for shown in (
        "train:fit()", "Model(3)", "and 10 more", "3 decimals", "table 2", "20260301T101400-aaaaaa",
        "lock: hashes are pending", "edited: numpy/core.py", "torch", "numpy>=2",
    ):  # fmt: skip
        assert shown in text


def test_a_run_with_nothing_in_it_is_shown():
    bare = Manifest(
        run_id="a", experiment="b", started_at="?", finished_at="?",
        ending=Ending(status="interrupted"), invocation=Invocation(argv=()),
    )  # fmt: skip
    assert render_run(bare).startswith("a  b\ninterrupted\n")


@pytest.mark.parametrize("width", [40, 80])
def test_nothing_foreign_acts_on_a_terminal(width):
    _, original, replayed, _ = hostile()
    for run in (original, replayed):
        text = render_run(run, width=width)
        assert UNSAFE.findall(text) == []
        assert max(map(len, text.split("\n"))) <= width
