"""The first program in a sandbox: it probes, records, and becomes the command without a trace."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.engine.interface import RunRequest
from taketwo.engine.sealing import Opening, read_sealing
from taketwo.observer import launch
from tests.support.engines import Heard
from tests.support.requirements import require

LAUNCH = Path(launch.__file__)


def launched(*argv: str, variables: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", "-S", str(LAUNCH), *variables, "--", *argv]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def split(stderr: bytes) -> tuple[dict, bytes]:
    """What was probed, and what the command said."""
    opening = Opening()
    said = opening.feed(stderr) + opening.rest()
    assert opening.line is not None
    return json.loads(opening.line), said


def test_becomes_the_command_with_its_output_and_exit_code():
    done = launched("/bin/sh", "-c", "echo out; echo err >&2; exit 5")
    assert (done.returncode, done.stdout, split(done.stderr)[1]) == (5, b"out\n", b"err\n")


def test_sets_variables_for_the_command_only():
    done = launched(
        "/bin/sh", "-c", 'echo "$LD_LIBRARY_PATH"', variables=("LD_LIBRARY_PATH=/a=b", "LD_DEBUG=all")
    )
    assert done.stdout == b"/a=b\n"
    assert split(done.stderr)[1].count(b"\n") > 10  # the loader speaks, and not before the launcher


def test_hands_on_the_environment_exactly():
    given = {b"PATH": b"/usr/bin:/bin", b"BYTES": b"\xff\xfe", b"LC_ALL": b"C", b"EMPTY": b""}
    done = launched("/usr/bin/env", "-0", env=given)
    assert dict(entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry) == given


def test_hands_on_signals_as_it_was_given_them():
    done = launched("/bin/sh", "-c", "grep SigIgn /proc/self/status")
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))


@pytest.mark.parametrize(("name", "code"), [("no-such-program", 127), ("/etc", 126)])
def test_exits_as_a_shell_when_the_command_cannot_be_run(name, code):
    done = launched(name)
    assert done.returncode == code
    assert done.stderr.decode().splitlines()[-1].startswith(f"{launch.REFUSED}{name}: ")


def test_runs_the_command_even_when_nothing_can_be_said():
    script = f'exec {sys.executable} -I -S {LAUNCH} -- /bin/sh -c "echo ran" 2>&-'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"ran\n")


def test_its_line_is_shorter_than_what_a_pipe_takes_at_once():
    assert len(launched("/bin/true").stderr) < select.PIPE_BUF // 2


def test_does_not_take_this_machine_for_a_sandbox():
    found, _ = split(launched("/bin/true").stderr)
    assert found["uid"] == os.getuid()
    assert found["no_new_privileges"] is False
    assert found["root_writable"] is (os.geteuid() == 0)
    assert not list(Path("/").glob(".taketwo-probe-*"))


def test_sees_a_memory_limit_that_is_set_for_the_process():
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -v 900000; exec {sys.executable} -I -S {LAUNCH} -- /bin/true"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert split(done.stderr)[0]["memory_limit_bytes"] <= 900000 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bubblewrap", "docker"])
def test_proves_that_a_sealed_engine_seals(request, tmp_path, this_interpreter, name):
    require(name)
    engine = request.getfixturevalue(f"{name}_engine")
    base = engine.base_for(this_interpreter)
    recording, observer = _mounts(tmp_path)
    place = engine.place("/taketwo/observer/launch.py", (recording, observer))
    argv = (base.python, "-I", "-S", place, "--", "/bin/sh", "-c", "exit 6")
    request = RunRequest(argv, "/", {"PATH": "/usr/bin:/bin"}, (recording, observer), base=base)
    heard, opening = Heard(), Opening()
    assert engine.run(request, heard).exit_code == 6
    assert opening.feed(heard.streams["stderr"]) == b""
    found = read_sealing(opening.line, engine, base)
    assert found.sealed, found.gaps
    assert found.gaps == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bubblewrap", "docker"])
def test_finds_the_network_that_was_opened_on_purpose(request, tmp_path, this_interpreter, name):
    engine = request.getfixturevalue(f"{name}_engine")
    base = engine.base_for(this_interpreter)
    recording, observer = _mounts(tmp_path)
    argv = (base.python, "-I", "-S", "/taketwo/observer/launch.py", "--", "/bin/true")
    request = RunRequest(argv, "/", {}, (recording, observer), network=True, base=base)
    heard, opening = Heard(), Opening()
    engine.run(request, heard)
    opening.feed(heard.streams["stderr"])
    assert read_sealing(opening.line, engine, base).gaps == ("the network was open",)


def _mounts(tmp_path):
    from taketwo.engine.interface import Mount

    recording = tmp_path / "recording"
    recording.mkdir()
    return Mount(recording, "/taketwo/recording", writable=True), Mount(LAUNCH.parent, "/taketwo/observer")
