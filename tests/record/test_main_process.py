"""Which process ran the user's code, and what is said of the others."""

import msgspec
import pytest

from taketwo.record import events
from taketwo.record.main_process import about_processes, main_process
from taketwo.record.recording import Recording
from tests.support.recordings import NOON, process

ELSEWHERE = {"prefix": "/opt/poetry", "executable": "/opt/poetry/bin/python", "cwd": "/"}


@pytest.fixture
def project(tmp_path):
    return tmp_path


def recording(project, *processes, **parts):
    return Recording(project / "r", processes=processes, **parts)


def test_a_wrapper_written_in_python_is_not_taken_for_the_program(project):
    wrapper = process(project, "/opt/poetry/bin/poetry", journal="7-0", **ELSEWHERE)
    program = process(project, "train.py", journal="7-1")
    assert main_process(recording(project, wrapper, program), str(project)) is program


def test_a_process_that_imported_modules_of_the_project_ran_its_code(project):
    wrapper = process(project, "-c", journal="7-0", **ELSEWHERE)
    program = process(project, "-c", journal="8-0", pid=8)
    end = events.Exit(time=NOON, journal="8-0", modules={"study": f"{project}/study.py"})
    assert main_process(recording(project, wrapper, program, exits=(end,)), str(project)) is program


def test_of_a_process_that_became_another_program_the_last_counts(project):
    before, after = process(project, "-c"), process(project, "-c", journal="7-1", prefix="/other")
    child = process(project, "-c", journal="9-0", pid=9)
    assert main_process(recording(project, before, after, child), str(project)) is after


def test_there_may_be_no_process_at_all(project):
    assert main_process(recording(project), str(project)) is None


def test_other_environments_unseen_programs_and_the_network_are_told(project):
    main = process(project, "train.py")
    other = process(project, "-c", pid=9, journal="9-0", **ELSEWHERE)
    spawns = tuple(
        events.Spawn(time=NOON, executable=program, argv=(program,))
        for program in ("/usr/bin/cat", "/usr/bin/lscpu", main.executable)
    )
    connects = (events.Connect(time=NOON, address="('192.0.2.1', 80)"),)
    notices = about_processes(recording(project, main, other, spawns=spawns, connects=connects), main)
    assert [notice.topic for notice in notices] == ["environment", "data", "network"]
    assert "cat" in notices[1].text
    assert "lscpu" not in notices[1].text


@pytest.mark.parametrize(
    "address", ["('127.0.0.1', 80)", "'/run/x'", "('::1', 80, 0, 0)", "b'x'", "('', 0)", "(0, 0)"]
)
def test_the_loopback_and_sockets_of_this_machine_are_no_network(project, address):
    main = process(project, "train.py")
    seen = recording(project, main, connects=(events.Connect(time=NOON, address=address),))
    assert about_processes(seen, main) == []


def test_the_same_environment_seen_twice_is_no_notice(project):
    main = process(project, "train.py")
    worker = msgspec.structs.replace(main, pid=9, journal="9-0")
    assert about_processes(recording(project, main, worker), main) == []
