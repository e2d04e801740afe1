"""A captured command replays, and what was achieved is in the second manifest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.author import SOURCE, Author, sealed_or_not

pytestmark = pytest.mark.slow
ENGINES = ("docker", "bubblewrap", "venv")

STUDY = """
import csv, json, random, six
random.seed(7)
values = [random.gauss(0, 1) for _ in range(100)]
with open("scores.csv", "w", newline="") as file:
    csv.writer(file).writerows([["n", "score"], *enumerate(values)])
with open("summary.json", "w") as file:
    json.dump({"mean": sum(values) / 100, "six": six.__version__}, file)
print("mean", sum(values) / 100)
"""


def captured(author: Author) -> str:
    author.write(study_py=STUDY)
    author.commit()
    return author.capture("python", "study.py")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_captured_command_replays_as_reproduced(author: Author, engine: str) -> None:
    sealed_or_not(engine)
    run = captured(author)
    verdict = author.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert verdict["exit_code"] == 0
    held = {check["subject"]: (check["held"], check["rung"]) for check in verdict["checks"]}
    assert held["scores.csv"] == (True, "identical bytes")
    assert held["summary.json"] == (True, "identical bytes")
    rebuilt = verdict["rebuilt"]
    assert rebuilt["files"] > 0
    assert rebuilt["identical"] == rebuilt["files"]
    assert (rebuilt["different"], rebuilt["missing"], rebuilt["added"]) == ([], [], [])
    assert rebuilt["interpreter"] == "exact"
    sealing = verdict["sealing"]
    assert sealing["engine"] == engine
    if engine == "venv":
        assert sealing["sealed"] is False
        assert sealing["gaps"]
    else:
        assert sealing["sealed"] is True, sealing
        assert not sealing["gaps"]
        assert (sealing["network"], sealing["root_writable"]) == (False, False)
        assert sealing["no_new_privileges"] is True
        assert int(sealing["capabilities"], 16) == 0
        assert sealing["uid"] != 0
        assert sealing["memory_limit_bytes"] > 0
        assert sealing["process_limit"] > 0


def test_the_replay_is_a_run_of_the_same_type_that_names_what_it_repeats(author: Author) -> None:
    run = captured(author)
    verdict = author.replay(run, "venv")
    first, second = author.manifest(run), author.manifest(verdict["replay"]["run_id"])
    assert set(first) <= set(second) | {"replay"}
    assert set(second) - set(first) <= {"replay"}
    assert second["replay"]["run_id"] == run
    assert second["replay"].get("whole_command", True) is True
    assert second["source"]["tree"] == first["source"]["tree"]
    assert second["environment"]["identity"] == first["environment"]["identity"]
    assert [o["content"]["sha256"] for o in second["outputs"]] == [
        o["content"]["sha256"] for o in first["outputs"]
    ]
    assert author.runs()[0]["replay_of"] == run


def test_every_key_of_a_verdict_is_documented(author: Author) -> None:
    verdict = author.replay(captured(author), "venv")
    documented = set(re.findall(r"^\| `(\w+)` \|", (SOURCE.parent / "docs" / "json.md").read_text(), re.M))
    used = set(verdict) | set(verdict["original"]) | set(verdict["checks"][0])
    assert used <= documented
    assert all(set(each) <= documented for each in verdict["differences"])


def test_only_the_store_is_needed_when_everything_of_the_author_has_moved_away(
    author: Author, authors, tmp_path: Path
) -> None:
    sealed_or_not("docker")
    outside = tmp_path / "elsewhere" / "cohort.csv"
    outside.parent.mkdir()
    outside.write_text("a,b\n1,2\n")
    author.write(read_py=f"print(open({str(outside)!r}).read()); open('out.txt', 'w').write('done')")
    author.commit()
    run = author.capture("python", "read.py")
    shutil.move(author.project, tmp_path / "hidden")
    outside.unlink()
    other = author.elsewhere(tmp_path / "partner" / "desk")
    verdict = other.replay(run, "docker")
    assert verdict["outcome"] == "reproduced"
    by_option = other.taketwo("--store", str(author.store), "replay", run[:20], "--engine", "docker")
    assert by_option.exit_code == 0, by_option.said
