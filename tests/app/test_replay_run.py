"""A captured command replays, and what was achieved is in the second manifest."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.author import REPOSITORY, Author, make_environment, sealed_or_not
from tests.support.requirements import require

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
    author.write({"study.py": STUDY})
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
    documented = set(
        re.findall(r"^\| `(\w+)` \|", (REPOSITORY / "docs" / "json.md").read_text(), re.MULTILINE)
    )
    used = set(verdict) | set(verdict["original"]) | set(verdict["checks"][0])
    assert used <= documented
    assert all(set(each) <= documented for each in verdict["differences"])


def interpreter_for(uid: int) -> str | None:
    """A Python of our minor version that this user may start; ours may lie in somebody's home."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in filter(None, (sys.executable, f"/usr/local/bin/{name}", f"/usr/bin/{name}")):
        with contextlib.suppress(OSError):
            done = subprocess.run([candidate, "-c", ""], user=uid, group=uid, extra_groups=[], check=False)
            if done.returncode == 0:
                return candidate
    return None


@pytest.fixture
def strangers_desk() -> Iterator[Path]:
    """A directory that every user can reach, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory(prefix="stranger-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def test_another_user_replays_with_a_copy_of_the_store(author: Author, strangers_desk: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    uid = 65534
    python = interpreter_for(uid)
    if python is None:
        pytest.skip("another user may start no Python of this minor version")
    require("bubblewrap")
    run = captured(author)
    store = strangers_desk / "store"
    shutil.copytree(author.store, store)
    shutil.move(author.project, author.project.with_name("hidden"))
    for place in ("home", "cache", "desk"):
        (strangers_desk / place).mkdir()
    for path in (strangers_desk, *strangers_desk.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)
    theirs = make_environment(strangers_desk / "venv", str(REPOSITORY), python=python)
    done = subprocess.run(
        [theirs, "-m", "taketwo", "--store", str(store), "replay", run, "--engine", "bubblewrap", "--json"],
        cwd=strangers_desk / "desk",
        env={
            **{name: value for name, value in author.environment.items() if not name.startswith("TAKETWO_")},
            "HOME": str(strangers_desk / "home"),
            "XDG_CACHE_HOME": str(strangers_desk / "cache"),
        },
        user=uid,
        group=uid,
        extra_groups=[],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "reproduced"
    assert verdict["sealing"]["sealed"] is True, verdict["sealing"]["gaps"]
    assert verdict["rebuilt"]["identical"] == verdict["rebuilt"]["files"]


def test_only_the_store_is_needed_when_everything_of_the_author_has_moved_away(
    author: Author, tmp_path: Path
) -> None:
    sealed_or_not("docker")
    outside = tmp_path / "elsewhere" / "cohort.csv"
    outside.parent.mkdir()
    outside.write_text("a,b\n1,2\n")
    author.write({"read.py": f"print(open({str(outside)!r}).read()); open('out.txt', 'w').write('done')"})
    author.commit()
    run = author.capture("python", "read.py")
    shutil.move(author.project, tmp_path / "hidden")
    outside.unlink()
    other = author.elsewhere(tmp_path / "partner" / "desk")
    verdict = other.replay(run, "docker")
    assert verdict["outcome"] == "reproduced"
    by_option = other.taketwo("--store", str(author.store), "replay", run[:20], "--engine", "docker")
    assert by_option.exit_code == 0, by_option.said


def test_a_program_without_a_seed_is_not_reproduced_and_the_output_is_named(author: Author) -> None:
    author.write({"study.py": "import random\nopen('draw.csv', 'w').write(f'x\\n{random.random()}\\n')\n"})
    author.commit()
    run = author.capture("python", "study.py")
    verdict = author.replay(run, "venv", exit_code=1)
    assert verdict["outcome"] == "not reproduced"
    assert "draw.csv" in verdict["reasons"][0]
    assert [c["subject"] for c in verdict["checks"] if c["held"] is False] == ["draw.csv"]
