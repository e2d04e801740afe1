"""Which files, programs and sockets the audit hook reports, and that it never gets in the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.observing import Observed, observe


@pytest.fixture
def where(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "input.csv").write_text("1,2\n")
    return directory


def run(where: Path, code: str) -> Observed:
    seen = observe(["-c", code], where)
    assert (seen.exit_code, seen.stderr) == (0, ""), seen.stderr
    return seen


def modes(seen: Observed) -> list[tuple[str, str]]:
    return [(Path(event.path).name, event.mode) for event in seen.recording.opens]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("open('input.csv').read()", [("input.csv", "r")]),
        (
            "open(b'input.csv').read(); import pathlib; pathlib.Path('input.csv').read_text()",
            [("input.csv", "r")],
        ),
        ("[open('input.csv') for _ in range(3)]", [("input.csv", "r")]),
        ("import os; os.open('input.csv', os.O_RDONLY)", [("input.csv", "r")]),
        ("import pathlib; pathlib.Path('new').write_text('x')", [("new", "w")]),
        ("open('input.csv', 'w')", [("input.csv", "w")]),
        ("open('input.csv', 'a')", [("input.csv", "rw")]),
        ("open('input.csv', 'r+')", [("input.csv", "rw")]),
        ("open('new', 'a')", [("new", "w")]),
        ("import os; os.truncate('input.csv', 1)", [("input.csv", "rw")]),
        ("import sqlite3; sqlite3.connect('a.db'); sqlite3.connect(':memory:')", [("a.db", "rw")]),
        ("open('/dev/null', 'w'); open('/proc/self/stat'); import os; os.listdir('.'); os.pipe()", []),
        (
            "import os; os.mkfifo('p'); os.open('p', os.O_RDONLY | os.O_NONBLOCK); os.open('.', os.O_RDONLY)",
            [],
        ),
        ("try: open('missing')\nexcept FileNotFoundError: pass", []),
        ("open(0, closefd=False)", []),
    ],
)
def test_each_way_to_open_a_file_is_seen_once(
    where: Path, code: str, expected: list[tuple[str, str]]
) -> None:
    assert modes(run(where, code)) == expected


def test_a_file_written_under_another_name_and_renamed_is_seen_under_its_last_name(where: Path) -> None:
    seen = run(where, "import os; open('part', 'w').write('x'); os.replace('part', 'model.bin')")
    assert modes(seen) == [("part", "w"), ("model.bin", "w")]


def test_a_renamed_directory_is_reported(where: Path) -> None:
    seen = run(where, "import os; os.mkdir('a'); open('a/x', 'w').close(); os.rename('a', 'b')")
    assert [(r.path, r.to) for r in seen.recording.renames] == [(str(where / "a"), str(where / "b"))]


def test_paths_are_absolute_also_from_another_directory_and_through_links(where: Path) -> None:
    (where / "deep" / "er").mkdir(parents=True)
    (where / "link").symlink_to(where / "deep" / "er")
    (where / "deep" / "x").write_text("x")
    code = "import os; open('link/../x'); os.chdir('deep'); open('./x'); open('../input.csv')"
    seen = run(where, code)
    assert [event.path for event in seen.recording.opens] == [
        str(where / "deep" / "x"),
        str(where / "input.csv"),
    ]


def test_names_that_are_not_text_survive(where: Path) -> None:
    seen = run(where, r"open(b'caf\xe9', 'w').close(); open('a\nb', 'w').close()")
    assert [os.fsencode(Path(event.path).name) for event in seen.recording.opens] == [b"caf\xe9", b"a\nb"]


def test_modules_of_the_project_count_as_read_also_from_the_bytecode_cache_and_libraries_do_not(
    where: Path,
) -> None:
    (where / "mine.py").write_text("")
    for _ in range(2):
        environment = {"PYTHONDONTWRITEBYTECODE": ""}
        seen = observe(["-c", "import mine, decimal, email.message"], where, environment=environment)
        assert {(Path(e.path).name, e.mode) for e in seen.recording.opens} == {("mine.py", "r")}


def test_started_programs_and_connections_are_seen(where: Path) -> None:
    code = """
import os, socket, subprocess
subprocess.run(["true", "--x"]); os.system("true"); subprocess.run("exit 0", shell=True)
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname())
"""
    seen = run(where, code)
    assert [s.argv for s in seen.recording.spawns] == [
        ("true", "--x"),
        ("sh", "-c", "true"),
        ("/bin/sh", "-c", "exit 0"),
    ]
    assert ["127.0.0.1" in c.address for c in seen.recording.connects] == [True]


def test_what_a_signal_handler_raises_during_the_hook_reaches_the_program(where: Path) -> None:
    code = """
import signal, sys
from _taketwo_observer import opens
class Alarm(Exception): pass
def handler(*_): raise Alarm
signal.signal(signal.SIGUSR1, handler)
real = opens._status
def interrupted(path):
    signal.raise_signal(signal.SIGUSR1)
    return real(path)
opens._status = interrupted
try:
    open("input.csv")
except Alarm:
    print("arrived")
"""
    assert run(where, code).stdout == "arrived\n"
    assert signal.SIGUSR1


def test_an_error_of_the_hook_itself_stays_inside(where: Path) -> None:
    code = """
from _taketwo_observer import opens
def broken(path): raise RuntimeError("mine")
broken.__code__ = broken.__code__.replace(co_filename=opens.__file__)
opens._status = broken
print(open("input.csv").read())
"""
    assert run(where, code).stdout == "1,2\n\n"


def test_closing_every_descriptor_neither_loses_events_nor_writes_into_files_of_the_program(
    where: Path,
) -> None:
    code = """
import os
os.closerange(3, 4096)
held = [os.open("mine-%d" % n, os.O_CREAT | os.O_RDWR) for n in range(600)]
open("input.csv").read()
print(sum(os.fstat(d).st_size for d in held))
"""
    seen = run(where, code)
    assert seen.stdout == "0\n"
    assert ("input.csv", "r") in modes(seen)


def test_a_fork_that_ends_at_once_loses_nothing(where: Path) -> None:
    code = """
import os
if os.fork() == 0:
    open("input.csv").read()
    os._exit(3)
print(os.WEXITSTATUS(os.wait()[1]))
"""
    seen = run(where, code)
    assert seen.stdout == "3\n"
    parent, child = seen.recording.processes
    assert child.ppid == parent.pid
    assert [event.journal for event in seen.recording.opens] == [child.journal]
    assert [event.journal for event in seen.recording.exits] == [parent.journal]
