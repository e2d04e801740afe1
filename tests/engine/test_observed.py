"""The author's own command: passed through to the byte, recorded to the byte, and never held up."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import msgspec
import pytest

from taketwo.engine.observed import ObservedCommand, run_observed
from taketwo.errors import CommandNotFound, NotExecutable

OBSERVER = """
import os, sys
from pathlib import Path
from taketwo.engine.observed import ObservedCommand, run_observed

where = Path(sys.argv[1])
argv, environment = tuple(sys.argv[2:]), dict(os.environ)
command = ObservedCommand(argv, environment, where / "stdout", where / "stderr", linger_seconds=1.0)
outcome = run_observed(command)
(where / "outcome").write_text(f"{outcome.exit_code} {outcome.cpu_seconds} {outcome.peak_memory_bytes}")
"""


# Says that it is ready for the signal whose number it is given, and ends with 40 and how often that came.
COUNTING = """
import signal, sys, time
heard = []
signal.signal(int(sys.argv[1]), lambda *_: heard.append(1))
print("ready", flush=True)
deadline = time.monotonic() + 20
while not heard and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.3)
sys.exit(40 + len(heard))
"""


@pytest.fixture
def observer(tmp_path):
    """Starts a process that observes a command; its output and record can then be compared."""
    program = tmp_path / "observer.py"
    program.write_text(OBSERVER)

    def start(*argv: str, **options) -> subprocess.Popen:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen([sys.executable, str(program), str(tmp_path), *argv], **options)

    return start


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", code)


def exit_code(where: Path) -> int:
    return int((where / "outcome").read_text().split()[0])


class TestOutput:
    def test_is_shown_and_recorded_byte_for_byte(self, observer, tmp_path):
        code = """if 1:
            import sys
            sys.stdout.buffer.write(bytes(range(256)) * 40000)
            sys.stderr.buffer.write(b"\\xff\\x00\\r\\n" * 100000)
            """
        stdout, stderr = observer(*python(code)).communicate(timeout=60)
        assert stdout == (tmp_path / "stdout").read_bytes() == bytes(range(256)) * 40000
        assert stderr == (tmp_path / "stderr").read_bytes() == b"\xff\x00\r\n" * 100000

    def test_is_shown_while_the_command_runs(self, observer):
        code = "import sys; print('one', flush=True); sys.stdin.readline(); print('two')"
        process = observer(*python(code), stdin=subprocess.PIPE)
        assert process.stdout.readline() == b"one\n"
        stdout, _ = process.communicate(b"\n", timeout=30)
        assert stdout == b"two\n"

    def test_keeps_the_order_of_slow_writes_to_both_streams(self, observer):
        code = """if 1:
            import os, time
            for number in range(10):
                os.write(1 + number % 2, b"%d" % number)
                time.sleep(0.05)
            """
        stdout, _ = observer(*python(code), stderr=subprocess.STDOUT).communicate(timeout=30)
        assert stdout == b"0123456789"

    def test_of_a_descendant_that_stays_does_not_hold_us_up(self, observer, tmp_path):
        started = time.monotonic()
        process = observer("/bin/sh", "-c", "sleep 30 & echo $! ; exit 3")
        stdout, _ = process.communicate(timeout=20)
        os.kill(int(stdout), signal.SIGKILL)
        assert time.monotonic() - started < 15
        assert exit_code(tmp_path) == 3

    def test_that_nobody_reads_any_more_ends_the_command_as_without_us(self, observer, tmp_path):
        process = observer("/bin/sh", "-c", "while echo x; do :; done")
        process.stdout.read(10)
        process.stdout.close()
        process.wait(timeout=30)
        assert exit_code(tmp_path) == -signal.SIGPIPE

    def test_is_a_terminal_for_the_command_where_ours_is_one(self, tmp_path, observer):
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (33, 77))
        code = """if 1:
            import os, sys
            print(sys.stdout.isatty(), sys.stderr.isatty(), *os.get_terminal_size())
            print("\\r50%\\r100%")
            """
        process = observer(*python(code), stdout=slave, stderr=subprocess.PIPE)
        os.close(slave)
        shown = b""
        while chunk := _read(master):
            shown += chunk
        process.communicate(timeout=30)
        assert (tmp_path / "stdout").read_bytes() == b"True False 77 33\n\r50%\r100%\n"
        assert shown == b"True False 77 33\r\n\r50%\r100%\r\n"

    def test_follows_a_change_of_the_window(self, tmp_path, observer):
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (33, 77))
        code = """if 1:
            import os, signal, time
            def changed(*_):
                # Not print: the signal may come while print writes "ready".
                os.write(1, b"%d %d\\n" % os.get_terminal_size())
                if os.get_terminal_size() == (100, 40):
                    raise SystemExit
            signal.signal(signal.SIGWINCH, changed)
            print("ready", flush=True)
            time.sleep(20)
            """
        process = observer(*python(code), stdout=slave)
        assert b"ready" in _read(master)
        termios.tcsetwinsize(slave, (40, 100))
        os.close(slave)
        process.send_signal(signal.SIGWINCH)
        assert b"100 40" in _read(master)
        process.communicate(timeout=30)


class TestEnding:
    @pytest.mark.parametrize(("end", "code"), [("exit 0", 0), ("exit 200", 200), ("kill -SEGV $$", -11)])
    def test_is_passed_on(self, observer, tmp_path, end, code):
        observer("/bin/sh", "-c", end).communicate(timeout=30)
        assert exit_code(tmp_path) == code

    def test_tells_what_was_used(self, observer, tmp_path):
        code = "import time; block = bytearray(b'x') * (120 << 20)\nwhile time.process_time() < 0.3: pass"
        observer(*python(code)).communicate(timeout=60)
        _, cpu, memory = (tmp_path / "outcome").read_text().split()
        assert 0.3 <= float(cpu) < 20
        assert 120 << 20 <= int(memory) < 400 << 20

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
    def test_by_a_signal_sent_to_us_is_passed_on_once(self, observer, tmp_path, number):
        process = observer(*python(COUNTING), str(int(number)), process_group=0)
        process.stdout.readline()
        process.send_signal(number)
        process.communicate(timeout=30)
        assert exit_code(tmp_path) == 41

    def test_by_ctrl_c_at_a_terminal_reaches_the_command_once_and_leaves_a_record(self, tmp_path):
        (tmp_path / "observer.py").write_text(OBSERVER)
        pid, master = pty.fork()
        if pid == 0:
            os.execv(
                sys.executable,
                [
                    sys.executable,
                    str(tmp_path / "observer.py"),
                    str(tmp_path),
                    *python(COUNTING),
                    str(int(signal.SIGINT)),
                ],
            )
        assert b"ready" in _read(master)
        os.write(master, b"\x03")
        while _read(master):
            pass
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert exit_code(tmp_path) == 41


class TestStart:
    def command(self, tmp_path, *argv: str) -> ObservedCommand:
        return ObservedCommand(argv, {"PATH": f"{tmp_path}:/usr/bin:/bin"}, tmp_path / "o", tmp_path / "e")

    def test_of_a_program_that_does_not_exist_says_so(self, tmp_path):
        with pytest.raises(CommandNotFound) as refused:
            run_observed(self.command(tmp_path, "no-such-program"))
        assert refused.value.exit_code == 127

    def test_of_a_file_that_is_not_executable_says_how_to_make_it_so(self, tmp_path):
        (tmp_path / "script.py").write_text("print(1)")
        with pytest.raises(NotExecutable) as refused:
            run_observed(self.command(tmp_path, f"{tmp_path}/script.py"))
        assert refused.value.exit_code == 126
        assert "chmod +x" in refused.value.todo

    def test_of_a_script_whose_interpreter_is_missing_names_the_script(self, tmp_path):
        script = tmp_path / "script"
        script.write_text("#!/no/such/interpreter\n")
        script.chmod(0o755)
        with pytest.raises(CommandNotFound, match="interpreter that does not exist"):
            run_observed(self.command(tmp_path, "script"))

    def test_of_a_script_without_a_first_line_is_left_to_the_shell(self, observer, tmp_path):
        script = tmp_path / "script"
        script.write_text('echo "$0 $1"\n')
        script.chmod(0o755)
        stdout, _ = observer(str(script), "a b").communicate(timeout=30)
        assert stdout.decode() == f"{script} a b\n"

    def test_leaves_environment_directory_and_group_as_they_are(self, observer, tmp_path):
        code = "import os; print(os.environ['MARK'], os.getcwd(), os.getpgrp())"
        process = observer(*python(code), env=os.environ | {"MARK": "here"}, cwd=tmp_path, process_group=0)
        stdout, _ = process.communicate(timeout=30)
        assert stdout.decode().split() == ["here", str(tmp_path), str(process.pid)]

    def test_may_be_in_another_directory_than_ours(self, tmp_path):
        (tmp_path / "a b").mkdir()
        (tmp_path / "a b" / "here").touch()
        where = Path.cwd()
        command = self.command(tmp_path, "/bin/sh", "-c", 'test -e here && exit "$1"', "sh", "7")
        outcome = run_observed(msgspec.structs.replace(command, directory=tmp_path / "a b"))
        assert outcome.exit_code == 7
        assert Path.cwd() == where

    def test_leaves_signals_as_they_were(self, observer):
        command = ("/bin/sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status")
        stdout, _ = observer(*command).communicate(timeout=30)
        plain = subprocess.run(command, capture_output=True, check=True).stdout
        assert _masks(stdout) == _masks(plain)


def _masks(status: bytes) -> list[int]:
    # The C library keeps signals 32 and 33 to itself, and ignores them in whatever it spawns.
    return [int(line.split()[1], 16) & ~(0b11 << 31) for line in status.splitlines()]


def _read(descriptor: int) -> bytes:
    """What a terminal shows next; nothing when all of its other side is closed."""
    readable, _, _ = select.select([descriptor], [], [], 30)
    assert readable, "the terminal was silent for half a minute"
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
