"""Runs whose process was killed are finished by whoever looks next."""

from __future__ import annotations

import os
import signal

import pytest

from tests.app.test_capture_command import wait_for
from tests.support.author import Author

pytestmark = pytest.mark.slow

WAITING = """
import time
open("partial.csv", "w").write("1,2")
print("working", flush=True)
open("started", "w").close()
time.sleep(60)
"""

DECORATED = """
import time, taketwo

@taketwo.capture
def train(rate):
    taketwo.log_metric("loss", 0.5, step=1)
    open("partial.csv", "w").write("1,2")
    open("started", "w").close()
    time.sleep(60)

train(0.1)
"""


def test_when_taketwo_itself_is_killed_the_next_listing_recovers_the_run(author: Author) -> None:
    author.write({"wait.py": WAITING})
    running = author.start("run", "--", "python", "wait.py")
    wait_for(author.project / "started")
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    (row,) = author.runs()
    assert row["status"] == "killed"
    manifest = author.manifest(row["run_id"])
    assert "$PROJECT/partial.csv" in [output["path"] for output in manifest["outputs"]]
    assert manifest["streams"]["stdout"]["size"] == len(b"working\n")
    assert any("recovered" in notice["text"] for notice in manifest["notices"])
    assert author.recordings == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_decorated_process_that_is_killed_is_recovered(modeller: Author, sent: int) -> None:
    import subprocess

    modeller.write({"train.py": DECORATED})
    running = subprocess.Popen(
        [modeller.python, "train.py"], cwd=modeller.project, env=modeller.environment, start_new_session=True
    )
    wait_for(modeller.project / "started")
    os.killpg(running.pid, sent)
    assert running.wait(timeout=60) == -sent
    (row,) = modeller.runs()
    assert row["status"] == "killed"
    manifest = modeller.manifest(row["run_id"])
    assert manifest["invocation"]["call"]["qualname"] == "train"
    assert [(m["name"], m["value"], m["step"]) for m in manifest["metrics"]] == [("loss", 0.5, 1)]
    assert [output["path"] for output in manifest["outputs"]] == [
        "$PROJECT/partial.csv",
        "$PROJECT/started",
    ]
