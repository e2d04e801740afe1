"""Listings: one row a run, ids whole, keys documented."""

import json

from taketwo.report import listing, render_listing, render_listing_json
from taketwo.store.interface import RunSummary
from tests.support.studies import manifest, replay


def rows():
    return [
        RunSummary(
            run_id=run.run_id,
            experiment=run.experiment,
            status=status,
            started_at=run.started_at,
            finished_at=run.finished_at,
            command=" ".join(run.invocation.argv),
            replay_of=run.replay.run_id if run.replay else None,
        )
        for run, status in ((replay(), "failed"), (manifest(), "completed"))
    ]


def test_a_listing_is_as_it_was_looked_at(golden):
    golden("listing.txt", render_listing(rows(), width=100))
    golden("listing.json", render_listing_json(rows()))


def test_ids_are_whole_at_eighty_columns():
    text = render_listing(rows(), width=80)
    assert all(row.run_id in text for row in rows())


def test_an_empty_listing_says_what_to_do():
    assert "taketwo run" in render_listing([])
    assert json.loads(render_listing_json([])) == []


def test_every_key_is_there_and_documented():
    (first, _) = json.loads(render_listing_json(rows()))
    assert first["run_id"] == rows()[0].run_id
    assert all(key in listing.__doc__ for key in first)


def test_names_cannot_act_on_a_terminal():
    hostile = RunSummary(
        run_id="a", experiment="\x1b[2J", status="x\u202e", started_at="\r", finished_at="", command="\x9b1m"
    )
    text = render_listing([hostile])
    assert not {"\x1b", "\u202e", "\r", "\x9b"} & set(text)


def row(run_id, parent=None, **changes):
    return RunSummary(
        run_id=run_id,
        experiment="x",
        status="completed",
        started_at="",
        finished_at="",
        command="python train.py",
        parent=parent,
        **changes,
    )


def test_calls_stand_below_the_run_that_made_them_in_the_order_in_which_they_were_made():
    listed = [
        row("5"),
        row("4", "3", call="m:inner()"),
        row("3", "1", call="m:train(lr=2)"),
        row("2", "1", call="m:train(lr=1)"),
        row("1"),
    ]
    lines = render_listing(listed).splitlines()[1:]
    assert [line.split("completed")[1].rstrip()[2:] for line in lines] == [
        "python train.py",
        "python train.py",
        "  m:train(lr=1)",
        "  m:train(lr=2)",
        "    m:inner()",
    ]


def test_every_run_is_listed_once_whatever_it_says_of_its_parent():
    listed = [row("4", "4"), row("3", "2"), row("2", "3"), row("1", "elsewhere")]
    lines = render_listing(listed).splitlines()[1:]
    assert sorted(line.split()[0] for line in lines) == ["1", "2", "3", "4"]
