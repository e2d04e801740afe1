"""The contract of engines, on the fake and on every real one: what a caller may rely on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taketwo.engine.interface import Limits, Mount
from taketwo.errors import NoInterpreter
from taketwo.model.environment import Interpreter
from taketwo.progress import Progress
from tests.support.engines import Workbench, arrange_in_fake, arrange_with_python
from tests.support.fake_engine import FakeEngine

REAL = [
    "venv",
    pytest.param("bubblewrap", marks=pytest.mark.slow),
    pytest.param("docker", marks=pytest.mark.slow),
]
SEALED = REAL[1:]


@pytest.fixture
def bench(request, tmp_path, this_interpreter) -> Workbench:
    project = tmp_path / "project"
    project.mkdir()
    if request.param == "fake":
        engine = FakeEngine(this_interpreter.version)
        return Workbench(engine, engine.base_for(this_interpreter), project, arrange_in_fake(engine))
    engine = request.getfixturevalue(f"{request.param}_engine")
    base = engine.base_for(this_interpreter)
    return Workbench(engine, base, project, arrange_with_python(base.python))


@pytest.mark.parametrize("bench", ["fake", *REAL], indirect=True)
class TestEveryEngine:
    def test_is_usable_when_its_availability_says_so(self, bench):
        assert bench.engine.availability()

    def test_gives_the_exact_interpreter_where_there_is_one(self, bench, this_interpreter):
        assert bench.base.python_version == this_interpreter.version

    def test_refuses_an_interpreter_that_is_nowhere(self, bench):
        with pytest.raises(NoInterpreter) as refused:
            bench.engine.base_for(Interpreter(implementation="cpython", version="3.1.4"))
        assert "3.1" in refused.value.what
        assert refused.value.todo

    def test_names_one_base_by_one_key(self, bench, this_interpreter):
        assert bench.engine.base_for(this_interpreter).key == bench.base.key

    @pytest.mark.parametrize("code", [0, 1, 3, 127, 255, -signal.SIGKILL, -signal.SIGTERM])
    def test_tells_how_a_command_ended(self, bench, code):
        outcome, _ = bench.run(*bench.arrange(b"", b"", code))
        assert outcome.exit_code == code
        assert not outcome.timed_out

    def test_carries_both_streams_byte_for_byte(self, bench):
        stdout, stderr = bytes(range(256)) * 100, b"\xff\x00 not text\r\n" * 50
        _, heard = bench.run(*bench.arrange(stdout, stderr, 0))
        assert heard.streams == {"stdout": stdout, "stderr": stderr}

    def test_builds_and_returns_exit_code_and_output_and_tells_each_line(self, bench):
        told = []

        class Lines(Progress):
            def detail(self, text):
                told.append(text)

        code, output = bench.engine.build(
            bench.base,
            bench.arrange(b"one\ntwo\n", b"", 4),
            mounts=(),
            environment={"PATH": "/usr/bin"},
            progress=Lines(),
        )
        assert (code, output, told) == (4, "one\ntwo\n", ["one", "two"])

    def test_leaves_a_place_that_is_not_mounted_as_it_is(self, bench):
        assert bench.engine.place("/taketwo/elsewhere", ()) == "/taketwo/elsewhere"


@pytest.mark.parametrize("bench", REAL, indirect=True)
class TestEveryRealEngine:
    def test_gives_a_command_its_environment_and_nothing_of_ours(self, bench, monkeypatch):
        monkeypatch.setenv("TAKETWO_SECRET_OF_OURS", "hunter2")
        given = {"PATH": "/usr/bin:/bin", "EMPTY": "", "WITH": "blank = and ünïcode\n$HOME"}
        code = "import sys; sys.stdout.write(open('/proc/self/environ').read())"
        _, heard = bench.python(code, environment=given)
        found = dict(entry.split("=", 1) for entry in heard.streams["stdout"].decode().split("\0") if entry)
        assert {name: found.pop(name) for name in given} == given
        assert set(found) <= {"HOME", "TMPDIR", "PWD"}

    def test_starts_a_command_in_its_directory_with_a_private_home(self, bench):
        code = """if 1:
            import os, sys
            home = os.environ["HOME"]
            open(os.path.join(home, "made"), "w").close()
            print(os.getcwd(), os.listdir(home), home)
            """
        _, heard = bench.python(code)
        place, listed, home = heard.stdout.split(" ")
        assert place == bench.engine.place("/taketwo/project", bench.mounts)
        assert listed == "['made']"
        assert not Path(home).exists()

    def test_writes_through_to_a_writable_mount(self, bench):
        bench.python("open('result.txt', 'w').write('42')")
        assert (bench.project / "result.txt").read_text() == "42"

    def test_shows_output_while_the_command_runs(self, bench):
        # The command ends only when the listener has answered its first line.
        class Answer:
            def __init__(self, path):
                self.path, self.seen = path, b""

            def __call__(self, stream, content):
                self.seen += content
                if b"ready" in self.seen:
                    self.path.touch()

        code = """if 1:
            import os, sys, time
            print("ready", flush=True)
            for _ in range(2000):
                if os.path.exists("answer"):
                    sys.exit(7)
                time.sleep(0.01)
            """
        request_argv = (bench.base.python, "-I", "-S", "-c", code)
        from taketwo.engine.interface import RunRequest

        place = bench.engine.place("/taketwo/project", bench.mounts)
        request = RunRequest(request_argv, place, {}, bench.mounts, base=bench.base)
        outcome = bench.engine.run(request, Answer(bench.project / "answer"))
        assert outcome.exit_code == 7

    def test_gives_no_input(self, bench):
        outcome, heard = bench.python("import sys; print(repr(sys.stdin.read()))")
        assert (outcome.exit_code, heard.stdout) == (0, "''")

    def test_ends_a_command_whose_time_is_over(self, bench):
        started = time.monotonic()
        outcome, _ = bench.python("import time; time.sleep(60)", limits=Limits(seconds=1))
        assert outcome.timed_out
        assert outcome.exit_code < 0
        assert time.monotonic() - started < 20

    def test_bounds_memory(self, bench):
        code = "hog = []\nwhile True: hog.append(bytearray(b'x') * (8 << 20))"
        outcome, heard = bench.python(code, limits=Limits(memory_bytes=96 << 20, seconds=60))
        assert outcome.exit_code == -signal.SIGKILL or b"MemoryError" in heard.streams["stderr"]
        assert not outcome.timed_out

    def test_leaves_no_process_that_outlives_its_command(self, bench):
        marker = f"taketwo-orphan-{os.getpid()}-{bench.engine.name}"
        code = f"""if 1:
            import os, sys, time
            if os.fork() == 0:
                {"os.setsid()" if bench.engine.sealed else ""}
                os.close(1); os.close(2)
                code = "import time; time.sleep(60)"
                os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code, "{marker}"])
            time.sleep(0.3)
            """
        bench.python(code)
        assert wait_until(lambda: not processes_with(marker))

    def test_keeps_sigpipe_as_every_program_expects_it(self, bench):
        _, heard = bench.run("/bin/sh", "-c", "grep SigIgn /proc/self/status")
        ignored = int(heard.stdout.split()[1], 16)
        assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_leaves_nothing_behind_when_it_is_interrupted(self, bench, number, tmp_path):
        marker = f"taketwo-interrupted-{os.getpid()}-{number}-{bench.engine.name}"
        program = tmp_path / "program.py"
        program.write_text(INTERRUPTED)
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        command = [sys.executable, program, bench.engine.name, str(bench.project), marker]
        environment = os.environ | {"TMPDIR": str(temporary)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout.readline() == b"running\n"
            process.send_signal(number)
            rest = process.stdout.read()
        assert process.returncode == {signal.SIGINT: 9, signal.SIGTERM: 128 + signal.SIGTERM}[number]
        assert rest == b""
        assert wait_until(lambda: not processes_with(marker))
        assert list(temporary.iterdir()) == []
        assert containers_of(bench, process.pid) == []


@pytest.mark.parametrize("bench", SEALED, indirect=True)
class TestEverySealedEngine:
    def test_closes_the_network_and_keeps_loopback(self, bench):
        code = """if 1:
            import socket
            server = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(server.getsockname()).close()
            try:
                socket.create_connection(("192.0.2.1", 9), timeout=5)
            except OSError as error:
                print(type(error).__name__, error.errno)
            """
        outcome, heard = bench.python(code)
        assert outcome.exit_code == 0, heard.streams["stderr"]
        assert heard.stdout == "OSError 101"

    def test_shows_no_file_of_this_machine(self, bench, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("grades")
        paths = (str(secret), "/var/run/docker.sock", "/run/docker.sock", str(Path.home() / ".ssh"))
        _, heard = bench.python(f"import os; print([p for p in {paths!r} if os.path.exists(p)])")
        assert heard.stdout == "[]"

    def test_shows_nobody_of_this_machine(self, bench):
        user = Path.home().name
        _, heard = bench.python(
            "import os, socket; print(socket.gethostname(), os.environ.get('USER'), os.path.expanduser('~'))"
        )
        assert heard.stdout == "taketwo None /taketwo/home"
        assert user not in heard.stdout or user == "home"

    def test_keeps_read_only_mounts_and_the_root_as_they_are(self, bench, tmp_path):
        data = tmp_path / "data"
        data.mkdir(mode=0o755)
        (data / "grades.csv").write_text("a")
        mount = Mount(data, "/taketwo/data")
        code = """if 1:
            for path in ("/taketwo/data/grades.csv", "/taketwo/data/new", "/new", "/usr/new", "/etc/passwd"):
                try:
                    open(path, "a").close()
                    print("written", path)
                except OSError as error:
                    print(error.errno)
            """
        _, heard = bench.python(code, mounts=(mount,))
        assert "written" not in heard.stdout
        assert set(heard.stdout.split()) <= {"30", "13"}
        assert (data / "grades.csv").read_text() == "a"

    def test_runs_a_command_as_nobody_without_capabilities(self, bench):
        code = """if 1:
            import os
            status = dict(line.split(":", 1) for line in open("/proc/self/status"))
            capabilities = int(status["CapEff"], 16) | int(status["CapPrm"], 16)
            print(os.getuid() != 0, capabilities, status["NoNewPrivs"].strip())
            """
        _, heard = bench.python(code)
        assert heard.stdout == "True 0 1"

    def test_keeps_the_settings_and_devices_of_the_machine_out_of_reach(self, bench):
        code = """if 1:
            import os
            for attempt in (
                lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY),
                lambda: os.chmod("/dev/null", 0o666),
                lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY),
            ):
                try:
                    attempt()
                    print("reached")
                except OSError as error:
                    print("refused")
            """
        _, heard = bench.python(code)
        assert heard.stdout.split() == ["refused"] * 3

    def test_bounds_the_number_of_processes(self, bench):
        code = """if 1:
            import os, signal
            children = []
            try:
                for _ in range(500):
                    child = os.fork()
                    if child == 0:
                        signal.pause()
                    children.append(child)
            except OSError as error:
                print(error.errno, len(children) < 60)
            """
        _, heard = bench.python(code, limits=Limits(processes=60, seconds=60))
        assert heard.stdout == "11 True"

    def test_bounds_what_is_written_to_temporary_files(self, bench):
        code = """if 1:
            import os
            try:
                with open("/tmp/large", "wb") as large:
                    for _ in range(64):
                        large.write(bytes(1 << 20))
                print("unbounded")
            except OSError as error:
                print(error.errno)
            """
        limits = Limits(memory_bytes=512 << 20, disk_bytes=16 << 20, seconds=60)
        outcome, heard = bench.python(code, limits=limits)
        assert heard.stdout in {"28", "27"} or outcome.exit_code == -signal.SIGXFSZ

    def test_offers_shared_memory_and_executable_temporary_files(self, bench):
        code = """if 1:
            import multiprocessing.shared_memory as m, os, subprocess
            block = m.SharedMemory(create=True, size=1 << 20); block.close(); block.unlink()
            with open("/tmp/tool", "w") as tool:
                tool.write("#!/bin/sh\\necho works\\n")
            os.chmod("/tmp/tool", 0o755)
            print(subprocess.check_output(["/tmp/tool"]).decode())
            """
        outcome, heard = bench.python(code)
        assert (outcome.exit_code, heard.stdout) == (0, "works"), heard.streams["stderr"]


INTERRUPTED = """
import platform, sys
from pathlib import Path
from taketwo.engine.bubblewrap import BubblewrapEngine
from taketwo.engine.docker import DockerEngine
from taketwo.engine.interface import Mount, RunRequest
from taketwo.engine.venv import VenvEngine
from taketwo.model.environment import Interpreter

name, project, marker = sys.argv[1:]
engine = {engine.name: engine for engine in (DockerEngine, BubblewrapEngine, VenvEngine)}[name]()
base = engine.base_for(Interpreter(implementation="cpython", version=platform.python_version()))
mounts = (Mount(Path(project), "/taketwo/project", writable=True),)
code = "import time; print('running', flush=True); time.sleep(60)"
request = RunRequest((base.python, "-I", "-S", "-c", code, marker), "/", {}, mounts, base=base)
try:
    engine.run(request, lambda stream, content: print(content.decode(), end="", flush=True))
except KeyboardInterrupt:
    sys.exit(9)
"""


def containers_of(bench: Workbench, pid: int) -> list[str]:
    """Containers that a process made and that are still there, running or not."""
    if bench.engine.name != "docker":
        return []
    from taketwo.engine.docker_options import OWNER_LABEL

    listed = bench.engine._client()._api.containers(all=True, filters={"label": OWNER_LABEL})
    return [found["Id"] for found in listed if f":{pid}:" in found["Labels"][OWNER_LABEL]]


def processes_with(marker: str) -> list[str]:
    """Pids of processes of this machine (containers included) that have this word on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes().split(b"\0") and path.parent.name != str(os.getpid()):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def wait_until(condition, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
