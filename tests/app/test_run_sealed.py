"""A replay that is interrupted while the command runs leaves nothing of itself, in whatever engine."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from taketwo.engine.docker_options import OWNER_LABEL
from tests.support.author import Author, sealed_or_not

pytestmark = pytest.mark.slow

AWAKE_AT_CAPTURE = """
import os, subprocess, sys, time
if not os.path.exists("here.flag"):  # ignored by git and never opened, so no replay has it
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(98.7)"])
    open("asleep", "w").close()
    time.sleep(98.7)
print("done")
"""


@pytest.mark.parametrize("engine", ["docker", "bubblewrap", "venv"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_replay_leaves_no_container_no_process_and_no_temporary_file(
    author: Author, tmp_path: Path, engine: str, sent: int
) -> None:
    sealed_or_not(engine)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    author = replace(author, variables={"TMPDIR": str(temporary)})
    author.write({"study.py": AWAKE_AT_CAPTURE, ".gitignore": "*.flag\n", "here.flag": ""})
    author.commit()
    run = author.capture("python", "study.py")
    running = author.start("replay", run, "--engine", engine)
    while not list((author.store / "replays").glob("*/project/asleep")):  # it says so once it sleeps
        assert running.poll() is None
        time.sleep(0.1)
    running.send_signal(sent)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 128 + sent, (out, err)
    assert out == b""
    assert b"Traceback" not in err
    assert list((author.store / "replays").iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert [row["run_id"] for row in author.runs()] == [run]
    assert sleepers_below(tmp_path) == []
    if engine == "docker":
        assert [owner for owner in owners_of_containers() if f":{running.pid}:" in owner] == []


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_what_a_killed_replay_leaves_is_removed_by_the_next_one(author: Author, engine: str) -> None:
    sealed_or_not(engine)
    author.write({"study.py": AWAKE_AT_CAPTURE, ".gitignore": "*.flag\n", "here.flag": ""})
    author.commit()
    run = author.capture("python", "study.py")
    running = author.start("replay", run, "--engine", engine)
    while not list((author.store / "replays").glob("*/recording/started")):
        assert running.poll() is None
        time.sleep(0.1)
    running.kill()
    running.communicate(timeout=60)
    (left,) = (author.store / "replays").iterdir()
    assert (left / "project" / "study.py").is_file()
    author.replay(run, engine, "--timeout", "3s", exit_code=3)
    assert list((author.store / "replays").iterdir()) == []
    if engine == "docker":
        assert [owner for owner in owners_of_containers() if f":{running.pid}:" in owner] == []


def owners_of_containers() -> list[str]:
    """The processes that the containers of this machine belong to."""
    form = f'{{{{.Label "{OWNER_LABEL}"}}}}'
    argv = ["docker", "ps", "-a", "--filter", f"label={OWNER_LABEL}", "--format", form]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()


def sleepers_below(root: Path) -> list[int]:
    """Processes of a replayed study that are still there: their directory lies below ``root``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            directory, command = (process / "cwd").readlink(), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if directory.is_relative_to(root) and b"98.7" in command:
            found.append(int(process.name))
    return found


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_a_program_that_the_sandbox_lacks_is_a_malfunction_and_no_difference(
    author: Author, tmp_path: Path, engine: str
) -> None:
    sealed_or_not(engine)
    program = tmp_path / "programs" / "own-statistics"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 3\n")
    program.chmod(0o755)
    author = replace(author, variables={"PATH": f"{program.parent}:{os.environ['PATH']}"})
    run = author.capture("own-statistics")
    done = author.taketwo("replay", run, "--engine", engine)
    assert done.exit_code == 50
    assert b"there is no own-statistics in what" in done.stderr
    assert b"--base-image" in done.stderr
