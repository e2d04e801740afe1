"""The first program in a sandbox: it probes, records, and becomes the command without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.engine.interface import RunRequest
from taketwo.engine.sealing import read_sealing
from taketwo.observer import launch
from tests.support.engines import Heard
from tests.support.requirements import require

LAUNCH = Path(launch.__file__)


def launched(recording: Path, *argv: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", "-S", str(LAUNCH), str(recording), "--", *argv]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def test_becomes_the_command_with_its_output_and_exit_code(tmp_path):
    done = launched(tmp_path, "/bin/sh", "-c", "echo out; echo err >&2; exit 5")
    assert (done.returncode, done.stdout, done.stderr) == (5, b"out\n", b"err\n")


def test_hands_on_the_environment_exactly(tmp_path):
    given = {b"PATH": b"/usr/bin:/bin", b"BYTES": b"\xff\xfe", b"LC_ALL": b"C", b"EMPTY": b""}
    done = launched(tmp_path, "/usr/bin/env", "-0", env=given)
    assert dict(entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry) == given


def test_hands_on_signals_as_it_was_given_them(tmp_path):
    done = launched(tmp_path, "/bin/sh", "-c", "grep SigIgn /proc/self/status")
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))


@pytest.mark.parametrize(("name", "code"), [("no-such-program", 127), ("/etc", 126)])
def test_exits_as_a_shell_when_the_command_cannot_be_run(tmp_path, name, code):
    done = launched(tmp_path, name)
    assert done.returncode == code
    assert done.stderr.decode().startswith(f"{launch.REFUSED}{name}: ")


def test_runs_the_command_even_when_nothing_can_be_recorded(tmp_path):
    done = launched(tmp_path / "missing", "/bin/sh", "-c", "echo ran")
    assert (done.returncode, done.stdout) == (0, b"ran\n")
    assert b"could not be probed" in done.stderr


def test_does_not_take_this_machine_for_a_sandbox(tmp_path):
    launched(tmp_path, "/bin/true")
    found = json.loads((tmp_path / "sealing.json").read_text())
    assert found["uid"] == os.getuid()
    assert found["no_new_privileges"] is False
    assert found["root_writable"] is (os.geteuid() == 0)
    assert not list(Path("/").glob(".taketwo-probe-*"))


def test_sees_a_memory_limit_that_is_set_for_the_process(tmp_path):
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -v 900000; exec {sys.executable} -I -S {LAUNCH} {tmp_path} -- /bin/true"],
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert json.loads((tmp_path / "sealing.json").read_text())["memory_limit_bytes"] <= 900000 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bubblewrap", "docker"])
def test_proves_that_a_sealed_engine_seals(request, tmp_path, this_interpreter, name):
    require(name)
    engine = request.getfixturevalue(f"{name}_engine")
    base = engine.base_for(this_interpreter)
    recording, observer = _mounts(tmp_path)
    place = engine.place("/taketwo/observer/launch.py", (recording, observer))
    argv = (base.python, "-I", "-S", place, "/taketwo/recording", "--", "/bin/sh", "-c", "exit 6")
    request = RunRequest(argv, "/", {"PATH": "/usr/bin:/bin"}, (recording, observer), base=base)
    assert engine.run(request, Heard()).exit_code == 6
    found = read_sealing(recording.source, engine, base)
    assert found.sealed, found.gaps
    assert found.gaps == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bubblewrap", "docker"])
def test_finds_the_network_that_was_opened_on_purpose(request, tmp_path, this_interpreter, name):
    engine = request.getfixturevalue(f"{name}_engine")
    base = engine.base_for(this_interpreter)
    recording, observer = _mounts(tmp_path)
    argv = (base.python, "-I", "-S", "/taketwo/observer/launch.py", "/taketwo/recording", "--", "/bin/true")
    request = RunRequest(argv, "/", {}, (recording, observer), network=True, base=base)
    engine.run(request, Heard())
    assert read_sealing(recording.source, engine, base).gaps == ("the network was open",)


def _mounts(tmp_path):
    from taketwo.engine.interface import Mount

    recording = tmp_path / "recording"
    recording.mkdir()
    return Mount(recording, "/taketwo/recording", writable=True), Mount(LAUNCH.parent, "/taketwo/observer")
