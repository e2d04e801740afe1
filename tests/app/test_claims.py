"""What other runs of the project wrote meanwhile, from recordings under way and from sealed manifests."""

import json

import pytest

from taketwo.app.begin import RECORDINGS
from taketwo.app.claims import claims
from taketwo.formats import canonical_json
from taketwo.record.started import STARTED
from tests.support.fake_tools import fake_tools
from tests.support.recordings import started


@pytest.fixture
def project(tmp_path):
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def under_way(tools, start, *paths):
    recording = tools.settings.store / RECORDINGS / start.run_id
    (recording / "events").mkdir(parents=True)
    (recording / STARTED).write_bytes(canonical_json.encode(start))
    lines = [
        json.dumps({"event": "open", "time": 1.0, "path": path, "mode": mode, "stat": None})
        for path, mode in paths
    ]
    (recording / "events" / "1-0.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_what_a_run_under_way_was_seen_to_write_is_claimed_and_what_it_read_is_not(project):
    tools, mine = fake_tools(project), started(project)
    under_way(tools, started(project), ("/p/written", "w"), ("/p/read", "r"))
    assert claims(tools, mine) == {"/p/written": None}


def test_a_run_of_another_project_claims_nothing(project):
    tools, mine = fake_tools(project), started(project)
    under_way(tools, started(project / "elsewhere"), ("/p/written", "w"))
    assert claims(tools, mine) == {}


def test_nobody_claims_against_oneself_and_a_damaged_recording_claims_nothing(project):
    tools, mine = fake_tools(project), started(project)
    under_way(tools, mine, ("/p/own", "w"))
    (tools.settings.store / RECORDINGS / "damaged").mkdir(parents=True)
    (tools.settings.store / RECORDINGS / "damaged" / STARTED).write_text("{")
    assert claims(tools, mine) == {}
