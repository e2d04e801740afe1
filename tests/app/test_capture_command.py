"""``taketwo run``: the command is what it was without taketwo, and the run is recorded however it ends."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import Author

pytestmark = pytest.mark.slow

ENDINGS = {
    "exit": ("raise SystemExit(3)", 3, {"status": "failed", "exit_code": 3}),
    "exception": ("raise ValueError('no such semester')", 1, {"status": "failed", "exit_code": 1}),
    "SIGABRT": (
        "import os; os.abort()",
        134,
        {"status": "killed", "exit_code": 134, "signal": "SIGABRT"},
    ),
    "SIGINT": (
        "import os, signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)",
        130,
        {"status": "interrupted", "exit_code": 130, "signal": "SIGINT"},
    ),
    "SIGTERM": (
        "import os; os.kill(os.getpid(), 15)",
        143,
        {"status": "interrupted", "exit_code": 143, "signal": "SIGTERM"},
    ),
    "SIGKILL": (
        "import os; os.kill(os.getpid(), 9)",
        137,
        {"status": "killed", "exit_code": 137, "signal": "SIGKILL"},
    ),
}


FAILED_BY_ITSELF = {"exit", "exception", "SIGABRT"}
"""The others were stopped from outside: a replay that is, too, says nothing about the results."""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_command_that_ends_badly_leaves_a_manifest_and_replays_the_same_way(
    author: Author, ending: str
) -> None:
    code, exit_code, expected = ENDINGS[ending]
    author.write(
        {"study.py": f"open('partial.csv', 'w').write('1,2')\nprint('before', flush=True)\n{code}\n"}
    )
    author.commit()
    run = author.capture("python", "study.py", exit_code=exit_code)
    manifest = author.manifest(run)
    found = {name: manifest["ending"].get(name) for name in expected}
    assert found == expected
    assert [output["path"] for output in manifest["outputs"]] == ["$PROJECT/partial.csv"]
    assert author.recordings == []
    outcome, code = ("reproduced", 0) if ending in FAILED_BY_ITSELF else ("inconclusive", 3)
    verdict = author.replay(run, "venv", exit_code=code)
    assert verdict["outcome"] == outcome
    assert [check["held"] for check in verdict["checks"] if check["kind"] == "exit"] == [True]


PATIENT = """
import signal, sys, time

def stop(number, frame):
    print("stopping", flush=True)
    sys.exit(7)

signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
open("started", "w").close()
time.sleep(60)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sent_to_taketwo_reaches_the_command_and_is_recorded(author: Author, sent: int) -> None:
    author.write({"wait.py": PATIENT})
    running = author.start("run", "--", "python", "wait.py")
    wait_for(author.project / "started")
    running.send_signal(sent)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (7, b"stopping\n"), err
    assert author.manifest(author.newest())["ending"]["exit_code"] == 7


OUTPUT = rb"""
import os, sys
os.write(1, b"\x00\xff no newline \xe4")
os.write(2, "\N{SNOWMAN} to stderr\n".encode())
sys.stdout.write("tty %s %s\r\n" % (sys.stdout.isatty(), sys.stderr.isatty()))
sys.stderr.write(repr((sys.argv, sys.path, sys.flags, os.getcwd())))
sys.exit(5)
"""


def test_what_the_command_prints_is_byte_for_byte_what_it_prints_without_taketwo(author: Author) -> None:
    (author.project / "loud.py").write_bytes(OUTPUT)
    argv = ("python", "loud.py", "--lr=0.1", "a b", "")
    plain = author.shell(*argv)
    captured = author.taketwo("run", "--quiet", "--", *argv)
    assert (captured.exit_code, captured.stdout) == (plain.exit_code, plain.stdout)
    assert captured.stderr == plain.stderr
    streams = author.manifest(author.newest())["streams"]
    assert streams["stdout"]["sha256"] == hashlib.sha256(plain.stdout).hexdigest()
    assert streams["stderr"]["sha256"] == hashlib.sha256(plain.stderr).hexdigest()


def everything_below(root: Path) -> dict[str, tuple]:
    found = {}
    for top, directories, names in os.walk(root):
        for name in (*directories, *names):
            path = Path(top, name)
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ino, status.st_size, content)
    return found


def test_the_repository_of_the_user_is_bit_for_bit_as_before(author: Author) -> None:
    author.write(
        {
            "study.py": "print(open('data.txt').read())",
            "data.txt": "1",
            ".gitignore": "*.log\n",
            "noise.log": "x",
        }
    )
    author.commit()
    author.write(
        {"study.py": "print(open('data.txt').read(), 2)", "new.txt": "untracked", "staged.txt": "staged"}
    )
    author.git("add", "staged.txt")
    os.utime(author.project / "data.txt")  # git would like to refresh its index now
    before = everything_below(author.project)
    run = author.capture("python", "study.py")
    assert everything_below(author.project) == before
    author.replay(run, "venv")
    assert everything_below(author.project) == before


def test_a_command_that_does_not_exist_is_127_and_leaves_nothing(author: Author) -> None:
    done = author.taketwo("run", "--", "no-such-program", "--flag")
    assert done.exit_code == 127
    assert b"no-such-program" in done.stderr
    assert author.runs() == []
    assert author.recordings == []


def test_a_file_that_cannot_be_executed_is_126(author: Author) -> None:
    author.write({"study.py": "print(1)"})
    assert author.taketwo("run", "--", "./study.py").exit_code == 126
    assert author.runs() == []


def wait_for(path: Path, seconds: float = 60) -> None:
    """Wait until the program has written that file."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never appeared"
        time.sleep(0.05)


DESTRUCTIVE = """
import os, shutil
for name in ("blobs", "manifests"):
    shutil.rmtree(os.path.join(os.environ["STORE"], name), ignore_errors=True)
    open(os.path.join(os.environ["STORE"], name), "w").close()
raise SystemExit(7)
"""


def test_a_store_that_fails_after_the_run_changes_no_exit_code_and_the_run_is_finished_later(
    author: Author,
) -> None:
    author.write({"study.py": DESTRUCTIVE})
    author = replace(author, variables={"STORE": str(author.store)})
    done = author.taketwo("run", "--", "python", "study.py")
    assert done.exit_code == 7
    assert b"is not captured yet. Its recording is kept" in done.stderr
    for name in ("blobs", "manifests"):
        (author.store / name).unlink()
    (row,) = author.runs()
    manifest = author.manifest(row["run_id"])
    assert manifest["ending"]["exit_code"] == 7
    assert any("recovered" in notice["text"] for notice in manifest["notices"])
    assert author.recordings == []
