"""What only Docker does: images by id, leftovers of killed processes, errors in our own words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from taketwo.engine.docker import DockerEngine
from taketwo.engine.interface import Base, Limits, RunRequest
from taketwo.errors import EngineError, NoInterpreter
from tests.engine.test_interface import INTERRUPTED, containers_of
from tests.support.engines import Heard, Workbench


@pytest.mark.parametrize("address", ["unix:///no/such/socket", "tcp://127.0.0.1:1", "nonsense"])
def test_a_daemon_that_is_not_there_is_a_reason_and_something_to_do(address):
    found = DockerEngine(address).availability()
    assert not found
    assert address in found.reason
    assert "DOCKER_HOST" in found.todo


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("unix:///no/such/socket", "No such file or directory"),
        ("tcp://127.0.0.1:1", "Connection refused"),
    ],
)
def test_the_reason_is_what_the_system_said_and_not_what_four_libraries_made_of_it(address, cause):
    assert DockerEngine(address).availability().reason == f"No container engine answers: {address}: {cause}."


@pytest.mark.slow
def test_a_base_has_the_id_of_its_image(base_image):
    assert base_image.image_id.startswith("sha256:")
    assert base_image.image_id.removeprefix("sha256:") in base_image.key


@pytest.mark.slow
def test_an_image_that_is_nowhere_is_refused(docker_engine, this_interpreter):
    with pytest.raises(NoInterpreter):
        docker_engine.base_for(this_interpreter, image="taketwo.invalid/no-such-image:1")


@pytest.mark.slow
def test_what_the_daemon_refuses_comes_out_as_our_own_error(docker_engine):
    base = Base("key", "3.11.7", "python3", image="x", image_id="sha256:" + "0" * 64)
    with pytest.raises(EngineError) as refused:
        docker_engine.run(RunRequest(("true",), "/", {}, base=base), Heard())
    assert refused.value.todo


@pytest.mark.slow
def test_what_a_killed_process_left_is_removed_by_the_next(docker_engine, base_image, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(INTERRUPTED)
    command = [sys.executable, str(program), "docker", str(tmp_path), f"taketwo-killed-{os.getpid()}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"running\n"
        process.send_signal(signal.SIGKILL)
    bench = Workbench(docker_engine, base_image, tmp_path, lambda *_: ())
    assert len(containers_of(bench, process.pid)) == 1
    assert DockerEngine().availability()
    assert containers_of(bench, process.pid) == []


@pytest.mark.slow
def test_memory_that_ran_out_is_told_apart_from_other_ends(docker_engine, base_image):
    if docker_engine._client().daemon.podman:
        pytest.skip("Podman does not say so on every version of control groups")
    code = "hog = []\nwhile True: hog.append(bytearray(b'x') * (8 << 20))"
    for argv, expected in (((base_image.python, "-c", code), True), (("/bin/sh", "-c", "kill -9 $$"), False)):
        request = RunRequest(argv, "/", {}, limits=Limits(memory_bytes=96 << 20, seconds=60), base=base_image)
        outcome = docker_engine.run(request, Heard())
        assert (outcome.exit_code, outcome.out_of_memory) == (-signal.SIGKILL, expected)


@pytest.mark.slow
def test_without_an_init_program_a_shell_takes_its_place(base_image):
    engine = DockerEngine()
    client = engine._client()
    client.daemon = replace(client.daemon, init=False)
    heard = Heard()
    code = "import os, sys; print(sys.argv[1:], os.getpid() > 1, flush=True); os.kill(os.getpid(), 9)"
    request = RunRequest((base_image.python, "-c", code, "a b", "$c"), "/", {}, base=base_image)
    assert engine.run(request, heard).exit_code == -signal.SIGKILL
    assert heard.streams == {"stdout": b"['a b', '$c'] True\n"}
